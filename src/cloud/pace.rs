//! How many requests a service gets at once: as many as it answers without slowing down.
//!
//! Each service has two lanes, one for reads and one for writes (a look at how things are must not stand behind slow creates).
//! A lane begins with 4 at once and moves between 2 and 12: one more after a round of answers that took about as long as the best of
//! their kind, three quarters when one took more than 2.5 times that. Measured: a busy cloud answers eight
//! `POST /servers` at once no earlier than one after the other (first 3 s, last 18 s), so more at once only makes each slower.
//! First come, first served.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::model::Service;

use super::Method;

const BEGIN: u32 = 4;
const LEAST: u32 = 2;
const MOST: u32 = 12;
/// An answer is slow when it took this many times the best of its shape …
const SLOW: f64 = 2.5;
/// … and at least so many milliseconds more: below that it is noise.
const NOISE_MS: f64 = 150.0;
/// The best of a shape drifts up by this factor with each answer, so that one lucky answer does not bind for ever.
const FORGET: f64 = 1.01;

/// The lanes of all services.
pub(super) struct Pacer {
    lanes: BTreeMap<(Service, bool), Arc<Lane>>,
}

impl Pacer {
    pub(super) fn new() -> Self {
        let lanes = Service::ALL.iter().flat_map(|service| [(*service, true), (*service, false)]);
        Self { lanes: lanes.map(|key| (key, Arc::new(Lane::new()))).collect() }
    }

    /// Waits for its turn.
    pub(super) async fn enter(&self, service: Service, method: Method) -> Turn {
        let lane = Arc::clone(&self.lanes[&(service, method.reads())]);
        let permit = Arc::clone(&lane.places).acquire_owned().await.expect("the semaphore is never closed");
        let round = lane.state().round;
        Turn { lane, permit, round }
    }

    /// How many it lets through at once now.
    pub(super) fn limit(&self, service: Service, method: Method) -> u32 {
        self.lanes[&(service, method.reads())].state().limit
    }
}

struct Lane {
    places: Arc<Semaphore>,
    state: Mutex<State>,
}

struct State {
    limit: u32,
    /// Places that are to go, once those who hold them leave.
    debt: u32,
    /// Good answers since the limit last changed.
    good: u32,
    /// Counts changes of the limit: an answer to a request from before the last one says nothing about it.
    round: u64,
    /// The best time by shape, in milliseconds.
    best: BTreeMap<String, f64>,
}

impl Lane {
    fn new() -> Self {
        let state = State { limit: BEGIN, debt: 0, good: 0, round: 0, best: BTreeMap::new() };
        Self { places: Arc::new(Semaphore::new(BEGIN as usize)), state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while the lock was held leaves numbers that are still good enough to pace by.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one exchange says about its service's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// It was answered after so many milliseconds.
    Answered(i64),
    /// It was refused as too much, or not answered.
    Overloaded,
}

/// A place in a lane; dropped, it is free for the next.
pub(super) struct Turn {
    lane: Arc<Lane>,
    permit: OwnedSemaphorePermit,
    round: u64,
}

impl Turn {
    /// Leaves the lane and lets it learn. `shape` names requests that should take equally long.
    pub(super) fn leave(self, shape: &str, health: Health) {
        let mut state = self.lane.state();
        match state.judge(shape, health) {
            _ if self.round != state.round => {}
            Verdict::Slow => {
                let limit = (state.limit * 3 / 4).max(LEAST);
                state.debt += state.limit - limit;
                state.change(limit);
            }
            // Only a lane that is full has shown that it bears as many.
            Verdict::Good if self.lane.places.available_permits() == 0 => {
                state.good += 1;
                if state.good >= state.limit && state.limit < MOST {
                    let limit = state.limit + 1;
                    state.change(limit);
                    if state.debt > 0 {
                        state.debt -= 1;
                    } else {
                        self.lane.places.add_permits(1);
                    }
                }
            }
            Verdict::Good | Verdict::Fair => {}
        }
        if state.debt > 0 {
            state.debt -= 1;
            self.permit.forget();
        }
    }
}

enum Verdict {
    Good,
    Fair,
    Slow,
}

impl State {
    #[allow(clippy::cast_precision_loss)] // milliseconds of one request
    fn judge(&mut self, shape: &str, health: Health) -> Verdict {
        let Health::Answered(ms) = health else { return Verdict::Slow };
        let ms = ms as f64;
        let best = match self.best.get(shape) {
            Some(best) => ms.min(best * FORGET),
            None => ms,
        };
        self.best.insert(shape.to_owned(), best);
        if ms <= best * 1.5 || ms <= best + NOISE_MS {
            Verdict::Good
        } else if ms <= best * SLOW {
            Verdict::Fair
        } else {
            Verdict::Slow
        }
    }

    fn change(&mut self, limit: u32) {
        if limit != self.limit {
            self.limit = limit;
            self.round += 1;
        }
        self.good = 0;
    }
}

/// Which requests should take equally long: same method, same path but for ids, and a body of about the same size (a bulk request
/// of nine ports takes longer than one of one).
pub(super) fn shape(method: Method, path: &str, body: usize) -> String {
    let mut shape = method.as_str().to_owned();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        let letters = segment.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '-' | '_' | '.'));
        let version = segment.starts_with('v') && segment.len() <= 4;
        shape.push('/');
        shape.push_str(if letters || version { segment } else { "*" });
    }
    if body > 0 {
        shape.push_str(" 4^");
        shape.push_str(&body.ilog(4).to_string());
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn round(pacer: &Pacer, ms: i64) {
        let count = pacer.limit(Service::Compute, Method::Post);
        let mut turns = Vec::new();
        for _ in 0..count {
            turns.push(pacer.enter(Service::Compute, Method::Post).await);
        }
        for turn in turns {
            turn.leave("POST/servers", Health::Answered(ms));
        }
    }

    #[tokio::test]
    async fn it_takes_more_while_answers_stay_quick_and_fewer_when_they_slow_down() {
        let pacer = Pacer::new();
        for _ in 0..60 {
            round(&pacer, 1000).await;
        }
        assert_eq!(pacer.limit(Service::Compute, Method::Post), MOST);
        round(&pacer, 6000).await;
        assert_eq!(pacer.limit(Service::Compute, Method::Post), 9, "one step per round, not one per answer");
        for _ in 0..10 {
            round(&pacer, 9000).await;
        }
        assert_eq!(pacer.limit(Service::Compute, Method::Post), LEAST);
        assert_eq!(pacer.limit(Service::Compute, Method::Get), BEGIN, "reads have a lane of their own");
    }

    #[tokio::test]
    async fn no_more_than_the_limit_enter_and_a_waiter_that_gives_up_costs_nothing() {
        let pacer = Arc::new(Pacer::new());
        let mut turns = Vec::new();
        for _ in 0..BEGIN {
            turns.push(pacer.enter(Service::Network, Method::Post).await);
        }
        let waiting = tokio::spawn({
            let pacer = Arc::clone(&pacer);
            async move { drop(pacer.enter(Service::Network, Method::Post).await) }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        waiting.abort();
        assert!(waiting.await.is_err());
        turns.pop().unwrap().leave("x", Health::Overloaded);
        drop(turns);
        // One place went with the overload (4 → 3): three more enter, a fourth does not.
        let mut turns = Vec::new();
        for _ in 0..3 {
            turns.push(pacer.enter(Service::Network, Method::Post).await);
        }
        assert_eq!(pacer.lanes[&(Service::Network, false)].places.available_permits(), 0);
    }

    #[test]
    fn shapes_ignore_ids_and_tell_bulk_requests_apart() {
        assert_eq!(shape(Method::Get, "/v2.0/ports/0f1e-22", 0), shape(Method::Get, "/v2.0/ports/77aa", 0));
        assert_ne!(shape(Method::Post, "/v2.0/ports", 300), shape(Method::Post, "/v2.0/ports", 3000));
        assert_ne!(shape(Method::Get, "/v2.0/ports", 0), shape(Method::Get, "/v2.0/networks", 0));
    }
}
