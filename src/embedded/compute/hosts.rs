//! Where servers run: one zone, one host; only administrators see more than the zone.

use serde_json::{Value as Json, json};

use super::listing::forbidden;
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
        row["service"] = json!({"id": SERVICES[2].2, "host": HOST, "disabled_reason": null});
        if minor(context.request) >= 88 {
            row["uptime"] = Json::Null;
        }
    }
    Ok(Reply::json(200, &json!({"hypervisors": [row]})))
}
