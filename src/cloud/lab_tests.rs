//! Against a real OpenStack: `OS_CLOUD=lab OS_CLIENT_CONFIG_FILE=… cargo test --lib cloud::lab -- --ignored`.
//!
//! What it makes is named `cloud-try-…` and deleted again.

use std::sync::Arc;

use secrecy::SecretString;
use serde_json::json;

use super::*;
use crate::model::Service;
use crate::runtime::{RandomIds, SystemClock};

fn found() -> CloudConfig {
    let request = ConfigRequest {
        cloud: None,
        environment: std::env::vars().collect(),
        working_directory: std::env::current_dir().unwrap(),
        home: std::env::var("HOME").unwrap().into(),
    };
    find_config(&request).unwrap()
}

async fn connect(config: CloudConfig) -> Result<Cloud, CloudError> {
    let api = Arc::new(HttpApi::new(&config).unwrap());
    Cloud::connect(api, Arc::new(SystemClock), Arc::new(RandomIds), config).await
}

#[tokio::test]
#[ignore = "needs an OpenStack"]
async fn every_service_answers() {
    let cloud = connect(found()).await.unwrap();
    println!("project {}, region {}, services {:?}", cloud.project_id(), cloud.region(), cloud.services());
    assert_eq!(cloud.services().len(), 6);
    let list = async |service, path: &str, collection: &str| {
        let items = cloud.list(Call::get(service, path), collection).await.unwrap();
        println!("{path}: {} items", items.len());
        items.len()
    };
    assert!(list(Service::Network, "/networks", "networks").await > 0);
    assert!(list(Service::Image, "/images", "images").await > 0);
    assert!(list(Service::Compute, "/flavors/detail", "flavors").await > 0);
    list(Service::Compute, "/servers/detail", "servers").await;
    list(Service::LoadBalancer, "/lbaas/loadbalancers", "loadbalancers").await;
    let containers = cloud.send(Call::get(Service::ObjectStore, "").query("format", "json")).await.unwrap();
    assert!(containers.body.is_array(), "{:?}", containers.body);

    // One flavor a page: the same flavors.
    let all = list(Service::Compute, "/flavors/detail", "flavors").await;
    let paged = Call::get(Service::Compute, "/flavors/detail").query("limit", "1");
    assert_eq!(cloud.list(paged, "flavors").await.unwrap().len(), all);
    let all = list(Service::Image, "/images", "images").await;
    let paged = Call::get(Service::Image, "/images").query("limit", "1");
    assert_eq!(cloud.list(paged, "images").await.unwrap().len(), all);
    println!("{:?}", cloud.statistics());
}

#[tokio::test]
#[ignore = "needs an OpenStack"]
async fn writes_and_refusals_are_in_the_services_own_words() {
    let cloud = connect(found()).await.unwrap();
    let body = json!({"network": {"name": "cloud-try-1", "description": "cloud-try"}});
    let made = cloud.send(Call::new(Service::Network, Method::Post, "/networks").json(body)).await.unwrap();
    assert_eq!(made.status, 201);
    assert!(made.request_id.is_some());
    let id = made.body.pointer("/network/id").unwrap().as_str().unwrap().to_owned();
    let twice = json!({"subnets": [
        {"network_id": id, "cidr": "10.9.0.0/24", "ip_version": 4}, {"network_id": id, "cidr": "10.9.0.0/24", "ip_version": 4}]});
    let refused = cloud.send(Call::new(Service::Network, Method::Post, "/subnets").json(twice)).await.unwrap_err();
    println!("{refused}");
    assert_eq!(refused.status(), Some(400));
    let deleted = cloud.send(Call::new(Service::Network, Method::Delete, format!("/networks/{id}"))).await.unwrap();
    assert_eq!((deleted.status, deleted.body), (204, json!(null)));

    let container = |method| Call::new(Service::ObjectStore, method, "/cloud-try-box");
    assert_eq!(cloud.send(container(Method::Put)).await.unwrap().status, 201);
    assert_eq!(cloud.send(container(Method::Head)).await.unwrap().status, 204);
    assert_eq!(cloud.send(container(Method::Delete)).await.unwrap().status, 204);

    for call in [
        container(Method::Delete),
        Call::get(Service::Compute, "/servers/none"),
        Call::get(Service::Network, format!("/networks/{id}")),
        Call::get(Service::Image, "/images/none"),
        Call::get(Service::LoadBalancer, "/lbaas/pools/none"),
        Call::get(Service::Identity, "/users/none"),
        Call::new(Service::Compute, Method::Post, "/servers")
            .json(json!({"server": {"name": "x", "user_data": "no base64"}})),
        Call::get(Service::Compute, "/servers").microversion("2.999"),
    ] {
        let error = cloud.send(call).await.unwrap_err();
        println!("{error}   [{error:?}]");
        let CloudError::Refused(refusal) = error else { panic!("{error}") };
        assert!(!refusal.message.is_empty() && !refusal.message.contains('{') && refusal.request_id.is_some());
        assert!(!refusal.message.contains("no base64"));
    }
}

#[tokio::test]
#[ignore = "needs an OpenStack"]
async fn who_may_not_enter_is_told_why() {
    let mut config = found();
    if let Credentials::Password { password, .. } = &mut config.credentials {
        *password = SecretString::from("wrong-password-1");
    }
    let error = connect(config).await.unwrap_err();
    println!("{error}");
    assert!(matches!(error, CloudError::Unauthenticated { .. }));
    let error = connect(CloudConfig { region: Some("Nowhere".to_owned()), ..found() }).await.unwrap_err();
    println!("{error}");
    let error = connect(CloudConfig { auth_url: "http://127.0.0.1:9696".to_owned(), ..found() }).await.unwrap_err();
    println!("{error}");
    let error = connect(CloudConfig { auth_url: "https://127.0.0.1:5000".to_owned(), ..found() }).await.unwrap_err();
    println!("{error}");
    let error = connect(CloudConfig { auth_url: "http://127.0.0.1:9".to_owned(), ..found() }).await.unwrap_err();
    println!("{error}");
    assert!(matches!(error, CloudError::NotSent { .. }));
}
