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
    // The key for signed addresses of what lies in it. Whoever may read the container may read it there, so it is not asked for.
    properties: &[Property::replace("name"), Property::once("temp_url_key")],
    can_act_twice: false,
    bulk: Bulk::None,
    exclusive: false,
    settles: Settles::AtOnce,
    made_again: true,
    typical_ms: 100,
    bears_data: true,
    quota: &[],
};
