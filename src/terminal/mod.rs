//! Room `terminal/`.
