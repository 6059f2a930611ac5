//! What a plan is made of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::desired::Limitation;
use crate::kind::{Kind, Quota};
use crate::model::{Address, EnvironmentKey, OutputRef, Properties, SecretName, SecretShape, Text, Value};

/// What a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Everything desired exists.
    Deploy,
    /// Nothing is left but data.
    Destroy,
    /// Nothing is left.
    DestroyWithData,
}

/// What is to be done, in full.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The format number of plan files.
    pub format: u32,
    /// For which environment.
    pub environment: EnvironmentKey,
    /// For what.
    pub goal: Goal,
    /// The steps, sorted by id; their order of execution is in `after`.
    pub steps: Vec<Step>,
    /// Resources that exist and are as they should be, by address, with their ids.
    pub unchanged: BTreeMap<Address, String>,
    /// What exists, is not wanted or is marked and unknown, and stays, and why.
    pub kept: Vec<Kept>,
    /// Differences that are shown and not acted upon (user-data).
    pub reported: Vec<Difference>,
    /// What the use case asks for and this run will not give.
    pub limitations: Vec<Limitation>,
    /// What the user should know.
    pub notes: Vec<Text>,
    /// What the environment will have in all.
    pub totals: Totals,
    /// What was checked before the first write.
    pub preflight: Preflight,
    /// Outputs of resources that exist already, for steps that refer to them: address → field → value.
    pub outputs: BTreeMap<Address, BTreeMap<String, String>>,
    /// Where the service is to be reached.
    pub entry: Option<OutputRef>,
    /// The secrets that the steps need: those that are not there yet are made before the first step.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<SecretName, SecretShape>,
}

impl Plan {
    /// Whether anything is made.
    pub fn creates(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.work, Work::Create(_)))
    }

    /// The SHA-256 of its JSON.
    pub fn digest(&self) -> Result<String, serde_json::Error> {
        Ok(format!("{:x}", Sha256::digest(serde_json::to_vec(self)?)))
    }
}

/// A step's number within its plan, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub usize);

/// One thing to do.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Its number.
    pub id: StepId,
    /// What is done.
    pub work: Work,
    /// The queue in which one request runs at a time and holds it until it has settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lane: Option<Address>,
    /// Addresses whose own steps come first, and how far. Addresses without a step in the plan do not stand here.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub after: BTreeMap<Address, Until>,
    /// Why, by address: one for each item.
    pub reasons: BTreeMap<Address, Reason>,
}

/// How far an earlier step must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// Its request has been answered, well or badly: an order that is only faster. Its failure skips nothing.
    Answered,
    /// It has settled. Its failure skips the later step.
    Settled,
}

/// What is done.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Make these with one request; they settle item by item.
    Create(Batch),
    /// Change one in place.
    Update {
        /// Which.
        address: Address,
        /// The cloud's id of it.
        id: String,
        /// What it is.
        kind: Kind,
        /// Everything that it should be.
        properties: Properties,
        /// What differs.
        differences: Vec<Difference>,
    },
    /// Delete one.
    Delete {
        /// Which; for something whose address cannot be told, its kind's word and id.
        address: Address,
        /// The cloud's id of it; `None` for what a create of this plan brings with it (a group's own rules).
        id: Option<String>,
        /// What it is.
        kind: Kind,
        /// Its properties as observed: the id of a parent stands there.
        properties: Properties,
        /// What goes with it, without a request of its own.
        with: BTreeMap<Address, String>,
    },
    /// Wait until one that exists has settled.
    Wait {
        /// Which.
        address: Address,
        /// The cloud's id of it.
        id: String,
        /// What it is.
        kind: Kind,
        /// Its properties as observed.
        properties: Properties,
    },
}

/// What one create request makes: all of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct Batch {
    /// What they are.
    pub kind: Kind,
    /// The items, sorted by address; at most 32 and 64 KiB.
    pub items: Vec<Item>,
}

/// One item of a batch.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// Where it will stand.
    pub address: Address,
    /// What it should be.
    pub properties: Arc<Properties>,
    /// Addresses of desired resources that come with it (a group's own rules): they have no step of their own.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub brings: BTreeSet<Address>,
    /// Whether it holds data.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bears_data: bool,
}

/// One property that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Of what.
    pub address: Address,
    /// Which property; a dot leads into a map: `metadata.gureum`.
    pub property: String,
    /// What the cloud shows, where it shows it.
    pub is: Option<Value>,
    /// What it should be.
    pub should: Value,
}

/// Why a step is there. The sentences are `report/`'s.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It does not exist.
    Missing,
    /// It differs in these properties.
    Differs(Vec<Difference>),
    /// It is replaced because of these properties.
    Replaced(Vec<Difference>),
    /// It is made again because what it refers to is replaced.
    Follows(Address),
    /// It is in ERROR; the cloud's own words.
    FailedBefore(String),
    /// A second one with the same mark and address.
    Duplicate {
        /// The one that stays.
        kept: String,
    },
    /// The blueprint no longer asks for it.
    NotWanted,
    /// The environment is being destroyed.
    Destroyed,
    /// It exists and has not settled yet; the cloud's own status.
    Unsettled(String),
}

/// Something that exists and stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// What it is.
    pub kind: Kind,
    /// Where it stands, where that can be told.
    pub address: Option<Address>,
    /// The cloud's id of it.
    pub id: String,
    /// Why it stays.
    pub why: Text,
}

/// What the environment will have in all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Resources.
    pub resources: usize,
    /// Servers.
    pub servers: usize,
    /// Virtual CPUs.
    pub vcpus: u64,
    /// Memory, MiB.
    pub ram_mib: u64,
    /// Root disks, GiB.
    pub disk_gib: u64,
    /// Floating addresses.
    pub floating_ips: usize,
}

/// What was checked before the first write.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Preflight {
    /// What stops a deploy: no such service, quota too small, … In order of discovery.
    pub faults: Vec<Text>,
    /// Quotas that are too small, in numbers; each also stands in `faults`.
    pub shortfalls: Vec<Shortfall>,
    /// What could not be checked, and what would be needed.
    pub not_checked: Vec<Text>,
}

/// A quota that is too small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shortfall {
    /// Which.
    pub quota: Quota,
    /// The limit.
    pub limit: i64,
    /// In use before this plan.
    pub used: i64,
    /// What this plan adds.
    pub needed: i64,
}
