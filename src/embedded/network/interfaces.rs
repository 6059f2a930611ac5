//! Router interfaces: subnets and ports that a router has, and loses.

use std::net::IpAddr;

use serde_json::{Value as Json, json};

use super::address::range;
use super::checks::{is_uuid, python};
use super::kinds::{PORT, ROUTER, SUBNET};
use super::ports::{self, NewPort};
use super::routers::interfaces;
use super::rows::{bad, change, fault, find, list, object, ready_in, text};
use super::{crud, subnets};
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

const OWNER: &str = "network:router_interface";

/// The subnet and the port that a body names.
fn named(context: &Context<'_>) -> Result<(Option<String>, Option<String>), Fault> {
    let body = crud::body(context)?;
    let take = |name: &str| body.get(name).and_then(Json::as_str).map(str::to_owned);
    for given in [body.get("subnet_id"), body.get("port_id")].into_iter().flatten() {
        if !given.as_str().is_some_and(is_uuid) {
            return Err(bad("router", format!("'{}' is not a valid UUID", python(given))));
        }
    }
    match (take("subnet_id"), take("port_id")) {
        (None, None) => Err(bad("router", "Either subnet_id or port_id must be specified")),
        named => Ok(named),
    }
}

fn answer(router: &Row, port: &Row) -> Reply {
    let subnets: Vec<&Json> = list(port, "fixed_ips").iter().map(|fixed| &fixed["subnet_id"]).collect();
    Reply::json(
        200,
        &json!({"id": router["id"], "tenant_id": router["tenant_id"], "port_id": port["id"],
            "network_id": port["network_id"], "subnet_id": subnets.first(), "subnet_ids": subnets}),
    )
}

pub(super) fn add(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let router = crud::target(context, &ROUTER, "add_router_interface")?;
    let id = text(&router, "id").to_owned();
    let port = match named(context)? {
        (Some(_), Some(_)) => return Err(bad("router", "Cannot specify both subnet-id and port-id")),
        (Some(subnet), None) => add_subnet(context, &router, &subnet)?,
        (None, Some(port)) => add_port(context, &id, &port)?,
        (None, None) => Row::new(),
    };
    let ready = ready_in(context, 2_000);
    let device = json!({"device_id": id, "device_owner": OWNER, "_ready_at": ready});
    let mut changes = ports::binding("vm");
    changes.extend(object(device));
    change(context, &PORT, text(&port, "id"), 2, changes);
    change(context, &ROUTER, &id, 1, object(json!({"_scheduled": true})));
    Ok(answer(&router, &port))
}

fn add_subnet(context: &mut Context<'_>, router: &Row, subnet: &str) -> Result<Row, Fault> {
    let subnet = find(context, &SUBNET, subnet)?;
    if subnet["gateway_ip"].is_null() {
        return Err(bad("router", "Subnet for router interface must have a gateway IP"));
    }
    refuse_overlap(context, text(router, "id"), &subnet)?;
    let fixed = json!({"subnet_id": subnet["id"], "ip_address": subnet["gateway_ip"]});
    let new = NewPort {
        network: text(&subnet, "network_id").to_owned(),
        project: text(router, "project_id").to_owned(),
        device_id: text(router, "id").to_owned(),
        device_owner: OWNER.to_owned(),
        fixed_ips: Some(vec![fixed]),
        host: "vm".to_owned(),
        ..NewPort::default()
    };
    ports::make(context, new, &Row::new())
}

fn add_port(context: &mut Context<'_>, router: &str, port: &str) -> Result<Row, Fault> {
    let port = find(context, &PORT, port)?;
    if !text(&port, "device_id").is_empty() {
        return Err(ports::in_use(&port));
    }
    if list(&port, "fixed_ips").is_empty() {
        return Err(bad("router", "Router port must have at least one fixed IP"));
    }
    for fixed in list(&port, "fixed_ips") {
        let subnet = find(context, &SUBNET, fixed["subnet_id"].as_str().unwrap_or_default())?;
        refuse_overlap(context, router, &subnet)?;
    }
    Ok(port)
}

fn refuse_overlap(context: &Context<'_>, router: &str, subnet: &Row) -> Result<(), Fault> {
    let id = text(subnet, "id");
    for port in ports::of_device(context.world, router) {
        for fixed in list(&port, "fixed_ips") {
            if fixed["subnet_id"] == id {
                return Err(bad("router", format!("Router already has a port on subnet {id}")));
            }
            let other = fixed["subnet_id"].as_str().and_then(|id| context.world.get(SUBNET.table, id));
            let Some((other, net, mine)) = other.and_then(|other| Some((other, range(other)?, range(subnet)?))) else {
                continue;
            };
            if subnets::overlap(net, mine) {
                let other = text(other, "id");
                return Err(bad(
                    "router",
                    format!("Cidr {mine} of subnet {id} overlaps with cidr {net} of subnet {other}"),
                ));
            }
        }
    }
    Ok(())
}

pub(super) fn remove(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let router = crud::target(context, &ROUTER, "remove_router_interface")?;
    let id = text(&router, "id").to_owned();
    let (subnet, port) = named(context)?;
    let held = interfaces(context.world, &id);
    let port = if let Some(port) = port {
        held.into_iter().find(|one| text(one, "id") == port).ok_or_else(|| {
            let message = format!("Router {id} does not have an interface with id {port}");
            fault(404, "RouterInterfaceNotFound", message)
        })?
    } else {
        let subnet = find(context, &SUBNET, &subnet.unwrap_or_default())?;
        let subnet = text(&subnet, "id");
        let on = |port: &&Row| list(port, "fixed_ips").iter().any(|fixed| fixed["subnet_id"] == subnet);
        held.iter().find(on).cloned().ok_or_else(|| {
            let message = format!("Router {id} has no interface on subnet {subnet}");
            fault(404, "RouterInterfaceNotFoundForSubnet", message)
        })?
    };
    for fixed in list(&port, "fixed_ips") {
        refuse_needed(context, &router, fixed["subnet_id"].as_str().unwrap_or_default())?;
    }
    ports::delete(context, text(&port, "id"));
    change(context, &ROUTER, &id, 1, Row::new());
    Ok(answer(&router, &port))
}

fn refuse_needed(context: &Context<'_>, router: &Row, subnet: &str) -> Result<(), Fault> {
    let id = text(router, "id");
    let net = context.world.get(SUBNET.table, subnet).and_then(range);
    let inside =
        |address: &str| address.parse::<IpAddr>().is_ok_and(|address| net.is_some_and(|net| net.contains(&address)));
    let what = if context
        .world
        .by("floatingips", "router_id", id)
        .any(|floating| inside(text(floating, "fixed_ip_address")))
    {
        ("RouterInterfaceInUseByFloatingIP", "floating IPs")
    } else if list(router, "routes").iter().any(|route| route["nexthop"].as_str().is_some_and(inside)) {
        ("RouterInterfaceInUseByRoute", "routes")
    } else {
        return Ok(());
    };
    let message = format!(
        "Router interface for subnet {subnet} on router {id} cannot be deleted, as it is required by one or more {}.",
        what.1
    );
    Err(fault(409, what.0, message))
}
