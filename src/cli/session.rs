//! A connected cloud with a clock and ids: what every command below the line begins with.

use std::sync::Arc;

use crate::cloud::{Cloud, CloudError, HttpApi};
use crate::event::Known;
use crate::model::messages::cli as m;
use crate::model::{EnvironmentKey, EnvironmentName, Secrets};
use crate::observe::{self, Wanted};
use crate::runtime::{Clock, Ids, RandomIds, SystemClock};
use crate::say;
use crate::snapshot::Snapshot;

use super::error::CliError;
use super::target::{Target, unusable};

/// A connected cloud.
pub struct Session {
    /// The cloud.
    pub cloud: Arc<Cloud>,
    /// The system's clock.
    pub clock: Arc<dyn Clock>,
    /// The system's randomness.
    pub ids: Arc<dyn Ids>,
    /// This run's id.
    pub run: String,
}

impl Session {
    /// Logs in.
    pub async fn connect(target: &Target) -> Result<Self, CliError> {
        let config = target.config.clone();
        let api = Arc::new(HttpApi::new(&config).map_err(|error| unusable(&error, false))?);
        let (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>) = (Arc::new(SystemClock), Arc::new(RandomIds));
        let connected = Cloud::connect(api, Arc::clone(&clock), Arc::clone(&ids), config).await;
        let cloud = Arc::new(connected.map_err(|error| cloud_error(&error))?);
        let run = ids.run_id(clock.now_ms());
        Ok(Self { cloud, clock, ids, run })
    }

    /// Looks at the cloud for one environment.
    pub async fn observe(
        &self,
        key: &EnvironmentKey,
        known: &Known,
        secrets: &Secrets,
        wanted: Wanted,
    ) -> Result<Snapshot, CliError> {
        // On the heap: two dozen requests at once are a large future.
        let observed = Box::pin(observe::observe(&self.cloud, key, &self.run, known, secrets, wanted)).await;
        observed.map_err(|error| cloud_error(&error))
    }

    /// Adds the project's quotas to a snapshot.
    pub async fn add_quotas(&self, snapshot: &mut Snapshot) -> Result<(), CliError> {
        let quotas = Box::pin(observe::quotas(&self.cloud, snapshot)).await;
        snapshot.facts.quotas = quotas.map_err(|error| cloud_error(&error))?;
        Ok(())
    }

    /// The environment of that name in this project and region.
    pub fn key(&self, name: &EnvironmentName) -> EnvironmentKey {
        EnvironmentKey {
            project_id: self.cloud.project_id().to_owned(),
            region: self.cloud.region().to_owned(),
            name: name.clone(),
        }
    }
}

/// What the cloud said, with what to do about it.
pub fn cloud_error(error: &CloudError) -> CliError {
    let (text, help) = match error {
        CloudError::Refused(_) => (say!(m::CLOUD_REFUSED, words = error), Some(say!(m::CLOUD_REFUSED_HELP))),
        CloudError::NotSent { .. } | CloudError::Lost { .. } => {
            (say!(m::CLOUD_UNREACHED, words = error), Some(say!(m::CLOUD_UNREACHED_HELP)))
        }
        CloudError::Unauthenticated { .. } => (say!(m::CLOUD_LOGIN, words = error), Some(say!(m::CLOUD_LOGIN_HELP))),
        CloudError::NoService { .. } | CloudError::Region { .. } => {
            (say!(m::CLOUD_SERVICE, words = error), Some(say!(m::CLOUD_SERVICE_HELP)))
        }
        CloudError::Malformed { .. } => (say!(m::CLOUD_ODD, words = error), Some(say!(m::CLOUD_REFUSED_HELP))),
    };
    CliError { help, ..CliError::failed(text) }
}
