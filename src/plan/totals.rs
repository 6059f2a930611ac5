//! What an environment has in all.

use std::collections::BTreeMap;

use crate::kind::Kind;
use crate::model::{Properties, Value};
use crate::snapshot::{CloudFacts, Flavor};

use super::Totals;

/// The flavors by id.
pub(super) fn flavors(facts: &CloudFacts) -> BTreeMap<&str, &Flavor> {
    facts.flavors.iter().map(|flavor| (flavor.id.as_str(), flavor)).collect()
}

/// The flavor of a server, where the cloud's facts have it.
pub(super) fn flavor_of<'a>(properties: &Properties, flavors: &BTreeMap<&str, &'a Flavor>) -> Option<&'a Flavor> {
    flavors.get(properties.get("flavorRef").and_then(Value::as_text)?).copied()
}

/// Sums up. Disks are those of the flavors.
pub(super) fn totals<'a>(resources: impl Iterator<Item = (Kind, &'a Properties)>, facts: &CloudFacts) -> Totals {
    let flavors = flavors(facts);
    let mut totals = Totals::default();
    for (kind, properties) in resources.filter(|(kind, _)| !kind.is_word()) {
        totals.resources += 1;
        totals.floating_ips += usize::from(kind == Kind::FloatingIp);
        if kind == Kind::Server {
            totals.servers += 1;
            if let Some(flavor) = flavor_of(properties, &flavors) {
                totals.vcpus += u64::from(flavor.vcpus);
                totals.ram_mib += flavor.ram_mib;
                totals.disk_gib += flavor.disk_gib;
            }
        }
    }
    totals
}
