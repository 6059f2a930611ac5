//! Room `verify/`.
