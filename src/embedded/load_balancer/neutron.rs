//! All that Octavia does in Neutron: it looks up subnets and ports, makes the virtual IP's port if none is given, and puts
//! a security group of its own, `lb-<id>`, on that port in place of those it had. Nothing else here touches Neutron's rows.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};
use serde_json::{Value as Json, json};

use super::super::context::Context;
use super::super::fault::Fault;
use super::super::time::zulu;
use super::super::world::{Row, World};
use super::kinds::text;

/// The project that Octavia works in: users do not see its groups.
pub(super) const SERVICE_PROJECT: &str = "0000000000000000000000000000005e";

/// A row that the caller may use: its own, a shared or an external one.
fn visible(context: &Context<'_>, table: &str, id: &str) -> Option<Row> {
    let row = context.world.get(table, id)?;
    let network = context.world.get("networks", row.get("network_id").and_then(Json::as_str).unwrap_or(id));
    let open = |name: &str| network.is_some_and(|network| network.get(name) == Some(&Json::Bool(true)));
    let own = context.caller.is_admin()
        || row.get("project_id").and_then(Json::as_str) == Some(context.caller.project.as_str());
    (own || open("shared") || open("router:external")).then(|| row.clone())
}

fn found(context: &Context<'_>, table: &str, human: &str, id: &str) -> Result<Row, Fault> {
    visible(context, table, id).ok_or_else(|| Fault::new(400, format!("{human} {id} not found.")))
}

/// A subnet, or the refusal of one that is not there.
pub(super) fn subnet(context: &Context<'_>, id: &str) -> Result<Row, Fault> {
    found(context, "subnets", "Subnet", id)
}

/// A port, or the refusal of one that is not there.
pub(super) fn port(context: &Context<'_>, id: &str) -> Result<Row, Fault> {
    found(context, "ports", "Port", id)
}

/// A network's subnets, or the refusal of one that is not there.
pub(super) fn subnets_of(context: &Context<'_>, network: &str) -> Result<Vec<Row>, Fault> {
    found(context, "networks", "Network", network)?;
    let rows = context.world.rows("subnets").into_iter().filter(|row| row["network_id"] == network);
    Ok(rows.cloned().collect())
}

/// Whether an address lies in a subnet.
pub(super) fn contains(subnet: &Row, address: &str) -> bool {
    match (text(subnet, "cidr").parse::<IpNet>(), address.parse::<IpAddr>()) {
        (Ok(net), Ok(address)) => net.contains(&address),
        _ => false,
    }
}

/// Makes the virtual IP's port; its id and address.
pub(super) fn create_port(
    context: &mut Context<'_>,
    balancer: &str,
    project: &str,
    subnet: &Row,
    address: Option<&str>,
) -> Result<(String, String), Fault> {
    let subnet_id = text(subnet, "id");
    let taken = taken(context.world, &subnet_id);
    let refused = |message: String| {
        Fault::new(500, format!("Provider 'amphora' reports error: {message}\nNeutron server returns request_ids: []"))
    };
    let address = match address {
        Some(address) if !contains(subnet, address) => {
            return Err(refused(format!("IP address {address} is not a valid IP for the specified subnet.")));
        }
        Some(address) if taken.contains(address) => {
            return Err(refused(format!("IP address {address} already allocated in subnet {subnet_id}")));
        }
        Some(address) => address.to_owned(),
        None => free(subnet, &taken).ok_or_else(|| {
            let network = text(subnet, "network_id");
            refused(format!("No more IP addresses available on network {network}."))
        })?,
    };
    let id = context.uuid();
    let mac: Vec<String> = id.bytes().take(3).map(|byte| format!("{byte:02x}")).collect();
    let now = zulu(context.now);
    let row = json!({
        "id": id, "name": format!("octavia-lb-{balancer}"), "network_id": subnet["network_id"],
        "tenant_id": project, "project_id": project, "mac_address": format!("fa:16:3e:{}", mac.join(":")),
        "admin_state_up": false, "status": "DOWN", "device_id": format!("lb-{balancer}"), "device_owner": "Octavia",
        "fixed_ips": [{"subnet_id": subnet_id, "ip_address": address}], "allowed_address_pairs": [],
        "extra_dhcp_opts": [], "security_groups": [], "description": "", "binding:vnic_type": "normal",
        "port_security_enabled": true, "qos_policy_id": null, "qos_network_policy_id": null,
        "ip_allocation": "immediate", "tags": [], "created_at": now, "updated_at": now, "revision_number": 1,
    });
    put(context.world, "ports", &id, row);
    Ok((id, address))
}

/// Puts the load balancer's own group on its port, in place of what was there.
pub(super) fn adopt(context: &mut Context<'_>, balancer: &str, port: &str) -> String {
    let group = context.uuid();
    let now = zulu(context.now);
    let rules: Vec<String> = ["IPv4", "IPv6"]
        .into_iter()
        .map(|family| {
            let id = context.uuid();
            let row = json!({
                "id": id, "tenant_id": SERVICE_PROJECT, "project_id": SERVICE_PROJECT, "security_group_id": group,
                "ethertype": family, "direction": "egress", "protocol": null, "port_range_min": null,
                "port_range_max": null, "remote_ip_prefix": null, "remote_address_group_id": null,
                "normalized_cidr": null, "remote_group_id": null, "description": null, "tags": [],
                "created_at": now, "updated_at": now, "revision_number": 0,
            });
            put(context.world, "security_group_rules", &id, row);
            id
        })
        .collect();
    let row = json!({
        "id": group, "name": format!("lb-{balancer}"), "stateful": true, "tenant_id": SERVICE_PROJECT,
        "project_id": SERVICE_PROJECT, "description": "", "shared": false, "tags": [], "created_at": now,
        "updated_at": now, "revision_number": 1, "_lb_rules": rules,
    });
    put(context.world, "security_groups", &group, row);
    set_groups(context.world, port, &json!([group]));
    group
}

/// What goes with a load balancer: its group, and its port if Octavia had made it. A port of the user's is left without
/// groups.
pub(super) fn release(world: &mut World, balancer: &Row) {
    let (port, group) = (text(balancer, "vip_port_id"), text(balancer, "_group"));
    if balancer.get("_owns_port") == Some(&Json::Bool(true)) {
        world.remove("ports", &port);
    } else {
        set_groups(world, &port, &json!([]));
    }
    let rules: Vec<String> = world
        .rows("security_group_rules")
        .into_iter()
        .filter(|row| row.get("security_group_id").and_then(Json::as_str) == Some(group.as_str()))
        .map(|row| text(row, "id"))
        .collect();
    for rule in rules {
        world.remove("security_group_rules", &rule);
    }
    world.remove("security_groups", &group);
}

fn set_groups(world: &mut World, port: &str, groups: &Json) {
    world.change("ports", port, |row| {
        row.insert("security_groups".into(), groups.clone());
        let revision = row.get("revision_number").and_then(Json::as_i64).unwrap_or(0);
        row.insert("revision_number".into(), json!(revision + 1));
    });
}

fn put(world: &mut World, table: &str, id: &str, row: Json) {
    if let Json::Object(row) = row {
        world.put(table, id, row);
    }
}

fn taken(world: &World, subnet: &str) -> BTreeSet<String> {
    let ports = world.rows("ports");
    let addresses = ports.into_iter().flat_map(|port| port["fixed_ips"].as_array().into_iter().flatten());
    addresses
        .filter(|address| address["subnet_id"] == subnet)
        .filter_map(|address| address["ip_address"].as_str().map(str::to_owned))
        .collect()
}

/// The lowest free address of the subnet's pools.
fn free(subnet: &Row, taken: &BTreeSet<String>) -> Option<String> {
    let gateway = text(subnet, "gateway_ip");
    let usable = |address: &Ipv4Addr| {
        let address = address.to_string();
        address != gateway && !taken.contains(&address)
    };
    for pool in subnet.get("allocation_pools").and_then(Json::as_array).into_iter().flatten() {
        let ends = (pool["start"].as_str()?.parse::<Ipv4Addr>().ok()?, pool["end"].as_str()?.parse::<Ipv4Addr>().ok()?);
        if let Some(address) = (u32::from(ends.0)..=u32::from(ends.1)).map(Ipv4Addr::from).find(usable) {
            return Some(address.to_string());
        }
    }
    if subnet.contains_key("allocation_pools") {
        return None;
    }
    let net: Ipv4Net = text(subnet, "cidr").parse().ok()?;
    net.hosts().find(usable).map(|address| address.to_string())
}
