//! Where servers run: one zone, one host; only administrators see more than the zone.

use serde_json::{Value as Json, json};

use super::listing::forbidden;
use super::servers::state;
use super::version::minor;
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::time::micros_bare;

/// The availability zone.
pub(super) const ZONE: &str = "nova";
/// The compute host.
pub(super) const HOST: &str = "embedded";
const HYPERVISOR: &str = "c0300000-0000-4000-a000-000000000001";
const SERVICES: [(&str, &str, &str); 3] = [
    ("nova-scheduler", "internal", "5e70000a-0000-4000-a000-000000000001"),
    ("nova-conductor", "internal", "5e70000a-0000-4000-a000-000000000002"),
    ("nova-compute", ZONE, "5e70000a-0000-4000-a000-000000000003"),
];

fn admin(context: &Context<'_>, rule: &str) -> Result<(), Fault> {
    if context.caller.is_admin() { Ok(()) } else { Err(forbidden(rule)) }
}

/// `GET /os-availability-zone`.
pub(super) fn zones(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let zone = json!({"zoneName": ZONE, "zoneState": {"available": true}, "hosts": null});
    if !context.request.path.ends_with("/detail") {
        return Ok(Reply::json(200, &json!({"availabilityZoneInfo": [zone]})));
    }
    admin(context, "os-availability-zone:detail")?;
    let zones: Vec<Json> = ["internal", ZONE]
        .into_iter()
        .map(|zone| {
            let mut services = json!({});
            for (binary, ..) in SERVICES.iter().filter(|(_, of, _)| *of == zone) {
                services[*binary] = json!({"available": true, "active": true, "updated_at": micros_bare(context.now)});
            }
            json!({"zoneName": zone, "zoneState": {"available": true}, "hosts": {HOST: services}})
        })
        .collect();
    Ok(Reply::json(200, &json!({"availabilityZoneInfo": zones})))
}

/// `GET /os-services`.
pub(super) fn services(context: &mut Context<'_>) -> Result<Reply, Fault> {
    admin(context, "os-services:list")?;
    let version = minor(context.request);
    let rows: Vec<Json> = SERVICES
        .iter()
        .zip(1..)
        .map(|((binary, zone, id), number)| {
            let mut row = json!({"binary": binary, "host": HOST, "zone": zone, "status": "enabled", "state": "up",
                "updated_at": micros_bare(context.now), "disabled_reason": null});
            row["id"] = if version >= 53 { json!(id) } else { json!(number) };
            if version >= 11 {
                row["forced_down"] = json!(false);
            }
            row
        })
        .collect();
    Ok(Reply::json(200, &json!({"services": rows})))
}

/// What a host has and what of it is used, which newer versions leave to the placement service.
fn load(context: &Context<'_>, row: &mut Json, version: u32) {
    const WHOLE: [(&str, i64); 3] = [("vcpus", 1000), ("memory_mb", 2_000_000), ("local_gb", 600_000)];
    let servers: Vec<Json> = context
        .world
        .rows("servers")
        .into_iter()
        .filter(|server| !state::is_gone(server, context.now))
        .map(|server| state::flavor(server, context.now).clone())
        .collect();
    let used = |field: &str| servers.iter().filter_map(|flavor| flavor[field].as_i64()).sum::<i64>();
    for ((name, whole), field) in WHOLE.into_iter().zip(["vcpus", "ram", "disk"]) {
        row[name] = json!(whole);
        row[format!("{name}_used")] = json!(used(field));
    }
    row["free_ram_mb"] = json!(2_000_000 - used("ram"));
    row["free_disk_gb"] = json!(600_000 - used("disk"));
    row["disk_available_least"] = json!(0);
    row["current_workload"] = json!(0);
    row["running_vms"] = json!(servers.len());
    let processor = json!({"arch": "x86_64", "model": "Nehalem", "vendor": "Intel", "features": ["pge", "clflush"],
        "topology": {"cores": 1, "threads": 1, "sockets": 4}});
    row["cpu_info"] = if version >= 28 { processor } else { json!(processor.to_string()) };
}

/// `GET /os-hypervisors` and `GET /os-hypervisors/detail`.
pub(super) fn hypervisors(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let detail = context.request.path.ends_with("/detail");
    admin(context, if detail { "os-hypervisors:list-detail" } else { "os-hypervisors:list" })?;
    let id = if minor(context.request) >= 53 { json!(HYPERVISOR) } else { json!(1) };
    let mut row = json!({"id": id, "hypervisor_hostname": HOST, "state": "up", "status": "enabled"});
    if detail {
        row["hypervisor_type"] = json!("fake");
        row["hypervisor_version"] = json!(1000);
        row["host_ip"] = json!("127.0.0.1");
        let version = minor(context.request);
        let service = if version >= 53 { json!(SERVICES[2].2) } else { json!(3) };
        row["service"] = json!({"id": service, "host": HOST, "disabled_reason": null});
        if version >= 88 {
            row["uptime"] = Json::Null;
        } else {
            load(context, &mut row, version);
        }
    }
    Ok(Reply::json(200, &json!({"hypervisors": [row]})))
}
