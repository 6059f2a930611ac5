//! Addresses: which a subnet has, which are taken, and which one the next port gets.
//!
//! Ports of the cloud's own agents get the lowest free address of the pools; all others any free one (Neutron picks at random,
//! here it is a function of the port's id).

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Value as Json, json};

use super::kinds::SUBNET;
use super::rows::{fault, invalid, list, text};
use crate::embedded::fault::Fault;
use crate::embedded::world::{Row, World};

/// An address as a number.
pub fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// The address of that number, of the family of `like`.
pub fn address(number: u128, like: IpAddr) -> IpAddr {
    match like {
        IpAddr::V4(_) => IpAddr::V4(u32::try_from(number).unwrap_or(u32::MAX).into()),
        IpAddr::V6(_) => IpAddr::V6(number.into()),
    }
}

/// The subnet's range.
pub fn range(subnet: &Row) -> Option<IpNet> {
    text(subnet, "cidr").parse().ok()
}

/// Whether a port may have the address in that range: IPv4's first and last are not for ports.
pub fn is_usable(net: IpNet, given: IpAddr) -> bool {
    let inside = net.contains(&given);
    match net {
        IpNet::V4(v4) if v4.prefix_len() < 31 => inside && given != net.network() && given != net.broadcast(),
        IpNet::V4(_) | IpNet::V6(_) => inside,
    }
}

/// The allocation pools, first and last address of each.
pub fn pools(subnet: &Row) -> Vec<(IpAddr, IpAddr)> {
    let end = |pool: &Json, name: &str| pool[name].as_str().and_then(|text| text.parse().ok());
    list(subnet, "allocation_pools").iter().filter_map(|pool| Some((end(pool, "start")?, end(pool, "end")?))).collect()
}

/// The addresses of a subnet that ports have, all but `except`'s.
pub fn taken(world: &World, subnet: &str, except: &str) -> BTreeSet<u128> {
    let network = world.get("subnets", subnet).map_or("", |subnet| text(subnet, "network_id"));
    let ports = world.by("ports", "network_id", network).filter(|port| text(port, "id") != except);
    let mut found = BTreeSet::new();
    for port in ports {
        let fixed = list(port, "fixed_ips").iter().filter(|fixed| fixed["subnet_id"] == subnet);
        found.extend(fixed.filter_map(|fixed| fixed["ip_address"].as_str()?.parse().ok().map(number)));
    }
    found
}

/// Who gets addresses, and how they are chosen.
pub struct Wanted<'a> {
    /// The port's id; its own old addresses are free to it.
    pub port: &'a str,
    /// The lowest free one, as agents' ports get it.
    pub lowest: bool,
    /// The addresses it has so far.
    pub had: &'a [Json],
}

/// The port's addresses on the network: those asked for, or one of each family that the network has.
pub fn allocate(world: &World, network: &str, asked: Option<&[Json]>, wanted: &Wanted<'_>) -> Result<Vec<Json>, Fault> {
    let mut subnets: Vec<&Row> = world.by("subnets", "network_id", network).collect();
    subnets.sort_by_key(|row| text(row, "id").to_owned());
    let mut given = Vec::new();
    let Some(asked) = asked else {
        for version in [4, 6] {
            let candidates: Vec<&Row> = subnets.iter().copied().filter(|row| row["ip_version"] == version).collect();
            if !candidates.is_empty() {
                let found = candidates.iter().find_map(|subnet| free(world, subnet, &given, wanted));
                given.push(found.ok_or_else(|| exhausted(network))?);
            }
        }
        return Ok(given);
    };
    if subnets.is_empty() && !asked.is_empty() {
        return Err(invalid("IP allocation requires subnets for network"));
    }
    // Addresses that are named come first, so that none of them is given away to an entry that takes any.
    let mut order = Vec::new();
    for (place, one) in asked.iter().enumerate().filter(|(_, one)| one["ip_address"].is_string()) {
        given.push(named(world, network, &subnets, one, wanted)?);
        order.push(place);
    }
    for (place, one) in asked.iter().enumerate().filter(|(_, one)| !one["ip_address"].is_string()) {
        let Some(id) = one["subnet_id"].as_str() else {
            return Err(invalid("IP allocation requires subnet_id or ip_address"));
        };
        let subnet = subnet_of(world, network, &subnets, id)?;
        let kept = wanted.had.iter().find(|had| had["subnet_id"] == id && !given.contains(had)).cloned();
        let found = kept.or_else(|| free(world, subnet, &given, wanted));
        given.push(found.ok_or_else(|| exhausted(network))?);
        order.push(place);
    }
    let mut placed: Vec<(usize, Json)> = order.into_iter().zip(given).collect();
    placed.sort_by_key(|(place, _)| *place);
    Ok(placed.into_iter().map(|(_, one)| one).collect())
}

fn exhausted(network: &str) -> Fault {
    fault(409, "IpAddressGenerationFailure", format!("No more IP addresses available on network {network}."))
}

fn subnet_of<'a>(world: &World, network: &str, subnets: &[&'a Row], id: &str) -> Result<&'a Row, Fault> {
    if let Some(found) = subnets.iter().find(|subnet| text(subnet, "id") == id) {
        return Ok(found);
    }
    if world.get("subnets", id).is_none() {
        return Err(SUBNET.not_found(id));
    }
    Err(invalid(format!("Failed to create port on network {network}, because fixed_ips included invalid subnet {id}")))
}

fn named(world: &World, network: &str, subnets: &[&Row], asked: &Json, wanted: &Wanted<'_>) -> Result<Json, Fault> {
    let written = asked["ip_address"].as_str().unwrap_or_default();
    let parsed: Option<IpAddr> = written.parse().ok();
    let usable = |subnet: &Row| {
        range(subnet).zip(parsed).is_some_and(|(net, address)| {
            let anycast = address.is_ipv6() && address == net.network();
            is_usable(net, address) && (wanted.lowest || !anycast)
        })
    };
    let subnet = match asked["subnet_id"].as_str() {
        Some(id) => {
            let subnet = subnet_of(world, network, subnets, id)?;
            if !usable(subnet) {
                let message = format!("IP address {written} is not a valid IP for the specified subnet.");
                return Err(fault(400, "InvalidIpForSubnet", message));
            }
            subnet
        }
        None => subnets.iter().copied().find(|subnet| usable(subnet)).ok_or_else(|| {
            let message =
                format!("IP address {written} is not a valid IP for any of the subnets on the specified network.");
            fault(400, "InvalidIpForNetwork", message)
        })?,
    };
    let id = text(subnet, "id");
    if parsed.is_some_and(|address| taken(world, id, wanted.port).contains(&number(address))) {
        let message = format!("IP address {written} already allocated in subnet {id}");
        return Err(fault(409, "IpAddressAlreadyAllocated", message));
    }
    Ok(json!({"subnet_id": id, "ip_address": written}))
}

fn free(world: &World, subnet: &Row, given: &[Json], wanted: &Wanted<'_>) -> Option<Json> {
    let id = text(subnet, "id");
    let mut used = taken(world, id, "");
    used.extend(given.iter().filter_map(|one| one["ip_address"].as_str()?.parse().ok().map(number)));
    for (first, last) in pools(subnet) {
        let (low, high) = (number(first), number(last));
        let size = (high - low).saturating_add(1);
        let start = if wanted.lowest { 0 } else { spread(wanted.port, given.len()) % size };
        // As many steps as there are taken addresses, and one more, meet a free one if there is any.
        let steps = size.min(used.len() as u128 + 1);
        let found = (0..steps).map(|step| low + (start + step) % size).find(|number| !used.contains(number));
        if let Some(number) = found {
            return Some(json!({"subnet_id": id, "ip_address": address(number, first).to_string()}));
        }
    }
    None
}

fn spread(port: &str, turn: usize) -> u128 {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(format!("{port}/{turn}"));
    digest.iter().take(8).fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
}
