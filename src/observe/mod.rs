//! Room `observe/`.
