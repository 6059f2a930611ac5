//! A floating IP (Neutron API v2.0, `floatingips`), known by the port it leads to.

use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::FloatingIp,
    word: "floating-ip",
    title: "floating IP",
    service: Service::Network,
    mark: Mark::Description,
    key: Key::Reference("port_id"),
    parent: None,
    deleted_with: None,
    properties: &[
        Property::in_place("description"),
        Property::replace("floating_network_id"),
        Property::in_place("port_id"),
    ],
    can_act_twice: true,
    bulk: Bulk::None,
    exclusive: false,
    settles: Settles::AtOnce,
    made_again: true,
    typical_ms: 700,
    bears_data: false,
    quota: &[Quota::Floatingip],
};
