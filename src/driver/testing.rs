//! A connected cloud whose answers a test gives, and an environment in it.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde_json::Value as Json;

use crate::cloud::scripted::{Recorded, Reply, Scripted};
use crate::cloud::{Cloud, CloudApi, CloudConfig, Credentials, Interface};
use crate::kind::Kind;
use crate::model::{Address, EnvironmentKey, EnvironmentName, Secrets};
use crate::runtime::{CountingIds, SystemClock};
use crate::snapshot::Observed;

use super::json::pick;
use super::{ReadyItem, Scope};

/// `shop` in the project and region of [`Scripted::token`].
pub(crate) fn shop() -> EnvironmentKey {
    EnvironmentKey {
        project_id: "project-1".into(),
        region: "RegionOne".into(),
        name: EnvironmentName::parse("shop").expect("a name"),
    }
}

/// A cloud that answers so, and what it was asked.
pub(crate) async fn cloud(script: impl Fn(&Recorded) -> Reply + Send + Sync + 'static) -> (Cloud, Arc<Scripted>) {
    let api = Arc::new(Scripted::with_keystone(script));
    let config = CloudConfig {
        name: "test".into(),
        source: "a test".into(),
        auth_url: "http://cloud.test/identity".into(),
        credentials: Credentials::Token { token: "given".to_owned().into(), project: None },
        region: None,
        interface: Interface::Public,
        cacert: None,
        verify: true,
        endpoint_overrides: BTreeMap::new(),
    };
    let transport: Arc<dyn CloudApi> = Arc::clone(&api) as Arc<dyn CloudApi>;
    let cloud = Cloud::connect(transport, Arc::new(SystemClock), Arc::new(CountingIds::default()), config).await;
    (cloud.expect("the script lets us in"), api)
}

/// For whom.
static NO_SECRETS: LazyLock<Secrets> = LazyLock::new(Secrets::default);

pub(crate) fn scope<'a>(environment: &'a EnvironmentKey, known: &'a [Observed]) -> Scope<'a> {
    Scope { environment, run: "run-1", known, secrets: &NO_SECRETS }
}

/// Something to create, with the properties that an answer's item shows.
pub(crate) fn wanted(address: &str, item: &Json) -> ReadyItem {
    let address = Address::parse(address).expect("an address");
    let kind = Kind::of(&address).expect("a kind");
    ReadyItem { properties: pick(kind, item), address, bears_data: false }
}
