//! A load balancer (Octavia API v2, `loadbalancers`) on a port of ours. It and all below it are immutable while any of them is pending.

use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::LoadBalancer,
    word: "balancer",
    title: "load balancer",
    service: Service::LoadBalancer,
    mark: Mark::Description,
    key: Key::Name,
    parent: None,
    deleted_with: None,
    properties: &[
        Property::in_place("name"),
        Property::in_place("description"),
        Property::in_place("admin_state_up"),
        Property::replace("vip_port_id"),
        Property::replace("vip_subnet_id"),
        Property::replace("vip_address"),
    ],
    can_act_twice: true,
    bulk: Bulk::None,
    exclusive: true,
    settles: Settles::Later,
    made_again: true,
    typical_ms: 1_500,
    bears_data: false,
    quota: &[Quota::LoadBalancer],
};
