//! Identifiers of runs, and spread for retries.

use std::sync::atomic::{AtomicU64, Ordering};

/// Where identifiers and randomness come from.
pub trait Ids: Send + Sync {
    /// A run's id. Ids of later runs sort after those of earlier ones (to the millisecond).
    fn run_id(&self, now_ms: i64) -> String;
    /// A number in `0.0..1.0`, to spread retries.
    fn spread(&self) -> f64;
}

/// The system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn run_id(&self, now_ms: i64) -> String {
        format!("{now_ms:012x}{:04x}", rand::random::<u16>())
    }

    fn spread(&self) -> f64 {
        rand::random()
    }
}

/// Ids in sequence, and no spread: for tests.
#[derive(Debug, Default)]
pub struct CountingIds(AtomicU64);

impl Ids for CountingIds {
    fn run_id(&self, now_ms: i64) -> String {
        format!("{now_ms:012x}{:04x}", self.0.fetch_add(1, Ordering::Relaxed))
    }

    fn spread(&self) -> f64 {
        0.5
    }
}
