//! What goes wrong in the cloud itself: states that no request of a client can bring about.

use serde_json::{Value as Json, json};

use crate::embedded::{Cloud, Reply, Request, Service, World};

/// What becomes of what a request made or began.
#[derive(Clone, Debug)]
pub(super) enum Effect {
    /// It goes to `ERROR`, for this reason.
    Error(String),
    /// It never ends.
    Stuck,
}

/// Octavia's work under way, by load balancer.
const PENDING: &str = "octavia_pending";
const LOAD_BALANCING: [&str; 4] = ["octavia_loadbalancers", "octavia_listeners", "octavia_pools", "octavia_members"];

/// Lets it happen to what this reply names.
pub(super) fn happen(cloud: &mut Cloud, effect: &Effect, request: &Request, reply: &Reply) {
    let body: Json = serde_json::from_slice(&reply.body).unwrap_or_default();
    let named = body.as_object().and_then(|map| map.values().next()).and_then(|made| made["id"].as_str());
    let last = request.path.rsplit('/').next().unwrap_or_default();
    let id = named.unwrap_or(last).to_owned();
    let world = &mut cloud.world;
    server(world, effect, &id);
    let balancer = body
        .as_object()
        .and_then(|map| map.values().next())
        .and_then(|made| made["loadbalancers"][0]["id"].as_str())
        .unwrap_or(&id)
        .to_owned();
    if world.remove(PENDING, &balancer).is_some() && matches!(effect, Effect::Error(_)) {
        let pending: Vec<(String, String)> = world
            .all()
            .filter(|(table, _, row)| LOAD_BALANCING.contains(table) && belongs(row, &balancer))
            .filter(|(_, _, row)| {
                row.get("provisioning_status").and_then(Json::as_str).is_some_and(|it| it.starts_with("PENDING"))
            })
            .map(|(table, id, _)| (table.to_owned(), id.to_owned()))
            .collect();
        for (table, child) in pending {
            world.change(&table, &child, |row| {
                let own = child == id;
                row.insert("provisioning_status".into(), json!(if own { "ERROR" } else { "ACTIVE" }));
                row.insert("operating_status".into(), json!(if own { "ERROR" } else { "ONLINE" }));
            });
        }
    }
    world.commit();
}

fn belongs(row: &crate::embedded::Row, balancer: &str) -> bool {
    row.values().any(|value| value == balancer || value.to_string().contains(balancer))
}

fn server(world: &mut World, effect: &Effect, id: &str) {
    world.change("servers", id, |row| match effect {
        Effect::Error(why) => {
            if let Some(task) = row.get_mut("_task").filter(|task| !task.is_null()) {
                task["then"] = json!("error");
            } else {
                row.insert("_vm".into(), json!("error"));
            }
            row.insert("_fault".into(), json!({"code": 500, "created": "2026-11-24T00:00:00Z", "message": why}));
        }
        Effect::Stuck => {
            if let Some(task) = row.get_mut("_task").filter(|task| !task.is_null()) {
                task["until"] = json!(i64::MAX);
            }
        }
    });
}

/// Every token is revoked.
pub(super) fn revoke(cloud: &mut Cloud) {
    let tokens: Vec<String> =
        cloud.world.all().filter(|(table, _, _)| *table == "tokens").map(|(_, id, _)| id.to_owned()).collect();
    for token in tokens {
        cloud.world.remove("tokens", &token);
    }
    cloud.world.commit();
}

/// The request by which an administrator sets a quota of that service for a project.
pub(super) fn quota(service: Service, project: &str, resource: &str, limit: i64) -> (String, Json) {
    match service {
        Service::Compute => (format!("/compute/v2.1/os-quota-sets/{project}"), json!({"quota_set": {resource: limit}})),
        Service::LoadBalancer => {
            (format!("/load-balancer/v2.0/lbaas/quotas/{project}"), json!({"quota": {resource: limit}}))
        }
        _ => (format!("/network/v2.0/quotas/{project}"), json!({"quota": {resource: limit}})),
    }
}
