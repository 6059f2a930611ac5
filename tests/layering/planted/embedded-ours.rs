//! Planted: the embedded cloud knows nothing of ours.
use crate::model::Service; //~ may not import `model`
use crate::cloud::Cloud; //~ may not import `cloud`
use serde_json::Value;
use reqwest::Client; //~ may not import `reqwest`

fn answer(client: Client, service: Service) -> Cloud {
    todo(client, service, Value::Null)
}
