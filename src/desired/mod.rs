//! What should exist: blueprint and inputs against the cloud's facts. Pure.

mod types;

pub use types::{Degree, Desired, Limitation, Resource};
