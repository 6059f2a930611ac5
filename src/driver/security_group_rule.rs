//! Security group rules: `/v2.0/security-group-rules`. They cannot be changed, and stand in a group of ours or are not ours.

use std::collections::BTreeSet;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use crate::cloud::{Answer, Call, Cloud, CloudError, Method};
use crate::kind::{Kind, rule_local_name};
use crate::model::{Address, Properties, Service, Value};
use crate::snapshot::Observed;

use super::json::{items, malformed, object, pick, text};
use super::marked::{Rest, taken};
use super::{Created, Driver, Gone, ReadyItem, Scope, json as convert, place};

pub(super) struct SecurityGroupRule;

static REST: Rest = Rest {
    kind: Kind::SecurityGroupRule,
    path: "/security-group-rules",
    collection: "security_group_rules",
    singular: "security_group_rule",
};

/// So many groups fit into one request's URL.
const GROUPS_PER_REQUEST: usize = 40;

fn read(item: &Json) -> Result<Observed, CloudError> {
    REST.observed(item, pick(Kind::SecurityGroupRule, item))
}

/// The rules of these groups.
async fn of_groups(cloud: &Cloud, groups: &[&str]) -> Result<Vec<Observed>, CloudError> {
    let mut rules = Vec::new();
    for chunk in groups.chunks(GROUPS_PER_REQUEST) {
        let call = Call::get(Service::Network, REST.path);
        let call = chunk.iter().fold(call, |call, group| call.query("security_group_id", *group));
        let wanted: BTreeSet<&str> = chunk.iter().copied().collect();
        for item in cloud.list(call, REST.collection).await? {
            if text(&item, "security_group_id").is_some_and(|group| wanted.contains(group)) {
                rules.push(read(&item)?);
            }
        }
    }
    Ok(rules)
}

/// Whether this is the rule that was asked for: the content is its identity.
fn is(wanted: &Properties, observed: &Properties) -> bool {
    wanted.iter().filter(|(_, value)| **value != Value::Null).eq(observed)
}

async fn post(cloud: &Cloud, wanted: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
    let bodies: Vec<_> = wanted.iter().map(|item| object(&item.properties, &[])).collect::<Result<_, _>>()?;
    let call = Call::new(Service::Network, Method::Post, REST.path).json(json!({ (REST.collection): bodies }));
    let answer = cloud.send(call).await?;
    made(&answer, wanted)
}

fn made(answer: &Answer, wanted: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
    let rules: Vec<_> = items(&answer.body, REST.collection).iter().map(read).collect::<Result<_, _>>()?;
    wanted
        .iter()
        .map(|item| {
            let mine = rules.iter().find(|rule| is(&item.properties, &rule.properties));
            let mine = mine.ok_or_else(|| malformed(REST.path, &format!("{} is not in it", item.address)))?;
            Ok(Created { request_id: answer.request_id.clone(), ..taken(&item.address, mine.clone(), false) })
        })
        .collect()
}

#[async_trait]
impl Driver for SecurityGroupRule {
    fn kind(&self) -> Kind {
        Kind::SecurityGroupRule
    }

    async fn list(&self, cloud: &Cloud, scope: Scope<'_>) -> Result<Vec<Observed>, CloudError> {
        let mut rules = of_groups(cloud, &place::ids(scope, Kind::SecurityGroup)).await?;
        for rule in &mut rules {
            self.place(scope, rule);
        }
        Ok(rules)
    }

    fn place(&self, scope: Scope<'_>, observed: &mut Observed) {
        let remote = place::reference(scope, observed, "remote_group_id");
        let local = rule_local_name(&observed.properties, remote.as_ref().map(Address::local));
        observed.address = place::address(scope, observed, &local);
    }

    async fn get(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        id: &str,
        _: &Properties,
    ) -> Result<Option<Observed>, CloudError> {
        let Some(item) = REST.fetch(cloud, id).await? else { return Ok(None) };
        let mut observed = read(&item)?;
        self.place(scope, &mut observed);
        Ok(Some(observed))
    }

    /// One group's rules in one request. Where some exist already (`SecurityGroupRuleExists`) they are taken up, and the rest go
    /// one by one.
    async fn create(&self, cloud: &Cloud, _: Scope<'_>, wanted: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
        let refusal = match post(cloud, wanted).await {
            Err(error) if error.status() == Some(409) => error,
            other => return other,
        };
        let groups: BTreeSet<&str> = wanted
            .iter()
            .map(|item| convert::text_of(&item.properties, "security_group_id"))
            .collect::<Result<_, _>>()?;
        let there = of_groups(cloud, &groups.into_iter().collect::<Vec<_>>()).await?;
        let found = |item: &ReadyItem| there.iter().find(|rule| is(&item.properties, &rule.properties));
        if !wanted.iter().any(|item| found(item).is_some()) {
            return Err(refusal);
        }
        let mut created = Vec::new();
        for item in wanted {
            match found(item) {
                Some(rule) => created.push(taken(&item.address, rule.clone(), true)),
                None => created.extend(post(cloud, std::slice::from_ref(item)).await?),
            }
        }
        Ok(created)
    }

    async fn delete(&self, cloud: &Cloud, _: Scope<'_>, id: &str, _: &Properties) -> Result<Gone, CloudError> {
        REST.remove(cloud, REST.call(Method::Delete, id)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lab's answer, shortened.
    fn shown(id: &str, port: u16) -> Json {
        json!({"id": id, "security_group_id": "g", "ethertype": "IPv4", "direction": "ingress", "protocol": "tcp",
            "port_range_min": port, "port_range_max": port, "remote_ip_prefix": "10.0.0.0/8", "remote_address_group_id": null,
            "normalized_cidr": "10.0.0.0/8", "remote_group_id": null, "description": "", "created_at": "2026-11-24T18:50:12Z"})
    }

    #[test]
    fn what_is_not_set_is_absent() {
        let rule = read(&shown("r", 80)).expect("readable");
        assert_eq!(rule.properties.len(), 7);
        assert!(!rule.properties.contains_key("remote_group_id"));
        assert!(read(&json!({"direction": "egress"})).is_err(), "without id");
    }

    #[test]
    fn answers_are_matched_by_content_not_by_order() {
        let item = |port: u16| ReadyItem {
            address: Address::new("group", "web").child("rule", &port.to_string()),
            properties: pick(Kind::SecurityGroupRule, &shown("x", port)),
            bears_data: false,
        };
        let answer = Answer {
            status: 201,
            headers: Vec::new(),
            body: json!({"security_group_rules": [shown("b", 81), shown("a", 80)]}),
            request_id: Some("req-1".into()),
        };
        let created = made(&answer, &[item(80), item(81)]).expect("both");
        assert_eq!(created.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert!(made(&answer, &[item(82)]).is_err());
    }
}
