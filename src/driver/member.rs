//! Pool members: `/v2/lbaas/pools/{id}/members`, created in one batch that leaves the others alone and takes up its equals.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures::future::try_join_all;
use serde_json::{Value as Json, json};

use crate::cloud::{Call, Cloud, CloudError, Method};
use crate::kind::{Kind, member_local_name};
use crate::model::{Address, Properties, Service, Value};
use crate::snapshot::Observed;

use super::json::{malformed, object, pick, text_of, unresolved};
use super::marked::{Rest, changed, found, inner, taken};
use super::{Created, Driver, Gone, Progress, ReadyChange, ReadyItem, Scope, Waiting, place, status_tree};

pub(super) struct Member;

static REST: Rest = Rest { kind: Kind::Member, path: "/lbaas/pools", collection: "members", singular: "member" };

fn read(item: &Json, pool: &str) -> Result<Observed, CloudError> {
    let mut properties = pick(Kind::Member, item);
    properties.insert("pool_id".into(), Value::from(pool));
    REST.observed(item, properties)
}

fn call(method: Method, pool: &str, below: &str) -> Call {
    Call::new(Service::LoadBalancer, method, format!("{}/{pool}/members{below}", REST.path))
}

/// A pool's members; none for a pool that is not there (Octavia answers with a page of HTML).
async fn of_pool(cloud: &Cloud, pool: &str) -> Result<Vec<Observed>, CloudError> {
    match cloud.list(call(Method::Get, pool, ""), REST.collection).await {
        Err(error) if error.status() == Some(404) => Ok(Vec::new()),
        shown => shown?.iter().map(|item| read(item, pool)).collect(),
    }
}

#[async_trait]
impl Driver for Member {
    fn kind(&self) -> Kind {
        Kind::Member
    }

    async fn list(&self, cloud: &Cloud, scope: Scope<'_>) -> Result<Vec<Observed>, CloudError> {
        let pools = place::ids(scope, Kind::Pool);
        let lists = try_join_all(pools.into_iter().map(|pool| of_pool(cloud, pool))).await?;
        let mut members: Vec<_> = lists.into_iter().flatten().collect();
        for member in &mut members {
            self.place(scope, member);
        }
        Ok(members)
    }

    fn place(&self, scope: Scope<'_>, observed: &mut Observed) {
        let address = observed.properties.get("address").and_then(Value::as_text);
        let port = observed.properties.get("protocol_port").and_then(Value::as_integer);
        let local = address.zip(port).map(|(address, port)| member_local_name(address, port));
        observed.address = local.and_then(|local| place::address(scope, observed, &local));
    }

    async fn get(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        id: &str,
        properties: &Properties,
    ) -> Result<Option<Observed>, CloudError> {
        let pool = text_of(properties, "pool_id")?;
        let Some(answer) = found(cloud.send(call(Method::Get, pool, &format!("/{id}"))).await)? else {
            return Ok(None);
        };
        let mut observed = read(&inner(answer.body, REST.singular), pool)?;
        self.place(scope, &mut observed);
        Ok(Some(observed))
    }

    /// The batch's answer is empty, so the ids come from a look at the pool.
    async fn create(&self, cloud: &Cloud, _: Scope<'_>, wanted: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
        let Some(first) = wanted.first() else { return Ok(Vec::new()) };
        let pool = text_of(&first.properties, "pool_id")?;
        if wanted.iter().any(|item| item.properties.get("pool_id") != first.properties.get("pool_id")) {
            return Err(unresolved("how to make members of several pools with one request"));
        }
        let bodies: Vec<_> =
            wanted.iter().map(|item| object(&item.properties, &["pool_id"])).collect::<Result<_, _>>()?;
        let batch = call(Method::Put, pool, "").query("additive_only", "true").json(json!({ "members": bodies }));
        let answer = cloud.send(batch).await?;
        let there = of_pool(cloud, pool).await?;
        wanted
            .iter()
            .map(|item| {
                let same = |member: &&Observed| {
                    ["address", "protocol_port"]
                        .iter()
                        .all(|name| member.properties.get(*name) == item.properties.get(*name))
                };
                let mine = there.iter().find(same);
                let mine = mine.ok_or_else(|| malformed(REST.path, &format!("{} is not in its pool", item.address)))?;
                Ok(Created { request_id: answer.request_id.clone(), ..taken(&item.address, mine.clone(), false) })
            })
            .collect()
    }

    async fn update(&self, cloud: &Cloud, _: Scope<'_>, change: &ReadyChange) -> Result<(), CloudError> {
        let pool = text_of(&change.properties, "pool_id")?;
        let body = json!({ (REST.singular): changed(change)? });
        cloud.send(call(Method::Put, pool, &format!("/{}", change.id)).json(body)).await?;
        Ok(())
    }

    async fn delete(&self, cloud: &Cloud, _: Scope<'_>, id: &str, properties: &Properties) -> Result<Gone, CloudError> {
        let pool = text_of(properties, "pool_id")?;
        REST.remove(cloud, call(Method::Delete, pool, &format!("/{id}"))).await
    }

    async fn progress(
        &self,
        cloud: &Cloud,
        _: Scope<'_>,
        waiting: &[Waiting],
    ) -> Result<(BTreeMap<Address, Progress>, Vec<Observed>), CloudError> {
        Ok((status_tree::progress(cloud, waiting).await?, Vec::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_belongs_to_the_pool_that_was_asked() {
        // The lab's answer, shortened.
        let item = json!({"id": "m", "name": "web-1", "operating_status": "NO_MONITOR", "provisioning_status": "ACTIVE",
            "admin_state_up": true, "address": "10.77.1.11", "protocol_port": 80, "weight": 1, "backup": false, "subnet_id": "s"});
        let member = read(&item, "p").expect("readable");
        assert_eq!(member.properties["pool_id"], Value::from("p"));
        assert_eq!(member.properties.len(), Kind::Member.spec().properties.len());
    }
}
