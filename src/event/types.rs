//! The events of an environment's life, in the order of their sequence numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kind::Kind;
use crate::model::Address;

use super::verified::Verification;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the environment's history, from 1, without gaps.
    pub sequence: u64,
    /// When: milliseconds since the Unix epoch.
    pub at: i64,
    /// In which run.
    pub run: String,
    /// What.
    pub what: Happening,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Happening {
    /// A run began.
    Started(Started),
    /// A request is about to leave. Durable before it does.
    Intended {
        /// On what.
        address: Address,
        /// Its kind.
        kind: Kind,
        /// To do what.
        operation: OperationWord,
        /// The id, where it is known before.
        id: Option<String>,
        /// Which property changes, in words, for an update.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
    },
    /// The cloud answered that it will do it.
    Accepted {
        /// On what.
        address: Address,
        /// Its kind.
        kind: Kind,
        /// To do what.
        operation: OperationWord,
        /// The cloud's id of it.
        id: String,
        /// OpenStack's request id, where it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
        /// Whether it existed already and was taken up.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        adopted: bool,
    },
    /// It is done.
    Settled {
        /// On what.
        address: Address,
        /// Its kind.
        kind: Kind,
        /// What was done.
        operation: OperationWord,
        /// The cloud's id of it.
        id: String,
        /// What others or the user may want of it.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        outputs: BTreeMap<String, String>,
    },
    /// It failed.
    Failed {
        /// On what.
        address: Address,
        /// Its kind.
        kind: Kind,
        /// What was tried.
        operation: OperationWord,
        /// The id, where it is known.
        id: Option<String>,
        /// What happened, in OpenStack's own words with its request id.
        error: String,
        /// Whether it may nevertheless have been done: its outcome is in doubt.
        in_doubt: bool,
    },
    /// It was not tried.
    Skipped {
        /// On what.
        address: Address,
        /// Its kind.
        kind: Kind,
        /// What was to be done.
        operation: OperationWord,
        /// The address whose failure prevents it; itself when the run was stopped.
        because: Address,
    },
    /// A request was sent again or is waited for: for displays.
    Retried {
        /// On what.
        address: Address,
        /// Its kind.
        kind: Kind,
        /// Why, in OpenStack's own words.
        error: String,
        /// When it is sent again or its doubt ends: milliseconds since the epoch.
        until: i64,
    },
    /// What an earlier run left in doubt, or what the journal holds to exist, was looked for.
    Looked {
        /// Where.
        address: Address,
        /// Its kind.
        kind: Kind,
        /// What was asked for.
        operation: OperationWord,
        /// The id, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// How that went.
        finding: Finding,
    },
    /// A guest said something of its first boot.
    Guest {
        /// Which server.
        address: Address,
        /// What it said.
        word: GuestWord,
    },
    /// The service was asked whether it answers.
    Verified {
        /// What was seen.
        seen: Verification,
        /// Until when it is asked again, where something did not answer: milliseconds since the epoch.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<i64>,
    },
    /// A run ended.
    Ended {
        /// How.
        outcome: OutcomeWord,
        /// The exit code.
        exit_code: u8,
        /// Why, where it is not plain success.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<String>,
    },
}

/// The beginning of a run, with all that a later run needs to start from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// Which command.
    pub command: CommandWord,
    /// The inputs as JSON, in `blueprint/`'s form; a destroy has none.
    pub inputs: Option<serde_json::Value>,
    /// The blueprint's own text; a destroy has none.
    pub blueprint: Option<String>,
    /// SHA-256 of the plan's JSON.
    pub plan_digest: String,
    /// How many steps the plan has.
    pub steps: usize,
    /// gureum's version.
    pub version: String,
}

/// The commands that write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandWord {
    /// `gureum deploy`.
    Deploy,
    /// `gureum destroy`.
    Destroy,
}

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationWord {
    /// Made.
    Create,
    /// Changed.
    Update,
    /// Deleted.
    Delete,
    /// Waited for.
    Wait,
}

/// What a look for something told; what is found is accepted as taken up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It may still act: it is looked for.
    Awaited {
        /// Until when: milliseconds since the epoch.
        until: i64,
    },
    /// It is not there, and can no longer appear.
    Absent,
    /// Its request can no longer act; the observation that follows shows what became of it.
    Past,
    /// It was there once and is no longer.
    Gone,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeWord {
    /// All was done.
    Done,
    /// Some was done.
    Partly,
    /// The user stopped it.
    Interrupted,
}

/// What a guest says of its first boot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuestWord {
    /// It has reached a stage.
    Stage(String),
    /// It is ready.
    Ready,
    /// It failed: stage and last lines of its log.
    Failed(String),
}
