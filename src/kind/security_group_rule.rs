//! A security group's rule (Neutron API v2.0, `security-group-rules`). It has no name and cannot be changed: its address is its content, and one that stands in a group of ours is ours.

use crate::model::{Properties, Value};

use super::spec::{Bulk, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles};

pub(super) static SPEC: KindSpec = KindSpec {
    kind: Kind::SecurityGroupRule,
    word: "rule",
    title: "security group rule",
    service: Service::Network,
    mark: Mark::Parent,
    key: Key::Content,
    parent: Some("security_group_id"),
    deleted_with: Some("security_group_id"),
    properties: &[
        Property::replace("security_group_id"),
        Property::replace("direction"),
        Property::replace("ethertype"),
        Property::replace("protocol"),
        Property::replace("port_range_min"),
        Property::replace("port_range_max"),
        Property::replace("remote_group_id"),
        Property::replace("remote_ip_prefix"),
    ],
    can_act_twice: false,
    bulk: Bulk::SameParent,
    exclusive: false,
    settles: Settles::AtOnce,
    made_again: true,
    typical_ms: 100,
    bears_data: false,
    quota: &[Quota::SecurityGroupRule],
};

/// A rule's local name, from its content: `ingress-ipv4-tcp-80-from-group-lb`, `egress-ipv6-any`.
///
/// `remote_group` is the local name of the group of ours that `remote_group_id` refers to, where it is one.
pub fn local_name(properties: &Properties, remote_group: Option<&str>) -> String {
    let text = |name: &str| properties.get(name).and_then(Value::as_text);
    let number = |name: &str| properties.get(name).and_then(Value::as_integer);
    let protocol = text("protocol").unwrap_or("any");
    let ports = match (number("port_range_min"), number("port_range_max")) {
        (Some(low), Some(high)) if low == high => format!("-{low}"),
        (None, None) => String::new(),
        (low, high) => format!("-{}-{}", low.unwrap_or(0), high.unwrap_or(65_535)),
    };
    let direction = text("direction").unwrap_or("ingress");
    let preposition = if direction == "egress" { "to" } else { "from" };
    let remote = match (remote_group, text("remote_group_id"), text("remote_ip_prefix")) {
        (Some(group), _, _) => format!("-{preposition}-group-{group}"),
        (None, Some(id), _) => format!("-{preposition}-group-{id}"),
        (None, None, Some(prefix)) => format!("-{preposition}-{}", prefix.replace('/', "_")),
        (None, None, None) => String::new(),
    };
    format!("{direction}-{}-{protocol}{ports}{remote}", text("ethertype").unwrap_or("IPv4").to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_is_the_name() {
        let rule = Properties::from([
            ("direction".to_owned(), Value::from("ingress")),
            ("ethertype".to_owned(), Value::from("IPv4")),
            ("protocol".to_owned(), Value::from("tcp")),
            ("port_range_min".to_owned(), Value::from(80)),
            ("port_range_max".to_owned(), Value::from(80)),
            ("remote_ip_prefix".to_owned(), Value::from("0.0.0.0/0")),
        ]);
        assert_eq!(local_name(&rule, None), "ingress-ipv4-tcp-80-from-0.0.0.0_0");
        assert_eq!(local_name(&rule, Some("lb")), "ingress-ipv4-tcp-80-from-group-lb");
    }
}
