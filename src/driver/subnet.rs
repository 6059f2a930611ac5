//! Subnets: `/v2.0/subnets`.

use serde_json::{Map, Value as Json};

use crate::cloud::CloudError;
use crate::kind::Kind;
use crate::model::Properties;
use crate::snapshot::Observed;

use super::json::{object, text_of};
use super::marked::{Marked, Rest};

pub(super) struct Subnet;

static REST: Rest = Rest { kind: Kind::Subnet, path: "/subnets", collection: "subnets", singular: "subnet" };

impl Marked for Subnet {
    fn rest(&self) -> &'static Rest {
        &REST
    }

    fn encode(&self, properties: &Properties) -> Result<Map<String, Json>, CloudError> {
        let mut body = object(properties, &[])?;
        let version = if text_of(properties, "cidr")?.contains(':') { 6 } else { 4 };
        body.insert("ip_version".into(), Json::from(version));
        Ok(body)
    }

    /// `400 InvalidInput`: "Requested subnet with cidr: … overlaps with another subnet."
    fn says_exists(&self, error: &CloudError) -> bool {
        matches!(error, CloudError::Refused(refusal)
            if refusal.status == 409 || (refusal.status == 400 && refusal.message.contains("overlaps")))
    }

    fn is(&self, wanted: &Properties, observed: &Observed) -> bool {
        ["network_id", "cidr"].iter().all(|name| wanted.get(*name) == observed.properties.get(*name))
    }
}
