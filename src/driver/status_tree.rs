//! How everything below one load balancer is doing, by one request: its status tree (Octavia API v2, `loadbalancers/{id}/status`).
//!
//! A pool that no listener uses does not stand in the tree, nor does what is below it, and a load balancer that is ACTIVE says
//! nothing of its children; so whatever is waited for and not in the tree is asked for by id, once the load balancer is ACTIVE.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::cloud::{Call, Cloud, CloudError};
use crate::kind::Kind;
use crate::model::{Address, Service};
use crate::snapshot::Status;

use super::json::{items, text, text_of, unresolved};
use super::marked::{found, inner};
use super::{Progress, Waiting};

/// Octavia's provisioning status in our words.
pub(super) fn status(word: &str) -> Status {
    match word {
        "ACTIVE" => Status::Ready,
        "ERROR" => Status::Failed("provisioning_status is ERROR".into()),
        pending => Status::Pending(pending.to_owned()),
    }
}

/// Every node of the tree: id → provisioning status.
fn flatten(node: &Json, into: &mut BTreeMap<String, Status>) {
    if let (Some(id), Some(word)) = (text(node, "id"), text(node, "provisioning_status")) {
        into.insert(id.to_owned(), status(word));
    }
    for below in ["listeners", "pools", "members"] {
        for child in items(node, below) {
            flatten(child, into);
        }
    }
    if let Some(monitor) = node.get("health_monitor") {
        flatten(monitor, into);
    }
}

/// The state of an item within a load balancer in this state: it has settled only when both have.
fn together(balancer: &Status, item: Status) -> Status {
    match (item, balancer) {
        (Status::Failed(why), _) => Status::Failed(why),
        (_, Status::Failed(why)) => Status::Failed(format!("its load balancer failed: {why}")),
        (Status::Pending(word), _) => Status::Pending(word),
        (Status::Ready, Status::Pending(word)) => Status::Pending(word.clone()),
        (Status::Ready, Status::Ready) => Status::Ready,
    }
}

/// How these are doing, all of one load balancer.
pub(super) async fn progress(cloud: &Cloud, waiting: &[Waiting]) -> Result<BTreeMap<Address, Progress>, CloudError> {
    let Some(first) = waiting.first() else { return Ok(BTreeMap::new()) };
    let balancer = match (&first.lane_id, first.kind) {
        (Some(id), _) => id,
        (None, Kind::LoadBalancer) => &first.id,
        (None, _) => return Err(unresolved(&format!("the load balancer of {}", first.address))),
    };
    let call = Call::get(Service::LoadBalancer, format!("/lbaas/loadbalancers/{balancer}/status"));
    let Some(answer) = found(cloud.send(call).await)? else {
        return Ok(waiting.iter().map(|one| (one.address.clone(), Progress::Gone)).collect());
    };
    let root = inner(inner(answer.body, "statuses"), "loadbalancer");
    let state = status(text(&root, "provisioning_status").unwrap_or_default());
    let mut tree = BTreeMap::new();
    flatten(&root, &mut tree);
    let mut progress = BTreeMap::new();
    for one in waiting {
        let item = match tree.remove(&one.id) {
            Some(item) => Some(item),
            None if state == Status::Ready => alone(cloud, one).await?,
            // Whether it is gone is told when the load balancer lets go of it.
            None => Some(Status::Ready),
        };
        let item = item.map_or(Progress::Gone, |item| Progress::There(together(&state, item), BTreeMap::new()));
        progress.insert(one.address.clone(), item);
    }
    Ok(progress)
}

/// One item's own status, by a request of its own; `None` if there is no such item.
async fn alone(cloud: &Cloud, one: &Waiting) -> Result<Option<Status>, CloudError> {
    let (path, singular) = match one.kind {
        Kind::Member => (format!("/lbaas/pools/{}/members", text_of(&one.properties, "pool_id")?), "member"),
        Kind::HealthMonitor => ("/lbaas/healthmonitors".to_owned(), "healthmonitor"),
        Kind::Listener => ("/lbaas/listeners".to_owned(), "listener"),
        Kind::Pool => ("/lbaas/pools".to_owned(), "pool"),
        _ => ("/lbaas/loadbalancers".to_owned(), "loadbalancer"),
    };
    let call = Call::get(Service::LoadBalancer, format!("{path}/{}", one.id));
    let answer = found(cloud.send(call).await)?;
    Ok(answer.map(|answer| status(text(&inner(answer.body, singular), "provisioning_status").unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_depth_of_the_tree_is_read() {
        // The lab's answer, shortened.
        let tree = json!({"id": "lb", "name": "front", "provisioning_status": "ACTIVE", "operating_status": "OFFLINE",
            "listeners": [{"id": "ls", "provisioning_status": "ACTIVE", "pools": [{"id": "pool", "provisioning_status": "PENDING_UPDATE",
                "health_monitor": {"id": "hm", "type": "HTTP", "provisioning_status": "PENDING_CREATE"},
                "members": [{"id": "m1", "provisioning_status": "ACTIVE"}, {"id": "m2", "provisioning_status": "ERROR"}]}]}]});
        let mut read = BTreeMap::new();
        flatten(&tree, &mut read);
        assert_eq!(read.len(), 6);
        assert_eq!(read["hm"], Status::Pending("PENDING_CREATE".into()));
        assert_eq!(read["m1"], Status::Ready);
        assert!(matches!(&read["m2"], Status::Failed(why) if why.contains("ERROR")));
    }

    #[test]
    fn an_item_is_ready_only_within_a_ready_balancer() {
        let pending = Status::Pending("PENDING_UPDATE".into());
        assert_eq!(together(&pending, Status::Ready), pending);
        assert_eq!(together(&Status::Ready, Status::Ready), Status::Ready);
        assert!(matches!(together(&Status::Failed("x".into()), Status::Ready), Status::Failed(_)));
        assert!(matches!(together(&Status::Ready, Status::Failed("x".into())), Status::Failed(_)));
    }
}
