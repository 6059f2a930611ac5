//! Networks.

use serde_json::{Value as Json, json};

use super::kinds::{NETWORK, SUBNET};
use super::rows::{check_zones, fault, flag, insert, invalid, object, text};
use super::{crud, groups, ports};
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::{Row, World};

/// What tenants' networks carry: the lab's tunnels take 50 bytes of 1500.
const LARGEST: i64 = 1450;

/// A network with its subnets.
pub fn complete(world: &World, _now: i64, fresh: bool, network: &mut Row) {
    let id = text(network, "id").to_owned();
    let subnets = ports::ids(world, &SUBNET, ("network_id", &id), |_| true);
    network.insert("subnets".to_owned(), json!(subnets));
    if !fresh && !flag(network, "router:external") {
        network.remove("is_default");
    }
}

fn mtu(row: &mut Row) -> Result<(), Fault> {
    let largest = if text(row, "provider:network_type") == "flat" { 1500 } else { LARGEST };
    match row.get("mtu").and_then(Json::as_i64) {
        Some(0) => {
            row.insert("mtu".to_owned(), json!(largest));
        }
        Some(given) if given > largest => {
            return Err(invalid(format!("Requested MTU is too big, maximum is {largest}")));
        }
        Some(_) | None => {}
    }
    Ok(())
}

pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::create(
        context,
        &NETWORK,
        |_, _| Ok(()),
        |context, mut row| {
            let project = text(&row, "project_id").to_owned();
            groups::default_of(context, &project);
            check_zones(&row)?;
            mtu(&mut row)?;
            if row["provider:network_type"].is_null() {
                row.insert("provider:network_type".to_owned(), json!("vxlan"));
                let segment = 1 + context.world.count(NETWORK.table);
                row.insert("provider:segmentation_id".to_owned(), json!(segment));
            }
            row.extend(object(json!({"status": "ACTIVE", "availability_zones": [], "ipv4_address_scope": null,
            "ipv6_address_scope": null, "l2_adjacency": true})));
            Ok(insert(context, &NETWORK, &project, 1, row))
        },
    )
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::update(context, &NETWORK, |_, _, mut changes| {
        mtu(&mut changes)?;
        Ok(changes)
    })
}

pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::delete(context, &NETWORK, |context, network| {
        let id = text(network, "id");
        let on = ("network_id", id);
        let left = |port: &Row| text(port, "device_owner") != "network:dhcp";
        let left = ports::ids(context.world, &super::kinds::PORT, on, left);
        if !left.is_empty() {
            let message = format!(
                "Unable to complete operation on network {id}. There are one or more ports still in use on the network, id for these ports is: {}.",
                left.join(",")
            );
            return Err(fault(409, "NetworkInUse", message));
        }
        for port in ports::ids(context.world, &super::kinds::PORT, on, |_| true) {
            ports::delete(context, &port);
        }
        for subnet in ports::ids(context.world, &SUBNET, on, |_| true) {
            context.world.remove(SUBNET.table, &subnet);
        }
        Ok(())
    })
}
