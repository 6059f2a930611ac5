//! Floating addresses.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::crud;
use super::kinds::{FLOATING_IP, NETWORK, PORT};
use super::ports::{self, NewPort};
use super::routers::is_interface;
use super::rows::{bad, fault, find, flag, insert, list, object, ready_in, text, view};
use crate::embedded::context::{Caller, Context};
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::{Row, World};

/// A floating address with what its port is.
pub fn complete(world: &World, now: i64, _fresh: bool, floating: &mut Row) {
    let details = ports::find(world, text(floating, "port_id")).map(|port| {
        let mut port = view(world, &PORT, port, &Caller::default(), now, false);
        port.retain(|name, _| {
            ["name", "network_id", "mac_address", "admin_state_up", "status", "device_id", "device_owner"]
                .contains(&name.as_str())
        });
        port
    });
    floating.insert("port_details".to_owned(), json!(details));
}

pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::create(
        context,
        &FLOATING_IP,
        |_, _| Ok(()),
        |context, mut row| {
            let project = text(&row, "project_id").to_owned();
            let network = find(context, &NETWORK, text(&row, "floating_network_id"))?;
            let network_id = text(&network, "id").to_owned();
            if !flag(&network, "router:external") {
                return Err(bad("floatingip", format!("Network {network_id} is not a valid external network")));
            }
            let fixed = row.get("fixed_ip_address").filter(|fixed| !fixed.is_null()).cloned();
            if row["port_id"].is_null() && fixed.is_some() {
                return Err(bad("floatingip", "fixed_ip_address cannot be specified without a port_id"));
            }
            let id = context.uuid();
            let asked = row["floating_ip_address"].as_str().map(|address| vec![json!({"ip_address": address})]);
            let new = NewPort {
                network: network_id,
                device_id: id.clone(),
                device_owner: "network:floatingip".to_owned(),
                fixed_ips: asked.or_else(|| row["subnet_id"].as_str().map(|subnet| vec![json!({"subnet_id": subnet})])),
                ..NewPort::default()
            };
            let outer = ports::make(context, new, &Row::new())?;
            let address = list(&outer, "fixed_ips").first().map(|fixed| fixed["ip_address"].clone());
            row.extend(object(json!({"id": id, "floating_ip_address": address, "router_id": null,
            "fixed_ip_address": null, "status": "DOWN"})));
            row.remove("subnet_id");
            if let Some(port) = row["port_id"].as_str().map(str::to_owned) {
                let associated = associate(context, &row, &port, fixed.as_ref())?;
                row.extend(associated);
            }
            Ok(insert(context, &FLOATING_IP, &project, 0, row))
        },
    )
}

/// What the address's row says when the port has it.
fn associate(context: &Context<'_>, floating: &Row, port: &str, fixed: Option<&Json>) -> Result<Row, Fault> {
    let port = find(context, &PORT, port)?;
    let id = text(&port, "id");
    let four = |one: &&Json| one["ip_address"].as_str().is_some_and(|text| text.contains('.'));
    let mut have = list(&port, "fixed_ips").iter().filter(four);
    let chosen = match fixed.and_then(Json::as_str) {
        Some(wanted) => have
            .find(|one| one["ip_address"] == wanted)
            .ok_or_else(|| bad("floatingip", format!("Port {id} does not have fixed ip {wanted}")))?,
        None => match (have.next(), have.next()) {
            (Some(one), None) => one,
            (None, _) => {
                let message = format!("Cannot add floating IP to port {id} that has no fixed IPv4 addresses");
                return Err(bad("floatingip", message));
            }
            (Some(_), Some(_)) => {
                let message = format!(
                    "Port {id} has multiple fixed IPv4 addresses.  Must provide a specific IPv4 address when assigning a floating IP"
                );
                return Err(bad("floatingip", message));
            }
        },
    };
    let network = text(floating, "floating_network_id");
    let (subnet, inner) =
        (chosen["subnet_id"].as_str().unwrap_or_default(), chosen["ip_address"].as_str().unwrap_or_default());
    let Some(router) = router_between(context.world, network, subnet) else {
        let message = format!(
            "External network {network} is not reachable from subnet {subnet}.  Therefore, cannot associate Port {id} with a Floating IP."
        );
        return Err(fault(404, "ExternalGatewayForFloatingIPNotFound", message));
    };
    let own = text(floating, "id");
    let taken = context.world.by(FLOATING_IP.table, "port_id", id).any(|other| {
        text(other, "id") != own
            && text(other, "fixed_ip_address") == inner
            && text(other, "floating_network_id") == network
    });
    if taken {
        let message = format!(
            "Cannot associate floating IP {} ({own}) with port {id} using fixed IP {inner}, as that fixed IP already has a floating IP on external network {network}.",
            text(floating, "floating_ip_address")
        );
        return Err(fault(409, "FloatingIPPortAlreadyAssociated", message));
    }
    let ready = ready_in(context, 4_000);
    Ok(object(json!({"port_id": id, "router_id": router, "fixed_ip_address": inner, "status": "DOWN",
        "_ready_at": ready})))
}

/// The router that has a gateway to the one and an interface on the other.
fn router_between(world: &World, network: &str, subnet: &str) -> Option<String> {
    let inner = world.get("subnets", subnet).map_or("", |subnet| text(subnet, "network_id"));
    let on = |port: &&Row| list(port, "fixed_ips").iter().any(|fixed| fixed["subnet_id"] == subnet);
    let ports = world.by(PORT.table, "network_id", inner).filter(|port| is_interface(port)).filter(on);
    let routers: BTreeSet<&str> = ports.map(|port| text(port, "device_id")).collect();
    let gated = |router: &str| {
        world.get("routers", router).is_some_and(|router| router["external_gateway_info"]["network_id"] == network)
    };
    routers.into_iter().find(|router| gated(router)).map(str::to_owned)
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::update(context, &FLOATING_IP, |context, old, mut changes| {
        let fixed = changes.remove("fixed_ip_address").filter(|fixed| !fixed.is_null());
        match changes.remove("port_id") {
            Some(Json::String(port)) => changes.extend(associate(context, old, &port, fixed.as_ref())?),
            Some(_) if fixed.is_some() => {
                return Err(bad("floatingip", "fixed_ip_address cannot be specified without a port_id"));
            }
            Some(_) => changes.extend(ports::free_floating()),
            None => {
                if let (Some(fixed), Some(port)) = (fixed, old["port_id"].as_str()) {
                    changes.extend(associate(context, old, port, Some(&fixed))?);
                }
            }
        }
        Ok(changes)
    })
}

pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::delete(context, &FLOATING_IP, |context, floating| {
        for port in ports::of_device(context.world, text(floating, "id")) {
            ports::delete(context, text(&port, "id"));
        }
        Ok(())
    })
}
