//! A router (Neutron API v2.0, `routers`). `external_gateway_info` holds only the `network_id`; the rest is the cloud's.

use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::Router,
    word: "router",
    title: "router",
    service: Service::Network,
    mark: Mark::Description,
    key: Key::Name,
    parent: None,
    deleted_with: None,
    properties: &[
        Property::in_place("name"),
        Property::in_place("description"),
        Property::in_place("admin_state_up"),
        Property::in_place("external_gateway_info"),
    ],
    can_act_twice: true,
    bulk: Bulk::None,
    exclusive: true,
    settles: Settles::AtOnce,
    made_again: true,
    typical_ms: 600,
    bears_data: false,
    quota: &[Quota::Router],
};
