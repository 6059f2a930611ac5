//! Claims: an object that can be made only once (Swift API v1, PUT with `If-None-Match: *`, else 412). What it says is whose the
//! environment is: the run that made it, and the fingerprints of its secrets.
//!
//! Swift does not promise that of two such PUTs at the same moment one is refused: both may be told 201, and the later one stays. So
//! a claim counts when it has stood for a second and still is what it was (seen in the lab under load; docs/decisions/claim.md).

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::cloud::{Answer, Cloud, CloudError, Method};
use crate::kind::{Kind, METADATA_RUN, claim_container, claim_id};
use crate::model::{Address, Properties, Value};
use crate::snapshot::{Observed, Status};

use super::container::{call, remove};
use super::json::{json, text, text_of, unresolved, value};
use super::marked::{found, taken};
use super::{Created, Driver, Gone, Progress, ReadyItem, Scope, Waiting, place};

pub(super) struct Claim;

/// For so many milliseconds a claim has to stand before it counts.
const STANDS_MS: f64 = 1_000.0;
/// What it is until then.
const YOUNG: &str = "young";

/// Whether it has stood long enough, by the object store's own clock. Where that is not told, it counts at once.
fn stands(answer: &Answer) -> bool {
    let made_s = answer.header("x-timestamp").and_then(|made| made.parse::<f64>().ok());
    #[allow(clippy::cast_precision_loss, reason = "milliseconds since the epoch are far below 2^52")]
    let age_ms = answer.date_ms().zip(made_s).map(|(now, made)| now as f64 - made * 1_000.0);
    age_ms.is_none_or(|age| age >= STANDS_MS)
}

/// What it says. One that somebody overwrote says nothing.
fn observed(container: &str, said: &Json, status: Status) -> Observed {
    Observed {
        kind: Kind::Claim,
        id: claim_id(container),
        address: None,
        properties: Properties::from([
            ("container".to_owned(), Value::from(container)),
            ("metadata".to_owned(), value(said)),
        ]),
        status,
        bears_data: false,
        created_at: None,
        run: text(said, METADATA_RUN).map(str::to_owned),
        outputs: BTreeMap::new(),
    }
}

#[async_trait]
impl Driver for Claim {
    fn kind(&self) -> Kind {
        Kind::Claim
    }

    async fn list(&self, cloud: &Cloud, scope: Scope<'_>) -> Result<Vec<Observed>, CloudError> {
        let Some(container) = scope.signals_container() else { return Ok(Vec::new()) };
        Ok(self.get(cloud, scope, &claim_id(container), &Properties::new()).await?.into_iter().collect())
    }

    fn place(&self, scope: Scope<'_>, observed: &mut Observed) {
        observed.address = place::address(scope, observed, "");
    }

    async fn get(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        id: &str,
        _: &Properties,
    ) -> Result<Option<Observed>, CloudError> {
        let Some(container) = claim_container(id) else { return Ok(None) };
        Ok(found(cloud.send(call(Method::Get, id)).await)?.map(|answer| {
            let status = if stands(&answer) { Status::Ready } else { Status::Pending(YOUNG.into()) };
            let mut claim = observed(container, &answer.body, status);
            self.place(scope, &mut claim);
            claim
        }))
    }

    async fn create(&self, cloud: &Cloud, scope: Scope<'_>, wanted: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
        let [item] = wanted else { return Err(unresolved("how to make several claims with one request")) };
        let container = text_of(&item.properties, "container")?;
        let metadata = item.properties.get("metadata").map(json).transpose()?;
        let Some(Json::Object(mut said)) = metadata else { return Err(unresolved("what a claim says")) };
        said.insert(METADATA_RUN.into(), scope.run.into());
        let said = Json::Object(said);
        let claim = observed(container, &said, Status::Pending(YOUNG.into()));
        let put = call(Method::Put, &claim.id).header("if-none-match", "*").json(said);
        let answer = cloud.send(put).await?;
        Ok(vec![Created { request_id: answer.request_id, ..taken(&item.address, claim, false) }])
    }

    async fn delete(&self, cloud: &Cloud, _: Scope<'_>, id: &str, _: &Properties) -> Result<Gone, CloudError> {
        remove(cloud, id.to_owned()).await?;
        Ok(Gone::Now)
    }

    async fn progress(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        waiting: &[Waiting],
    ) -> Result<(BTreeMap<Address, Progress>, Vec<Observed>), CloudError> {
        let shown = self.list(cloud, scope).await?;
        let there = |one: &Waiting| shown.iter().find(|claim| claim.id == one.id).cloned();
        let progress = waiting.iter().map(|one| {
            let found = there(one);
            (one.address.clone(), found.map_or(Progress::Gone, |it| Progress::There(it.status, it.outputs)))
        });
        let progress = progress.collect();
        // Whether it is still ours, its run tells.
        Ok((progress, shown))
    }
}
