//! An object container (Swift API v1). Its creation is a PUT that may be repeated; it holds data by its nature.

use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::Container,
    word: "container",
    title: "container",
    service: Service::ObjectStore,
    mark: Mark::Name,
    key: Key::NameBeforeId,
    parent: None,
    deleted_with: None,
    properties: &[Property::replace("name")],
    can_act_twice: false,
    bulk: Bulk::None,
    exclusive: false,
    settles: Settles::AtOnce,
    typical_ms: 100,
    bears_data: true,
    quota: &[],
};
