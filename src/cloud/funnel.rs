//! The one funnel that every request goes through.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::model::Service;

use super::{Answer, Call, CloudError};

/// A connected cloud: a project of it, in one region.
pub struct Cloud {}

/// What the funnel counted since it was connected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Requests by service, retries included.
    pub calls: BTreeMap<Service, u64>,
    /// Requests that were sent again.
    pub retries: u64,
}

impl Cloud {
    /// Sends one request, with all that belongs to it: authentication (a token is renewed before it ends, and once on 401),
    /// the service's endpoint, time limits, pacing, and sending again what is safe to send again: any read that got no answer, and
    /// any request that was refused by 429 or 503 or never left. A write whose answer was lost is never sent again here.
    pub async fn send(&self, call: Call) -> Result<Answer, CloudError> {
        let _ = call;
        unimplemented!()
    }

    /// Sends a `GET` for a collection and follows its pages: the items of `collection` in all of them.
    pub async fn list(&self, call: Call, collection: &str) -> Result<Vec<Json>, CloudError> {
        let _ = (call, collection);
        unimplemented!()
    }

    /// Keystone's id of the project.
    pub fn project_id(&self) -> &str {
        unimplemented!()
    }

    /// The region's name; empty where the cloud has none.
    pub fn region(&self) -> &str {
        unimplemented!()
    }

    /// The services in the catalogue for this region and interface.
    pub fn services(&self) -> BTreeSet<Service> {
        unimplemented!()
    }

    /// What was counted so far.
    pub fn statistics(&self) -> Statistics {
        unimplemented!()
    }
}
