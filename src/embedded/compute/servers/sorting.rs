//! The order of a list of servers: newest first, or by sort keys.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::state;
use crate::embedded::compute::version::minor;
use crate::embedded::context::Context;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

const KEYS: [&str; 28] = [
    "access_ip_v4",
    "access_ip_v6",
    "auto_disk_config",
    "availability_zone",
    "config_drive",
    "created_at",
    "display_description",
    "display_name",
    "host",
    "hostname",
    "image_ref",
    "instance_type_id",
    "kernel_id",
    "key_name",
    "launch_index",
    "launched_at",
    "locked_by",
    "node",
    "power_state",
    "progress",
    "project_id",
    "ramdisk_id",
    "root_device_name",
    "task_state",
    "terminated_at",
    "updated_at",
    "user_id",
    "uuid",
];

/// Allowed once, and ignored since.
const IGNORED: [&str; 22] = [
    "architecture",
    "cell_name",
    "cleaned",
    "default_ephemeral_device",
    "default_swap_device",
    "deleted",
    "deleted_at",
    "disable_terminate",
    "ephemeral_gb",
    "ephemeral_key_uuid",
    "id",
    "key_data",
    "launched_on",
    "locked",
    "memory_mb",
    "os_type",
    "reservation_id",
    "root_gb",
    "shutdown_terminate",
    "user_data",
    "vcpus",
    "vm_mode",
];

/// Puts the rows in the order that the request asks for.
pub(super) fn sort(context: &Context<'_>, rows: &mut [Row]) -> Result<(), Fault> {
    let keys: Vec<&str> = context.request.parameters("sort_key").collect();
    let directions: Vec<&str> = context.request.parameters("sort_dir").collect();
    for key in &keys {
        if *key != "vm_state" && !KEYS.contains(key) && !IGNORED.contains(key) {
            let known: Vec<String> =
                KEYS.iter().chain(&["vm_state"]).chain(&IGNORED).map(|key| format!("'{key}'")).collect();
            let message = format!(
                "Invalid input for query parameters sort_key. Value: {key}. '{key}' is not one of [{}]",
                known.join(", ")
            );
            return Err(Fault::new(400, message));
        }
    }
    if directions.iter().any(|direction| *direction != "asc" && *direction != "desc") {
        return Err(Fault::new(400, "Invalid input received: Unknown sort direction, must be 'desc' or 'asc'"));
    }
    let usual = directions.first().copied().unwrap_or("desc");
    let locked = minor(context.request) >= 73;
    let pairs: Vec<(&str, bool)> = keys
        .iter()
        .enumerate()
        .filter(|(_, key)| !IGNORED.contains(key) || (locked && **key == "locked"))
        .map(|(place, key)| (*key, directions.get(place).copied().unwrap_or(usual) == "desc"))
        .chain([("_seq", usual == "desc")])
        .collect();
    rows.sort_by(|one, other| {
        for (key, down) in &pairs {
            let order = compare(&value(one, key, context.now), &value(other, key, context.now));
            let order = if *down { order.reverse() } else { order };
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    });
    Ok(())
}

fn compare(one: &Json, other: &Json) -> Ordering {
    match (one.as_i64(), other.as_i64()) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.as_str().unwrap_or_default().cmp(other.as_str().unwrap_or_default()),
    }
}

fn value(row: &Row, key: &str, now: i64) -> Json {
    let state = state::of(row, now);
    let field = match key {
        "vm_state" => return Json::from(state.vm),
        "task_state" => return Json::from(state.task.unwrap_or_default()),
        "power_state" => return Json::from(state.power()),
        "updated_at" => return Json::from(state.updated),
        "locked" | "locked_by" => return Json::from(i64::from(row["_locked"] == true)),
        "display_name" => "name",
        "display_description" => "_description",
        "uuid" => "id",
        "hostname" => "_hostname",
        "image_ref" => "_image",
        "created_at" => "_created",
        "launched_at" => "_launched",
        "config_drive" => "_config_drive",
        "access_ip_v4" => "_access_v4",
        "access_ip_v6" => "_access_v6",
        "auto_disk_config" => "_disk_config",
        other => other,
    };
    row.get(field).cloned().unwrap_or(Json::Null)
}
