//! A pool's health monitor (Octavia API v2, `healthmonitors`); a pool has one.

use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::HealthMonitor,
    word: "monitor",
    title: "health monitor",
    service: Service::LoadBalancer,
    mark: Mark::Parent,
    key: Key::Only,
    parent: Some("pool_id"),
    deleted_with: Some("pool_id"),
    properties: &[
        Property::replace("pool_id"),
        Property::replace("type"),
        Property::in_place("name"),
        Property::in_place("admin_state_up"),
        Property::in_place("delay"),
        Property::in_place("timeout"),
        Property::in_place("max_retries"),
        Property::in_place("http_method"),
        Property::in_place("url_path"),
        Property::in_place("expected_codes"),
    ],
    can_act_twice: false,
    bulk: Bulk::None,
    exclusive: true,
    settles: Settles::Later,
    made_again: true,
    typical_ms: 160,
    bears_data: false,
    quota: &[Quota::HealthMonitor],
};
