//! What Neutron says of itself: versions, extensions, zones, agents, and how many addresses networks have left.

#![allow(clippy::unnecessary_wraps, reason = "every operation's handler has the same type")]

use serde_json::{Value as Json, json};

use super::address::{number, pools, taken};
use super::kinds::NETWORK;
use super::rows::{fault, text};
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

/// Those of the lab's extensions that this cloud has.
const EXTENSIONS: &str = include_str!("extensions.json");

pub(super) fn versions(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let links = json!([{"rel": "self", "href": format!("{}/network/v2.0/", context.base())}]);
    Ok(Reply::json(200, &json!({"versions": [{"id": "v2.0", "status": "CURRENT", "links": links}]})))
}

pub(super) fn resources(context: &mut Context<'_>) -> Result<Reply, Fault> {
    if !context.request.path.ends_with('/') {
        return Err(Fault::new(404, "The resource could not be found."));
    }
    let rows = ["network", "subnet", "subnetpool", "port"].map(|name| {
        let href = format!("{}/network/v2.0/{name}s", context.base());
        json!({"name": name, "collection": format!("{name}s"), "links": [{"rel": "self", "href": href}]})
    });
    Ok(Reply::json(200, &json!({"resources": rows})))
}

fn known() -> Json {
    serde_json::from_str(EXTENSIONS).unwrap_or_default()
}

pub(super) fn extensions(_context: &mut Context<'_>) -> Result<Reply, Fault> {
    Ok(Reply::json(200, &json!({"extensions": known()})))
}

pub(super) fn extension(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let alias = context.parameter("alias");
    let found = known().as_array().and_then(|all| all.iter().find(|one| one["alias"] == alias).cloned());
    Ok(match found {
        Some(found) => Reply::json(200, &json!({"extension": found})),
        None => Reply::typed(
            404,
            "text/plain; charset=UTF-8",
            format!(
                "404 Not Found\n\nThe resource could not be found.\n\n Extension with alias {alias} does not exist  "
            ),
        ),
    })
}

pub(super) fn zones(_context: &mut Context<'_>) -> Result<Reply, Fault> {
    let zone = |resource: &str| json!({"state": "available", "name": "nova", "resource": resource});
    Ok(Reply::json(200, &json!({"availability_zones": [zone("network"), zone("router")]})))
}

pub(super) fn agents(context: &mut Context<'_>) -> Result<Reply, Fault> {
    if !context.caller.is_admin() {
        return Ok(Reply::json(200, &json!({"agents": []})));
    }
    let now = crate::embedded::time::bare(context.now).replace('T', " ");
    let all = [
        ("DHCP agent", "neutron-dhcp-agent", "dhcp_agent", Some("nova")),
        ("Linux bridge agent", "neutron-linuxbridge-agent", "N/A", None),
        ("Metadata agent", "neutron-metadata-agent", "N/A", None),
        ("L3 agent", "neutron-l3-agent", "l3_agent", Some("nova")),
    ];
    let rows: Vec<Json> = all
        .into_iter()
        .enumerate()
        .map(|(place, (kind, binary, topic, zone))| {
            json!({"id": format!("00000000-0000-4000-a000-00000000a9{place:02}"), "agent_type": kind, "binary": binary,
                "topic": topic, "host": "vm", "admin_state_up": true, "created_at": now, "started_at": now,
                "heartbeat_timestamp": now, "description": null, "resources_synced": null,
                "availability_zone": zone, "alive": true, "configurations": {}})
        })
        .collect();
    Ok(Reply::json(200, &json!({"agents": rows})))
}

fn availability(context: &Context<'_>, network: &Row) -> Json {
    let id = text(network, "id");
    let subnets = context.world.by("subnets", "network_id", id);
    let (mut rows, mut all_used, mut all) = (Vec::new(), 0, 0);
    for subnet in subnets {
        let used = taken(context.world, text(subnet, "id"), "").len();
        let total: u128 = pools(subnet).into_iter().map(|(first, last)| number(last) - number(first) + 1).sum();
        let total = u64::try_from(total).unwrap_or(u64::MAX);
        all_used += used;
        all += total;
        rows.push(json!({"subnet_id": subnet["id"], "ip_version": subnet["ip_version"], "cidr": subnet["cidr"],
            "subnet_name": subnet["name"], "used_ips": used, "total_ips": total}));
    }
    json!({"network_id": id, "network_name": network["name"], "tenant_id": network["tenant_id"],
        "project_id": network["project_id"], "subnet_ip_availability": rows, "used_ips": all_used, "total_ips": all})
}

pub(super) fn availabilities(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let mut rows = Vec::new();
    if context.caller.is_admin() {
        rows.extend(context.world.each(NETWORK.table).map(|network| availability(context, network)));
    }
    Ok(Reply::json(200, &json!({"network_ip_availabilities": rows})))
}

pub(super) fn network_availability(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    match context.world.get(NETWORK.table, &id).filter(|_| context.caller.is_admin()) {
        Some(network) => Ok(Reply::json(200, &json!({"network_ip_availability": availability(context, network)}))),
        None => Err(fault(404, "NetworkNotFound", format!("Network {id} could not be found."))),
    }
}
