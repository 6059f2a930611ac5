//! A project full of environments, without deploying each: copies of one that stands in a cloud.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::embedded::{Cloud, Row, Service};
use crate::model::{EnvironmentKey, EnvironmentName};

/// Where the public network's addresses begin, and those of the copies: a real network's would not suffice.
const PUBLIC: &str = "10.250.0.";

/// The cloud with so many copies more of an environment that stands in it. What `cloud` holds and `empty` did not is that
/// environment's; each copy has ids, public addresses, a name (`NAME-1`, `NAME-2`, …) and marks of its own. The copies' project
/// has no quotas.
///
/// # Panics
/// Where a copy's name is no name, because the environment's is too long.
pub fn crowd(cloud: &Cloud, empty: &Cloud, environment: &EnvironmentKey, copies: usize) -> Cloud {
    let mut crowded = cloud.clone();
    let mut rows: Vec<(&str, &str, &Row)> =
        cloud.world.all().filter(|(table, id, _)| *table != "tokens" && empty.world.get(table, id).is_none()).collect();
    rows.sort_by_key(|(.., row)| row.get("_seq").and_then(Json::as_u64));
    for copy in 1..=copies {
        let name =
            EnvironmentName::parse(&format!("{}-{copy}", environment.name)).expect("a name with a number is one");
        let other = EnvironmentKey { name, ..environment.clone() };
        let ids = rows.iter().map(|(_, id, _)| (*id, numbered(id, copy)));
        let words = Words { ids: ids.collect(), from: environment, to: &other, copy };
        for (table, id, row) in &rows {
            let row = row.iter().map(|(name, value)| (words.text(name), words.value(value))).collect();
            crowded.world.put(table, &words.text(id), row);
        }
    }
    crowded.world.commit();
    for (service, resources) in [
        (Service::Compute, &["instances", "cores", "ram", "server_groups"][..]),
        (
            Service::Network,
            &["network", "subnet", "router", "port", "security_group", "security_group_rule", "floatingip"],
        ),
        (Service::LoadBalancer, &["loadbalancer", "listener", "pool", "member", "healthmonitor"]),
    ] {
        for resource in resources {
            let shrink = crate::embedded::faults::Shrink { resource: (*resource).to_owned(), limit: -1 };
            crate::embedded::faults::set_quota(&mut crowded, 0, service, &environment.project_id, &shrink)
                .unwrap_or_else(|why| panic!("{why}"));
        }
    }
    crowded
}

/// Another id for a copy; what is no UUID is made other by its name.
fn numbered(id: &str, copy: usize) -> String {
    if id.len() == 36 { format!("{copy:08x}{}", &id[8..]) } else { id.to_owned() }
}

/// What stands in a copy for what.
struct Words<'a> {
    ids: BTreeMap<&'a str, String>,
    from: &'a EnvironmentKey,
    to: &'a EnvironmentKey,
    copy: usize,
}

impl Words<'_> {
    fn value(&self, value: &Json) -> Json {
        match value {
            Json::String(text) => Json::String(self.text(text)),
            Json::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Json::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| (self.text(name), self.value(value)));
                Json::Object(fields.collect())
            }
            other => other.clone(),
        }
    }

    fn text(&self, text: &str) -> String {
        if let Some(id) = self.ids.get(text).filter(|id| *id != text) {
            return id.clone();
        }
        if let Some(host) = text.strip_prefix(PUBLIC) {
            return format!("10.251.{}.{host}", self.copy);
        }
        let marked = text.replace(&self.from.id().to_string(), &self.to.id().to_string());
        let mut named = marked.replace(self.from.name.as_str(), self.to.name.as_str());
        if named.len() > 36 {
            // An address of something, or a list in words.
            for (id, other) in self.ids.iter().filter(|(id, _)| id.len() == 36) {
                if named.contains(id) {
                    named = named.replace(id, other);
                }
            }
        }
        named
    }
}
