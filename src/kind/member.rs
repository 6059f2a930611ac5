//! A pool's member (Octavia API v2, `pools/{id}/members`), known by its address and port; a second one of those is refused.

use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::Member,
    word: "member",
    title: "member",
    service: Service::LoadBalancer,
    mark: Mark::Parent,
    key: Key::Content,
    parent: Some("pool_id"),
    deleted_with: Some("pool_id"),
    properties: &[
        Property::replace("pool_id"),
        Property::replace("address"),
        Property::replace("protocol_port"),
        Property::replace("subnet_id"),
        Property::in_place("name"),
        Property::in_place("weight"),
        Property::in_place("admin_state_up"),
    ],
    can_act_twice: false,
    bulk: Bulk::SameParent,
    exclusive: true,
    settles: Settles::Later,
    made_again: true,
    typical_ms: 750,
    bears_data: false,
    quota: &[Quota::Member],
};

/// A member's local name, from its content: `10.10.1.11:80`.
pub fn local_name(address: &str, port: i64) -> String {
    format!("{address}:{port}")
}
