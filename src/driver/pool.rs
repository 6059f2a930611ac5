//! Pools: `/v2/lbaas/pools`, made for their load balancer; a listener names one as its default afterwards.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::kind::Kind;
use crate::model::Properties;

use super::json::{pick, text, with_parent};
use super::marked::{Marked, Rest};

pub(super) struct Pool;

pub(super) static REST: Rest = Rest { kind: Kind::Pool, path: "/lbaas/pools", collection: "pools", singular: "pool" };

/// The output that leads to a pool's health monitor.
pub(super) const MONITOR: &str = "healthmonitor_id";

impl Marked for Pool {
    fn rest(&self) -> &'static Rest {
        &REST
    }

    fn decode(&self, item: &Json) -> Properties {
        with_parent(pick(Kind::Pool, item), item, "loadbalancers", "loadbalancer_id")
    }

    fn outputs(&self, item: &Json) -> BTreeMap<String, String> {
        text(item, MONITOR).map(|id| (MONITOR.to_owned(), id.to_owned())).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Value;

    #[test]
    fn of_the_persistence_only_what_is_set_is_shown() {
        // The lab's answer, shortened.
        let item = json!({"id": "p", "name": "shop-http", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", "session_persistence":
            {"type": "SOURCE_IP", "cookie_name": null, "persistence_timeout": null}, "loadbalancers": [{"id": "b"}],
            "healthmonitor_id": "hm", "members": [{"id": "m"}], "listeners": []});
        let persistence = Value::Map([("type".to_owned(), Value::from("SOURCE_IP"))].into());
        assert_eq!(Pool.decode(&item)["session_persistence"], persistence);
        assert_eq!(Pool.outputs(&item)[MONITOR], "hm");
    }
}
