//! Room `graph/`.
