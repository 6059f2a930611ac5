//! Server groups: `/v2.1/os-server-groups`, in the form of microversion 2.64 (one `policy`). Only their name carries the mark.

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use crate::cloud::{Call, Cloud, CloudError, Method};
use crate::kind::Kind;
use crate::model::Properties;
use crate::snapshot::Observed;

use super::json::{items, object, pick, text, unresolved};
use super::marked::{Rest, found, inner, taken};
use super::{Created, Driver, Gone, ReadyItem, Scope, place};

pub(super) struct ServerGroup;

static REST: Rest =
    Rest { kind: Kind::ServerGroup, path: "/os-server-groups", collection: "server_groups", singular: "server_group" };

/// From here on a group has one `policy`; below it has a list of them.
const VERSION: &str = "2.64";

/// The output with the ids of a group's servers, joined by commas.
pub(super) const MEMBERS: &str = "members";

fn read(item: &Json) -> Result<Observed, CloudError> {
    let members: Vec<&str> = items(item, MEMBERS).iter().filter_map(Json::as_str).collect();
    let mut observed = REST.observed(item, pick(Kind::ServerGroup, item))?;
    observed.outputs.insert(MEMBERS.to_owned(), members.join(","));
    Ok(observed)
}

#[async_trait]
impl Driver for ServerGroup {
    fn kind(&self) -> Kind {
        Kind::ServerGroup
    }

    async fn list(&self, cloud: &Cloud, scope: Scope<'_>) -> Result<Vec<Observed>, CloudError> {
        let call = Call::get(REST.service(), REST.path).query("limit", "1000").microversion(VERSION);
        let shown = cloud.list(call, REST.collection).await?;
        let id = scope.environment.id();
        let ours = shown.iter().filter(|item| {
            text(item, "name").is_some_and(|name| place::local_before_id(scope.environment, &id, name).is_some())
        });
        let mut groups = ours.map(read).collect::<Result<Vec<_>, _>>()?;
        for group in &mut groups {
            self.place(scope, group);
        }
        Ok(groups)
    }

    fn place(&self, scope: Scope<'_>, observed: &mut Observed) {
        observed.address = place::by_name(scope, observed);
    }

    async fn get(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        id: &str,
        _: &Properties,
    ) -> Result<Option<Observed>, CloudError> {
        let call = REST.call(Method::Get, id).microversion(VERSION);
        let Some(answer) = found(cloud.send(call).await)? else { return Ok(None) };
        let mut group = read(&inner(answer.body, REST.singular))?;
        self.place(scope, &mut group);
        Ok(Some(group))
    }

    async fn create(&self, cloud: &Cloud, _: Scope<'_>, wanted: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
        let [item] = wanted else { return Err(unresolved("how to make several server groups with one request")) };
        let body = json!({ (REST.singular): object(&item.properties, &[])? });
        let call = Call::new(REST.service(), Method::Post, REST.path).json(body).microversion(VERSION);
        let answer = cloud.send(call).await?;
        let group = read(&inner(answer.body, REST.singular))?;
        Ok(vec![Created { request_id: answer.request_id, ..taken(&item.address, group, false) }])
    }

    async fn delete(&self, cloud: &Cloud, _: Scope<'_>, id: &str, _: &Properties) -> Result<Gone, CloudError> {
        REST.remove(cloud, REST.call(Method::Delete, id)).await
    }
}
