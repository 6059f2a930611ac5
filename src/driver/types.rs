//! What a driver is asked and what it answers.

use std::collections::BTreeMap;

use async_trait::async_trait;
use secrecy::ExposeSecret;

use crate::cloud::{Cloud, CloudError};
use crate::kind::{Kind, signals};
use crate::model::{Address, EnvironmentKey, Properties, SecretName, Secrets};
use crate::snapshot::{Observed, Status};

use super::json::{unchangeable, unresolved};
use super::waiting::by_list;

/// For whom a driver works.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The environment.
    pub environment: &'a EnvironmentKey,
    /// The run, for server metadata.
    pub run: &'a str,
    /// What was observed before, for kinds whose parents or keys refer to others.
    pub known: &'a [Observed],
    /// The environment's secrets, which only requests see.
    pub secrets: &'a Secrets,
}

impl<'a> Scope<'a> {
    /// One of the environment's secrets; the error says that the journal does not have it.
    pub(super) fn secret(self, name: &SecretName) -> Result<&'a str, CloudError> {
        let value = self.secrets.get(name).ok_or_else(|| unresolved(&format!("the secret {}", name.0)))?;
        Ok(value.expose_secret())
    }

    /// The name of the container in which guests report, where there is one.
    pub(super) fn signals_container(self) -> Option<&'a str> {
        let is = |it: &&Observed| it.kind == Kind::Container && it.address.as_ref() == Some(&signals());
        self.known.iter().find(is).map(|it| it.id.as_str())
    }
}

/// Something to create, with every reference filled in.
#[derive(Clone, Debug)]
pub struct ReadyItem {
    /// Where it will stand.
    pub address: Address,
    /// The properties of the kind's table, without outputs and secrets: ids and text only.
    pub properties: Properties,
    /// Whether it is to be marked as bearing data.
    pub bears_data: bool,
}

/// A change to make, with every reference filled in.
#[derive(Clone, Debug)]
pub struct ReadyChange {
    /// Where it stands.
    pub address: Address,
    /// The cloud's id of it.
    pub id: String,
    /// Everything that it should be.
    pub properties: Properties,
    /// Names of the table's properties that differ.
    pub changed: Vec<String>,
}

/// What a create request made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// Which item.
    pub address: Address,
    /// The cloud's id of it.
    pub id: String,
    /// `Ready` where nothing has to be waited for.
    pub status: Status,
    /// What others or the user may want of it besides its id.
    pub outputs: BTreeMap<String, String>,
    /// Ids of what came with it (a group's own rules), by address.
    pub brought: BTreeMap<Address, String>,
    /// OpenStack's request id.
    pub request_id: Option<String>,
    /// Whether it existed already.
    pub adopted: bool,
}

/// What a delete request did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// It is gone, or was gone before.
    Now,
    /// It will be: wait for it.
    Later,
}

/// Something that is waited for.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Where it stands.
    pub address: Address,
    /// What it is.
    pub kind: Kind,
    /// The cloud's id of it.
    pub id: String,
    /// The id of its lane's resource: for all below a load balancer, the load balancer's.
    pub lane_id: Option<String>,
    /// Its properties with every reference filled in; `pool_id` and the like lead to its parent.
    pub properties: Properties,
}

/// How something that is waited for is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is there, in this state. `Ready` means settled, with all that it is part of.
    There(Status, BTreeMap<String, String>),
    /// It is not there.
    Gone,
}

/// One kind's requests.
#[async_trait]
pub trait Driver: Send + Sync {
    /// Which kind.
    fn kind(&self) -> Kind;

    /// Everything of the kind that is the environment's: by filter, and then by each item's own fields. Parents and whatever
    /// keys refer to are in `scope.known`. Children come from one request per parent at most.
    async fn list(&self, cloud: &Cloud, scope: Scope<'_>) -> Result<Vec<Observed>, CloudError>;

    /// Says where it stands, and fills in what only others show (a server's ports and group), from what `scope.known` holds. It
    /// asks nobody. `list` and `get` have done so already; whoever knows more afterwards may do it again.
    fn place(&self, scope: Scope<'_>, observed: &mut Observed) {
        let _ = (scope, observed);
    }

    /// One by its id, marked or not; `None` if there is none. `properties` lead to its parent where the URL needs it.
    async fn get(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        id: &str,
        properties: &Properties,
    ) -> Result<Option<Observed>, CloudError>;

    /// Makes all of these with one request (`kind().spec().bulk` says how many there may be), and takes up what a refusal
    /// names as existing already where it is certainly ours.
    async fn create(&self, cloud: &Cloud, scope: Scope<'_>, items: &[ReadyItem]) -> Result<Vec<Created>, CloudError>;

    /// Changes one in place, with as few requests as its changed properties need. Without a word of its own a kind has no such request.
    async fn update(&self, cloud: &Cloud, scope: Scope<'_>, change: &ReadyChange) -> Result<(), CloudError> {
        let _ = (cloud, scope);
        Err(unchangeable(change))
    }

    /// Deletes one. What is not there is gone.
    async fn delete(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        id: &str,
        properties: &Properties,
    ) -> Result<Gone, CloudError>;

    /// How these are doing, with one list call for all of them; they all have the same `lane_id` where they have one.
    /// The second part: resources of ours that the same answer shows and that are not waited for.
    async fn progress(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        waiting: &[Waiting],
    ) -> Result<(BTreeMap<Address, Progress>, Vec<Observed>), CloudError> {
        by_list(self, cloud, scope, waiting).await
    }

    /// The last that can be learned of one that has been waited for in vain, besides its state; `None` where there is nothing.
    async fn last_words(&self, cloud: &Cloud, scope: Scope<'_>, waiting: &Waiting) -> Option<String> {
        let _ = (cloud, scope, waiting);
        None
    }
}
