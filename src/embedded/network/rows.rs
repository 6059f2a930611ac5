//! What all of Neutron's rows have in common: reading, stamping, touching, and how they look to a caller at a time.

use serde_json::{Value as Json, json};

use super::kinds::Kind;
use crate::embedded::context::{Caller, Context, shown};
use crate::embedded::fault::Fault;
use crate::embedded::time::zulu;
use crate::embedded::world::{Row, World};

/// A refusal with Neutron's exception type.
pub fn fault(status: u16, code: &str, message: impl Into<String>) -> Fault {
    Fault::new(status, message).code(code)
}

/// 400 `InvalidInput`.
pub fn invalid(message: impl std::fmt::Display) -> Fault {
    fault(400, "InvalidInput", format!("Invalid input for operation: {message}."))
}

/// 400 `BadRequest`: what a plugin says about a resource's request.
pub fn bad(resource: &str, message: impl std::fmt::Display) -> Fault {
    fault(400, "BadRequest", format!("Bad {resource} request: {message}."))
}

/// 403 for an operation that the policy keeps from the caller.
pub fn disallowed(rule: &str) -> Fault {
    fault(403, "PolicyNotAuthorized", format!("{rule} is disallowed by policy"))
}

/// 404 for a zone that is not `nova`.
pub fn check_zones(row: &Row) -> Result<(), Fault> {
    match list(row, "availability_zone_hints").iter().find(|zone| **zone != "nova") {
        Some(zone) => {
            let message = format!("AvailabilityZone {} could not be found.", super::checks::python(zone));
            Err(fault(404, "AvailabilityZoneNotFound", message))
        }
        None => Ok(()),
    }
}

/// A row's text; empty where there is none.
pub fn text<'a>(row: &'a Row, name: &str) -> &'a str {
    row.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// A row's flag; false where there is none.
pub fn flag(row: &Row, name: &str) -> bool {
    row.get(name).and_then(Json::as_bool).unwrap_or(false)
}

/// A row's list of objects or texts.
pub fn list<'a>(row: &'a Row, name: &str) -> &'a [Json] {
    row.get(name).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// The fields of an object literal.
pub fn object(value: Json) -> Row {
    match value {
        Json::Object(row) => row,
        _ => Row::new(),
    }
}

/// Writes a new row: its id, owner, tags, times and first revision are added to what it has.
pub fn insert(context: &mut Context<'_>, kind: &Kind, project: &str, revision: u64, mut row: Row) -> Row {
    let id = match row.get("id").and_then(Json::as_str) {
        Some(id) => id.to_owned(),
        None => context.uuid(),
    };
    let now = zulu(context.now);
    let common = json!({"id": id, "project_id": project, "tenant_id": project, "tags": [], "created_at": now,
        "updated_at": now, "revision_number": revision});
    row.extend(object(common));
    context.world.put(kind.table, &id, row.clone());
    row
}

/// Changes a row, which raises its revision by so much.
pub fn change(context: &mut Context<'_>, kind: &Kind, id: &str, by: u64, changes: Row) {
    let now = zulu(context.now);
    context.world.change(kind.table, id, |row| {
        let revision = row.get("revision_number").and_then(Json::as_u64).unwrap_or(0) + by;
        row.extend(changes);
        row.insert("revision_number".to_owned(), json!(revision));
        row.insert("updated_at".to_owned(), json!(now));
    });
}

/// The time at which something that usually takes so many milliseconds is ready.
pub fn ready_in(context: &Context<'_>, usual: i64) -> i64 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
    let taken = (usual as f64 * context.settings.pace) as i64;
    context.now + taken
}

/// The row as the caller sees it; `fresh`: in the answer to the request that set it going, before any agent acted.
pub fn view(world: &World, kind: &Kind, row: &Row, caller: &Caller, now: i64, fresh: bool) -> Row {
    let mut seen = shown(row);
    if !fresh {
        if row.get("_ready_at").and_then(Json::as_i64).is_some_and(|ready| ready <= now) && !is_off(row) {
            seen.insert("status".to_owned(), json!("ACTIVE"));
        }
        if flag(row, "_scheduled") {
            seen.insert("availability_zones".to_owned(), json!(["nova"]));
        }
    }
    if let Some(complete) = kind.complete {
        complete(world, now, fresh, &mut seen);
    }
    if !caller.is_admin() {
        seen.retain(|name, _| !kind.admin_sees.contains(&name.as_str()));
    }
    seen
}

fn is_off(row: &Row) -> bool {
    row.get("admin_state_up") == Some(&Json::Bool(false))
}

/// Whether the caller may see the row.
pub fn may_see(world: &World, kind: &Kind, row: &Row, caller: &Caller) -> bool {
    if caller.is_admin() || text(row, "project_id") == caller.project || flag(row, "shared") {
        return true;
    }
    let network = || world.get("networks", text(row, "network_id"));
    match kind.table {
        "networks" => flag(row, "router:external"),
        "subnets" => network().is_some_and(|network| flag(network, "shared")),
        "ports" => network().is_some_and(|network| text(network, "project_id") == caller.project),
        "security_group_rules" => world
            .get("security_groups", text(row, "security_group_id"))
            .is_some_and(|group| text(group, "project_id") == caller.project),
        _ => false,
    }
}

/// The row of that id, if the caller may see it.
pub fn find(context: &Context<'_>, kind: &Kind, id: &str) -> Result<Row, Fault> {
    match context.world.get(kind.table, id) {
        Some(row) if may_see(context.world, kind, row, &context.caller) => Ok(row.clone()),
        _ => Err(kind.not_found(id)),
    }
}
