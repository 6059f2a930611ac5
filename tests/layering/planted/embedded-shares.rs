//! Planted: the emulated OpenStack that shares code with the client.
use crate::model::Service; //~ may not import `model`
use crate::cloud::Call; //~ may not import `cloud`
use serde_json::Value;
use reqwest::Client; //~ may not import `reqwest`
