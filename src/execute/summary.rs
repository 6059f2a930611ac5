//! How a run went, and the chain of waits that made it as long as it was.

use std::collections::BTreeSet;

use crate::cloud::Statistics;
use crate::event::{OperationWord, OutcomeWord, Verification};
use crate::kind::Kind;
use crate::model::{Address, Text};
use crate::plan::{Plan, Until};

/// How a run went.
#[derive(Clone, Debug)]
pub struct Summary {
    /// How it ended.
    pub outcome: OutcomeWord,
    /// 0 done, 4 partly done, 130 interrupted.
    pub exit_code: u8,
    /// From its first event to its last, in milliseconds.
    pub makespan_ms: u64,
    /// What the last item waited for, and that in turn, from the beginning.
    pub critical_path: Vec<PathEntry>,
    /// Items that were done.
    pub done: usize,
    /// Items that failed.
    pub failed: usize,
    /// Items that were not tried.
    pub skipped: usize,
    /// Items that the cloud accepted and that had not settled when the run was stopped: the next one waits for them.
    pub unfinished: usize,
    /// What failed, and why, in OpenStack's own words.
    pub failures: Vec<(Address, String)>,
    /// Requests that were sent since the cloud was connected.
    pub statistics: Statistics,
    /// Whether the service answers, where it was asked.
    pub verification: Option<Verification>,
    /// Why it is not plain success.
    pub because: Option<Text>,
    /// Resources that exist and of which the journal does not know, because it could not be written.
    pub unrecorded: Vec<(Address, Kind, String)>,
}

/// One link of the critical path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathEntry {
    /// Which item.
    pub address: Address,
    /// What was done.
    pub operation: OperationWord,
    /// From the end of the link before to its own end, in milliseconds: all of them add up to the makespan.
    pub ms: u64,
    /// Of these, until its request was sent: its service had enough to do.
    pub waited_ms: u64,
    /// Of these, until its request was answered.
    pub request_ms: u64,
}

/// When an item was begun and when it ended.
#[derive(Clone, Debug)]
pub struct Finish {
    /// Which.
    pub address: Address,
    /// Of which step.
    pub step: usize,
    /// What was done.
    pub operation: OperationWord,
    /// When its step began.
    pub begin: i64,
    /// When its first request was answered.
    pub answered: i64,
    /// When it ended.
    pub end: i64,
}

/// The chain of waits that ends with the last item.
pub fn critical_path(plan: &Plan, started: i64, finishes: &[Finish]) -> Vec<PathEntry> {
    let mut path = Vec::new();
    let Some(last) = finishes.iter().max_by_key(|finish| finish.end) else { return path };
    let mut next = Some((last, last.end));
    let mut visited = BTreeSet::new();
    while let Some((finish, until)) = next {
        visited.insert(finish.step);
        let step = &plan.steps[finish.step];
        let released = finishes.iter().filter(|other| !visited.contains(&other.step)).filter_map(|other| {
            let moment = match step.after.get(&other.address) {
                Some(Until::Settled) => other.end,
                Some(Until::Answered) => other.answered,
                None if step.lane.is_some() && plan.steps[other.step].lane == step.lane => other.end,
                None => return None,
            };
            // An address may have a later step too: that one was not waited for.
            (moment <= finish.begin).then_some((other, moment))
        });
        let before = released.max_by_key(|(_, moment)| *moment);
        let from = before.map_or(started, |(_, moment)| moment);
        let between = |begin: i64, end: i64| u64::try_from(end - begin).unwrap_or_default();
        path.push(PathEntry {
            address: finish.address.clone(),
            operation: finish.operation,
            ms: between(from, until),
            waited_ms: between(from, finish.begin),
            request_ms: between(finish.begin, finish.answered.min(until)),
        });
        next = before;
    }
    path.reverse();
    path
}
