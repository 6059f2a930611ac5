//! What runs inside a server: whether it has come to the end of its first boot. It is no resource of the cloud's: nothing is
//! sent to make it, and its state is what the guest itself reports.

use crate::model::GuestReport;

use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::Guest,
    word: "ready",
    title: "guest",
    service: Service::Compute,
    mark: Mark::Parent,
    key: Key::Only,
    parent: Some("server_id"),
    deleted_with: Some("server_id"),
    properties: &[
        Property::replace("server_id"),
        // The server's local name, by which its reports are called.
        Property::once("server"),
        // For how many seconds a guest may say nothing new.
        Property::once("limit_s"),
    ],
    can_act_twice: false,
    bulk: Bulk::None,
    exclusive: false,
    settles: Settles::InStages,
    made_again: false,
    typical_ms: 60_000,
    bears_data: false,
    quota: &[],
};

/// The secret by which guests' reports are known to be theirs: the key of the container, or of lines on a console.
pub const SIGNALS_KEY: &str = GuestReport::KEY;

/// A guest's id, from its server's: a guest is another one as soon as its server is.
pub fn id(server_id: &str) -> String {
    format!("{server_id}/ready")
}

/// The id of a guest's server.
pub fn server_id(id: &str) -> Option<&str> {
    id.strip_suffix("/ready")
}
