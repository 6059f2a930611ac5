//! Rules of security groups: what they may say, and which of them are the same.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Value as Json, json};

use super::checks::python;
use super::crud;
use super::kinds::{RULE, SECURITY_GROUP};
use super::rows::{change, fault, find, insert, text};
use crate::embedded::cloud::Release;
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

/// Protocols by name, with their numbers.
const PROTOCOLS: [(&str, u8); 25] = [
    ("ah", 51),
    ("dccp", 33),
    ("egp", 8),
    ("esp", 50),
    ("gre", 47),
    ("hopopt", 0),
    ("icmp", 1),
    ("igmp", 2),
    ("ip", 0),
    ("ipip", 4),
    ("ipv6-encap", 41),
    ("ipv6-frag", 44),
    ("ipv6-icmp", 58),
    ("icmpv6", 58),
    ("ipv6-nonxt", 59),
    ("ipv6-opts", 60),
    ("ipv6-route", 43),
    ("ospf", 89),
    ("pgm", 113),
    ("rsvp", 46),
    ("sctp", 132),
    ("tcp", 6),
    ("udp", 17),
    ("udplite", 136),
    ("vrrp", 112),
];

/// A protocol as it is kept: a name in lower case, or a number as text.
pub fn protocol(value: Json) -> Result<Json, Fault> {
    if value.is_null() {
        return Ok(value);
    }
    let said = python(&value);
    let lower = said.to_lowercase();
    if PROTOCOLS.iter().any(|(name, _)| *name == lower) || lower.parse::<u8>().is_ok() {
        return Ok(json!(lower));
    }
    let names: Vec<String> = PROTOCOLS.iter().map(|(name, _)| format!("'{name}'")).collect();
    let message = format!(
        "Security group rule protocol {said} not supported. Only protocol values [None, {}] and integer representations [0 to 255] are supported.",
        names.join(", ")
    );
    Err(fault(400, "SecurityGroupRuleInvalidProtocol", message))
}

fn protocol_number(rule: &Row) -> Option<u8> {
    let said = rule.get("protocol")?.as_str()?;
    PROTOCOLS.iter().find(|(name, _)| *name == said).map(|(_, number)| *number).or_else(|| said.parse().ok())
}

/// `IPv4` or `IPv6`, in any case.
pub fn ethertype(value: &Json) -> Result<Json, Fault> {
    match value.as_str().map(str::to_lowercase).as_deref() {
        Some("ipv4") => Ok(json!("IPv4")),
        Some("ipv6") => Ok(json!("IPv6")),
        _ => {
            let message = format!(
                "Security group rule for ethertype '{}' not supported. Allowed values are ['IPv4', 'IPv6'].",
                python(value)
            );
            Err(fault(400, "SecurityGroupRuleInvalidEtherType", message))
        }
    }
}

/// A range as it is kept: as it was given, with its length.
pub fn prefix(value: Json) -> Result<Json, Fault> {
    let Some(given) = value.as_str() else {
        return if value.is_null() { Ok(value) } else { Err(invalid_cidr(&python(&value))) };
    };
    match (given.parse::<IpNet>(), given.parse::<IpAddr>()) {
        (Ok(_), _) => Ok(value),
        (Err(_), Ok(IpAddr::V4(_))) => Ok(json!(format!("{given}/32"))),
        (Err(_), Ok(IpAddr::V6(_))) => Ok(json!(format!("{given}/128"))),
        (Err(_), Err(_)) => Err(invalid_cidr(given)),
    }
}

fn invalid_cidr(given: &str) -> Fault {
    fault(400, "InvalidCIDR", format!("Invalid CIDR {given} given as IP prefix."))
}

fn range(rule: &Row) -> Option<IpNet> {
    text(rule, "remote_ip_prefix").parse::<IpNet>().ok().map(|net| net.trunc())
}

fn check(rule: &Row) -> Result<(), Fault> {
    if rule.get("remote_group_id").is_some_and(|group| group == "") {
        return Err(broken());
    }
    let remotes = ["remote_ip_prefix", "remote_group_id", "remote_address_group_id"];
    if remotes.into_iter().filter(|name| !text(rule, name).is_empty()).count() > 1 {
        let message = "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.";
        return Err(fault(400, "SecurityGroupMultipleRemoteEntites", message));
    }
    check_ports(rule)?;
    if let Some(net) = range(rule) {
        let family = if net.addr().is_ipv4() { "IPv4" } else { "IPv6" };
        if text(rule, "ethertype") != family {
            let message = format!(
                "Conflicting value ethertype {} for CIDR {}",
                text(rule, "ethertype"),
                text(rule, "remote_ip_prefix")
            );
            return Err(fault(400, "SecurityGroupRuleParameterConflict", message));
        }
    }
    Ok(())
}

/// What the lab answers where it fails itself.
fn broken() -> Fault {
    Fault::new(500, "Request Failed: internal server error while processing your request.")
}

fn check_ports(rule: &Row) -> Result<(), Fault> {
    let end = |name: &str| rule.get(name).and_then(Json::as_i64);
    let (low, high) = (end("port_range_min"), end("port_range_max"));
    if low.is_none() && high.is_none() {
        return Ok(());
    }
    match protocol_number(rule) {
        None => {
            let message = "Must also specify protocol if port range is given.";
            Err(fault(400, "SecurityGroupProtocolRequiredWithPorts", message))
        }
        Some(1 | 58) => {
            for (value, field, name) in [(low, "port_range_min", "type"), (high, "port_range_max", "code")] {
                if let Some(value) = value.filter(|value| *value > 255) {
                    let message = format!("Invalid value for ICMP {name} ({field}) {value}. It must be 0 to 255.");
                    return Err(fault(400, "SecurityGroupInvalidIcmpValue", message));
                }
            }
            match (low, high) {
                (None, Some(code)) => {
                    let message = format!(
                        "ICMP code (port-range-max) {code} is provided but ICMP type (port-range-min) is missing."
                    );
                    Err(fault(400, "SecurityGroupMissingIcmpType", message))
                }
                _ => Ok(()),
            }
        }
        Some(6 | 17 | 33 | 132 | 136) => match (low, high) {
            (Some(low), Some(high)) if low <= high && low > 0 => Ok(()),
            (Some(0), Some(_)) | (Some(_), Some(0)) => {
                Err(fault(400, "SecurityGroupInvalidPortValue", "Invalid value for port 0"))
            }
            _ => {
                let message = "For TCP/UDP protocols, port_range_min must be <= port_range_max";
                Err(fault(400, "SecurityGroupInvalidPortRange", message))
            }
        },
        Some(_) => {
            let message = format!("Port range cannot be specified for protocol {}.", text(rule, "protocol"));
            Err(fault(400, "SecurityGroupInvalidProtocolForPort", message))
        }
    }
}

/// What makes two rules of a group the same: `0.0.0.0/0` is as good as no range at all.
fn sameness(rule: &Row) -> (Option<u8>, Option<IpNet>, [&Json; 5]) {
    let of = |name: &str| rule.get(name).unwrap_or(&Json::Null);
    let net = range(rule).filter(|net| net.prefix_len() > 0);
    (
        protocol_number(rule),
        net,
        [of("direction"), of("ethertype"), of("port_range_min"), of("port_range_max"), of("remote_group_id")],
    )
}

fn exists(context: &Context<'_>, rule: &Row) -> Result<(), Fault> {
    let group = text(rule, "security_group_id");
    let rows = context.world.rows_by(RULE.table, "security_group_id", group);
    match rows.into_iter().find(|other| sameness(other) == sameness(rule)) {
        Some(other) => {
            let message = format!("Security group rule already exists. Rule id is {}.", text(other, "id"));
            Err(fault(409, "SecurityGroupRuleExists", message))
        }
        None => Ok(()),
    }
}

fn prepare(context: &mut Context<'_>, rules: &[Row]) -> Result<(), Fault> {
    for rule in rules {
        check(rule)?;
    }
    let group = text(&rules[0], "security_group_id");
    if rules.iter().any(|rule| text(rule, "security_group_id") != group) {
        let message = "Only allowed to update rules for one security profile at a time";
        return Err(fault(400, "SecurityGroupNotSingleGroupRules", message));
    }
    find(context, &SECURITY_GROUP, group)?;
    for rule in rules {
        let remote = text(rule, "remote_group_id");
        if !remote.is_empty() {
            find(context, &SECURITY_GROUP, remote)?;
        }
    }
    for (place, rule) in rules.iter().enumerate() {
        if rules[..place].iter().any(|other| sameness(other) == sameness(rule)) {
            let message = "Duplicate Security Group Rule in POST.";
            return Err(fault(409, "DuplicateSecurityGroupRuleInPost", message));
        }
        exists(context, rule)?;
    }
    Ok(())
}

pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::create(context, &RULE, prepare, |context, mut rule| {
        let project = text(&rule, "project_id").to_owned();
        let group = text(&rule, "security_group_id").to_owned();
        let normal = range(&rule).map(|net| net.to_string());
        rule.insert("normalized_cidr".to_owned(), json!(normal));
        change(context, &SECURITY_GROUP, &group, 1, Row::new());
        Ok(insert(context, &RULE, &project, 0, rule))
    })
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::update(context, &RULE, |context, _, changes| match context.settings.release {
        // The lab's release has no way to do it, and says so like this.
        Release::Zed => Err(broken()),
        Release::Current => Ok(changes),
    })
}

pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::delete(context, &RULE, |context, rule| {
        change(context, &SECURITY_GROUP, text(rule, "security_group_id"), 1, Row::new());
        Ok(())
    })
}
