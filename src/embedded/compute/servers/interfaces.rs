//! A server's network interfaces, and its volumes, of which there are none.

use serde_json::{Value as Json, json};

use super::networks::{self, Wanted};
use super::{of_path, state, unlocked, view, wrong_state};
use crate::embedded::compute::ports;
use crate::embedded::compute::schema::{self, Kind};
use crate::embedded::compute::version::minor;
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

fn shown(context: &Context<'_>, port: &Row) -> Json {
    let mut shown = json!({"net_id": port["network_id"], "port_id": port["id"], "mac_addr": port["mac_address"],
        "port_state": ports::status(context, port), "fixed_ips": port["fixed_ips"]});
    if minor(context.request) >= 70 {
        shown["tag"] = Json::Null;
    }
    shown
}

/// `GET /servers/{id}/os-interface`.
pub(in crate::embedded::compute) fn interfaces(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let row = of_path(context)?;
    let shown: Vec<Json> = view::ports_of(context, &row).iter().map(|port| shown(context, port)).collect();
    Ok(Reply::json(200, &json!({"interfaceAttachments": shown})))
}

fn missing(port: &str) -> Fault {
    Fault::new(404, format!("Port id {port} could not be found."))
}

/// `GET /servers/{id}/os-interface/{port}`.
pub(in crate::embedded::compute) fn interface(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (row, id) = (of_path(context)?, context.parameter("port"));
    let Some(port) = ports::port(context, &id) else { return Err(missing(&id)) };
    if port["device_id"] != row["id"] {
        let server = context.parameter("id");
        return Err(Fault::new(404, format!("Instance {server} does not have a port with id {id}")));
    }
    Ok(Reply::json(200, &json!({"interfaceAttachment": shown(context, &port)})))
}

/// What Nova answers where its compute service refuses what its API did not look at.
fn remote_error() -> Fault {
    Fault::new(
        500,
        "Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/ and attach the Nova API log if \
         possible.\n<class 'oslo_messaging.rpc.client.RemoteError'>",
    )
}

/// `POST /servers/{id}/os-interface`: a port of the user's, or one to be made.
pub(in crate::embedded::compute) fn attach(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let known = [("net_id", Kind::Text), ("port_id", Kind::Text), ("fixed_ips", Kind::List), ("tag", Kind::Text)];
    let count = if minor(context.request) >= 49 { 4 } else { 3 };
    let body = context.body()?;
    let given = match body.get("interfaceAttachment") {
        Some(given) => schema::object("interfaceAttachment", given, &known[..count], &[])?,
        None => return Err(Fault::new(400, "'interfaceAttachment' is a required property")),
    };
    let field = |name: &str| given.get(name).and_then(Json::as_str).map(str::to_owned);
    let address = given.get("fixed_ips").and_then(|ips| ips[0]["ip_address"].as_str()).map(str::to_owned);
    let (network, port) = (field("net_id"), field("port_id"));
    if network.is_some() && port.is_some() {
        return Err(Fault::new(400, "Must not input both network_id and port_id"));
    }
    if address.is_some() && network.is_none() {
        return Err(Fault::new(400, "Must input network_id when request IP address"));
    }
    let row = unlocked(context)?;
    let state = state::of(&row, context.now);
    if !["active", "stopped"].contains(&state.vm.as_str()) || state.task.is_some() {
        return Err(wrong_state(context, "attach_interface", &state));
    }
    let wanted = match (port, network) {
        (Some(port), _) => {
            if ports::port(context, &port).is_none() {
                return Err(missing(&port));
            }
            networks::port(context, &port)?;
            vec![Wanted::Port(port)]
        }
        (None, Some(network)) => {
            let unknown = format!("Network {network} could not be found.");
            networks::resolved(context, Some(vec![Wanted::Network(network, address)]), false)
                .map_err(|fault| if fault.message == unknown { remote_error() } else { fault })?
        }
        (None, None) => networks::resolved(context, None, false)?,
    };
    let groups: Vec<String> = ports::groups(context, row["project_id"].as_str().unwrap_or_default(), "default")
        .iter()
        .filter_map(|group| group["id"].as_str().map(str::to_owned))
        .collect();
    let id = context.parameter("id");
    let made = networks::made(context, &id, &wanted, &groups, context.now)?;
    context.world.change("servers", &id, |row| {
        if let Some(Json::Array(ports)) = row.get_mut("_ports") {
            ports.extend(made.clone());
        }
    });
    let port = made.first().and_then(|port| port["id"].as_str()).and_then(|id| context.world.get("ports", id));
    match port {
        Some(port) => Ok(Reply::json(200, &json!({"interfaceAttachment": shown(context, port)}))),
        None => Err(Fault::new(400, "No networks to attach to")),
    }
}

/// `DELETE /servers/{id}/os-interface/{port}`: accepted whatever the port is.
pub(in crate::embedded::compute) fn detach(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (row, port) = (unlocked(context)?, context.parameter("port"));
    let state = state::of(&row, context.now);
    if !["active", "stopped"].contains(&state.vm.as_str()) || state.task.is_some() {
        return Err(wrong_state(context, "detach_interface", &state));
    }
    let all = row["_ports"].as_array().cloned().unwrap_or_default();
    let (gone, kept): (Vec<Json>, Vec<Json>) = all.into_iter().partition(|held| held["id"] == port.as_str());
    networks::released(context, &gone);
    context.world.change("servers", &context.parameter("id"), |row| {
        row.insert("_ports".to_owned(), Json::Array(kept));
    });
    Ok(Reply::empty(202))
}

/// `GET /servers/{id}/os-volume_attachments`.
pub(in crate::embedded::compute) fn volumes(context: &mut Context<'_>) -> Result<Reply, Fault> {
    of_path(context)?;
    Ok(Reply::json(200, &json!({"volumeAttachments": []})))
}
