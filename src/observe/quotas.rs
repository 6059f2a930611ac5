//! What the project may still have. What a role may not see is "not checked", never a failure.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::{try_join3, try_join4};
use serde_json::Value as Json;

use crate::cloud::{Call, Cloud, CloudError};
use crate::kind::Quota;
use crate::model::{Service, messages::observe as m};
use crate::say;
use crate::snapshot::{Checked, QuotaFact, Snapshot};

type Quotas = BTreeMap<Quota, Checked<QuotaFact>>;

const COMPUTE: [(Quota, &str, &str); 5] = [
    (Quota::Instances, "maxTotalInstances", "totalInstancesUsed"),
    (Quota::Cores, "maxTotalCores", "totalCoresUsed"),
    (Quota::RamMib, "maxTotalRAMSize", "totalRAMUsed"),
    (Quota::ServerGroups, "maxServerGroups", "totalServerGroupsUsed"),
    // Each group may have so many: nothing of it is used by others.
    (Quota::ServerGroupMembers, "maxServerGroupMembers", ""),
];

const NETWORK: [Quota; 7] = [
    Quota::Network,
    Quota::Subnet,
    Quota::Router,
    Quota::Port,
    Quota::SecurityGroup,
    Quota::SecurityGroupRule,
    Quota::Floatingip,
];

const LOAD_BALANCER: [Quota; 5] =
    [Quota::LoadBalancer, Quota::Listener, Quota::Pool, Quota::Member, Quota::HealthMonitor];

/// The project's quotas, of the services that it has. `snapshot` counts what there is where a limit makes no count necessary.
pub async fn quotas(cloud: &Cloud, snapshot: &Snapshot) -> Result<Quotas, CloudError> {
    let services = &snapshot.facts.services;
    let (compute, network, load_balancer) = try_join3(
        group(services, Service::Compute, compute(cloud)),
        group(services, Service::Network, network(cloud)),
        group(services, Service::LoadBalancer, Box::pin(load_balancer(cloud, snapshot))),
    )
    .await?;
    Ok(compute.into_iter().chain(network).chain(load_balancer).collect())
}

/// One service's quotas; none where the cloud has no such service, and "not checked" where it does not tell.
async fn group(
    services: &BTreeSet<Service>,
    service: Service,
    asked: impl Future<Output = Result<BTreeMap<Quota, QuotaFact>, CloudError>>,
) -> Result<Quotas, CloudError> {
    if !services.contains(&service) {
        return Ok(Quotas::new());
    }
    let all = COMPUTE.map(|(quota, _, _)| quota).into_iter().chain(NETWORK).chain(LOAD_BALANCER);
    let all = all.filter(|quota| quota.service() == service);
    match asked.await {
        Err(error) if matches!(error.status(), Some(403 | 404)) => {
            let why = say!(m::NEEDS_QUOTAS, service = service, error = error).to_string();
            Ok(all.map(|quota| (quota, Checked::NotChecked(why.clone()))).collect())
        }
        facts => {
            let facts = facts?;
            let absent = || Checked::NotChecked(say!(m::NOT_TOLD, service = service).to_string());
            Ok(all.map(|quota| (quota, facts.get(&quota).copied().map_or_else(absent, Checked::Known))).collect())
        }
    }
}

async fn compute(cloud: &Cloud) -> Result<BTreeMap<Quota, QuotaFact>, CloudError> {
    let answer = cloud.send(Call::get(Service::Compute, "/limits")).await?;
    Ok(from_limits(&answer.body))
}

fn from_limits(body: &Json) -> BTreeMap<Quota, QuotaFact> {
    let absolute = body.get("limits").and_then(|limits| limits.get("absolute")).unwrap_or(&Json::Null);
    let number = |name: &str| absolute.get(name).and_then(Json::as_i64);
    COMPUTE
        .into_iter()
        .filter_map(|(quota, limit, used)| {
            Some((quota, QuotaFact { limit: number(limit)?, used: number(used).unwrap_or(0) }))
        })
        .collect()
}

async fn network(cloud: &Cloud) -> Result<BTreeMap<Quota, QuotaFact>, CloudError> {
    let path = format!("/quotas/{}/details.json", cloud.project_id());
    Ok(from_details(&cloud.send(Call::get(Service::Network, path)).await?.body))
}

fn from_details(body: &Json) -> BTreeMap<Quota, QuotaFact> {
    NETWORK
        .into_iter()
        .filter_map(|quota| {
            let detail = body.get("quota")?.get(quota.as_str())?;
            let number = |name: &str| detail.get(name).and_then(Json::as_i64);
            let used = number("used").unwrap_or(0) + number("reserved").unwrap_or(0);
            Some((quota, QuotaFact { limit: number("limit")?, used }))
        })
        .collect()
}

/// Octavia tells limits and no use: what is limited is counted in the project's lists, and what is not, is not.
async fn load_balancer(cloud: &Cloud, snapshot: &Snapshot) -> Result<BTreeMap<Quota, QuotaFact>, CloudError> {
    let path = format!("/lbaas/quotas/{}", cloud.project_id());
    let answer = cloud.send(Call::get(Service::LoadBalancer, path)).await?;
    let limits: BTreeMap<Quota, i64> = LOAD_BALANCER
        .into_iter()
        .filter_map(|quota| {
            let limits = answer.body.get("quota")?;
            // Older releases write `loadbalancer` and `healthmonitor`.
            let limit = limits.get(quota.as_str()).or_else(|| limits.get(quota.as_str().replace('_', "")))?;
            Some((quota, limit.as_i64()?))
        })
        .collect();
    let limited = |quota: Quota| limits.get(&quota).is_some_and(|limit| *limit >= 0);
    let (balancers, listeners, pools, monitors) = try_join4(
        shown(cloud, "loadbalancers", limited(Quota::LoadBalancer)),
        shown(cloud, "listeners", limited(Quota::Listener)),
        shown(cloud, "pools", limited(Quota::Pool) || limited(Quota::Member)),
        shown(cloud, "healthmonitors", limited(Quota::HealthMonitor)),
    )
    .await?;
    let members = pools.as_ref().map(|pools| pools.iter().map(members).sum());
    let counts = [
        (Quota::LoadBalancer, balancers.map(|items| items.len())),
        (Quota::Listener, listeners.map(|items| items.len())),
        (Quota::Pool, pools.map(|items| items.len())),
        (Quota::Member, members),
        (Quota::HealthMonitor, monitors.map(|items| items.len())),
    ];
    let ours =
        |quota: Quota| snapshot.resources.iter().filter(|resource| resource.kind.spec().quota.contains(&quota)).count();
    Ok(counts
        .into_iter()
        .filter_map(|(quota, count)| {
            let used = i64::try_from(count.unwrap_or_else(|| ours(quota))).ok()?;
            Some((quota, QuotaFact { limit: *limits.get(&quota)?, used }))
        })
        .collect())
}

/// The project's items of a collection; `None` where they are not asked for.
async fn shown(cloud: &Cloud, collection: &str, wanted: bool) -> Result<Option<Vec<Json>>, CloudError> {
    if !wanted {
        return Ok(None);
    }
    let call = Call::get(Service::LoadBalancer, format!("/lbaas/{collection}"))
        .query("project_id", cloud.project_id())
        .query("fields", "id")
        .query("fields", "members");
    cloud.list(call, collection).await.map(Some)
}

fn members(pool: &Json) -> usize {
    pool.get("members").and_then(Json::as_array).map_or(0, Vec::len)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn limits_of_nova() {
        // The lab's answer, shortened.
        let body = json!({"limits": {"rate": [], "absolute": {"maxTotalInstances": 400, "maxTotalCores": 800, "maxTotalRAMSize": -1,
            "maxServerGroups": 100, "maxServerGroupMembers": 10, "totalRAMUsed": 2048, "totalCoresUsed": 1, "totalInstancesUsed": 1}}});
        let facts = from_limits(&body);
        assert_eq!(facts[&Quota::RamMib], QuotaFact { limit: -1, used: 2048 });
        assert_eq!(facts[&Quota::ServerGroupMembers], QuotaFact { limit: 10, used: 0 });
        assert_eq!(facts.len(), 5);
    }

    #[test]
    fn details_of_neutron_count_what_is_reserved() {
        let body =
            json!({"quota": {"port": {"limit": 4000, "used": 4, "reserved": 2}, "trunk": {"limit": -1, "used": 0}}});
        assert_eq!(from_details(&body), BTreeMap::from([(Quota::Port, QuotaFact { limit: 4000, used: 6 })]));
    }
}
