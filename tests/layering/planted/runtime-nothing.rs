//! Planted: a room that may import nothing of ours.
use crate::model::Address; //~ may not import `model`
use super::clock::SystemClock;
use rand::Rng;
use serde_json::Value; //~ may not import `serde_json`
