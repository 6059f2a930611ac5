//! One resource as the cloud shows it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kind::Kind;
use crate::model::{Address, Properties};

/// One resource as the cloud shows it. It is in a snapshot because it carries the environment's mark, because its parent
/// does, or because the journal knows its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// What it is.
    pub kind: Kind,
    /// The cloud's id of it: a UUID; a container's name; a router interface's port.
    pub id: String,
    /// Where it stands; `None` where its key cannot be read.
    pub address: Option<Address>,
    /// The properties of the kind's table in the form of the create request, with plain ids where it refers to others.
    pub properties: Properties,
    /// Its state.
    pub status: Status,
    /// Whether it is marked as bearing data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bears_data: bool,
    /// When it was made, RFC 3339, where the cloud says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// The run that made it, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// What others or the user may want of it besides its id: `floating_ip_address`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
}

/// A resource's state, in three words and the cloud's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is what it should be: `ACTIVE`, and everything without a status.
    Ready,
    /// It is becoming something: `BUILD`, `PENDING_CREATE`, …
    Pending(String),
    /// It failed, and why, in the cloud's own words.
    Failed(String),
}
