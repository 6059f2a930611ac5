//! Room `component/`.
