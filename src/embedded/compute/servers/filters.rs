//! The filters of a list of servers: which are known, which a plain member may use, and what they keep.

use regex::Regex;
use serde_json::Value as Json;

use super::{state, view};
use crate::embedded::compute::hosts;
use crate::embedded::compute::schema::flag;
use crate::embedded::compute::version::minor;
use crate::embedded::context::Context;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

/// What the schema of the query knows, in any version.
const KNOWN: &str = "user_id project_id tenant_id launch_index image_ref image kernel_id ramdisk_id hostname key_name \
    power_state vm_state task_state host node flavor reservation_id launched_at terminated_at availability_zone name \
    display_name description display_description locked_by uuid root_device_name config_drive access_ip_v4 \
    access_ip_v6 auto_disk_config progress sort_key sort_dir all_tenants soft_deleted deleted status changes-since ip \
    ip6 created_at limit marker block_device_mapping services metadata system_metadata info_cache security_groups \
    pci_devices";

/// Filters that only stand for joined tables: an administrator is told so, a member's are dropped.
const JOINED: [&str; 7] =
    ["block_device_mapping", "services", "metadata", "system_metadata", "info_cache", "security_groups", "pci_devices"];
const TAGS: [&str; 4] = ["tags", "tags-any", "not-tags", "not-tags-any"];
/// Filters that are regular expressions.
const PATTERNS: [&str; 20] = [
    "name",
    "display_name",
    "hostname",
    "key_name",
    "power_state",
    "node",
    "flavor",
    "reservation_id",
    "launched_at",
    "terminated_at",
    "availability_zone",
    "description",
    "display_description",
    "config_drive",
    "ip",
    "ip6",
    "created_at",
    "progress",
    "locked_by",
    "uuid",
];

/// Whether the schema of this version knows a query parameter.
pub(super) fn known(version: u32, name: &str) -> bool {
    let since = |first: u32| version >= first;
    KNOWN.split_whitespace().any(|known| known == name)
        || (since(26) && TAGS.contains(&name))
        || (since(66) && name == "changes-before")
        || (since(73) && name == "locked")
        || name.starts_with('_')
}

/// Whether a plain member may use it.
fn open(version: u32, name: &str) -> bool {
    match name {
        "reservation_id" | "name" | "status" | "image" | "flavor" | "ip" | "changes-since" | "all_tenants" => true,
        "ip6" => version >= 5,
        "changes-before" => version >= 66,
        "locked" => version >= 73,
        "hostname" => version >= 90,
        "availability_zone" | "config_drive" | "key_name" | "created_at" | "launched_at" | "terminated_at"
        | "power_state" | "task_state" | "vm_state" | "progress" | "user_id" => version >= 83,
        name => version >= 26 && TAGS.contains(&name),
    }
}

/// The filters of the request that take effect, checked.
pub(super) fn taken(context: &Context<'_>) -> Result<Vec<(String, String)>, Fault> {
    let version = minor(context.request);
    let mut taken = Vec::new();
    for (name, value) in &context.request.query {
        if !known(version, name) {
            if version >= 75 {
                return Err(Fault::new(400, format!("'{name}' does not match any of the regexes: '^_'")));
            }
            continue;
        }
        if PATTERNS.contains(&name.as_str()) && Regex::new(value).is_err() {
            let message =
                format!("Invalid input for query parameters {name}. Value: {value}. '{value}' is not a 'regex'");
            return Err(Fault::new(400, message));
        }
        if name.starts_with("changes-") && value.parse::<jiff::Timestamp>().is_err() {
            let message =
                format!("Invalid input for query parameters {name}. Value: {value}. '{value}' is not a 'date-time'");
            return Err(Fault::new(400, message));
        }
        if ["limit", "marker", "sort_key", "sort_dir"].contains(&name.as_str()) {
            continue;
        }
        if context.caller.is_admin() {
            if JOINED.contains(&name.as_str()) || name.starts_with('_') {
                return Err(Fault::new(400, format!("Invalid filter field: {name}.")));
            }
        } else if !open(version, name) {
            continue;
        }
        taken.push((name.clone(), value.clone()));
    }
    statuses(context, version)?;
    Ok(taken)
}

fn statuses(context: &Context<'_>, version: u32) -> Result<(), Fault> {
    const STATUSES: &str = "ACTIVE BUILD SHUTOFF ERROR RESIZE VERIFY_RESIZE REVERT_RESIZE REBOOT HARD_REBOOT PASSWORD \
        REBUILD MIGRATING PAUSED SUSPENDED RESCUE DELETED SOFT_DELETED SHELVED SHELVED_OFFLOADED UNKNOWN";
    let given: Vec<String> = context.request.parameters("status").map(str::to_uppercase).collect();
    let right = |status: &String| STATUSES.split_whitespace().any(|known| known == status);
    if !given.is_empty() && !given.iter().any(right) && version >= 38 {
        return Err(Fault::new(400, "Invalid status value"));
    }
    if !given.is_empty() && given.iter().all(|status| status == "DELETED") && !context.caller.is_admin() {
        return Err(Fault::new(403, "Only administrators may list deleted instances"));
    }
    Ok(())
}

/// Whether a server passes all filters; several statuses are alternatives.
pub(super) fn passes(context: &Context<'_>, row: &Row, taken: &[(String, String)]) -> bool {
    let state = state::of(row, context.now);
    let statuses: Vec<String> =
        taken.iter().filter(|(name, _)| name == "status").map(|(_, value)| value.to_uppercase()).collect();
    if !statuses.is_empty() && !statuses.iter().any(|status| status == state.status()) {
        return false;
    }
    taken.iter().all(|(name, value)| passes_one(context, row, &state, name, value))
}

fn passes_one(context: &Context<'_>, row: &Row, state: &state::State, name: &str, value: &str) -> bool {
    let text = |field: &str| row.get(field).and_then(Json::as_str).unwrap_or_default().to_owned();
    let pattern = |held: &str| Regex::new(value).is_ok_and(|pattern| pattern.is_match(held));
    let moment = |text: &str| text.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_millisecond);
    match name {
        "name" | "display_name" => pattern(&text("name")),
        "description" | "display_description" => pattern(&text("_description")),
        "hostname" => pattern(&text("_hostname")),
        "key_name" => pattern(&text("key_name")),
        "uuid" => pattern(&text("id")),
        "image" | "image_ref" => text("_image") == value,
        "flavor" => state::flavor(row, context.now)["id"] == value,
        "user_id" => text("user_id") == value,
        "vm_state" => state.vm == value,
        "task_state" => state.task.as_deref() == Some(value),
        "power_state" => state.power().to_string() == value,
        "host" | "node" => value == hosts::HOST,
        "availability_zone" => value == hosts::ZONE,
        "config_drive" => (text("_config_drive") == "True") == flag(value).unwrap_or(false),
        "locked" => (row["_locked"] == true) == flag(value).unwrap_or(false),
        "changes-since" => state.updated / 1000 >= moment(value) / 1000,
        "changes-before" => state.updated / 1000 <= moment(value) / 1000,
        "ip" | "ip6" => {
            let shown = view::by_network(context, row, false);
            let version = if name == "ip" { 4 } else { 6 };
            let lists = shown.as_object().into_iter().flatten().filter_map(|(_, list)| list.as_array());
            lists.flatten().any(|one| one["version"] == version && pattern(one["addr"].as_str().unwrap_or_default()))
        }
        "tags" => value.split(',').all(|tag| has(row, tag)),
        "tags-any" => value.split(',').any(|tag| has(row, tag)),
        "not-tags" => !value.split(',').all(|tag| has(row, tag)),
        "not-tags-any" => !value.split(',').any(|tag| has(row, tag)),
        "reservation_id" => value.get(2..).is_some_and(|rest| text("id").starts_with(rest)),
        _ => true,
    }
}

fn has(row: &Row, tag: &str) -> bool {
    row["_tags"].as_array().is_some_and(|tags| tags.iter().any(|held| held == tag))
}
