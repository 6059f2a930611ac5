//! The bounds of patience, and how a user stops a run.

use std::time::Duration;

/// Bounds. All of them are about this side: how long to believe in something, not how fast the cloud must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a request whose answer was lost may still act.
    pub doubt: Duration,
    /// How long something may stay in one state before waiting for it is given up; every change of state begins anew.
    pub wait_limit: Duration,
    /// How long a conflict ("in use", "immutable") is tried again.
    pub conflict_limit: Duration,
    /// How long something just created may not be found.
    pub grace: Duration,
    /// How many requests to one service may be on their way at once.
    pub in_flight: usize,
    /// How often what this run made and found in ERROR is made again.
    pub remakes: u32,
    /// How often a request that cannot act twice is sent again when its answer is lost.
    pub resends: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            doubt: Duration::from_secs(300),
            wait_limit: Duration::from_secs(30 * 60),
            conflict_limit: Duration::from_secs(120),
            grace: Duration::from_secs(15),
            in_flight: 8,
            remakes: 2,
            resends: 5,
        }
    }
}

/// Whether to go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// Go on.
    #[default]
    Run,
    /// Start nothing more; let the running requests finish and be recorded.
    Drain,
    /// Leave everything as it is.
    Now,
}
