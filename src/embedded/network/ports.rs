//! Ports for the rest of the cloud: what Nova, Octavia and Neutron's own agents do with them. Clients' requests are in
//! `port_api`.
#![allow(dead_code, reason = "the inner door of the other services")]

use serde_json::{Value as Json, json};

use super::address::{self, Wanted};
use super::kinds::{FLOATING_IP, Kind, NETWORK, PORT};
use super::rows::{change, fault, find as find_row, insert, list, object, text};
use super::{groups, quotas};
use crate::embedded::context::Context;
use crate::embedded::fault::Fault;
use crate::embedded::world::{Row, World};

/// A port to be.
#[derive(Clone, Debug, Default)]
pub struct NewPort {
    /// Its network's id.
    pub network: String,
    /// Its owner; empty for ports of the cloud's own (gateways, floating addresses).
    pub project: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// What uses it, and as what (`compute:nova`, `Octavia`, `network:dhcp`).
    pub device_id: String,
    /// The kind of user.
    pub device_owner: String,
    /// `[{"subnet_id", "ip_address"}]`, either may be missing; `None` for one address of each family.
    pub fixed_ips: Option<Vec<Json>>,
    /// Its groups; `None` for the project's default group.
    pub security_groups: Option<Vec<String>>,
    /// The host it is bound to; empty for none.
    pub host: String,
}

/// A port, whoever owns it.
pub fn find<'a>(world: &'a World, id: &str) -> Option<&'a Row> {
    world.get(PORT.table, id)
}

/// A port that the caller may use, or 404 `PortNotFound`.
pub fn usable(context: &Context<'_>, id: &str) -> Result<Row, Fault> {
    find_row(context, &PORT, id)
}

/// A network that the caller may use, or 404 `NetworkNotFound`.
pub fn network(context: &Context<'_>, id: &str) -> Result<Row, Fault> {
    find_row(context, &NETWORK, id)
}

/// The ports of a device, oldest first.
pub fn of_device(world: &World, device_id: &str) -> Vec<Row> {
    world.by(PORT.table, "device_id", device_id).cloned().collect()
}

/// Makes a port as a client would: the owner's quota is asked. Refusals are Neutron's.
pub fn create(context: &mut Context<'_>, new: NewPort) -> Result<Row, Fault> {
    if context.world.get(NETWORK.table, &new.network).is_none() {
        return Err(NETWORK.not_found(&new.network));
    }
    quotas::ask(context, &PORT, &new.project, 1)?;
    make(context, new, &Row::new())
}

/// Makes a port without asking any quota; `more`: further attributes, as the API's table has converted them.
pub(super) fn make(context: &mut Context<'_>, new: NewPort, more: &Row) -> Result<Row, Fault> {
    let id = context.uuid();
    let agent = new.device_owner.starts_with("network:");
    let lowest = matches!(new.device_owner.as_str(), "network:dhcp" | "network:router_interface");
    let wanted = Wanted { port: &id, lowest, had: &[] };
    let fixed = address::allocate(context.world, &new.network, new.fixed_ips.as_deref(), &wanted)?;
    let none = new.fixed_ips.as_ref().is_some_and(Vec::is_empty);
    let network = context.world.get(NETWORK.table, &new.network).cloned().unwrap_or_default();
    let secured = match more.get("port_security_enabled").and_then(Json::as_bool) {
        Some(secured) => secured,
        None => !agent && super::rows::flag(&network, "port_security_enabled"),
    };
    let groups = match &new.security_groups {
        Some(groups) => groups.clone(),
        None if secured && !new.project.is_empty() => vec![groups::default_of(context, &new.project)],
        None => Vec::new(),
    };
    let mac = match more.get("mac_address").and_then(Json::as_str) {
        Some(mac) => mac.to_lowercase(),
        None => free_mac(context, &new.network),
    };
    let mut row = more.clone();
    row.extend(object(json!({
        "id": id, "name": new.name, "description": new.description, "network_id": new.network, "mac_address": mac,
        "status": if new.device_owner == "network:floatingip" { "N/A" } else { "DOWN" },
        "device_id": new.device_id, "device_owner": new.device_owner, "fixed_ips": fixed,
        "security_groups": groups, "port_security_enabled": secured,
        "qos_policy_id": null, "qos_network_policy_id": null, "resource_request": null,
        "ip_allocation": if none { "none" } else { "immediate" },
    })));
    for (name, default) in [
        ("admin_state_up", json!(true)),
        ("allowed_address_pairs", json!([])),
        ("extra_dhcp_opts", json!([])),
        ("binding:vnic_type", json!("normal")),
        ("binding:profile", json!({})),
    ] {
        row.entry(name).or_insert(default);
    }
    row.extend(binding(&new.host));
    // Binding it, and what the cloud itself makes, is one change more.
    let revision = if agent && (new.project.is_empty() || !new.host.is_empty()) { 2 } else { 1 };
    let row = insert(context, &PORT, &new.project, revision, row);
    context.world.change(NETWORK.table, &new.network, |network| {
        network.insert("_scheduled".to_owned(), json!(true));
    });
    Ok(row)
}

/// Gives a port to a device on a host; it is `ACTIVE` from `ready_at` (milliseconds) on.
pub fn bind(context: &mut Context<'_>, id: &str, device_id: &str, device_owner: &str, host: &str, ready_at: i64) {
    let mut changes = binding(host);
    changes.extend(object(json!({"device_id": device_id, "device_owner": device_owner, "_ready_at": ready_at})));
    change(context, &PORT, id, 2, changes);
}

/// Takes a port away from its device: it is as it was before, `DOWN`, and still there.
pub fn unbind(context: &mut Context<'_>, id: &str) {
    let mut changes = binding("");
    changes.extend(object(json!({"device_id": "", "device_owner": "", "_ready_at": null})));
    change(context, &PORT, id, 1, changes);
}

/// Deletes a port; floating addresses that it had are free again.
pub fn delete(context: &mut Context<'_>, id: &str) {
    for address in ids(context.world, &FLOATING_IP, ("port_id", id), |_| true) {
        change(context, &FLOATING_IP, &address, 1, free_floating());
    }
    context.world.remove(PORT.table, id);
}

/// Puts a port into one more security group.
pub fn join_group(context: &mut Context<'_>, id: &str, group: &str) {
    let Some(port) = find(context.world, id) else { return };
    let mut groups = list(port, "security_groups").to_vec();
    if !groups.iter().any(|own| own == group) {
        groups.push(json!(group));
        change(context, &PORT, id, 1, object(json!({"security_groups": groups})));
    }
}

/// Takes a port out of a security group.
pub fn leave_group(context: &mut Context<'_>, id: &str, group: &str) {
    let Some(port) = find(context.world, id) else { return };
    let groups: Vec<&Json> = list(port, "security_groups").iter().filter(|own| *own != group).collect();
    let changes = object(json!({"security_groups": groups}));
    change(context, &PORT, id, 1, changes);
}

/// What a floating address without a port has.
pub(super) fn free_floating() -> Row {
    object(json!({"port_id": null, "router_id": null, "fixed_ip_address": null, "status": "DOWN", "_ready_at": null}))
}

/// What the administrator sees of a port's binding.
pub(super) fn binding(host: &str) -> Row {
    object(if host.is_empty() {
        json!({"binding:host_id": "", "binding:vif_type": "unbound", "binding:vif_details": {}})
    } else {
        json!({"binding:host_id": host, "binding:vif_type": "bridge", "binding:vif_details":
            {"connectivity": "l2", "port_filter": true, "bound_drivers": {"0": "linuxbridge"}}})
    })
}

fn free_mac(context: &mut Context<'_>, network: &str) -> String {
    loop {
        let hex = context.uuid();
        let mac = format!("fa:16:3e:{}:{}:{}", &hex[..2], &hex[2..4], &hex[4..6]);
        if !mac_taken(context.world, network, &mac) {
            return mac;
        }
    }
}

/// Whether a port of the network has the hardware address.
pub(super) fn mac_taken(world: &World, network: &str, mac: &str) -> bool {
    world.by(PORT.table, "network_id", network).any(|port| text(port, "mac_address") == mac)
}

/// 409 for a port that already has a device.
pub(super) fn in_use(port: &Row) -> Fault {
    let (id, network, device) = (text(port, "id"), text(port, "network_id"), text(port, "device_id"));
    fault(
        409,
        "PortInUse",
        format!(
            "Unable to complete operation on port {id} for network {network}. Port already has an attached device {device}."
        ),
    )
}

/// The ids of the rows with this text in an indexed field that a predicate holds for, in their order.
pub(super) fn ids(world: &World, of: &Kind, by: (&str, &str), holds: impl Fn(&Row) -> bool) -> Vec<String> {
    let rows = world.by(of.table, by.0, by.1).filter(|row| holds(row));
    rows.map(|row| text(row, "id").to_owned()).collect()
}
