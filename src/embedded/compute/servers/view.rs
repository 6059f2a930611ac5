//! How a server is shown, by microversion and by who asks.

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha224};

use super::{of_path, state};
use crate::embedded::compute::listing::{bookmark, links};
use crate::embedded::compute::version::minor;
use crate::embedded::compute::{hosts, ports};
use crate::embedded::context::Context;
use crate::embedded::digest::digits;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::time::{micros_bare, zulu};
use crate::embedded::world::Row;

/// The short form of a list.
pub(super) fn brief(context: &Context<'_>, row: &Row) -> Json {
    let id = row["id"].as_str().unwrap_or_default();
    json!({"id": id, "name": row["name"], "links": links(context, "servers", id)})
}

/// What every answer with details holds.
fn base(context: &Context<'_>, row: &Row, extended: bool) -> Json {
    let version = minor(context.request);
    let state = state::of(row, context.now);
    let flavor = state::flavor(row, context.now);
    let word = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let (id, project) = (word(&row["id"]), word(&row["project_id"]));
    let placed = state.placed();
    let shown_flavor = if version >= 47 {
        json!({"vcpus": flavor["vcpus"], "ram": flavor["ram"], "disk": flavor["disk"], "ephemeral": 0, "swap": 0,
            "original_name": flavor["name"], "extra_specs": flavor["extra_specs"]})
    } else {
        let id = word(&flavor["id"]);
        json!({"id": id, "links": bookmark(context, "flavors", &id)})
    };
    let image = word(&row["_image"]);
    let mut shown = json!({"id": id, "name": row["name"], "status": state.status(), "tenant_id": project,
        "user_id": row["user_id"], "metadata": row["metadata"],
        "hostId": if placed { host_id(&project) } else { String::new() },
        "image": {"id": image, "links": bookmark(context, "images", &image)}, "flavor": shown_flavor,
        "created": zulu(row["_created"].as_i64().unwrap_or(0)), "updated": zulu(state.updated),
        "addresses": if placed { by_network(context, row, extended) } else { json!({}) },
        "accessIPv4": word(&row["_access_v4"]), "accessIPv6": word(&row["_access_v6"]),
        "links": links(context, "servers", &id), "OS-DCF:diskConfig": row["_disk_config"]});
    if state.status() == "ERROR"
        && let Some(fault) = row.get("_fault")
    {
        shown["fault"] = fault.clone();
    }
    if ["ACTIVE", "BUILD", "REBUILD", "RESIZE", "VERIFY_RESIZE", "MIGRATING"].contains(&state.status()) {
        shown["progress"] = json!(0);
    }
    if version >= 9 {
        shown["locked"] = row["_locked"].clone();
    }
    if version >= 73 {
        shown["locked_reason"] = row.get("_locked_reason").cloned().unwrap_or(Json::Null);
    }
    if version >= 19 {
        shown["description"] = row["_description"].clone();
    }
    if version >= 26 {
        shown["tags"] = row["_tags"].clone();
    }
    if version >= 63 {
        shown["trusted_image_certificates"] = Json::Null;
    }
    if version >= 90 {
        shown["OS-EXT-SRV-ATTR:hostname"] = row["_hostname"].clone();
    }
    shown
}

/// All there is to see of a server.
pub(super) fn full(context: &Context<'_>, row: &Row) -> Json {
    let mut shown = base(context, row, true);
    let version = minor(context.request);
    let state = state::of(row, context.now);
    shown["OS-EXT-AZ:availability_zone"] = json!(if state.placed() { hosts::ZONE } else { "" });
    shown["config_drive"] = row["_config_drive"].clone();
    shown["key_name"] = row["key_name"].clone();
    let launched = row["_launched"].as_i64().filter(|_| state.vm != "building").map(micros_bare);
    shown["OS-SRV-USG:launched_at"] = json!(launched);
    shown["OS-SRV-USG:terminated_at"] = Json::Null;
    let groups: Vec<Json> = ports_of(context, row)
        .iter()
        .flat_map(|port| ports::groups_of(context, port))
        .map(|group| json!({"name": group["name"]}))
        .collect();
    if !groups.is_empty() {
        shown["security_groups"] = Json::Array(groups);
    }
    shown["OS-EXT-STS:task_state"] = json!(state.task);
    shown["OS-EXT-STS:vm_state"] = json!(state.vm);
    shown["OS-EXT-STS:power_state"] = json!(state.power());
    shown["os-extended-volumes:volumes_attached"] = json!([]);
    if context.caller.is_admin() {
        administrative(&mut shown, row, version, state.placed());
    }
    shown
}

fn administrative(shown: &mut Json, row: &Row, version: u32, placed: bool) {
    let host = if placed { json!(hosts::HOST) } else { Json::Null };
    shown["OS-EXT-SRV-ATTR:host"] = host.clone();
    shown["OS-EXT-SRV-ATTR:hypervisor_hostname"] = host;
    shown["OS-EXT-SRV-ATTR:instance_name"] = json!(format!("instance-{:08x}", row["_seq"].as_u64().unwrap_or(0)));
    if version >= 3 {
        shown["OS-EXT-SRV-ATTR:reservation_id"] =
            json!(format!("r-{}", &row["id"].as_str().unwrap_or("00000000")[..8]));
        shown["OS-EXT-SRV-ATTR:launch_index"] = json!(0);
        shown["OS-EXT-SRV-ATTR:hostname"] = row["_hostname"].clone();
        shown["OS-EXT-SRV-ATTR:kernel_id"] = json!("");
        shown["OS-EXT-SRV-ATTR:ramdisk_id"] = json!("");
        shown["OS-EXT-SRV-ATTR:root_device_name"] = json!("/dev/sda");
        shown["OS-EXT-SRV-ATTR:user_data"] = row["_user_data"].clone();
    }
    if version >= 16 {
        shown["host_status"] = json!("UP");
    }
}

/// The id of its group, which only answers about one server show.
fn with_groups(context: &Context<'_>, row: &Row, mut shown: Json) -> Json {
    if minor(context.request) >= 71 {
        let group = row["_group"].as_str().filter(|id| context.world.get("server_groups", id).is_some());
        shown["server_groups"] = group.map_or_else(|| json!([]), |id| json!([id]));
    }
    shown
}

fn host_id(project: &str) -> String {
    digits(&Sha224::digest(format!("{project}{}", hosts::HOST)))
}

/// Its ports that still exist, in order.
pub(super) fn ports_of(context: &Context<'_>, row: &Row) -> Vec<Row> {
    let ids = row["_ports"].as_array().into_iter().flatten().filter_map(|port| port["id"].as_str());
    ids.filter_map(|id| context.world.get("ports", id).cloned()).filter(|port| port["device_id"] == row["id"]).collect()
}

/// Its addresses by network name; `extended` with their kind and the port's MAC address.
pub(super) fn by_network(context: &Context<'_>, row: &Row, extended: bool) -> Json {
    let mut shown = json!({});
    for port in ports_of(context, row) {
        let id = port["network_id"].as_str().unwrap_or_default();
        let name = context.world.get("networks", id).and_then(|network| network["name"].as_str()).unwrap_or(id);
        if shown[name].is_null() {
            shown[name] = json!([]);
        }
        for (_, address) in ports::addresses(&port) {
            let floating = ports::floating(context, port["id"].as_str().unwrap_or_default(), &address);
            let all = std::iter::once(("fixed", address)).chain(floating.into_iter().map(|one| ("floating", one)));
            for (kind, address) in all {
                let mut one = json!({"version": if address.contains(':') { 6 } else { 4 }, "addr": address});
                if extended {
                    one["OS-EXT-IPS:type"] = json!(kind);
                    one["OS-EXT-IPS-MAC:mac_addr"] = port["mac_address"].clone();
                }
                if let Some(list) = shown[name].as_array_mut() {
                    list.push(one);
                }
            }
        }
    }
    shown
}

/// `GET /servers/{id}`.
pub(in crate::embedded::compute) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let row = of_path(context)?;
    Ok(Reply::json(200, &json!({"server": with_groups(context, &row, full(context, &row))})))
}

/// What an update answers: before 2.75 less than a show.
pub(super) fn updated(context: &Context<'_>, row: &Row) -> Json {
    let all = minor(context.request) >= 75;
    let shown = if all { full(context, row) } else { base(context, row, false) };
    json!({"server": with_groups(context, row, shown)})
}

/// `GET /servers/{id}/ips`.
pub(in crate::embedded::compute) fn addresses(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let row = of_path(context)?;
    Ok(Reply::json(200, &json!({"addresses": by_network(context, &row, false)})))
}

/// `GET /servers/{id}/ips/{network}`.
pub(in crate::embedded::compute) fn network_addresses(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (row, name) = (of_path(context)?, context.parameter("network"));
    match by_network(context, &row, false).get(&name) {
        Some(list) => Ok(Reply::json(200, &json!({name: list}))),
        None => Err(Fault::new(404, "Instance is not a member of specified network")),
    }
}

/// `GET /servers/{id}/os-security-groups`: once for each port.
pub(in crate::embedded::compute) fn security_groups(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let row = of_path(context)?;
    let mut shown = Vec::new();
    for group in ports_of(context, &row).iter().flat_map(|port| ports::groups_of(context, port)) {
        let id = group["id"].as_str().unwrap_or_default();
        let rules: Vec<Json> = ports::rules(context, id)
            .iter()
            .filter(|rule| rule.get("direction").is_some_and(|direction| direction == "ingress"))
            .map(|rule| {
                let field = |name: &str| rule.get(name).cloned().unwrap_or(Json::Null);
                let remote = rule.get("remote_group_id").and_then(Json::as_str);
                let remote = remote.and_then(|id| context.world.get("security_groups", id));
                let group = remote
                    .map_or_else(|| json!({}), |one| json!({"name": one["name"], "tenant_id": one["project_id"]}));
                let range = field("remote_ip_prefix");
                let range = if range.is_null() { json!({}) } else { json!({"cidr": range}) };
                json!({"id": field("id"), "parent_group_id": id, "ip_protocol": field("protocol"),
                    "from_port": field("port_range_min"), "to_port": field("port_range_max"), "group": group,
                    "ip_range": range})
            })
            .collect();
        shown.push(json!({"id": id, "name": group["name"], "description": group.get("description"),
            "tenant_id": group["project_id"], "rules": rules}));
    }
    Ok(Reply::json(200, &json!({"security_groups": shown})))
}
