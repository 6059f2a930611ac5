//! A snapshot of one environment, from a fixed number of list calls: about twenty, and one for each further page, pool and monitor.
//!
//! `facts` asks what the cloud is, `quotas` what the project may still have, `resources` what of the environment exists. A
//! resource that the journal knows keeps the address that the journal gives it, whatever its name or mark have become.

mod facts;
mod quotas;
mod resources;
#[cfg(test)]
mod tests;

pub use quotas::quotas;

use std::collections::BTreeMap;

use futures::future::try_join;

use crate::cloud::{Cloud, CloudError};
use crate::event::Known;
use crate::model::{EnvironmentKey, Secrets};
use crate::snapshot::{FORMAT, Snapshot};

/// What is asked for beyond the usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The project's quotas: only when something may be created.
    pub quotas: bool,
    /// Nova's availability zones: only when the environment names one.
    pub availability_zones: bool,
}

impl Wanted {
    /// What the first look before a deploy asks for. Quotas cost requests: they are asked for with the rest where everything is to
    /// be made, and otherwise by [`quotas`] once a plan makes something.
    pub fn before_deploy(known: &Known, availability_zones: bool) -> Self {
        Self { quotas: known.ids.is_empty(), availability_zones }
    }
}

/// Looks at the cloud for one environment. `run` is the run that looks; `known` is what the journal knows, and `secrets` what it
/// keeps: a guest's word on its console is believed by them.
pub async fn observe(
    cloud: &Cloud,
    environment: &EnvironmentKey,
    run: &str,
    known: &Known,
    secrets: &Secrets,
    wanted: Wanted,
) -> Result<Snapshot, CloudError> {
    let (facts, resources) = try_join(
        facts::facts(cloud, wanted.availability_zones),
        resources::resources(cloud, environment, run, known, secrets),
    )
    .await?;
    let mut snapshot = Snapshot { format: FORMAT, environment: environment.clone(), facts, resources };
    snapshot.facts.quotas = if wanted.quotas { Box::pin(quotas(cloud, &snapshot)).await? } else { BTreeMap::new() };
    Ok(snapshot)
}
