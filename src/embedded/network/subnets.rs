//! Subnets: their ranges, gateways and allocation pools.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Value as Json, json};

use super::address::{address, is_usable, number, pools, range};
use super::kinds::{NETWORK, SUBNET};
use super::routers::is_interface;
use super::rows::{bad, change, fault, find, flag, insert, invalid, list, object, text};
use super::{crud, dhcp, ports};
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::create(context, &SUBNET, |_, _| Ok(()), make)
}

/// Refuses what is not the owner's, on a network that it sees all the same.
pub fn may_use(context: &Context<'_>, network: &Row, what: &str) -> Result<(), Fault> {
    let caller = &context.caller;
    if caller.is_admin() || flag(network, "shared") || text(network, "project_id") == caller.project {
        return Ok(());
    }
    let message = format!("Tenant {} not allowed to create {what} on this network", caller.project);
    Err(fault(403, "HTTPForbidden", message))
}

/// Makes one from attributes that have been checked one by one.
pub fn make(context: &mut Context<'_>, mut row: Row) -> Result<Row, Fault> {
    let project = text(&row, "project_id").to_owned();
    let network = find(context, &NETWORK, text(&row, "network_id"))?;
    may_use(context, &network, "subnet")?;
    let id = text(&network, "id").to_owned();
    if !row["subnetpool_id"].is_null() {
        let message = format!("Subnet pool {} could not be found.", text(&row, "subnetpool_id"));
        return Err(fault(404, "SubnetPoolNotFound", message));
    }
    let Some(written) = row["cidr"].as_str().map(str::to_owned) else {
        return Err(bad("subnets", "a subnetpool must be specified in the absence of a cidr"));
    };
    let alone = written.parse::<IpAddr>().map(IpNet::from);
    let net: IpNet = written.parse().or(alone).map_err(|_| invalid(format!("{written} is not in a CIDR format")))?;
    check_counts(&row, "new subnet")?;
    let net = net.trunc();
    check_range(&row, net, &written)?;
    row.insert("cidr".to_owned(), json!(net.to_string()));
    if !row.contains_key("gateway_ip") {
        // IPv6's first address is the routers' own (subnet-router anycast).
        let step = u128::from(net.addr().is_ipv4());
        let first = address(number(net.network()) + step, net.network());
        row.insert("gateway_ip".to_owned(), json!(first.to_string()));
    }
    check_gateway(&row, net)?;
    if list(&row, "allocation_pools").is_empty() {
        row.insert("allocation_pools".to_owned(), default_pools(&row, net));
    } else {
        check_pools(&row, net)?;
    }
    let mut others = context.world.by(SUBNET.table, "network_id", &id).filter_map(range);
    if others.any(|other| overlap(other, net)) {
        return Err(invalid(format!(
            "Requested subnet with cidr: {net} for network: {id} overlaps with another subnet"
        )));
    }
    drop(others);
    row.remove("prefixlen");
    change(context, &NETWORK, &id, 1, Row::new());
    let made = insert(context, &SUBNET, &project, 0, row);
    dhcp::refresh(context, &id, "");
    Ok(made)
}

/// Whether two ranges share an address.
pub fn overlap(left: IpNet, right: IpNet) -> bool {
    left.contains(&right) || right.contains(&left)
}

fn check_range(row: &Row, net: IpNet, written: &str) -> Result<(), Fault> {
    let version = if net.addr().is_ipv4() { 4 } else { 6 };
    if row["ip_version"] != version {
        return Err(invalid(format!("cidr '{written}' does not match the ip_version '{}'", row["ip_version"])));
    }
    if !flag(row, "enable_dhcp") {
        return Ok(());
    }
    if net.prefix_len() + 1 >= net.max_prefix_len() {
        return Err(invalid("Subnet has a prefix length that is incompatible with DHCP service enabled"));
    }
    match net.network() {
        first if first.is_loopback() => Err(invalid("Loopback IP subnet is not supported if enable_dhcp is True")),
        first if first.is_multicast() => Err(invalid("Multicast IP subnet is not supported if enable_dhcp is True")),
        first if first.is_unspecified() => {
            Err(invalid(format!("First IP '{first}' of network is not supported if enable_dhcp is True.")))
        }
        _ => Ok(()),
    }
}

fn check_counts(row: &Row, what: &str) -> Result<(), Fault> {
    for (name, code, words, limit) in [
        ("dns_nameservers", "DNSNameServersExhausted", "DNS nameservers", 5),
        ("host_routes", "HostRoutesExhausted", "host routes", 20),
    ] {
        if list(row, name).len() > limit {
            let message =
                format!("Unable to complete operation for {what}. The number of {words} exceeds the limit {limit}.");
            return Err(fault(400, code, message));
        }
    }
    Ok(())
}

fn gateway(row: &Row) -> Option<IpAddr> {
    text(row, "gateway_ip").parse().ok()
}

fn check_gateway(row: &Row, net: IpNet) -> Result<(), Fault> {
    match gateway(row) {
        Some(gateway) if net.contains(&gateway) && !is_usable(net, gateway) => {
            Err(invalid("Gateway is not valid on subnet"))
        }
        Some(gateway) if gateway.is_ipv4() != net.addr().is_ipv4() => {
            let version = &row["ip_version"];
            Err(invalid(format!("gateway_ip '{gateway}' does not match the ip_version '{version}'")))
        }
        _ => Ok(()),
    }
}

/// The first and last address that pools may have.
fn bounds(net: IpNet) -> (u128, u128) {
    let (first, last) = (number(net.network()), number(net.broadcast()));
    match net {
        IpNet::V4(v4) if v4.prefix_len() < 31 => (first + 1, last - 1),
        IpNet::V6(v6) if v6.prefix_len() < 127 => (first + 1, last),
        _ => (first, last),
    }
}

fn default_pools(row: &Row, net: IpNet) -> Json {
    let (low, high) = bounds(net);
    let pool = |start: u128, end: u128| json!({"start": address(start, net.network()).to_string(), "end": address(end, net.network()).to_string()});
    let hole = gateway(row).map(number).filter(|hole| (low..=high).contains(hole));
    let mut found = Vec::new();
    match hole {
        None => found.push(pool(low, high)),
        Some(hole) => {
            if hole > low {
                found.push(pool(low, hole - 1));
            }
            if hole < high {
                found.push(pool(hole + 1, high));
            }
        }
    }
    Json::Array(found)
}

fn check_pools(row: &Row, net: IpNet) -> Result<(), Fault> {
    let (low, high) = bounds(net);
    let found = pools(row);
    for (start, end) in &found {
        if start.is_ipv4() != end.is_ipv4() || start.is_ipv4() != net.addr().is_ipv4() || start > end {
            let message = format!("The allocation pool {{'start': '{start}', 'end': '{end}'}} is not valid.");
            return Err(fault(400, "InvalidAllocationPool", message));
        }
        if number(*start) < low || number(*end) > high {
            let message = format!("The allocation pool {start}-{end} spans beyond the subnet cidr {net}.");
            return Err(fault(400, "OutOfBoundsAllocationPool", message));
        }
    }
    for (place, (start, end)) in found.iter().enumerate() {
        if let Some((other, until)) = found[..place].iter().find(|(other, until)| start <= until && other <= end) {
            let message =
                format!("Found overlapping allocation pools: {other}-{until} {start}-{end} for subnet {net}.");
            return Err(fault(409, "OverlappingAllocationPools", message));
        }
    }
    check_gateway_outside(row)
}

fn check_gateway_outside(row: &Row) -> Result<(), Fault> {
    let Some(gateway) = gateway(row) else { return Ok(()) };
    match pools(row).into_iter().find(|(start, end)| *start <= gateway && gateway <= *end) {
        Some((start, end)) => {
            let message = format!("Gateway ip {gateway} conflicts with allocation pool {start}-{end}.");
            Err(fault(409, "GatewayConflictWithAllocationPools", message))
        }
        None => Ok(()),
    }
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let reply = crud::update(context, &SUBNET, |context, old, changes| {
        let mut new = old.clone();
        new.extend(changes.clone());
        let Some(net) = range(&new) else { return Ok(changes) };
        if gateway(&new).is_some() && gateway(&new) != gateway(old) {
            check_gateway(&new, net)?;
            refuse_used_gateway(context, old)?;
        }
        check_counts(&new, text(old, "id"))?;
        check_pools(&new, net)?;
        if changes.contains_key("enable_dhcp") {
            check_range(&new, net, text(&new, "cidr"))?;
        }
        change(context, &NETWORK, text(old, "network_id"), 1, Row::new());
        Ok(changes)
    })?;
    let network =
        context.world.get(SUBNET.table, &context.parameter("id")).map(|row| text(row, "network_id").to_owned());
    dhcp::refresh(context, &network.unwrap_or_default(), "");
    Ok(reply)
}

fn refuse_used_gateway(context: &Context<'_>, subnet: &Row) -> Result<(), Fault> {
    let (id, gateway) = (text(subnet, "id"), text(subnet, "gateway_ip"));
    let held = json!({"subnet_id": id, "ip_address": gateway});
    let mut ports = context.world.by("ports", "network_id", text(subnet, "network_id"));
    match ports.find(|port| is_interface(port) && list(port, "fixed_ips").contains(&held)) {
        Some(port) => {
            let port = text(port, "id");
            let message = format!("Current gateway ip {gateway} already in use by port {port}. Unable to update.");
            Err(fault(409, "GatewayIpInUse", message))
        }
        None => Ok(()),
    }
}

pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::delete(context, &SUBNET, |context, subnet| {
        let id = text(subnet, "id");
        let has = |port: &Row| list(port, "fixed_ips").iter().any(|fixed| fixed["subnet_id"] == id);
        let agents = |port: &Row| text(port, "device_owner") == "network:dhcp";
        let network = text(subnet, "network_id");
        let by = ("network_id", network);
        if !ports::ids(context.world, &super::kinds::PORT, by, |port| has(port) && !agents(port)).is_empty() {
            let message = format!(
                "Unable to complete operation on subnet {id}: One or more ports have an IP allocation from this subnet."
            );
            return Err(fault(409, "SubnetInUse", message));
        }
        for port in ports::ids(context.world, &super::kinds::PORT, by, has) {
            let row = ports::find(context.world, &port).cloned().unwrap_or_default();
            let fixed: Vec<&Json> = list(&row, "fixed_ips").iter().filter(|fixed| fixed["subnet_id"] != id).collect();
            change(context, &super::kinds::PORT, &port, 1, object(json!({"fixed_ips": fixed})));
        }
        dhcp::refresh(context, network, id);
        change(context, &NETWORK, network, 1, Row::new());
        Ok(())
    })
}
