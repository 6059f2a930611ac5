//! A port (Neutron API v2.0, `ports`), always with a fixed address, so that its create cannot act twice.

use super::spec::{Bulk, Compare, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::Port,
    word: "port",
    title: "port",
    service: Service::Network,
    mark: Mark::Description,
    key: Key::Name,
    parent: None,
    deleted_with: None,
    properties: &[
        Property::in_place("name"),
        Property::in_place("description"),
        Property::in_place("admin_state_up"),
        Property::replace("network_id"),
        Property::in_place("fixed_ips").compared(Compare::Unordered),
        Property::in_place("security_groups").compared(Compare::Unordered),
    ],
    can_act_twice: false,
    bulk: Bulk::Any,
    exclusive: false,
    settles: Settles::AtOnce,
    made_again: true,
    typical_ms: 400,
    bears_data: false,
    quota: &[Quota::Port],
};
