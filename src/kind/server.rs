//! A server (Nova API v2.1, `servers`) on a port of ours, which a second one of it cannot take. Nova accepts the second all the
//! same: it ends in ERROR, and deleting it takes the port away from the first. So one whose answer was lost is looked for.

use super::spec::{Bulk, Compare, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::Server,
    word: "server",
    title: "server",
    service: Service::Compute,
    mark: Mark::Metadata,
    key: Key::Metadata,
    parent: None,
    deleted_with: None,
    properties: &[
        Property::in_place("name"),
        Property::in_place("metadata").compared(Compare::AtLeast),
        Property::in_place("tags").compared(Compare::AtLeast),
        Property::replace("imageRef"),
        Property::replace("flavorRef"),
        Property::in_place("networks").compared(Compare::Unordered),
        Property::replace("config_drive"),
        Property::replace("availability_zone"),
        Property::replace("server_group"),
        Property::reported("user_data"),
        Property::in_place("power_state"),
    ],
    can_act_twice: true,
    bulk: Bulk::None,
    exclusive: false,
    settles: Settles::Later,
    made_again: true,
    typical_ms: 2_000,
    bears_data: false,
    quota: &[Quota::Instances],
};

/// Metadata key of the mark: `gureum <name> <id>`.
pub const METADATA_ENVIRONMENT: &str = "gureum";
/// Metadata key of the address.
pub const METADATA_ADDRESS: &str = "gureum_address";
/// Metadata key that says whether the server holds data: `true` or `false`.
pub const METADATA_DATA: &str = "gureum_data";
/// What the metadata keys of secrets begin with: the secret's name follows, and the value is the fingerprint of what the server
/// was given at its first boot.
pub const METADATA_SECRET: &str = "gureum_secret_";
/// Metadata key of the run that created the server; it is never compared.
pub const METADATA_RUN: &str = "gureum_run";
/// Metadata key of the SHA-256 of the user-data's pieces, which Nova shows to nobody.
pub const METADATA_USER_DATA: &str = "gureum_user_data";
