//! A security group (Neutron API v2.0, `security-groups`), without its rules, which are resources of their own.

use crate::model::{Address, Properties, Value};

use super::rule_local_name;
use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::SecurityGroup,
    word: "group",
    title: "security group",
    service: Service::Network,
    mark: Mark::Description,
    key: Key::Name,
    parent: None,
    deleted_with: None,
    properties: &[Property::in_place("name"), Property::in_place("description")],
    can_act_twice: true,
    bulk: Bulk::Any,
    exclusive: false,
    settles: Settles::AtOnce,
    made_again: true,
    typical_ms: 70,
    bears_data: false,
    quota: &[Quota::SecurityGroup],
};

/// The rules that Neutron gives to every new group by itself: egress of anything, once for IPv4 and once for IPv6.
///
/// They have no id before the group's answer; whoever wants them need not create them with the group, and whoever does not
/// must delete them after it.
pub fn born_rules(group: &Address) -> Vec<(Address, Properties)> {
    ["IPv4", "IPv6"]
        .into_iter()
        .map(|ethertype| {
            let properties = Properties::from([
                ("security_group_id".to_owned(), Value::id_of(group)),
                ("direction".to_owned(), Value::from("egress")),
                ("ethertype".to_owned(), Value::from(ethertype)),
            ]);
            (group.child("rule", &rule_local_name(&properties, None)), properties)
        })
        .collect()
}
