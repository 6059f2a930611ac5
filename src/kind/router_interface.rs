//! A router's interface in a subnet (Neutron API v2.0, `add_router_interface`). It is a port, but found and removed by router and subnet; its id is that port's.

use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::RouterInterface,
    word: "interface",
    title: "router interface",
    service: Service::Network,
    mark: Mark::Parent,
    key: Key::Reference("subnet_id"),
    parent: Some("router_id"),
    deleted_with: None,
    properties: &[Property::replace("router_id"), Property::replace("subnet_id")],
    can_act_twice: false,
    bulk: Bulk::None,
    exclusive: true,
    settles: Settles::AtOnce,
    made_again: true,
    typical_ms: 850,
    bears_data: false,
    quota: &[Quota::Port],
};
