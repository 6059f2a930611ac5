//! Ports, as clients make and change them.

use serde_json::{Value as Json, json};

use super::address::{self, Wanted};
use super::kinds::{NETWORK, PORT, SECURITY_GROUP};
use super::ports::{self, NewPort};
use super::rows::{bad, fault, find, flag, list, object, ready_in, text};
use super::{crud, subnets};
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::create(context, &PORT, |_, _| Ok(()), one)
}

fn one(context: &mut Context<'_>, mut row: Row) -> Result<Row, Fault> {
    let network = find(context, &NETWORK, text(&row, "network_id"))?;
    subnets::may_use(context, &network, "port")?;
    let network = text(&network, "id").to_owned();
    if let Some(mac) = row.get("mac_address").and_then(Json::as_str) {
        refuse_taken_mac(context, &network, mac)?;
    }
    check_groups(context, &row)?;
    let asked = !list(&row, "security_groups").is_empty();
    if row.get("port_security_enabled") == Some(&Json::Bool(false)) {
        if asked {
            let message =
                "Port security must be enabled and port must have an IP address in order to use security groups.";
            return Err(fault(400, "PortSecurityAndIPRequiredForSecurityGroups", message));
        }
        refuse_pairs(&row)?;
    }
    row.remove("tags");
    let take = |row: &mut Row, name: &str| row.remove(name).and_then(|value| value.as_str().map(str::to_owned));
    let groups = row.remove("security_groups");
    let groups = groups
        .and_then(|groups| groups.as_array().cloned())
        .map(|groups| groups.iter().filter_map(|group| group.as_str().map(str::to_owned)).collect::<Vec<String>>());
    let new = NewPort {
        network,
        project: text(&row, "project_id").to_owned(),
        name: take(&mut row, "name").unwrap_or_default(),
        description: take(&mut row, "description").unwrap_or_default(),
        device_id: take(&mut row, "device_id").unwrap_or_default(),
        device_owner: take(&mut row, "device_owner").unwrap_or_default(),
        fixed_ips: row.remove("fixed_ips").and_then(|fixed| fixed.as_array().cloned()),
        security_groups: groups,
        host: take(&mut row, "binding:host_id").unwrap_or_default(),
    };
    let port = ports::make(context, new, &row)?;
    if !list(&port, "allowed_address_pairs").is_empty() {
        let pairs = pairs(&port, list(&port, "allowed_address_pairs"));
        context.world.change(PORT.table, text(&port, "id"), |row| {
            row.insert("allowed_address_pairs".to_owned(), pairs);
        });
    }
    Ok(port)
}

fn refuse_taken_mac(context: &Context<'_>, network: &str, mac: &str) -> Result<(), Fault> {
    if !ports::mac_taken(context.world, network, &mac.to_lowercase()) {
        return Ok(());
    }
    let message = format!("Unable to complete operation for network {network}. The mac address {mac} is in use.");
    Err(fault(409, "MacAddressInUse", message))
}

fn check_groups(context: &Context<'_>, row: &Row) -> Result<(), Fault> {
    for group in list(row, "security_groups") {
        find(context, &SECURITY_GROUP, group.as_str().unwrap_or_default())?;
    }
    Ok(())
}

fn refuse_pairs(row: &Row) -> Result<(), Fault> {
    if list(row, "allowed_address_pairs").is_empty() {
        return Ok(());
    }
    let message = "Port Security must be enabled in order to have allowed address pairs on a port.";
    Err(fault(409, "AddressPairAndPortSecurityRequired", message))
}

/// Pairs with the port's own hardware address where they name none.
fn pairs(port: &Row, given: &[Json]) -> Json {
    let filled = given.iter().map(|pair| {
        let mac = pair["mac_address"].as_str().unwrap_or_else(|| text(port, "mac_address"));
        json!({"ip_address": pair["ip_address"], "mac_address": mac})
    });
    Json::Array(filled.collect())
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::update(context, &PORT, |context, old, mut changes| {
        let id = text(old, "id");
        check_groups(context, &changes)?;
        if let Some(fixed) = changes.get("fixed_ips").and_then(Json::as_array) {
            let had = list(old, "fixed_ips");
            if text(old, "device_owner").starts_with("network:router_") && fixed != had {
                return Err(bad("ports", format!("IP updates for port {id} are not allowed")));
            }
            let wanted = Wanted { port: id, lowest: false, had };
            let fixed = address::allocate(context.world, text(old, "network_id"), Some(fixed), &wanted)?;
            changes.insert("fixed_ips".to_owned(), json!(fixed));
        }
        if let Some(mac) = changes.get("mac_address").and_then(Json::as_str).map(str::to_lowercase) {
            if mac != text(old, "mac_address") {
                refuse_taken_mac(context, text(old, "network_id"), &mac)?;
            }
            changes.insert("mac_address".to_owned(), json!(mac));
        }
        let mut new = old.clone();
        new.extend(changes.clone());
        if !flag(&new, "port_security_enabled") {
            if !list(&new, "security_groups").is_empty() {
                let message = "Port has security group associated. Cannot disable port security or IP address until security group is removed.";
                return Err(fault(409, "PortSecurityPortHasSecurityGroup", message));
            }
            refuse_pairs(&new)?;
        }
        if let Some(given) = changes.get("allowed_address_pairs").and_then(Json::as_array).cloned() {
            changes.insert("allowed_address_pairs".to_owned(), pairs(old, &given));
        }
        if changes.get("device_id").is_some_and(|device| device == "") {
            changes.insert("_ready_at".to_owned(), Json::Null);
        }
        if let Some(host) = changes.get("binding:host_id").map(|host| host.as_str().unwrap_or_default().to_owned()) {
            let ready = if host.is_empty() { Json::Null } else { json!(ready_in(context, 2_000)) };
            changes.extend(ports::binding(&host));
            changes.extend(object(json!({"_ready_at": ready})));
        }
        Ok(changes)
    })
}

pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::delete(context, &PORT, |context, port| {
        let (id, owner) = (text(port, "id"), text(port, "device_owner"));
        if ["network:router_interface", "network:router_gateway", "network:floatingip"].contains(&owner) {
            let message = format!("Port {id} cannot be deleted directly via the port API: has device owner {owner}.");
            return Err(fault(409, "ServicePortInUse", message));
        }
        ports::delete(context, id);
        Ok(())
    })
}
