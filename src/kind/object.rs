//! An object (Swift API v1): what of a server's first boot its user-data has no room for. A PUT makes it and makes it again, and
//! it goes with its container. It holds nothing that could not be written anew.

use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::Object,
    word: "object",
    title: "object",
    service: Service::ObjectStore,
    mark: Mark::Parent,
    key: Key::Content,
    parent: Some("container"),
    deleted_with: Some("container"),
    properties: &[
        Property::replace("container"),
        Property::replace("name"),
        // What the content was made of, and the fingerprints of the secrets in it: by them one tells whether it is another one.
        Property::in_place("metadata"),
        Property::once("content"),
    ],
    can_act_twice: false,
    bulk: Bulk::None,
    exclusive: false,
    settles: Settles::AtOnce,
    made_again: true,
    typical_ms: 100,
    bears_data: false,
    quota: &[],
};

/// Metadata key of the SHA-256 of the content's pieces.
pub const METADATA_CONTENT: &str = "gureum_content";

/// The secret by which a server knows that what it fetched is what was meant for it, whole and unchanged.
pub const CONTENT_KEY: &str = "signals.content";

/// What objects' names begin with: no server's report is called so.
const PREFIX: &str = "content/";

/// The name of the object for the server with that local name.
pub fn name(local: &str) -> String {
    format!("{PREFIX}{local}")
}

/// Whose object that is; `None` for one of another's.
pub fn local_name(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX).filter(|local| !local.is_empty() && !local.contains('/'))
}
