//! One cloud that outlives the processes that use it. What has left for it acts when its time has come, before anything that
//! comes later is looked at.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value as Json;

use crate::embedded::faults::{self, Effect, Fault, Rule, Shrink, mixed};
use crate::embedded::{Cloud, GuestFault, Reply, Request, Service};
use crate::runtime::Clock;

use super::exchange;

/// One request that acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The number that it got when it left, from 1 over all processes.
    pub number: usize,
    /// Its method.
    pub method: String,
    /// Its path with the service's prefix.
    pub path: String,
    /// What the cloud answered, whether that arrived or not.
    pub status: u16,
    /// How many items it is about.
    pub items: usize,
    /// When it acted: milliseconds since the epoch, in virtual time.
    pub at: i64,
    /// How many rows the cloud went through to answer it.
    pub looked: u64,
}

/// The cloud, and what is on its way to it.
pub struct Site {
    clock: Arc<dyn Clock>,
    inside: Mutex<Inside>,
}

struct Inside {
    cloud: Cloud,
    rules: Vec<Rule>,
    /// By when they act, and in the order in which they left.
    acts: BTreeMap<(i64, usize), Act>,
    replies: BTreeMap<usize, Reply>,
    left: usize,
    log: Vec<Exchange>,
}

struct Act {
    request: Request,
    effect: Option<Effect>,
}

impl Site {
    /// A cloud under a clock.
    pub fn new(cloud: Cloud, clock: Arc<dyn Clock>) -> Arc<Self> {
        let (rules, acts, replies, log) = (Vec::new(), BTreeMap::new(), BTreeMap::new(), Vec::new());
        Arc::new(Self { clock, inside: Mutex::new(Inside { cloud, rules, acts, replies, left: 0, log }) })
    }

    /// Its clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// From now on this goes wrong.
    pub fn rule(&self, rule: Rule) {
        self.inside().rules.push(rule);
    }

    /// From now on nothing goes wrong.
    pub fn heal(&self) {
        self.inside().rules.clear();
    }

    /// From now on this goes wrong inside servers.
    pub fn let_guests_fail(&self, fault: &GuestFault) {
        self.inside().cloud.let_guests_fail(fault);
    }

    /// From now on nothing goes wrong inside servers.
    pub fn let_guests_be(&self) {
        self.inside().cloud.let_guests_be();
    }

    /// The cloud as it is now.
    pub fn cloud(&self) -> Cloud {
        let mut inside = self.inside();
        inside.advance(self.clock.now_ms());
        inside.cloud.clone()
    }

    /// Every request that acted, in order.
    pub fn log(&self) -> Vec<Exchange> {
        self.inside().log.clone()
    }

    /// When the last of what is on its way will have acted; `None` when nothing is.
    pub fn last_act(&self) -> Option<i64> {
        self.inside().acts.last_key_value().map(|((at, _), _)| *at)
    }

    /// One request at once and without faults, by a user of the cloud's (`admin`, `tenant`): its status and its body.
    pub fn as_user(&self, user: &str, method: &str, path: &str, body: Option<&Json>) -> (u16, Json) {
        let mut inside = self.inside();
        let now = self.clock.now_ms();
        inside.advance(now);
        let (status, answer, _) = inside.cloud.as_user(now, user, method, path, body);
        (status, answer)
    }

    /// A request leaves: its number, and the fault that is to happen to it.
    pub(super) fn leaves(&self, method: crate::cloud::Method, path: &str) -> (usize, Option<Fault>) {
        let mut inside = self.inside();
        inside.left += 1;
        let fault = inside.rules.iter_mut().map(|rule| rule.at(method.as_str(), path)).fold(None, Option::or);
        (inside.left, fault)
    }

    /// A request will act at that time.
    pub(super) fn acts_at(&self, number: usize, at: i64, request: Request, effect: Option<Effect>) {
        self.inside().acts.insert((at, number), Act { request, effect });
    }

    /// The reply of a request whose time has come.
    pub(super) fn reply(&self, number: usize) -> Option<Reply> {
        let mut inside = self.inside();
        inside.advance(self.clock.now_ms());
        inside.replies.remove(&number)
    }

    /// Every token is revoked.
    pub fn revoke(&self) {
        faults::revoke(&mut self.inside().cloud);
    }

    /// An administrator sets a quota of the member's project.
    ///
    /// # Panics
    /// Where the cloud refuses it.
    pub fn set_quota(&self, service: Service, resource: &str, limit: i64) {
        let projects = self.as_user("tenant", "GET", "/v3/auth/projects", None).1;
        let project = projects["projects"][0]["id"].as_str().unwrap_or_default().to_owned();
        let shrink = Shrink { resource: resource.to_owned(), limit };
        let set = faults::set_quota(&mut self.inside().cloud, self.clock.now_ms(), service, &project, &shrink);
        set.unwrap_or_else(|why| panic!("{why}"));
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        // A panic of one test's thread is that test's.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    /// Everything acts whose time has come.
    fn advance(&mut self, now: i64) {
        while let Some(entry) = self.acts.first_entry().filter(|entry| entry.key().0 <= now) {
            let ((at, number), Act { request, effect }) = entry.remove_entry();
            let before = self.cloud.world.looked();
            let (reply, _) = faults::act(&mut self.cloud, at, &request, effect.as_ref());
            let looked = self.cloud.world.looked() - before;
            let items = exchange::items(&request.body);
            let (method, path, status) = (request.method, request.path, reply.status);
            self.log.push(Exchange { number, method, path, status, items, at, looked });
            self.replies.insert(number, reply);
        }
    }
}

/// How long a request is on its way to the cloud, and its answer back: differs from request to request, the same every time.
pub(super) fn latency(number: usize) -> (i64, i64) {
    let spread = mixed(number as u64);
    let part = |bits: u64| 3 + i64::try_from(bits % 40).unwrap_or(0);
    (part(spread), part(spread >> 32))
}
