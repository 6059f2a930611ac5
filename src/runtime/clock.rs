//! The time now, and waiting for a later one.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;

/// Wall-clock time and sleep.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Milliseconds since the Unix epoch.
    fn now_ms(&self) -> i64;
    /// Returns when so much time has passed.
    async fn sleep(&self, duration: Duration);
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// A clock on tokio's paused time: it stands still while there is work and jumps to the next timer when there is none
/// (`#[tokio::test(start_paused = true)]`).
#[derive(Clone, Debug)]
pub struct VirtualClock {
    begin: Arc<(i64, tokio::time::Instant)>,
}

impl VirtualClock {
    /// A clock that shows `begin_ms` now. Must be called within a runtime.
    pub fn starting_at(begin_ms: i64) -> Self {
        Self { begin: Arc::new((begin_ms, tokio::time::Instant::now())) }
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now_ms(&self) -> i64 {
        self.begin.0 + i64::try_from(self.begin.1.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
