//! Room `execute/`.
