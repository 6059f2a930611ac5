//! From events to a state: one `match` over how things stand and what happened, failing by default.
//!
//! Everything that this gureum writes folds, in whatever order a crash cuts it off: an intention without an outcome may be
//! followed by anything a later run does. What no order of ours can produce is a damaged or foreign journal, and said.

use std::collections::BTreeMap;

use crate::kind::Kind;
use crate::model::Address;

use super::state::{Condition, Run, RunEnd, Standing, State};
use super::{Event, Finding, Happening, OperationWord};

/// The history is not one that gureum wrote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// Events are missing or in the wrong order.
    #[error("event {found} stands where event {expected} should")]
    Sequence {
        /// The number that should be next.
        expected: u64,
        /// The number that is.
        found: u64,
    },
    /// An event that cannot follow what came before it.
    #[error("event {sequence}: `{event}` cannot follow: {address} is {standing}")]
    Illegal {
        /// The event's number.
        sequence: u64,
        /// The event's word.
        event: &'static str,
        /// On what.
        address: String,
        /// How that stood.
        standing: String,
    },
}

/// The state that a whole history, from its first event, adds up to.
pub fn fold(events: &[Event]) -> Result<State, FoldError> {
    let mut state = State::default();
    for event in events {
        state.apply(event)?;
    }
    Ok(state)
}

impl State {
    /// One more event.
    pub fn apply(&mut self, event: &Event) -> Result<(), FoldError> {
        if event.sequence != self.sequence + 1 {
            return Err(FoldError::Sequence { expected: self.sequence + 1, found: event.sequence });
        }
        self.sequence = event.sequence;
        match &event.what {
            Happening::Started(started) if self.runs.iter().all(|run| run.id != event.run) => {
                let (id, started) = (event.run.clone(), started.clone());
                self.runs.push(Run { id, at: event.at, started, ended: None });
                Ok(())
            }
            Happening::Ended { outcome, exit_code, because } => {
                match self.runs.iter_mut().find(|run| run.id == event.run && run.ended.is_none()) {
                    Some(run) => {
                        let (outcome, exit_code, because) = (*outcome, *exit_code, because.clone());
                        run.ended = Some(RunEnd { at: event.at, outcome, exit_code, because });
                        Ok(())
                    }
                    None => Err(illegal(event, "ended", &format!("run {}", event.run), "not running".to_owned())),
                }
            }
            Happening::Started(_) => {
                Err(illegal(event, "started", &format!("run {}", event.run), "known already".to_owned()))
            }
            // For displays only: they change nothing.
            Happening::Retried { .. }
            | Happening::Guest { .. }
            | Happening::Verified { .. }
            | Happening::Skipped { .. } => Ok(()),
            Happening::Looked { address, operation, id, finding, .. } => {
                self.looked(event, address, *operation, id.as_ref(), *finding)
            }
            Happening::Intended { address, kind, operation: OperationWord::Delete, id: Some(id), .. } => {
                let standing = Standing::begun(event, *kind, OperationWord::Delete, Some(id.clone()));
                self.deletions.insert((address.clone(), id.clone()), standing);
                Ok(())
            }
            Happening::Accepted { address, operation: OperationWord::Delete, id, .. }
            | Happening::Settled { address, operation: OperationWord::Delete, id, .. }
            | Happening::Failed { address, operation: OperationWord::Delete, id: Some(id), .. } => {
                self.deletion(event, address, id)
            }
            Happening::Intended { address, kind, .. }
            | Happening::Accepted { address, kind, .. }
            | Happening::Settled { address, kind, .. }
            | Happening::Failed { address, kind, .. } => self.resource(event, address, *kind),
        }
    }

    /// A deletion's outcome. It concerns resources of the same id only, wherever they are.
    fn deletion(&mut self, event: &Event, address: &Address, id: &str) -> Result<(), FoldError> {
        let key = (address.clone(), id.to_owned());
        let before = self.deletions.get(&key).map(|standing| &standing.condition);
        match (before, &event.what) {
            (Some(Condition::Intended | Condition::Failed { .. }), Happening::Accepted { .. }) => {
                if let Some(standing) = self.deletions.get_mut(&key) {
                    standing.condition = Condition::Accepted;
                    standing.accepted_at = Some(event.at);
                }
                Ok(())
            }
            // What went with another's deletion, or was found to be gone, was never intended.
            (None | Some(Condition::Accepted), Happening::Settled { .. }) => {
                if let Some(deletion) = self.deletions.remove(&key) {
                    self.learn(event, &deletion);
                }
                // It may have been known at another address: one of two that claimed it.
                for resource in self.resources.values_mut().filter(|it| it.id.as_deref() == Some(id)) {
                    resource.condition = Condition::Deleted;
                    resource.id = None;
                }
                Ok(())
            }
            (Some(_), Happening::Failed { in_doubt, error, .. }) => {
                if *in_doubt {
                    let failed = Condition::Failed { error: error.clone(), in_doubt: true };
                    self.deletions.entry(key).and_modify(|standing| standing.condition = failed);
                } else {
                    self.deletions.remove(&key);
                }
                Ok(())
            }
            (before, what) => Err(illegal(event, word(what), address.as_str(), said(before))),
        }
    }

    /// A look settles a doubt, or shows that what was thought to exist does not.
    fn looked(
        &mut self,
        event: &Event,
        address: &Address,
        operation: OperationWord,
        id: Option<&String>,
        finding: Finding,
    ) -> Result<(), FoldError> {
        let refused = |before: Option<&Condition>| Err(illegal(event, "looked", address.as_str(), said(before)));
        match (finding, operation, id) {
            // For displays only.
            (Finding::Awaited { .. }, ..) => Ok(()),
            (Finding::Gone, _, Some(id)) => {
                let mut known = self.resources.values_mut().filter(|it| it.id.as_ref() == Some(id)).peekable();
                if known.peek().is_none() {
                    return refused(None);
                }
                for resource in known {
                    (resource.condition, resource.id) = (Condition::Deleted, None);
                }
                self.deletions.retain(|(_, deleted), _| deleted != id);
                Ok(())
            }
            (Finding::Absent | Finding::Past, OperationWord::Delete, Some(id)) => {
                let key = (address.clone(), id.clone());
                match self.deletions.get(&key) {
                    Some(deletion) if deletion.in_doubt() => {
                        self.deletions.remove(&key);
                        Ok(())
                    }
                    before => refused(before.map(|it| &it.condition)),
                }
            }
            (Finding::Absent | Finding::Past, ..) => match self.resources.get_mut(address) {
                Some(resource) if resource.in_doubt() && resource.operation == operation => {
                    // What it is now is observed: it is only no longer in doubt.
                    resource.condition = Condition::Settled;
                    if resource.id.is_none() {
                        self.resources.remove(address);
                    }
                    Ok(())
                }
                before => refused(before.map(|it| &it.condition)),
            },
            (Finding::Gone, _, None) => refused(None),
        }
    }

    /// What happens to the resource at an address, but for its deletion.
    fn resource(&mut self, event: &Event, address: &Address, kind: Kind) -> Result<(), FoldError> {
        let before = self.resources.get(address);
        let condition = before.map(|standing| &standing.condition);
        let same = |operation: &OperationWord| before.is_some_and(|standing| standing.operation == *operation);
        let after = match (condition, &event.what) {
            (_, Happening::Intended { operation, id, .. }) => {
                // Without an id it is a creation: what stood there before is no longer there.
                Standing::begun(event, kind, *operation, id.clone())
            }
            // Waiting needs no request; what was brought, found or taken up was never asked for.
            (
                _,
                Happening::Accepted { operation: operation @ OperationWord::Wait, id, .. }
                | Happening::Accepted { operation, id, adopted: true, .. },
            ) if !(matches!(condition, Some(Condition::Intended)) && same(operation)) => {
                let mut standing = Standing::begun(event, kind, *operation, Some(id.clone()));
                (standing.condition, standing.accepted_at) = (Condition::Accepted, Some(event.at));
                standing
            }
            (Some(Condition::Intended), Happening::Accepted { operation, id, .. }) if same(operation) => Standing {
                id: Some(id.clone()),
                condition: Condition::Accepted,
                accepted_at: Some(event.at),
                ..self.resources[address].clone()
            },
            (Some(Condition::Accepted), Happening::Settled { operation, id, outputs, .. }) if same(operation) => {
                let settled = self.resources[address].clone();
                self.learn(event, &settled);
                let mut merged = settled.outputs.clone();
                merged.extend(outputs.clone());
                Standing { id: Some(id.clone()), condition: Condition::Settled, outputs: merged, ..settled }
            }
            (
                Some(Condition::Intended | Condition::Accepted | Condition::Failed { .. }),
                Happening::Failed { operation, id, error, in_doubt, .. },
            ) if same(operation) => {
                let failed = self.resources[address].clone();
                let condition = Condition::Failed { error: error.clone(), in_doubt: *in_doubt };
                Standing { id: id.clone().or_else(|| failed.id.clone()), condition, ..failed }
            }
            (before, what) => return Err(illegal(event, word(what), address.as_str(), said(before))),
        };
        self.resources.insert(address.clone(), after);
        Ok(())
    }

    /// Remembers how long it took, where one run saw it from beginning to end.
    fn learn(&mut self, event: &Event, settled: &Standing) {
        if let Some(accepted_at) = settled.accepted_at.filter(|at| *at > settled.since && settled.run == event.run) {
            let since = |begin: i64| u64::try_from(event.at - begin).unwrap_or_default();
            self.durations.learn(settled.kind, settled.operation, since(settled.since), since(accepted_at));
        }
    }
}

impl Standing {
    fn begun(event: &Event, kind: Kind, operation: OperationWord, id: Option<String>) -> Self {
        let (run, since) = (event.run.clone(), event.at);
        let condition = Condition::Intended;
        Self { kind, id, condition, operation, run, since, accepted_at: None, outputs: BTreeMap::new() }
    }
}

fn illegal(event: &Event, word: &'static str, address: &str, standing: String) -> FoldError {
    FoldError::Illegal { sequence: event.sequence, event: word, address: address.to_owned(), standing }
}

fn word(what: &Happening) -> &'static str {
    match what {
        Happening::Started(_) => "started",
        Happening::Intended { .. } => "intended",
        Happening::Accepted { .. } => "accepted",
        Happening::Settled { .. } => "settled",
        Happening::Failed { .. } => "failed",
        Happening::Skipped { .. } => "skipped",
        Happening::Retried { .. } => "retried",
        Happening::Looked { .. } => "looked",
        Happening::Guest { .. } => "guest",
        Happening::Verified { .. } => "verified",
        Happening::Ended { .. } => "ended",
    }
}

fn said(condition: Option<&Condition>) -> String {
    let word = match condition {
        None => "unknown",
        Some(Condition::Intended) => "intended",
        Some(Condition::Accepted) => "accepted",
        Some(Condition::Settled) => "settled",
        Some(Condition::Failed { .. }) => "failed",
        Some(Condition::Deleted) => "deleted",
    };
    word.to_owned()
}
