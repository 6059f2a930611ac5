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
    /// When to ask first if an early look, if there was one, was too early.
    first: i64,
    /// Whether it was asked after.
    asked: bool,
    /// Its state when it was last asked after, and since when it is in it.
    state: String,
    state_since: i64,
    /// The last report that was told, and the stage that it told of.
    report: Option<String>,
    stage: String,
}

/// How long something will take, as far as one can tell: all in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// How long such a thing usually takes.
    pub usual: u64,
    /// Whether that was learned on this cloud.
    pub learned: bool,
    /// How long the answer to its request took; `None` where there was no request.
    pub answer: Option<i64>,
}

impl Expected {
    /// What a cloud that answers so fast may take: ten times as long. Where an answer takes its usual third of a second this is
    /// no sooner than one would ask anyway, so it costs no question there; where nothing takes time (the embedded cloud, a
    /// simulation) it is what one would else wait for in vain.
    fn at_this_pace(self) -> i64 {
        self.answer.map_or(LONGEST, |answer| answer.saturating_mul(10).clamp(SOONEST, LONGEST))
    }
}

impl Waiter {
    /// From now on. What goes in stages is asked after from the beginning, so that they can be told.
    pub fn new(waiting: Waiting, step: usize, operation: OperationWord, now: i64, expected: Expected) -> Self {
        let pace = expected.at_this_pace();
        let usual = if waiting.kind.spec().settles == Settles::InStages { 0 } else { expected.usual };
        let usual = i64::try_from(usual.saturating_mul(6) / 10).unwrap_or(LONGEST);
        let first = now + usual.clamp(SHORTEST.min(pace), LONGEST);
        let due = if expected.learned { first } else { first.min(now + pace) };
        let (state, state_since, report, stage) = (String::new(), now, None, String::new());
        Self { waiting, step, operation, since: now, due, first, asked: false, state, state_since, report, stage }
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

const SOONEST: i64 = 20;
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
    /// One more. Where an early look at another one like it was too early, it gets none.
    pub fn add(&mut self, mut waiter: Waiter) {
        let like = |it: &Waiter| it.waiting.kind == waiter.waiting.kind && it.operation == waiter.operation;
        if self.all.values().any(|it| it.asked && like(it)) {
            waiter.due = waiter.first;
        }
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
                waiter.asked = true;
                let later = now + ((now - waiter.since) / 4).clamp(SHORTEST, LONGEST);
                waiter.due = waiter.due.max(waiter.first).max(later);
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
        expecting(local, now, Expected { usual, learned: true, answer: Some(1_000) })
    }

    fn expecting(local: &str, now: i64, expected: Expected) -> Waiter {
        let (address, id) = (Address::new("server", local), local.to_owned());
        let waiting = Waiting { address, kind: Kind::Server, id, lane_id: None, properties: BTreeMap::new() };
        Waiter::new(waiting, 0, OperationWord::Create, now, expected)
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
    fn a_cloud_that_answers_at_once_is_asked_soon() {
        let first = |usual, learned, answer| expecting("a", 0, Expected { usual, learned, answer }).due;
        let at = |learned, answer| first(5_000, learned, answer);
        assert_eq!(at(false, Some(3)), 30);
        assert_eq!(at(false, Some(0)), 20);
        assert_eq!(at(false, Some(300)), 3_000, "a real cloud: as ever");
        assert_eq!(at(false, None), 3_000, "nothing tells its pace");
        assert_eq!(at(true, Some(3)), 3_000, "what was learned is known better");
        let short = |answer| first(40, true, Some(answer));
        assert_eq!((short(3), short(100)), (30, 300));
    }

    #[test]
    fn an_early_look_that_is_too_early_is_the_only_one() {
        let mut waiters = Waiters::default();
        let expected = Expected { usual: 5_000, learned: false, answer: Some(3) };
        waiters.add(expecting("a", 0, expected));
        let (group, _) = waiters.take_due(30).pop().expect("an early look");
        waiters.answered(&group, &[Address::new("server", "a")], 30);
        assert_eq!(waiters.next_due(), Some(3_000), "then as if there had been none");
        waiters.add(expecting("b", 100, expected));
        assert_eq!(waiters.next_due(), Some(3_000));
        assert_eq!(
            waiters.remove(&Address::new("server", "b")).map(|it| it.due),
            Some(3_100),
            "nor for those after it"
        );
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
