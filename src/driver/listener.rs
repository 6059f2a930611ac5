//! Listeners: `/v2/lbaas/listeners`. A second one on the same protocol and port of a load balancer is refused.

use serde_json::Value as Json;

use crate::kind::Kind;
use crate::model::Properties;
use crate::snapshot::Observed;

use super::json::{pick, with_parent};
use super::marked::{Marked, Rest};

pub(super) struct Listener;

static REST: Rest =
    Rest { kind: Kind::Listener, path: "/lbaas/listeners", collection: "listeners", singular: "listener" };

impl Marked for Listener {
    fn rest(&self) -> &'static Rest {
        &REST
    }

    fn decode(&self, item: &Json) -> Properties {
        with_parent(pick(Kind::Listener, item), item, "loadbalancers", "loadbalancer_id")
    }

    /// "Another Listener on this Load Balancer is already using protocol HTTP and protocol_port 80".
    fn is(&self, wanted: &Properties, observed: &Observed) -> bool {
        ["loadbalancer_id", "protocol", "protocol_port"]
            .iter()
            .all(|name| wanted.contains_key(*name) && wanted.get(*name) == observed.properties.get(*name))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Value;
    use crate::snapshot::Status;

    #[test]
    fn answers_name_the_balancer_in_a_list() {
        // The lab's answer, shortened.
        let item = json!({"id": "l", "name": "shop-http", "description": "gureum shop 1", "provisioning_status": "PENDING_CREATE",
            "admin_state_up": true, "protocol": "HTTP", "protocol_port": 80, "connection_limit": -1, "default_pool_id": "p",
            "insert_headers": {"X-Forwarded-For": "true"}, "created_at": "2026-11-24T18:50:21", "loadbalancers": [{"id": "b"}]});
        let read = Listener.read(&item).expect("readable");
        assert_eq!(read.properties["loadbalancer_id"], Value::from("b"));
        assert_eq!(read.properties.len(), 8);
        assert_eq!(read.status, Status::Pending("PENDING_CREATE".into()));
        assert_eq!(read.created_at.as_deref(), Some("2026-11-24T18:50:21Z"));
        assert!(Listener.is(&read.properties, &read));
    }
}
