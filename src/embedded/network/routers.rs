//! Routers and their gateways.

use std::net::IpAddr;

use serde_json::{Value as Json, json};

use super::address::range;
use super::checks::python;
use super::crud;
use super::kinds::{NETWORK, PORT, ROUTER};
use super::ports::{self, NewPort};
use super::rows::{bad, change, check_zones, fault, find, flag, insert, list, object, ready_in, text};
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::{Row, World};

pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::create(
        context,
        &ROUTER,
        |_, _| Ok(()),
        |context, mut row| {
            let project = text(&row, "project_id").to_owned();
            check_zones(&row)?;
            let id = context.uuid();
            let asked = row.remove("external_gateway_info").unwrap_or_default();
            for (name, default) in [("distributed", json!(false)), ("ha", json!(false)), ("routes", json!([]))] {
                row.entry(name).or_insert(default);
            }
            row.extend(object(json!({"id": id, "status": "ACTIVE", "availability_zones": [],
            "external_gateway_info": null})));
            let row = insert(context, &ROUTER, &project, 1, row);
            if !asked.is_null() {
                let gateway = connect(context, &id, &asked)?;
                change(context, &ROUTER, &id, 2, gateway);
            }
            Ok(row)
        },
    )
}

/// Makes the router's gateway port; what the router's row then says.
fn connect(context: &mut Context<'_>, router: &str, asked: &Json) -> Result<Row, Fault> {
    let network = find(context, &NETWORK, asked["network_id"].as_str().unwrap_or_default())?;
    let id = text(&network, "id").to_owned();
    if !flag(&network, "router:external") {
        return Err(bad("router", format!("Network {id} is not an external network")));
    }
    let new = NewPort {
        network: id.clone(),
        device_id: router.to_owned(),
        device_owner: "network:router_gateway".to_owned(),
        fixed_ips: asked["external_fixed_ips"].as_array().cloned(),
        host: "vm".to_owned(),
        ..NewPort::default()
    };
    let port = ports::make(context, new, &Row::new())?;
    let ready = ready_in(context, 3_000);
    context.world.change(PORT.table, text(&port, "id"), |row| {
        row.insert("_ready_at".to_owned(), json!(ready));
    });
    let snat = asked["enable_snat"].as_bool().unwrap_or(true);
    Ok(object(json!({"_scheduled": true, "external_gateway_info":
        {"network_id": id, "external_fixed_ips": port["fixed_ips"], "enable_snat": snat}})))
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::update(context, &ROUTER, |context, old, mut changes| {
        let id = text(old, "id");
        if let Some(routes) = changes.get("routes") {
            check_routes(context.world, id, routes)?;
            if *routes != old["routes"] {
                change(context, &ROUTER, id, 1, Row::new());
            }
        }
        if let Some(asked) = changes.remove("external_gateway_info") {
            changes.extend(regate(context, old, &asked)?);
        }
        Ok(changes)
    })
}

fn regate(context: &mut Context<'_>, router: &Row, asked: &Json) -> Result<Row, Fault> {
    let id = text(router, "id");
    let had = &router["external_gateway_info"];
    let same = !asked.is_null() && had["network_id"] == asked["network_id"];
    if same && asked.get("external_fixed_ips").is_none() {
        let mut gateway = had.clone();
        if let Some(snat) = asked.get("enable_snat") {
            gateway["enable_snat"] = snat.clone();
        }
        return Ok(object(json!({"external_gateway_info": gateway})));
    }
    let floating = context.world.by("floatingips", "router_id", id).next().is_some();
    if !had.is_null() && !same && floating {
        let network = had["network_id"].as_str().unwrap_or_default();
        let message = format!(
            "Gateway cannot be updated for router {id}, since a gateway to external network {network} is required by one or more floating IPs."
        );
        return Err(fault(409, "RouterExternalGatewayInUseByFloatingIp", message));
    }
    disconnect(context, id);
    let (by, gateway) = match asked {
        Json::Null if had.is_null() => (0, Row::new()),
        Json::Null => (2, object(json!({"external_gateway_info": null}))),
        asked => (1, connect(context, id, asked)?),
    };
    if by > 0 {
        change(context, &ROUTER, id, by, Row::new());
    }
    Ok(gateway)
}

fn disconnect(context: &mut Context<'_>, router: &str) {
    let gate = |port: &Row| text(port, "device_owner") == "network:router_gateway";
    for port in ports::ids(context.world, &PORT, ("device_id", router), gate) {
        ports::delete(context, &port);
    }
}

/// The router's interface ports, by id.
pub fn interfaces(world: &World, router: &str) -> Vec<Row> {
    world.by(PORT.table, "device_id", router).filter(|port| is_interface(port)).cloned().collect()
}

/// Whether a port is a router's interface.
pub fn is_interface(port: &Row) -> bool {
    text(port, "device_owner") == "network:router_interface"
}

fn check_routes(world: &World, router: &str, routes: &Json) -> Result<(), Fault> {
    let nets: Vec<_> = ports::of_device(world, router)
        .iter()
        .flat_map(|port| list(port, "fixed_ips").to_vec())
        .filter_map(|fixed| range(world.get("subnets", fixed["subnet_id"].as_str()?)?))
        .collect();
    for route in routes.as_array().into_iter().flatten() {
        let hop: Option<IpAddr> = route["nexthop"].as_str().and_then(|hop| hop.parse().ok());
        if !hop.is_some_and(|hop| nets.iter().any(|net| net.contains(&hop))) {
            let message =
                format!("Invalid format for routes: {}, the nexthop is not connected with router", python(routes));
            return Err(fault(400, "InvalidRoutes", message));
        }
    }
    Ok(())
}

pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::delete(context, &ROUTER, |context, router| {
        let id = text(router, "id");
        let left: Vec<String> = interfaces(context.world, id).iter().map(|port| text(port, "id").to_owned()).collect();
        if !left.is_empty() {
            let message = format!("Router {id} has ports still attached: {}", left.join(", "));
            return Err(fault(409, "RouterInUse", message));
        }
        disconnect(context, id);
        Ok(())
    })
}
