//! Whose an environment is: an object in the container of the guests' reports that only one can make (`If-None-Match: *`). It names
//! the secrets of whoever made it, by fingerprint, so that of two who begin one environment at once with a journal each only one
//! makes servers (docs/decisions/claim.md).

use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::Claim,
    word: "claim",
    title: "claim",
    service: Service::ObjectStore,
    mark: Mark::Parent,
    key: Key::Only,
    parent: Some("container"),
    deleted_with: Some("container"),
    properties: &[
        Property::replace("container"),
        // As a server's: fingerprints of secrets. One that differs is a fault, not a difference.
        Property::once("metadata"),
    ],
    can_act_twice: false,
    bulk: Bulk::None,
    exclusive: false,
    settles: Settles::Later,
    made_again: true,
    typical_ms: 1_500,
    bears_data: false,
    quota: &[],
};

/// A claim's id, from its container's name: the object's path.
pub fn id(container: &str) -> String {
    format!("{container}/claim")
}

/// The name of a claim's container.
pub fn container(id: &str) -> Option<&str> {
    id.strip_suffix("/claim")
}
