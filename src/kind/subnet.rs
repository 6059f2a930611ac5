//! A subnet (Neutron API v2.0, `subnets`). A second one with the same range on one network is refused, so its create cannot act twice.

use super::spec::{Bulk, Compare, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::Subnet,
    word: "subnet",
    title: "subnet",
    service: Service::Network,
    mark: Mark::Description,
    key: Key::Name,
    parent: None,
    deleted_with: Some("network_id"),
    properties: &[
        Property::in_place("name"),
        Property::in_place("description"),
        Property::replace("network_id"),
        Property::replace("cidr"),
        Property::in_place("enable_dhcp"),
        Property::in_place("dns_nameservers"),
        Property::in_place("allocation_pools").compared(Compare::Unordered),
    ],
    can_act_twice: false,
    bulk: Bulk::Any,
    exclusive: false,
    settles: Settles::AtOnce,
    made_again: true,
    typical_ms: 150,
    bears_data: false,
    quota: &[Quota::Subnet],
};
