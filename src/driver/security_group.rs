//! Security groups: `/v2.0/security-groups`. Lists leave the rules out; they have a request of their own.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::kind::{Kind, rule_local_name};
use crate::model::Address;

use super::json::{items, pick, text};
use super::marked::{Marked, Rest};

pub(super) struct SecurityGroup;

static REST: Rest = Rest {
    kind: Kind::SecurityGroup,
    path: "/security-groups",
    collection: "security_groups",
    singular: "security_group",
};

impl Marked for SecurityGroup {
    fn rest(&self) -> &'static Rest {
        &REST
    }

    fn fields(&self) -> &'static [&'static str] {
        &["id", "name", "description", "created_at"]
    }

    /// The rules that Neutron gives to a new group by itself.
    fn brought(&self, address: &Address, item: &Json) -> BTreeMap<Address, String> {
        items(item, "security_group_rules")
            .iter()
            .filter_map(|rule| {
                let local = rule_local_name(&pick(Kind::SecurityGroupRule, rule), None);
                Some((address.child("rule", &local), text(rule, "id")?.to_owned()))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kind::born_rules;

    #[test]
    fn a_new_groups_own_rules_stand_where_the_kind_says() {
        // The lab's answer, shortened.
        let rule = |id: &str, ethertype: &str| {
            json!({"id": id, "security_group_id": "g", "ethertype": ethertype, "direction": "egress", "protocol": null,
                "port_range_min": null, "port_range_max": null, "remote_ip_prefix": null, "remote_group_id": null})
        };
        let item =
            json!({"id": "g", "name": "shop-web", "security_group_rules": [rule("6", "IPv6"), rule("4", "IPv4")]});
        let address = Address::new("group", "web");
        let brought = SecurityGroup.brought(&address, &item);
        let expected: Vec<Address> = born_rules(&address).into_iter().map(|(address, _)| address).collect();
        assert_eq!(brought.keys().cloned().collect::<Vec<_>>(), expected);
        assert_eq!(brought[&expected[0]], "4");
    }
}
