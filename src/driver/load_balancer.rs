//! Load balancers: `/v2/lbaas/loadbalancers`, deleted with all that is below them.

use async_trait::async_trait;

use crate::cloud::{Cloud, CloudError, Method};
use crate::kind::Kind;

use super::Gone;
use super::marked::{Marked, Rest};

pub(super) struct LoadBalancer;

static REST: Rest = Rest {
    kind: Kind::LoadBalancer,
    path: "/lbaas/loadbalancers",
    collection: "loadbalancers",
    singular: "loadbalancer",
};

#[async_trait]
impl Marked for LoadBalancer {
    fn rest(&self) -> &'static Rest {
        &REST
    }

    async fn remove(&self, cloud: &Cloud, id: &str) -> Result<Gone, CloudError> {
        match REST.remove(cloud, REST.call(Method::Delete, id).query("cascade", "true")).await {
            Err(CloudError::Refused(refusal)) if is_going(&refusal.message) => Ok(Gone::Later),
            other => other,
        }
    }
}

/// "Invalid state PENDING_DELETE of loadbalancer resource …": it was asked for before.
fn is_going(message: &str) -> bool {
    message.contains("PENDING_DELETE")
}
