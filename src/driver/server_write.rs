//! The requests that make and change a server.

use serde_json::{Map, Value as Json, json};

use crate::cloud::{Call, Cloud, CloudError, Method};
use crate::kind::{METADATA_RUN, METADATA_SECRET, METADATA_USER_DATA, userdata};
use crate::model::{Properties, Service, Value};

use super::composed::whole;
use super::json::{json as convert, object, text, unchangeable, unresolved};
use super::marked::{found, inner};
use super::port::DEVICE_ID;
use super::{ReadyChange, Scope};

/// The create request's body. Secrets come to stand in it here and nowhere before.
pub(super) async fn body(properties: &Properties, scope: Scope<'_>, cloud: &Cloud) -> Result<Json, CloudError> {
    let mut server = object(properties, &["server_group", "user_data", "power_state"])?;
    if let Json::Object(metadata) = server.entry("metadata").or_insert_with(|| json!({})) {
        metadata.insert(METADATA_RUN.into(), Json::from(scope.run));
    }
    if let Some(user_data) = properties.get("user_data") {
        server.insert("user_data".into(), Json::from(userdata::encode(&whole(user_data, scope, cloud).await?)));
    }
    let mut body = Map::from_iter([("server".to_owned(), Json::Object(server))]);
    if let Some(group) = properties.get("server_group").filter(|group| **group != Value::Null) {
        body.insert("os:scheduler_hints".into(), json!({ "group": convert(group)? }));
    }
    Ok(Json::Object(body))
}

/// Without what tells of the server's first boot: that stays as it was, whatever is wanted now.
fn without_birth(metadata: &Value) -> Value {
    let Value::Map(keys) = metadata else { return metadata.clone() };
    let of_birth = |key: &str| key == METADATA_USER_DATA || key.starts_with(METADATA_SECRET);
    Value::Map(keys.iter().filter(|(key, _)| !of_birth(key)).map(|(key, item)| (key.clone(), item.clone())).collect())
}

fn call(method: Method, id: &str, below: &str) -> Call {
    Call::new(Service::Compute, method, format!("/servers/{id}{below}"))
}

/// Changes one, with a request for each thing that Nova has a request of its own for.
pub(super) async fn change(cloud: &Cloud, wanted: &ReadyChange) -> Result<(), CloudError> {
    let id = wanted.id.as_str();
    for name in &wanted.changed {
        let value = wanted.properties.get(name).ok_or_else(|| unresolved(&format!("the property {name}")))?;
        match name.as_str() {
            "name" => {
                cloud.send(call(Method::Put, id, "").json(json!({ "server": { "name": convert(value)? } }))).await?;
            }
            // POST merges: the keys of others stay.
            "metadata" => {
                let metadata = json!({ "metadata": convert(&without_birth(value))? });
                cloud.send(call(Method::Post, id, "/metadata").json(metadata)).await?;
            }
            "tags" => {
                for tag in value.items().iter().filter_map(Value::as_text) {
                    cloud.send(call(Method::Put, id, &format!("/tags/{tag}")).microversion("2.26")).await?;
                }
            }
            "networks" => attach(cloud, id, value).await?,
            "power_state" => power(cloud, id, value).await?,
            _ => return Err(unchangeable(wanted)),
        }
    }
    Ok(())
}

/// Gives it the ports that it has not. Ports that it has besides are left: they are somebody's.
async fn attach(cloud: &Cloud, id: &str, networks: &Value) -> Result<(), CloudError> {
    for network in networks.items() {
        let Value::Map(network) = network else { continue };
        let Some(port) = network.get("port").and_then(Value::as_text) else { continue };
        let shown = found(cloud.send(Call::get(Service::Network, format!("/ports/{port}"))).await)?;
        let user = shown.map(|answer| inner(answer.body, "port"));
        if user.as_ref().and_then(|port| text(port, DEVICE_ID)) == Some(id) {
            continue;
        }
        let attachment = json!({ "interfaceAttachment": { "port_id": port } });
        cloud.send(call(Method::Post, id, "/os-interface").json(attachment)).await?;
    }
    Ok(())
}

async fn power(cloud: &Cloud, id: &str, wanted: &Value) -> Result<(), CloudError> {
    if wanted.as_text() != Some("on") {
        return Err(unresolved("how to switch a server off: the power state is only ever \"on\""));
    }
    match cloud.send(call(Method::Post, id, "/action").json(json!({ "os-start": null }))).await {
        // "Cannot 'start' instance … while it is in vm_state active": it runs.
        Err(CloudError::Refused(refusal)) if refusal.status == 409 && refusal.message.contains("vm_state active") => {
            Ok(())
        }
        other => other.map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cloud, scope, shop};
    use super::*;
    use crate::cloud::scripted::Reply;
    use crate::model::{Address, Composed, Piece, SecretName, Secrets};

    fn wanted() -> Properties {
        let port = Value::Map([("port".to_owned(), Value::from("p"))].into());
        Properties::from([
            ("name".to_owned(), Value::from("shop-web-1")),
            ("metadata".to_owned(), Value::Map([("gureum".to_owned(), Value::from("gureum shop 1"))].into())),
            ("networks".to_owned(), Value::List(vec![port])),
            ("server_group".to_owned(), Value::from("g")),
            ("power_state".to_owned(), Value::from("on")),
            (
                "user_data".to_owned(),
                Value::Composed(Composed {
                    pieces: vec![Piece::Literal("#cloud".into()), Piece::Literal("-config".into())],
                }),
            ),
        ])
    }

    /// The body, in a cloud that answers nothing, in the run `run-1`.
    async fn made(properties: &Properties, secrets: &Secrets) -> Result<Json, CloudError> {
        let (cloud, _) = cloud(|_| Reply::json(404, &json!({}))).await;
        body(properties, Scope { secrets, ..scope(&shop(), &[]) }, &cloud).await
    }

    #[tokio::test]
    async fn the_run_goes_into_metadata_and_the_group_into_the_hints() {
        let body = made(&wanted(), &Secrets::default()).await.expect("known");
        assert_eq!(body["server"]["metadata"], json!({"gureum": "gureum shop 1", "gureum_run": "run-1"}));
        assert_eq!(body["os:scheduler_hints"], json!({"group": "g"}));
        assert_eq!(body["server"]["networks"], json!([{"port": "p"}]));
        assert_eq!(body["server"]["user_data"], json!(userdata::encode("#cloud-config")));
        assert!(body["server"].get("power_state").is_none() && body["server"].get("server_group").is_none());
    }

    #[tokio::test]
    async fn a_secret_that_is_not_put_in_stops_the_request() {
        let mut properties = wanted();
        let mut secrets = Secrets::default();
        secrets.insert(SecretName("other".into()), "planted".into());
        let pieces = vec![Piece::Literal("password=".into()), Piece::Secret(SecretName("db".into()))];
        properties.insert("user_data".into(), Value::Composed(Composed { pieces }));
        let error = made(&properties, &secrets).await.expect_err("it has no such secret");
        assert!(!error.in_doubt() && error.to_string().contains("the secret db"), "{error}");
        secrets.insert(SecretName("db".into()), "planted".into());
        let body_with = made(&properties, &secrets).await.expect("known");
        assert_eq!(body_with["server"]["user_data"], json!(userdata::encode("password=planted")));
        properties.insert("user_data".into(), Value::id_of(&Address::new("server", "x")));
        assert!(made(&properties, &secrets).await.is_err());
    }
}
