//! Routers: `/v2.0/routers`.

use serde_json::Value as Json;

use crate::kind::Kind;
use crate::model::{Properties, Value};

use super::json::pick;
use super::marked::{Marked, Rest};

pub(super) struct Router;

static REST: Rest = Rest { kind: Kind::Router, path: "/routers", collection: "routers", singular: "router" };

impl Marked for Router {
    fn rest(&self) -> &'static Rest {
        &REST
    }

    /// Of the gateway only the network is ours; addresses and NAT are the cloud's.
    fn decode(&self, item: &Json) -> Properties {
        let mut properties = pick(Kind::Router, item);
        if let Some(Value::Map(gateway)) = properties.get_mut("external_gateway_info") {
            gateway.retain(|name, _| name == "network_id");
        }
        properties
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_the_gateway_only_the_network_is_ours() {
        // The lab's answer, shortened.
        let item = json!({"id": "r", "name": "shop-main", "admin_state_up": true, "status": "ACTIVE", "external_gateway_info": {
            "network_id": "n", "enable_snat": true, "external_fixed_ips": [{"subnet_id": "s", "ip_address": "10.250.0.59"}]},
            "description": "gureum shop 1", "routes": [], "flavor_id": null, "created_at": "2026-11-24T18:50:08Z"});
        let read = Router.read(&item).expect("readable");
        let gateway = Value::Map([("network_id".to_owned(), Value::from("n"))].into());
        assert_eq!(read.properties["external_gateway_info"], gateway);
        assert_eq!(read.properties.len(), 4);
        assert_eq!(read.created_at.as_deref(), Some("2026-11-24T18:50:08Z"));
        let closed = Router.decode(&json!({"id": "r", "external_gateway_info": null}));
        assert!(closed.is_empty(), "{closed:?}");
    }
}
