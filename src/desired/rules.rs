//! One rule of a security group, in Neutron's words.

use ipnet::Ipv4Net;

use crate::blueprint::Protocol;
use crate::kind::rule_local_name;
use crate::model::{Address, Properties, Value};

use super::draft::{Draft, properties};

/// The other end of a rule.
#[derive(Clone, Debug)]
pub(super) enum Remote {
    Group(String),
    Range(Ipv4Net),
}

/// What is let in: a protocol and its first and last port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ports {
    pub protocol: Protocol,
    pub first: u16,
    pub last: u16,
}

impl Ports {
    pub fn one(protocol: Protocol, port: u16) -> Self {
        Self { protocol, first: port, last: port }
    }
}

pub(super) fn group(local: &str) -> Address {
    Address::new("group", local)
}

pub(super) fn let_in(draft: &mut Draft<'_>, into: &str, ports: Ports, from: &Remote) {
    let protocol = if ports.protocol == Protocol::Udp { "udp" } else { "tcp" };
    let mut rule = properties([
        ("direction", Value::from("ingress")),
        ("ethertype", Value::from("IPv4")),
        ("protocol", Value::from(protocol)),
        ("port_range_min", Value::from(i64::from(ports.first))),
        ("port_range_max", Value::from(i64::from(ports.last))),
    ]);
    remote(&mut rule, from);
    add(draft, into, rule, from);
}

/// Everything to a range.
pub(super) fn let_out(draft: &mut Draft<'_>, of: &str, to: Ipv4Net) {
    let to = Remote::Range(to);
    let mut rule = properties([("direction", Value::from("egress")), ("ethertype", Value::from("IPv4"))]);
    remote(&mut rule, &to);
    add(draft, of, rule, &to);
}

fn remote(rule: &mut Properties, remote: &Remote) {
    match remote {
        Remote::Group(local) => rule.insert("remote_group_id".into(), Value::id_of(&group(local))),
        Remote::Range(range) => rule.insert("remote_ip_prefix".into(), Value::from(range.trunc().to_string())),
    };
}

fn add(draft: &mut Draft<'_>, of: &str, mut rule: Properties, remote: &Remote) {
    let of = group(of);
    rule.insert("security_group_id".into(), Value::id_of(&of));
    let remote = match remote {
        Remote::Group(local) => Some(local.as_str()),
        Remote::Range(_) => None,
    };
    let local = rule_local_name(&rule, remote);
    draft.add(of.child("rule", &local), rule);
}
