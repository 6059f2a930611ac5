//! What execution has done by the drivers: the cloud and the environment are theirs, not its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::cloud::{Cloud, CloudError, Statistics};
use crate::driver::{Created, Driver, Gone, Progress, ReadyChange, ReadyItem, Scope, Waiting};
use crate::kind::Kind;
use crate::model::{Address, EnvironmentKey, Properties, Secrets, Service};
use crate::snapshot::Observed;

/// The table of drivers.
pub type Drivers = fn(Kind) -> &'static dyn Driver;

/// How waiters are doing, and what else of ours the same answer shows.
pub type Polled = (BTreeMap<Address, Progress>, Vec<Observed>);

/// Everything that execution asks of the cloud. `known` is what of the environment is known to exist.
#[async_trait]
pub trait Hands: Send + Sync {
    /// Makes all of these with one request.
    async fn create(&self, kind: Kind, known: &[Observed], items: &[ReadyItem]) -> Result<Vec<Created>, CloudError>;
    /// Changes one in place.
    async fn update(&self, kind: Kind, known: &[Observed], change: &ReadyChange) -> Result<(), CloudError>;
    /// Deletes one.
    async fn delete(
        &self,
        kind: Kind,
        known: &[Observed],
        id: &str,
        properties: &Properties,
    ) -> Result<Gone, CloudError>;
    /// Everything of the kind that is the environment's.
    async fn list(&self, kind: Kind, known: &[Observed]) -> Result<Vec<Observed>, CloudError>;
    /// How these are doing.
    async fn progress(&self, kind: Kind, known: &[Observed], waiting: &[Waiting]) -> Result<Polled, CloudError>;
    /// The last that can be learned of one that has been waited for in vain.
    async fn last_words(&self, known: &[Observed], waiting: &Waiting) -> Option<String>;
    /// How many writes that service gets at once now: who goes first among more than that is to be decided before.
    fn at_once(&self, service: Service) -> usize;
    /// What was asked so far.
    fn statistics(&self) -> Statistics;
}

/// The drivers, for one run on one environment.
pub struct DriverHands {
    /// Where they send their requests.
    pub cloud: Arc<Cloud>,
    /// Which driver does what.
    pub drivers: Drivers,
    /// For which environment.
    pub environment: EnvironmentKey,
    /// In which run.
    pub run: String,
    /// Its secrets.
    pub secrets: Arc<Secrets>,
}

impl DriverHands {
    fn scope<'a>(&'a self, known: &'a [Observed]) -> Scope<'a> {
        Scope { environment: &self.environment, run: &self.run, known, secrets: &self.secrets }
    }
}

#[async_trait]
impl Hands for DriverHands {
    async fn create(&self, kind: Kind, known: &[Observed], items: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
        (self.drivers)(kind).create(&self.cloud, self.scope(known), items).await
    }

    async fn update(&self, kind: Kind, known: &[Observed], change: &ReadyChange) -> Result<(), CloudError> {
        (self.drivers)(kind).update(&self.cloud, self.scope(known), change).await
    }

    async fn delete(
        &self,
        kind: Kind,
        known: &[Observed],
        id: &str,
        properties: &Properties,
    ) -> Result<Gone, CloudError> {
        (self.drivers)(kind).delete(&self.cloud, self.scope(known), id, properties).await
    }

    async fn list(&self, kind: Kind, known: &[Observed]) -> Result<Vec<Observed>, CloudError> {
        (self.drivers)(kind).list(&self.cloud, self.scope(known)).await
    }

    async fn progress(&self, kind: Kind, known: &[Observed], waiting: &[Waiting]) -> Result<Polled, CloudError> {
        (self.drivers)(kind).progress(&self.cloud, self.scope(known), waiting).await
    }

    async fn last_words(&self, known: &[Observed], waiting: &Waiting) -> Option<String> {
        (self.drivers)(waiting.kind).last_words(&self.cloud, self.scope(known), waiting).await
    }

    fn at_once(&self, service: Service) -> usize {
        self.cloud.writes_at_once(service)
    }

    fn statistics(&self) -> Statistics {
        self.cloud.statistics()
    }
}
