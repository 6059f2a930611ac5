//! Ports: `/v2.0/ports`, always with a fixed address of ours.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::cloud::{Call, Cloud, CloudError};
use crate::kind::Kind;
use crate::model::{EnvironmentKey, Properties, Service, Value};
use crate::snapshot::Observed;

use super::json::text;
use super::marked::{Marked, Rest};
use super::{ReadyItem, Scope, place};

pub(super) struct Port;

static REST: Rest = Rest { kind: Kind::Port, path: "/ports", collection: "ports", singular: "port" };

/// Who uses the port: a server's id, a router's, a load balancer's.
pub(super) const DEVICE_ID: &str = "device_id";
/// What uses the port: `compute:nova`, `network:router_interface`, `Octavia`.
pub(super) const DEVICE_OWNER: &str = "device_owner";

#[async_trait]
impl Marked for Port {
    fn rest(&self) -> &'static Rest {
        &REST
    }

    fn outputs(&self, item: &Json) -> BTreeMap<String, String> {
        [DEVICE_ID, DEVICE_OWNER]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), text(item, name)?.to_owned())))
            .collect()
    }

    fn is(&self, wanted: &Properties, observed: &Observed) -> bool {
        let address = |properties: &Properties| {
            let first = properties.get("fixed_ips").and_then(|ips| ips.items().first().cloned());
            let Some(Value::Map(ip)) = first else { return None };
            ip.get("ip_address").cloned()
        };
        wanted.get("network_id") == observed.properties.get("network_id")
            && address(wanted).is_some_and(|wanted| address(&observed.properties) == Some(wanted))
    }

    /// A port of ours whose mark was stripped holds its address all the same: look at who has the addresses.
    async fn look(&self, cloud: &Cloud, scope: Scope<'_>, wanted: &[ReadyItem]) -> Result<Vec<Observed>, CloudError> {
        let mut call = Call::get(Service::Network, "/ports");
        for item in wanted {
            for ip in item.properties.get("fixed_ips").map(Value::items).unwrap_or_default() {
                let Value::Map(ip) = ip else { continue };
                if let Some(address) = ip.get("ip_address").and_then(Value::as_text) {
                    call = call.query("fixed_ips", format!("ip_address={address}"));
                }
            }
        }
        let shown = cloud.list(call, "ports").await?;
        let names: Vec<_> = wanted.iter().filter_map(|item| item.properties.get("name")?.as_text()).collect();
        shown.iter().filter(|item| is_ours(scope.environment, &names, item)).map(|item| self.read(item)).collect()
    }
}

/// Ours by its mark; or by its exact name where it carries nobody's mark.
fn is_ours(environment: &EnvironmentKey, names: &[&str], item: &Json) -> bool {
    let description = text(item, "description").unwrap_or_default();
    let named = text(item, "name").is_some_and(|name| names.contains(&name));
    place::description_is_mark(environment, item) || (named && !description.starts_with("gureum "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::EnvironmentName;

    #[test]
    fn a_port_is_ours_by_mark_or_by_name_without_another_mark() {
        let environment = EnvironmentKey {
            project_id: "p".into(),
            region: "R".into(),
            name: EnvironmentName::parse("shop").expect("a name"),
        };
        let ours = |item: Json| is_ours(&environment, &["shop-web-1"], &item);
        assert!(ours(json!({"name": "renamed", "description": environment.mark()})));
        assert!(ours(json!({"name": "shop-web-1", "description": ""})));
        assert!(!ours(json!({"name": "shop-web-1", "description": "gureum shop 00000000"})));
        assert!(!ours(json!({"name": "other", "description": "gureum shop"})));
    }

    #[test]
    fn a_port_is_known_by_its_address_and_network() {
        let item = json!({"id": "p", "network_id": "n", "fixed_ips": [{"subnet_id": "s", "ip_address": "10.0.0.1"}],
            "device_id": "", "device_owner": "compute:nova"});
        let read = Port.read(&item).expect("readable");
        assert_eq!(read.outputs.keys().collect::<Vec<_>>(), ["device_owner"]);
        assert!(Port.is(&read.properties, &read));
        let elsewhere = Port.decode(&json!({"network_id": "m", "fixed_ips": [{"ip_address": "10.0.0.1"}]}));
        assert!(!Port.is(&elsewhere, &read));
        let without = Port.decode(&json!({"network_id": "n", "fixed_ips": []}));
        assert!(!Port.is(&without, &read));
    }
}
