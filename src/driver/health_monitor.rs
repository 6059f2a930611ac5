//! Health monitors: `/v2/lbaas/healthmonitors`. A pool has one and names it, so that one request each reads them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures::future::try_join_all;
use serde_json::{Value as Json, json};

use crate::cloud::{Call, Cloud, CloudError, Method};
use crate::kind::Kind;
use crate::model::{Address, Properties};
use crate::snapshot::Observed;

use super::json::{object, pick, text, text_of, unresolved, with_parent};
use super::marked::{Rest, changed, inner, taken};
use super::pool::{self, MONITOR};
use super::{Created, Driver, Gone, Progress, ReadyChange, ReadyItem, Scope, Waiting, place, status_tree};

pub(super) struct HealthMonitor;

static REST: Rest = Rest {
    kind: Kind::HealthMonitor,
    path: "/lbaas/healthmonitors",
    collection: "healthmonitors",
    singular: "healthmonitor",
};

fn read(item: &Json) -> Result<Observed, CloudError> {
    REST.observed(item, with_parent(pick(Kind::HealthMonitor, item), item, "pools", "pool_id"))
}

async fn by_id(cloud: &Cloud, id: &str) -> Result<Option<Observed>, CloudError> {
    REST.fetch(cloud, id).await?.map(|item| read(&item)).transpose()
}

#[async_trait]
impl Driver for HealthMonitor {
    fn kind(&self) -> Kind {
        Kind::HealthMonitor
    }

    async fn list(&self, cloud: &Cloud, scope: Scope<'_>) -> Result<Vec<Observed>, CloudError> {
        let pools = scope.known.iter().filter(|other| other.kind == Kind::Pool);
        let ids = pools.filter_map(|pool| pool.outputs.get(MONITOR));
        let monitors = try_join_all(ids.map(|id| by_id(cloud, id))).await?;
        let mut monitors: Vec<_> = monitors.into_iter().flatten().collect();
        for monitor in &mut monitors {
            self.place(scope, monitor);
        }
        Ok(monitors)
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
        let mut observed = by_id(cloud, id).await?;
        if let Some(monitor) = &mut observed {
            self.place(scope, monitor);
        }
        Ok(observed)
    }

    async fn create(&self, cloud: &Cloud, _: Scope<'_>, wanted: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
        let [item] = wanted else { return Err(unresolved("how to make several health monitors with one request")) };
        let body = json!({ (REST.singular): object(&item.properties, &[])? });
        match cloud.send(Call::new(REST.service(), Method::Post, REST.path).json(body)).await {
            Ok(answer) => {
                let observed = read(&inner(answer.body, REST.singular))?;
                Ok(vec![Created { request_id: answer.request_id, ..taken(&item.address, observed, false) }])
            }
            // "This pool already has a health monitor", or its load balancer is busy: the pool itself tells.
            Err(refusal) if refusal.status() == Some(409) => {
                let pool = pool::REST.fetch(cloud, text_of(&item.properties, "pool_id")?).await?;
                let id = pool.as_ref().and_then(|pool| text(pool, MONITOR));
                let Some(id) = id else { return Err(refusal) };
                let there = by_id(cloud, id).await?;
                there.map(|monitor| vec![taken(&item.address, monitor, true)]).ok_or(refusal)
            }
            Err(error) => Err(error),
        }
    }

    async fn update(&self, cloud: &Cloud, _: Scope<'_>, change: &ReadyChange) -> Result<(), CloudError> {
        let body = json!({ (REST.singular): changed(change)? });
        cloud.send(REST.call(Method::Put, &change.id).json(body)).await?;
        Ok(())
    }

    async fn delete(&self, cloud: &Cloud, _: Scope<'_>, id: &str, _: &Properties) -> Result<Gone, CloudError> {
        REST.remove(cloud, REST.call(Method::Delete, id)).await
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
    fn every_property_is_read() {
        // The lab's answer, shortened.
        let item = json!({"id": "h", "name": "shop-http", "type": "HTTP", "delay": 5, "timeout": 3, "max_retries": 3,
            "max_retries_down": 3, "http_method": "GET", "url_path": "/", "expected_codes": "200", "admin_state_up": true,
            "pools": [{"id": "p"}], "provisioning_status": "ACTIVE", "http_version": null});
        let monitor = read(&item).expect("readable");
        assert_eq!(monitor.properties.len(), Kind::HealthMonitor.spec().properties.len());
    }
}
