//! The core of the kinds whose mark is their description: six of Neutron's and three of Octavia's. They differ in names, in a few
//! attributes and in what a refusal may mean; each one's file says only that.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::{Map, Value as Json, json};

use crate::cloud::{Answer, Call, Cloud, CloudError, Method};
use crate::kind::Kind;
use crate::model::{Address, Properties, Service, Value};
use crate::snapshot::{Observed, Status};

use super::json::{id, items, malformed, object, pick, text};
use super::waiting::by_list;
use super::{Created, Driver, Gone, Progress, ReadyChange, ReadyItem, Scope, Waiting, place, status_tree};

/// Where a kind stands in its service's API.
pub(super) struct Rest {
    pub kind: Kind,
    /// The collection's path.
    pub path: &'static str,
    /// The collection's name in answers and bulk requests.
    pub collection: &'static str,
    /// One item's name in requests and answers.
    pub singular: &'static str,
}

impl Rest {
    pub(super) fn service(&self) -> Service {
        self.kind.spec().service
    }

    pub(super) fn call(&self, method: Method, id: &str) -> Call {
        Call::new(self.service(), method, format!("{}/{id}", self.path))
    }

    /// One item's JSON; `None` if there is none.
    pub(super) async fn fetch(&self, cloud: &Cloud, id: &str) -> Result<Option<Json>, CloudError> {
        let answer = found(cloud.send(self.call(Method::Get, id)).await)?;
        Ok(answer.map(|answer| inner(answer.body, self.singular)))
    }

    /// Deletes one; `Later` where the answer is only a promise.
    pub(super) async fn remove(&self, cloud: &Cloud, call: Call) -> Result<Gone, CloudError> {
        let later = if self.service() == Service::LoadBalancer { Gone::Later } else { Gone::Now };
        Ok(found(cloud.send(call).await)?.map_or(Gone::Now, |_| later))
    }

    /// What is said of one item of an answer besides its properties.
    pub(super) fn observed(&self, item: &Json, properties: Properties) -> Result<Observed, CloudError> {
        Ok(Observed {
            kind: self.kind,
            id: id(item, self.path)?,
            address: None,
            properties,
            status: status(item),
            bears_data: self.kind.spec().bears_data,
            created_at: created_at(item),
            run: None,
            outputs: BTreeMap::new(),
        })
    }
}

/// The answer, or `None` for a 404.
pub(super) fn found(answer: Result<Answer, CloudError>) -> Result<Option<Answer>, CloudError> {
    match answer {
        Err(error) if error.status() == Some(404) => Ok(None),
        other => other.map(Some),
    }
}

/// What stands under the name in an answer's object.
pub(super) fn inner(mut body: Json, name: &str) -> Json {
    body.get_mut(name).map(Json::take).unwrap_or_default()
}

/// Octavia's provisioning status; Neutron's kinds are settled with their answer (their status tells of agents, not of them).
fn status(item: &Json) -> Status {
    text(item, "provisioning_status").map_or(Status::Ready, status_tree::status)
}

/// When it was made, RFC 3339: Octavia leaves out that its times are UTC.
pub(super) fn created_at(item: &Json) -> Option<String> {
    let text = text(item, "created_at").or_else(|| text(item, "created"))?;
    Some(if text.ends_with('Z') || text.contains('+') { text.to_owned() } else { format!("{text}Z") })
}

/// What one of these kinds says of itself.
#[async_trait]
pub(super) trait Marked: Send + Sync {
    /// Where it stands in the API.
    fn rest(&self) -> &'static Rest;

    /// Attributes to ask for in lists; all where this is empty.
    fn fields(&self) -> &'static [&'static str] {
        &[]
    }

    /// Its properties, in the form of the create request.
    fn decode(&self, item: &Json) -> Properties {
        pick(self.rest().kind, item)
    }

    /// What others may want of it besides its id.
    fn outputs(&self, item: &Json) -> BTreeMap<String, String> {
        let _ = item;
        BTreeMap::new()
    }

    /// Its create request.
    fn encode(&self, properties: &Properties) -> Result<Map<String, Json>, CloudError> {
        object(properties, &[])
    }

    /// Its address, from what is known.
    fn locate(&self, scope: Scope<'_>, observed: &Observed) -> Option<Address> {
        place::by_name(scope, observed)
    }

    /// Whether a refusal may mean that the item exists already.
    fn says_exists(&self, error: &CloudError) -> bool {
        error.status() == Some(409)
    }

    /// Whether this one is what a request for these properties would make a second time: never where there can be two.
    fn is(&self, wanted: &Properties, observed: &Observed) -> bool {
        let _ = (wanted, observed);
        false
    }

    /// Where to look for what exists already, besides the marked ones.
    async fn look(&self, cloud: &Cloud, scope: Scope<'_>, wanted: &[ReadyItem]) -> Result<Vec<Observed>, CloudError> {
        let _ = (cloud, scope, wanted);
        Ok(Vec::new())
    }

    /// What comes with it, by address.
    fn brought(&self, address: &Address, item: &Json) -> BTreeMap<Address, String> {
        let _ = (address, item);
        BTreeMap::new()
    }

    /// Its delete request.
    async fn remove(&self, cloud: &Cloud, id: &str) -> Result<Gone, CloudError> {
        self.rest().remove(cloud, self.rest().call(Method::Delete, id)).await
    }

    /// One item of an answer, without its address.
    fn read(&self, item: &Json) -> Result<Observed, CloudError> {
        let observed = self.rest().observed(item, self.decode(item))?;
        Ok(Observed { outputs: self.outputs(item), ..observed })
    }
}

/// The changed properties as a request's object.
pub(super) fn changed(change: &ReadyChange) -> Result<Map<String, Json>, CloudError> {
    let mut changed = change.properties.clone();
    changed.retain(|name, _| change.changed.contains(name));
    object(&changed, &[])
}

/// Sends the create request for all of these.
async fn post<T: Marked>(kind: &T, cloud: &Cloud, wanted: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
    let rest = kind.rest();
    let bodies = wanted.iter().map(|item| kind.encode(&item.properties)).collect::<Result<Vec<_>, _>>()?;
    let body = match <[_; 1]>::try_from(bodies) {
        Ok([one]) => json!({ (rest.singular): one }),
        Err(many) => json!({ (rest.collection): many }),
    };
    let answer = cloud.send(Call::new(rest.service(), Method::Post, rest.path).json(body)).await?;
    let made = match answer.body.get(rest.singular) {
        Some(one) => std::slice::from_ref(one),
        None => items(&answer.body, rest.collection),
    };
    let single = wanted.len() == 1 && made.len() == 1;
    wanted
        .iter()
        .map(|item| {
            // Names are unique within a batch, and the order of an answer is nobody's promise.
            let name = item.properties.get("name").and_then(Value::as_text);
            let mine = made.iter().find(|made| single || text(made, "name") == name);
            let mine = mine.ok_or_else(|| malformed(rest.path, &format!("{} is not in it", item.address)))?;
            let observed = kind.read(mine)?;
            Ok(Created {
                brought: kind.brought(&item.address, mine),
                request_id: answer.request_id.clone(),
                ..taken(&item.address, observed, false)
            })
        })
        .collect()
}

/// What there is at an address.
pub(super) fn taken(address: &Address, observed: Observed, adopted: bool) -> Created {
    Created {
        address: address.clone(),
        id: observed.id,
        status: observed.status,
        outputs: observed.outputs,
        brought: BTreeMap::new(),
        request_id: None,
        adopted,
    }
}

#[async_trait]
impl<T: Marked> Driver for T {
    fn kind(&self) -> Kind {
        self.rest().kind
    }

    async fn list(&self, cloud: &Cloud, scope: Scope<'_>) -> Result<Vec<Observed>, CloudError> {
        let rest = self.rest();
        let mut call = Call::get(rest.service(), rest.path).query("description", scope.environment.mark());
        for field in self.fields() {
            call = call.query("fields", *field);
        }
        let shown = cloud.list(call, rest.collection).await?;
        let ours = shown.iter().filter(|item| place::description_is_mark(scope.environment, item));
        ours.map(|item| {
            let mut observed = self.read(item)?;
            self.place(scope, &mut observed);
            Ok(observed)
        })
        .collect()
    }

    fn place(&self, scope: Scope<'_>, observed: &mut Observed) {
        observed.address = self.locate(scope, observed);
    }

    async fn get(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        id: &str,
        _: &Properties,
    ) -> Result<Option<Observed>, CloudError> {
        let Some(item) = self.rest().fetch(cloud, id).await? else { return Ok(None) };
        let mut observed = self.read(&item)?;
        self.place(scope, &mut observed);
        Ok(Some(observed))
    }

    async fn create(&self, cloud: &Cloud, scope: Scope<'_>, wanted: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
        let refusal = match post(self, cloud, wanted).await {
            Err(error) if self.says_exists(&error) => error,
            other => return other,
        };
        let mut there = self.list(cloud, scope).await?;
        there.extend(self.look(cloud, scope, wanted).await?);
        let (mut created, mut rest) = (Vec::new(), Vec::new());
        for item in wanted {
            match there.iter().find(|observed| self.is(&item.properties, observed)) {
                Some(observed) => created.push(taken(&item.address, observed.clone(), true)),
                None => rest.push(item.clone()),
            }
        }
        if created.is_empty() {
            return Err(refusal);
        }
        if !rest.is_empty() {
            created.extend(post(self, cloud, &rest).await?);
        }
        Ok(created)
    }

    async fn update(&self, cloud: &Cloud, _: Scope<'_>, change: &ReadyChange) -> Result<(), CloudError> {
        let rest = self.rest();
        let body = changed(change)?;
        cloud.send(rest.call(Method::Put, &change.id).json(json!({ (rest.singular): body }))).await?;
        Ok(())
    }

    async fn delete(&self, cloud: &Cloud, _: Scope<'_>, id: &str, _: &Properties) -> Result<Gone, CloudError> {
        self.remove(cloud, id).await
    }

    async fn progress(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        waiting: &[Waiting],
    ) -> Result<(BTreeMap<Address, Progress>, Vec<Observed>), CloudError> {
        match self.rest().service() {
            Service::LoadBalancer => Ok((status_tree::progress(cloud, waiting).await?, Vec::new())),
            _ => by_list(self, cloud, scope, waiting).await,
        }
    }
}
