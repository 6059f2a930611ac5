//! A listener (Octavia API v2, `listeners`). A second one on the same protocol and port is refused.

use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::Listener,
    word: "listener",
    title: "listener",
    service: Service::LoadBalancer,
    mark: Mark::Description,
    key: Key::Name,
    parent: Some("loadbalancer_id"),
    deleted_with: Some("loadbalancer_id"),
    properties: &[
        Property::in_place("name"),
        Property::in_place("description"),
        Property::in_place("admin_state_up"),
        Property::replace("loadbalancer_id"),
        Property::replace("protocol"),
        Property::replace("protocol_port"),
        Property::in_place("default_pool_id"),
        Property::in_place("insert_headers"),
    ],
    can_act_twice: false,
    bulk: Bulk::None,
    exclusive: true,
    settles: Settles::Later,
    made_again: true,
    typical_ms: 300,
    bears_data: false,
    quota: &[Quota::Listener],
};
