//! An environment's state, as its events tell it.

use std::collections::BTreeMap;

use crate::kind::Kind;
use crate::model::Address;

use super::{Doubt, Durations, Known, KnownId, OperationWord, OutcomeWord, Started};

/// What the events of an environment add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Resources by address, those that were deleted included.
    pub resources: BTreeMap<Address, Standing>,
    /// Deletions that were intended and have not ended, by address and id: two resources may claim one address.
    pub deletions: BTreeMap<(Address, String), Standing>,
    /// Runs in order.
    pub runs: Vec<Run>,
    /// The last event's sequence number; 0 when there is none.
    pub sequence: u64,
    pub(super) durations: Durations,
}

/// One resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What it is.
    pub kind: Kind,
    /// The cloud's id of it, where it is known.
    pub id: Option<String>,
    /// How it stands.
    pub condition: Condition,
    /// The operation that was last begun on it.
    pub operation: OperationWord,
    /// The run that began it.
    pub run: String,
    /// When it was begun (intended, or taken up): milliseconds since the epoch.
    pub since: i64,
    /// When the cloud accepted it: milliseconds since the epoch.
    pub accepted_at: Option<i64>,
    /// What others or the user may want of it.
    pub outputs: BTreeMap<String, String>,
}

/// How far the last operation on a resource came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The request was about to leave.
    Intended,
    /// The cloud will do it.
    Accepted,
    /// It is done.
    Settled,
    /// It failed.
    Failed {
        /// What happened.
        error: String,
        /// Whether it may nevertheless have been done.
        in_doubt: bool,
    },
    /// The resource is gone.
    Deleted,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// When it began: milliseconds since the epoch.
    pub at: i64,
    /// How it began.
    pub started: Started,
    /// How it ended; `None` while it runs, or when it died.
    pub ended: Option<RunEnd>,
}

/// A run's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEnd {
    /// When: milliseconds since the epoch.
    pub at: i64,
    /// How.
    pub outcome: OutcomeWord,
    /// The exit code.
    pub exit_code: u8,
    /// Why, where it is not plain success.
    pub because: Option<String>,
}

impl State {
    /// Ids by address, and what is in doubt.
    pub fn known(&self) -> Known {
        let exists = |standing: &&Standing| standing.condition != Condition::Deleted;
        let ids = self.resources.iter().filter(|(_, standing)| exists(standing)).filter_map(|(address, standing)| {
            let id = standing.id.clone()?;
            Some((address.clone(), KnownId { kind: standing.kind, id }))
        });
        let doubts =
            self.resources.iter().chain(self.deletions.iter().map(|((address, _), standing)| (address, standing)));
        let doubts = doubts.filter(|(_, standing)| standing.in_doubt()).map(|(address, standing)| Doubt {
            address: address.clone(),
            kind: standing.kind,
            operation: standing.operation,
            since: standing.since,
        });
        Known { ids: ids.collect(), doubts: doubts.collect(), fingerprints: BTreeMap::new() }
    }

    /// How long things took, over the whole history.
    pub fn durations(&self) -> Durations {
        self.durations.clone()
    }

    /// The beginning of the last run.
    pub fn last_started(&self) -> Option<&Started> {
        self.runs.last().map(|run| &run.started)
    }

    /// The beginning of the last run that had inputs: a later one starts from these.
    pub fn last_deploy(&self) -> Option<&Started> {
        self.runs.iter().rev().map(|run| &run.started).find(|started| started.inputs.is_some())
    }

    /// What settled resources gave, by address; the id is one of them.
    pub fn outputs(&self) -> BTreeMap<Address, BTreeMap<String, String>> {
        let mut all = BTreeMap::new();
        for (address, standing) in &self.resources {
            if let Some(id) = standing.id.as_ref().filter(|_| standing.condition != Condition::Deleted) {
                let mut outputs = standing.outputs.clone();
                outputs.insert("id".to_owned(), id.clone());
                all.insert(address.clone(), outputs);
            }
        }
        all
    }
}

impl Standing {
    /// Whether nobody knows if the last request acted, or will.
    pub fn in_doubt(&self) -> bool {
        match &self.condition {
            Condition::Intended => true,
            Condition::Failed { in_doubt, .. } => *in_doubt,
            Condition::Accepted | Condition::Settled | Condition::Deleted => false,
        }
    }
}
