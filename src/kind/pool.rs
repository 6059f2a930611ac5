//! A pool (Octavia API v2, `pools`), made before its listener, which then names it as its default.

use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::Pool,
    word: "pool",
    title: "pool",
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
        Property::in_place("lb_algorithm"),
        Property::in_place("session_persistence"),
    ],
    can_act_twice: true,
    bulk: Bulk::None,
    exclusive: true,
    settles: Settles::Later,
    made_again: true,
    typical_ms: 200,
    bears_data: false,
    quota: &[Quota::Pool],
};
