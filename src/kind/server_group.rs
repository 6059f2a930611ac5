//! A server group (Nova API v2.1, `os-server-groups`). Nova lets nobody change one.

use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::ServerGroup,
    word: "server-group",
    title: "server group",
    service: Service::Compute,
    mark: Mark::Name,
    key: Key::NameBeforeId,
    parent: None,
    deleted_with: None,
    properties: &[Property::replace("name"), Property::replace("policy")],
    can_act_twice: true,
    bulk: Bulk::None,
    exclusive: false,
    settles: Settles::AtOnce,
    made_again: true,
    typical_ms: 50,
    bears_data: false,
    quota: &[Quota::ServerGroups],
};
