//! What requests of earlier runs may still make, and the search for it where it stands in the way of this run's own.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::driver::Created;
use crate::event::{Event, Happening, OperationWord};
use crate::kind::Kind;
use crate::model::Address;
use crate::snapshot::{Observed, Status};

use super::doubt::taken_up;
use super::note::{Desk, Known, Note};
use super::patience::{longer, millis};

/// What the history tells of runs before this one.
#[derive(Clone, Debug, Default)]
pub struct Earlier {
    /// Their ids: what they made is ours.
    pub runs: BTreeSet<String>,
    /// Until when a create of theirs that was never answered may still act, by address.
    pub late: BTreeMap<Address, i64>,
}

impl Earlier {
    /// From the whole history. A create counts run by run: that a later run made one of its own says nothing of an earlier one's.
    pub fn of(history: &[Event], doubt: Duration) -> Self {
        let runs = history.iter().map(|event| event.run.clone()).collect();
        let mut open: BTreeMap<(&Address, &str), i64> = BTreeMap::new();
        for event in history {
            let run = event.run.as_str();
            match &event.what {
                Happening::Intended { address, operation: OperationWord::Create, .. } => {
                    open.insert((address, run), event.at);
                }
                // Found: it has acted, whoever sent it.
                Happening::Accepted { address, operation: OperationWord::Create, adopted: true, .. } => {
                    open.retain(|(other, _), _| *other != address);
                }
                Happening::Accepted { address, operation: OperationWord::Create, .. }
                | Happening::Failed { address, operation: OperationWord::Create, in_doubt: false, .. } => {
                    open.remove(&(address, run));
                }
                _ => {}
            }
        }
        let mut late: BTreeMap<Address, i64> = BTreeMap::new();
        for ((address, _), at) in open {
            let until = late.entry(address.clone()).or_insert(i64::MIN);
            *until = at.saturating_add(millis(doubt)).max(*until);
        }
        Self { runs, late }
    }

    /// Until when something may still appear at that address.
    pub fn until(&self, address: &Address) -> Option<i64> {
        self.late.get(address).copied()
    }
}

/// Looks for another one at that address, which an earlier request made after it was looked for, and which is not in ERROR.
/// Where one may still appear (`until`) it is looked for more than once: a list may show it a moment later. A list that
/// cannot be read shows nothing: what then happens is what would happen without a search, and that is bounded.
pub async fn search(desk: &Desk, kind: Kind, known: &Known, address: &Address, until: Option<i64>) -> Option<Created> {
    let begin = desk.clock.now_ms();
    let deadline = until.map_or(begin, |until| until.min(begin.saturating_add(millis(desk.settings.grace))));
    let mut gap = Duration::from_millis(500);
    loop {
        let asked_at = desk.clock.now_ms();
        let shown = desk.hands.list(kind, known).await.unwrap_or_default();
        let there = pick(desk, known, address, &shown).and_then(taken_up);
        // What is not ours may be another writer's.
        desk.tell(Note::Seen(shown));
        if there.is_some() {
            return there;
        }
        let left = Duration::from_millis(u64::try_from(deadline - desk.clock.now_ms()).unwrap_or(0));
        if asked_at >= deadline || !desk.pause(gap.min(left)).await {
            return None;
        }
        gap = longer(gap);
    }
}

/// The oldest that was not known before, is not in ERROR, and is of this run or one in the history.
fn pick<'a>(desk: &Desk, known: &Known, address: &Address, shown: &'a [Observed]) -> Option<&'a Observed> {
    let new = |it: &&Observed| known.iter().all(|other| other.kind != it.kind || other.id != it.id);
    let ours = |run: &String| **run == *desk.run || desk.earlier.runs.contains(run);
    shown
        .iter()
        .filter(|it| it.address.as_ref() == Some(address) && !matches!(it.status, Status::Failed(_)))
        .filter(new)
        .filter(|it| it.run.as_ref().is_none_or(ours))
        .min_by_key(|it| (it.created_at.clone(), it.id.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(run: &str, at: i64, what: Happening) -> Event {
        Event { sequence: 0, at, run: run.into(), what }
    }

    fn server() -> (Address, Kind, OperationWord) {
        (Address::new("server", "a"), Kind::Server, OperationWord::Create)
    }

    fn intended() -> Happening {
        let (address, kind, operation) = server();
        Happening::Intended { address, kind, operation, id: None, detail: None }
    }

    fn accepted(adopted: bool) -> Happening {
        let (address, kind, operation) = server();
        Happening::Accepted { address, kind, operation, id: "x".into(), request_id: None, adopted }
    }

    fn failed(in_doubt: bool) -> Happening {
        let (address, kind, operation) = server();
        Happening::Failed { address, kind, operation, id: None, error: String::new(), in_doubt }
    }

    #[test]
    fn a_create_is_late_until_it_was_answered_or_found() {
        let late = |events: &[Event]| Earlier::of(events, Duration::from_secs(300)).until(&server().0);
        let died = event("r1", 1_000, intended());
        assert_eq!(late(std::slice::from_ref(&died)), Some(301_000));
        assert_eq!(late(&[died.clone(), event("r1", 2_000, failed(true))]), Some(301_000));
        assert_eq!(late(&[died.clone(), event("r1", 2_000, accepted(false))]), None);
        assert_eq!(late(&[died.clone(), event("r1", 2_000, failed(false))]), None);
        let made_anew = [died.clone(), event("r2", 5_000, intended()), event("r2", 6_000, accepted(false))];
        assert_eq!(late(&made_anew), Some(301_000), "the first one may still act");
        assert_eq!(late(&[died, event("r2", 2_000, accepted(true))]), None);
    }
}
