//! Who waits for what to settle, and when to ask: one question for a whole group, in step with how long such a thing takes.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::driver::{Progress, REPORT, Waiting};
use crate::event::{GuestWord, OperationWord};
use crate::kind::{Kind, Settles};
use crate::model::{Address, Value};
use crate::snapshot::Status;

use super::patience::millis;

/// What one list call answers for: a kind, and of things below a load balancer those of one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// Which kind.
    pub kind: Kind,
    /// The id of the lane's resource.
    pub lane_id: Option<String>,
}

/// Something that is waited for.
pub struct Waiter {
    /// What and where.
    pub waiting: Waiting,
    /// For which step.
    pub step: usize,
    /// What was done to it.
    pub operation: OperationWord,
    /// Since when: milliseconds since the epoch.
    pub since: i64,
    /// When to ask next.
    due: i64,
    /// Its state when it was last asked after, and since when it is in it.
    state: String,
    state_since: i64,
    /// The last report that was told, and the stage that it told of.
    report: Option<String>,
    stage: String,
}

impl Waiter {
    /// From now on; `usual` is how long such a thing usually takes. What goes in stages is asked after from the beginning, so that
    /// they can be told.
    pub fn new(waiting: Waiting, step: usize, operation: OperationWord, now: i64, usual: u64) -> Self {
        let usual = if waiting.kind.spec().settles == Settles::InStages { 0 } else { usual };
        let first = i64::try_from(usual.saturating_mul(6) / 10).unwrap_or(LONGEST).clamp(SHORTEST, LONGEST);
        let (state, state_since, report, stage) = (String::new(), now, None, String::new());
        Self { waiting, step, operation, since: now, due: now + first, state, state_since, report, stage }
    }

    /// How long it may say nothing new: as its own properties say, else as everything.
    pub fn limit(&self, usual: Duration) -> Duration {
        let own = self.waiting.properties.get("limit_s").and_then(Value::as_integer);
        own.and_then(|seconds| u64::try_from(seconds).ok()).map_or(usual, Duration::from_secs)
    }

    /// What is to be told of it, if it is one of those that go in stages and this is news.
    pub fn news(&mut self, progress: Option<&Progress>) -> Option<GuestWord> {
        let Some(Progress::There(status, outputs)) = progress else { return None };
        let report = outputs.get(REPORT)?;
        if self.waiting.kind.spec().settles != Settles::InStages || self.report.as_ref() == Some(report) {
            return None;
        }
        self.report = Some(report.clone());
        match status {
            Status::Ready => Some(GuestWord::Ready),
            Status::Failed(words) => Some(GuestWord::Failed(words.lines().next().unwrap_or_default().to_owned())),
            Status::Pending(stage) if *stage == self.stage => None,
            Status::Pending(stage) => {
                self.stage.clone_from(stage);
                Some(GuestWord::Stage(stage.clone()))
            }
        }
    }

    /// The last report of one that goes in stages, by its number.
    pub fn report(&self) -> &str {
        self.report.as_deref().unwrap_or_default()
    }

    /// It is still in this state. Returns whether it has been for too long.
    pub fn still(&mut self, state: &str, now: i64, limit: Duration) -> bool {
        if self.state != state {
            state.clone_into(&mut self.state);
            self.state_since = now;
        }
        now - self.state_since >= millis(limit)
    }

    fn group(&self) -> Group {
        Group { kind: self.waiting.kind, lane_id: self.waiting.lane_id.clone() }
    }
}

const SHORTEST: i64 = 300;
const LONGEST: i64 = 10_000;

/// All waiters.
#[derive(Default)]
pub struct Waiters {
    all: BTreeMap<Address, Waiter>,
    /// Groups whose answer is on its way.
    asked: Vec<Group>,
}

impl Waiters {
    /// One more.
    pub fn add(&mut self, waiter: Waiter) {
        self.all.insert(waiter.waiting.address.clone(), waiter);
    }

    /// When to ask next; `None` when there is nothing to ask or every answer is on its way.
    pub fn next_due(&self) -> Option<i64> {
        self.all.values().filter(|waiter| !self.asked.contains(&waiter.group())).map(|waiter| waiter.due).min()
    }

    /// The groups in which somebody is due, with all their waiters: the answer is the same for them.
    pub fn take_due(&mut self, now: i64) -> Vec<(Group, Vec<Waiting>)> {
        let mut groups: Vec<Group> = self.all.values().filter(|it| it.due <= now).map(Waiter::group).collect();
        groups.sort();
        groups.dedup();
        groups.retain(|group| !self.asked.contains(group));
        self.asked.extend(groups.iter().cloned());
        let members =
            |group: &Group| self.all.values().filter(|it| it.group() == *group).map(|it| it.waiting.clone()).collect();
        groups.into_iter().map(|group| (group.clone(), members(&group))).collect()
    }

    /// The answer has come: those that were asked after are due again later, the later the longer they wait: what is noticed
    /// late is never late by more than a sixth.
    pub fn answered(&mut self, group: &Group, asked: &[Address], now: i64) {
        self.asked.retain(|other| other != group);
        for address in asked {
            if let Some(waiter) = self.all.get_mut(address) {
                waiter.due = waiter.due.max(now + ((now - waiter.since) / 4).clamp(SHORTEST, LONGEST));
            }
        }
    }

    /// One of them.
    pub fn get_mut(&mut self, address: &Address) -> Option<&mut Waiter> {
        self.all.get_mut(address)
    }

    /// It is no longer waited for.
    pub fn remove(&mut self, address: &Address) -> Option<Waiter> {
        self.all.remove(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiter(local: &str, now: i64, usual: u64) -> Waiter {
        let (address, id) = (Address::new("server", local), local.to_owned());
        let waiting = Waiting { address, kind: Kind::Server, id, lane_id: None, properties: BTreeMap::new() };
        Waiter::new(waiting, 0, OperationWord::Create, now, usual)
    }

    #[test]
    fn the_first_question_comes_late_and_the_gaps_grow() {
        let mut waiters = Waiters::default();
        waiters.add(waiter("a", 0, 10_000));
        let (mut asked, mut now) = (Vec::new(), 0);
        while asked.len() < 6 {
            now = waiters.next_due().expect("somebody waits");
            asked.push(now);
            let (group, members) = waiters.take_due(now).pop().expect("due");
            assert!(waiters.take_due(now).is_empty(), "one answer is on its way");
            waiters.answered(&group, &members.into_iter().map(|it| it.address).collect::<Vec<_>>(), now);
        }
        assert_eq!(asked, [6_000, 7_500, 9_375, 11_718, 14_647, 18_308]);
        waiters.answered(&Group { kind: Kind::Server, lane_id: None }, &[Address::new("server", "a")], now + 400_000);
        assert_eq!(waiters.next_due(), Some(now + 410_000));
    }

    #[test]
    fn one_question_is_for_all() {
        let mut waiters = Waiters::default();
        waiters.add(waiter("a", 0, 5_000));
        waiters.add(waiter("b", 2_000, 5_000));
        let due = waiters.take_due(3_000);
        assert_eq!(due.len(), 1);
        assert_eq!(due[0].1.len(), 2);
        assert!(waiters.take_due(2_999).is_empty());
    }

    #[test]
    fn patience_begins_anew_with_every_change() {
        let mut it = waiter("a", 0, 1);
        let limit = Duration::from_secs(10);
        assert!(!it.still("BUILD", 1_000, limit));
        assert!(!it.still("BUILD", 9_000, limit));
        assert!(!it.still("BUILD spawning", 10_900, limit));
        assert!(it.still("BUILD spawning", 20_900, limit));
    }
}
