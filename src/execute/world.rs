//! What a run is given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::cloud::Cloud;
use crate::event::{Durations, Event, Started};
use crate::journal::Journal;
use crate::model::{SecretName, Secrets, Service};
use crate::plan::Plan;
use crate::runtime::{Clock, Ids};
use crate::snapshot::Observed;

use super::dispatcher::carry_out;
use super::hands::{DriverHands, Drivers, Hands};
use super::settings::{Settings, Stop};
use super::summary::Summary;

/// What a run is given.
pub struct World {
    /// The cloud.
    pub cloud: Arc<Cloud>,
    /// Which driver does what: `driver::of`.
    pub drivers: Drivers,
    /// Where events go before anything depends on them.
    pub journal: Arc<dyn Journal>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Spread for retries.
    pub ids: Arc<dyn Ids>,
    /// The environment's secrets, those that the plan needs among them.
    pub secrets: Arc<Secrets>,
    /// This run's id.
    pub run: String,
    /// The run's first event, which execution writes.
    pub started: Started,
    /// What existed when the plan was made.
    pub observed: Vec<Observed>,
    /// How long things took before.
    pub durations: Durations,
    /// The bounds.
    pub settings: Settings,
    /// Every event, once it is durable.
    pub display: mpsc::UnboundedSender<Event>,
    /// Whether the user wants it to stop.
    pub stop: watch::Receiver<Stop>,
}

/// A run without its cloud.
pub struct Bare {
    /// Those that the cloud has, and that were asked when the plan was made.
    pub services: BTreeSet<Service>,
    /// The fingerprints of the environment's secrets.
    pub fingerprints: BTreeMap<SecretName, String>,
    /// See [`World`].
    pub journal: Arc<dyn Journal>,
    /// See [`World`].
    pub clock: Arc<dyn Clock>,
    /// See [`World`].
    pub ids: Arc<dyn Ids>,
    /// See [`World`].
    pub run: String,
    /// See [`World`].
    pub started: Started,
    /// See [`World`].
    pub observed: Vec<Observed>,
    /// See [`World`].
    pub durations: Durations,
    /// See [`World`].
    pub settings: Settings,
    /// See [`World`].
    pub display: mpsc::UnboundedSender<Event>,
    /// See [`World`].
    pub stop: watch::Receiver<Stop>,
}

/// Carries the plan out: writes `Started` first and `Ended` last, and everything else as it happens.
pub async fn execute(plan: &Plan, world: World) -> Summary {
    let World {
        cloud,
        drivers,
        journal,
        clock,
        ids,
        secrets,
        run,
        started,
        observed,
        durations,
        settings,
        display,
        stop,
    } = world;
    let environment = plan.environment.clone();
    let services = cloud.services();
    let fingerprints = secrets.fingerprints();
    let hands: Arc<dyn Hands> = Arc::new(DriverHands { cloud, drivers, environment, run: run.clone(), secrets });
    let bare = Bare {
        services,
        fingerprints,
        journal,
        clock,
        ids,
        run,
        started,
        observed,
        durations,
        settings,
        display,
        stop,
    };
    carry_out(plan, hands, bare).await
}
