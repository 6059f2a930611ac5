//! What the cloud is and what of ours exists: the only door from the cloud into planning.
//!
//! It serialises: `gureum observe --out FILE` writes one, `plan --snapshot FILE` plans from one without any cloud.

mod facts;
mod observed;

pub use facts::{Checked, CloudFacts, ExternalNetwork, Flavor, Image, QuotaFact};
pub use observed::{Observed, Status};

use serde::{Deserialize, Serialize};

use crate::model::EnvironmentKey;

/// The format number of snapshot files.
pub const FORMAT: u32 = 1;

/// One look at the cloud, for one environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// [`FORMAT`] of the gureum that wrote it.
    pub format: u32,
    /// Which environment was looked for.
    pub environment: EnvironmentKey,
    /// What the cloud is.
    pub facts: CloudFacts,
    /// What of the environment exists, sorted by kind, address and id.
    pub resources: Vec<Observed>,
}
