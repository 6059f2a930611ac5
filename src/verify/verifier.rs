//! One environment's verification: from outside, where there is a way, and by its guests, where there is none; and the patience
//! until a new service answers.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::cloud::Cloud;
use crate::event::{Verdict, Verification};
use crate::model::{Chain, Secrets};
use crate::runtime::Clock;

use super::client::Limits;
use super::guests::{Outputs, reports};
use super::outside;

/// Whoever can say whether a service answers.
#[async_trait]
pub trait Verify: Send + Sync {
    /// Asks everything once. `outputs` say where things are.
    async fn once(&self, outputs: &Outputs) -> Verification;
    /// How long a service that does not answer yet is waited for.
    fn patience(&self) -> Duration;
    /// How long it is left alone between two rounds.
    fn pause(&self) -> Duration;
}

/// The real one.
pub struct Verifier {
    /// What is to be seen.
    pub chain: Chain,
    /// Whether there is a network to the environment at all: to one in the embedded cloud there is none.
    pub outside: bool,
    /// Who shows the guests' reports; without one they are not asked for.
    pub cloud: Option<Arc<Cloud>>,
    /// What guests were given and their words must not tell.
    pub secrets: Arc<Secrets>,
    /// How long everything may take.
    pub limits: Limits,
    /// How long a service that does not answer yet is waited for.
    pub patience: Duration,
}

#[async_trait]
impl Verify for Verifier {
    async fn once(&self, outputs: &Outputs) -> Verification {
        let mut seen = if self.outside && !self.chain.fronts.is_empty() {
            outside::look(&self.chain, outputs, &self.limits).await
        } else {
            Verification::default()
        };
        let unreached = seen.hops.iter().any(|hop| hop.fault.as_ref().is_some_and(crate::event::Fault::is_unreached));
        if let Some(cloud) = self.cloud.as_ref().filter(|_| unreached || seen.hops.is_empty()) {
            seen.guests = reports(cloud, &self.chain, outputs, &self.secrets).await;
        }
        seen
    }

    fn patience(&self) -> Duration {
        self.patience
    }

    fn pause(&self) -> Duration {
        self.limits.pause
    }
}

/// Asks again until everything answers or the patience is over. What fails differently than before is told, with the time until
/// which it is asked again.
pub async fn until(
    verify: &dyn Verify,
    outputs: &Outputs,
    clock: &dyn Clock,
    mut tell: impl FnMut(&Verification, i64) + Send,
) -> Verification {
    let end = clock.now_ms() + i64::try_from(verify.patience().as_millis()).unwrap_or(i64::MAX / 2);
    let mut before = None;
    loop {
        let seen = verify.once(outputs).await;
        let pause = i64::try_from(verify.pause().as_millis()).unwrap_or(i64::MAX / 2);
        if seen.verdict() == Verdict::Answers || clock.now_ms() + pause >= end {
            return seen;
        }
        let culprit = seen.culprit().cloned();
        if before.as_ref() != Some(&culprit) {
            tell(&seen, end);
            before = Some(culprit);
        }
        clock.sleep(verify.pause()).await;
    }
}
