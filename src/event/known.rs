//! Of the past, what planning and observation need: ids by address, and what is in doubt.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kind::Kind;
use crate::model::{Address, SecretName};

use super::OperationWord;

/// What the journal knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Resources that were made and not deleted.
    pub ids: BTreeMap<Address, KnownId>,
    /// Requests whose outcome nobody knows.
    pub doubts: Vec<Doubt>,
    /// Fingerprints of the secrets that the journal holds. Events do not tell them: whoever opened the journal adds them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fingerprints: BTreeMap<SecretName, String>,
}

/// A resource by kind and id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownId {
    /// What it is.
    pub kind: Kind,
    /// The cloud's id of it.
    pub id: String,
}

/// A request that may have acted, or may act later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// On what.
    pub address: Address,
    /// Its kind.
    pub kind: Kind,
    /// To do what.
    pub operation: OperationWord,
    /// When it left: milliseconds since the epoch.
    pub since: i64,
}
