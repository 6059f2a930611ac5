//! The funnel in virtual time, over a scripted cloud.

mod secrets;
mod sending;
mod tokens;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use secrecy::SecretString;
use serde_json::json;

use super::scripted::{Reply, Scripted};
use super::*;
use crate::model::Service;
use crate::runtime::{CountingIds, VirtualClock};

/// 2026-11-24T00:00:00Z.
pub(super) const BEGIN_MS: i64 = 1_795_478_400_000;
pub(super) const PASSWORD: &str = "correct-horse-9913";
pub(super) const TOKEN: &str = "gAAAA-token-5527";

pub(super) fn config() -> CloudConfig {
    CloudConfig {
        name: "test".to_owned(),
        source: "clouds.yaml".to_owned(),
        auth_url: "http://cloud.test/identity".to_owned(),
        credentials: Credentials::Password {
            user: User::Name("u".to_owned(), Domain::Name("Default".to_owned())),
            password: SecretString::from(PASSWORD),
            project: Project::Name("p".to_owned(), Domain::Id("default".to_owned())),
        },
        region: Some("RegionOne".to_owned()),
        interface: Interface::Public,
        cacert: None,
        verify: true,
        endpoint_overrides: BTreeMap::new(),
    }
}

pub(super) async fn connect(api: &Arc<Scripted>) -> Result<(Arc<Cloud>, VirtualClock), CloudError> {
    connect_with(api, config()).await
}

pub(super) async fn connect_with(
    api: &Arc<Scripted>,
    config: CloudConfig,
) -> Result<(Arc<Cloud>, VirtualClock), CloudError> {
    let clock = VirtualClock::starting_at(BEGIN_MS);
    let api: Arc<dyn CloudApi> = Arc::clone(api) as Arc<dyn CloudApi>;
    let cloud = Cloud::connect(api, Arc::new(clock.clone()), Arc::new(CountingIds::default()), config).await?;
    Ok((Arc::new(cloud), clock))
}

/// Answers the n-th request that is not for a token with the n-th reply, and the last one from then on.
pub(super) fn replies(replies: Vec<Reply>) -> Arc<Scripted> {
    let next = AtomicUsize::new(0);
    Arc::new(Scripted::new(move |asked| {
        if asked.is_for_token() {
            return Scripted::token(TOKEN, "2030-01-01T00:00:00.000000Z");
        }
        replies[next.fetch_add(1, Ordering::Relaxed).min(replies.len() - 1)].clone()
    }))
}

pub(super) fn get() -> Call {
    Call::get(Service::Network, "/ports").query("description", "gureum shop 1&2")
}

pub(super) fn post() -> Call {
    Call::new(Service::Compute, Method::Post, "/servers").json(json!({"server": {"name": "x"}})).microversion("2.64")
}
