//! What Nova asks of Neutron, all of it in this file: networks, ports, addresses and groups.

use serde_json::{Value as Json, json};

use super::hosts::HOST;
use crate::embedded::context::Context;
use crate::embedded::fault::Fault;
use crate::embedded::network::ports::{self as neutron, NewPort};
use crate::embedded::world::{Row, oldest_first};

/// What Nova's ports are owned by.
const OWNER: &str = "compute:nova";

fn text<'a>(row: &'a Row, field: &str) -> &'a str {
    row.get(field).and_then(Json::as_str).unwrap_or_default()
}

/// A network that the caller may see.
pub(super) fn network(context: &Context<'_>, id: &str) -> Option<Row> {
    neutron::network(context, id).ok()
}

/// Whether the caller's servers may not stand on this network, as it is an external one.
pub(super) fn closed(context: &Context<'_>, network: &Row) -> bool {
    network.get("router:external") == Some(&json!(true))
        && network.get("shared") != Some(&json!(true))
        && !context.caller.is_admin()
}

/// The networks that a server gets one of when its creator names none: the project's own and shared ones.
pub(super) fn available(context: &Context<'_>) -> Vec<String> {
    let rows = context.world.rows("networks").into_iter();
    let rows =
        rows.filter(|row| text(row, "project_id") == context.caller.project || row.get("shared") == Some(&json!(true)));
    rows.map(|row| text(row, "id").to_owned()).collect()
}

fn subnets<'a>(context: &'a Context<'_>, network: &str) -> Vec<&'a Row> {
    context.world.rows_by("subnets", "network_id", network)
}

/// Whether it has a subnet, without which no server can stand on it.
pub(super) fn has_subnet(context: &Context<'_>, network: &str) -> bool {
    !subnets(context, network).is_empty()
}

/// Whether an address lies in one of its subnets.
pub(super) fn fits(context: &Context<'_>, network: &str, address: &str) -> bool {
    let Ok(address) = address.parse::<std::net::IpAddr>() else { return false };
    subnets(context, network)
        .into_iter()
        .filter_map(|row| text(row, "cidr").parse::<ipnet::IpNet>().ok())
        .any(|range| range.contains(&address))
}

/// A port that the caller may see.
pub(super) fn port(context: &Context<'_>, id: &str) -> Option<Row> {
    neutron::usable(context, id).ok()
}

/// The device that holds an address of a network.
pub(super) fn holder(context: &Context<'_>, network: &str, address: &str) -> Option<String> {
    let ports = context.world.rows_by("ports", "network_id", network);
    ports
        .into_iter()
        .find(|row| addresses(row).iter().any(|(_, held)| held == address))
        .map(|row| text(row, "device_id").to_owned())
}

/// A port's subnets and addresses.
pub(super) fn addresses(port: &Row) -> Vec<(String, String)> {
    let fixed = port.get("fixed_ips").and_then(Json::as_array).into_iter().flatten();
    let word = |one: &Json, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    fixed.map(|one| (word(one, "subnet_id"), word(one, "ip_address"))).collect()
}

/// Makes a port for a server; no groups: the project's default one.
pub(super) fn create(
    context: &mut Context<'_>,
    network: &str,
    address: Option<&str>,
    groups: &[String],
    server: &str,
) -> Result<String, Fault> {
    let new = NewPort {
        network: network.to_owned(),
        project: context.caller.project.clone(),
        device_id: server.to_owned(),
        device_owner: OWNER.to_owned(),
        fixed_ips: address.map(|address| vec![json!({"ip_address": address})]),
        security_groups: (!groups.is_empty()).then(|| groups.to_vec()),
        ..NewPort::default()
    };
    let port = neutron::create(context, new)?;
    Ok(text(&port, "id").to_owned())
}

/// Gives a port to a server; it is `ACTIVE` from `ready_at` (milliseconds) on.
pub(super) fn bind(context: &mut Context<'_>, port: &str, server: &str, ready_at: i64) {
    neutron::bind(context, port, server, OWNER, HOST, ready_at);
}

/// A port's status now.
pub(super) fn status(context: &Context<'_>, port: &Row) -> Json {
    let ready = port.get("_ready_at").and_then(Json::as_i64).is_some_and(|ready| ready <= context.now);
    if ready { json!("ACTIVE") } else { port["status"].clone() }
}

/// Takes a port from its server.
pub(super) fn unbind(context: &mut Context<'_>, port: &str) {
    neutron::unbind(context, port);
}

/// Deletes a port that Nova made.
pub(super) fn delete(context: &mut Context<'_>, port: &str) {
    neutron::delete(context, port);
}

/// The security groups of the caller's project with this name or id.
pub(super) fn groups(context: &Context<'_>, project: &str, named: &str) -> Vec<Row> {
    let by_name = context.world.by("security_groups", "name", named).filter(|row| text(row, "id") != named);
    let found = by_name.chain(context.world.get("security_groups", named));
    oldest_first(found.filter(|row| text(row, "project_id") == project)).into_iter().cloned().collect()
}

/// The security groups that a port is in.
pub(super) fn groups_of(context: &Context<'_>, port: &Row) -> Vec<Row> {
    let ids = port.get("security_groups").and_then(Json::as_array).into_iter().flatten();
    ids.filter_map(|id| context.world.get("security_groups", id.as_str()?).cloned()).collect()
}

/// Puts a port into a group, or takes it out of it.
pub(super) fn regroup(context: &mut Context<'_>, port: &str, group: &str, into: bool) {
    if into {
        neutron::join_group(context, port, group);
    } else {
        neutron::leave_group(context, port, group);
    }
}

/// The floating addresses of a fixed one.
pub(super) fn floating(context: &Context<'_>, port: &str, fixed: &str) -> Vec<String> {
    let rows = context.world.rows_by("floatingips", "port_id", port).into_iter();
    let rows = rows.filter(|row| text(row, "fixed_ip_address") == fixed);
    rows.map(|row| text(row, "floating_ip_address").to_owned()).collect()
}

/// The rules of a security group.
pub(super) fn rules(context: &Context<'_>, group: &str) -> Vec<Row> {
    context.world.rows_by("security_group_rules", "security_group_id", group).into_iter().cloned().collect()
}
