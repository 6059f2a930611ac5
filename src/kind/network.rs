//! A network (Neutron API v2.0, `networks`).

use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::Network,
    word: "network",
    title: "network",
    service: Service::Network,
    mark: Mark::Description,
    key: Key::Name,
    parent: None,
    deleted_with: None,
    properties: &[Property::in_place("name"), Property::in_place("description"), Property::in_place("admin_state_up")],
    can_act_twice: true,
    bulk: Bulk::Any,
    exclusive: false,
    settles: Settles::AtOnce,
    made_again: true,
    typical_ms: 100,
    bears_data: false,
    quota: &[Quota::Network],
};
