//! What should exist, and what of the use case this run will not give.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use crate::kind::Kind;
use crate::model::{Address, Diagnostics, EnvironmentKey, OutputRef, Properties, SecretName, SecretShape, Text};

/// What should exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Desired {
    /// Of which environment.
    pub environment: EnvironmentKey,
    /// By address.
    pub resources: BTreeMap<Address, Resource>,
    /// What the use case asks for and this run will not give.
    pub limitations: Vec<Limitation>,
    /// What the user should know and nobody needs to decide (an end-of-life system, a raised size).
    pub notes: Vec<Text>,
    /// Warnings of reading the blueprint.
    pub warnings: Diagnostics,
    /// Where the environment's service is to be reached: `http://` and this output; none if nothing is public.
    pub entry: Option<OutputRef>,
    /// The secrets that its resources hold, and what each looks like where it has to be made.
    pub secrets: BTreeMap<SecretName, SecretShape>,
}

/// One resource that should exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resource {
    /// What it is.
    pub kind: Kind,
    /// Every property of the kind's table that is set; a plan that makes it shares them.
    pub properties: Arc<Properties>,
    /// Properties of which the cloud may add to ours (the groups of a VIP port).
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub at_least: BTreeSet<String>,
    /// Whether it holds data that outlives mistakes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bears_data: bool,
}

/// How bad a limitation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Degree {
    /// Less than asked for, and usable: shown and confirmed with the plan.
    Degraded,
    /// Not there at all: `deploy` refuses without `--accept-limitations`.
    Missing,
}

/// What the use case asks for and this run will not give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Limitation {
    /// How bad.
    pub degree: Degree,
    /// Of what: a tier, a balancer, a wish of the blueprint.
    pub of: String,
    /// What is given instead.
    pub text: Text,
}
