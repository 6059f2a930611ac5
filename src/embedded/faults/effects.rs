//! What goes wrong in the cloud itself: states that no request of a client can bring about.

use serde_json::json;

use super::super::cloud::{Cloud, service_of};
use super::super::exchange::{Reply, Request};
use super::super::identity;
use super::super::operation::Service;
use super::super::time::zulu;
use super::super::world::{Change, World};
use super::rules::{Fault, Shrink};

/// What becomes of what a request made or began.
#[derive(Clone, Debug)]
pub enum Effect {
    /// It goes to `ERROR`, for this reason.
    Error(String),
    /// It never ends.
    Stuck,
}

impl Effect {
    /// The effect that a fault has, if it is one on what is made.
    pub fn of(fault: &Fault) -> Option<Self> {
        match fault {
            Fault::Error(why) => Some(Self::Error(why.clone())),
            Fault::Stuck => Some(Self::Stuck),
            _ => None,
        }
    }
}

/// Octavia's work under way, by load balancer.
const PENDING: &str = "octavia_pending";

/// The least pace at which something is under way after a request, so that it can fail or hang: what takes 100 ms or more at pace
/// 1 takes a millisecond then.
const UNDER_WAY: f64 = 0.01;

/// Carries a request out, and lets this happen to what it makes or begins: a server, a load balancer or what is below one.
/// Nothing else has such states.
pub fn act(cloud: &mut Cloud, now: i64, request: &Request, effect: Option<&Effect>) -> (Reply, Vec<Change>) {
    let Some(effect) = effect else { return cloud.handle(now, request) };
    let pace = cloud.settings.pace;
    cloud.settings.pace = pace.max(UNDER_WAY);
    let (reply, mut changes) = cloud.handle(now, request);
    cloud.settings.pace = pace;
    if reply.status < 300 {
        changes.extend(happen(cloud, effect, now, request, &changes));
    }
    (reply, changes)
}

fn happen(cloud: &mut Cloud, effect: &Effect, now: i64, request: &Request, changes: &[Change]) -> Vec<Change> {
    let world = &mut cloud.world;
    let touched = |table: fn(&str) -> bool| changes.iter().filter(move |(of, ..)| table(of));
    for (_, id, _) in touched(|table| table == "servers") {
        server(world, effect, now, id);
    }
    let mut begun = false;
    for (_, balancer, _) in touched(|table| table == PENDING) {
        begun |= world.remove(PENDING, balancer).is_some();
    }
    if let (true, Effect::Error(_)) = (begun, effect) {
        for (table, id, _) in touched(|table| table.starts_with("octavia_")) {
            let status = world.get(table, id).and_then(|row| row.get("provisioning_status")?.as_str());
            // What is above it is only immutable while it lasts.
            let own = match status {
                Some("PENDING_CREATE" | "PENDING_DELETE") => true,
                Some("PENDING_UPDATE") => request.path.ends_with(id.as_str()),
                _ => continue,
            };
            world.change(table, id, |row| {
                row.insert("provisioning_status".into(), json!(if own { "ERROR" } else { "ACTIVE" }));
            });
        }
    }
    world.commit()
}

fn server(world: &mut World, effect: &Effect, now: i64, id: &str) {
    world.change("servers", id, |row| {
        let task = row.get_mut("_task").filter(|task| !task.is_null());
        match (effect, task) {
            (Effect::Error(_), Some(task)) => task["then"] = json!("error"),
            (Effect::Error(_), None) => drop(row.insert("_vm".into(), json!("error"))),
            (Effect::Stuck, Some(task)) => task["until"] = json!(i64::MAX),
            (Effect::Stuck, None) => {}
        }
        // What fails or hangs while it is built was never launched.
        if row.get("_launched").and_then(serde_json::Value::as_i64).is_some_and(|at| at > now) {
            row.insert("_launched".into(), serde_json::Value::Null);
        }
        if let Effect::Error(why) = effect {
            row.insert("_fault".into(), json!({"code": 500, "created": zulu(now), "message": why}));
        }
    });
}

/// Every token is revoked.
pub fn revoke(cloud: &mut Cloud) -> Vec<Change> {
    let tokens: Vec<String> =
        cloud.world.all().filter(|(table, _, _)| *table == "tokens").map(|(_, id, _)| id.to_owned()).collect();
    for token in tokens {
        cloud.world.remove("tokens", &token);
    }
    cloud.world.commit()
}

/// A quota of the project that asks shrinks, as when an administrator sets it; it may be less than what is in use.
///
/// # Errors
/// What the service says to such a quota.
pub fn shrink(cloud: &mut Cloud, now: i64, request: &Request, shrink: &Shrink) -> Result<Vec<Change>, String> {
    let project = identity::caller(&cloud.world, now, request).map(|caller| caller.project);
    let project = project.unwrap_or_else(|()| identity::MEMBER_PROJECT.to_owned());
    let service = service_of(&request.path).map_or(Service::Network, |(service, _)| service);
    set_quota(cloud, now, service, &project, shrink)
}

/// An administrator sets a quota of a project's.
///
/// # Errors
/// What the service says to such a quota.
pub fn set_quota(
    cloud: &mut Cloud,
    now: i64,
    service: Service,
    project: &str,
    shrink: &Shrink,
) -> Result<Vec<Change>, String> {
    let Shrink { resource, limit } = shrink;
    let (path, body) = match service {
        Service::Compute => {
            let set = json!({"quota_set": {resource: limit, "force": true}});
            (format!("/compute/v2.1/os-quota-sets/{project}"), set)
        }
        Service::LoadBalancer => {
            (format!("/load-balancer/v2.0/lbaas/quotas/{project}"), json!({"quota": {resource: limit}}))
        }
        Service::Network => (format!("/network/v2.0/quotas/{project}"), json!({"quota": {resource: limit}})),
        Service::Identity | Service::Image | Service::ObjectStore => {
            return Err(format!("{} has no quotas here", service.project()));
        }
    };
    let (status, answer, changes) = cloud.as_user(now, "admin", "PUT", &path, Some(&body));
    if status < 300 { Ok(changes) } else { Err(format!("PUT {path} {body}: {status} {answer}")) }
}
