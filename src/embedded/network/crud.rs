//! Creating, showing, changing and deleting, as every kind does it: the body is read and checked, the policy and the quota are
//! asked, and the kind's own code acts.

use serde_json::{Value as Json, json};

use super::attributes::{Verb, take};
use super::kinds::Kind;
use super::quotas;
use super::rows::{change, disallowed, find, text, view};
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

/// The request's body, an object.
pub fn body(context: &Context<'_>) -> Result<Row, Fault> {
    if context.request.body.is_empty() {
        return Ok(Row::new());
    }
    match serde_json::from_slice(&context.request.body) {
        Ok(Json::Object(map)) => Ok(map),
        Ok(_) | Err(_) => Err(Fault::new(400, "Body contains invalid data")),
    }
}

fn inner(value: Json, key: &str) -> Result<Row, Fault> {
    match value {
        Json::Object(map) => Ok(map),
        _ => Err(Fault::new(400, format!("Object '{key}' contains invalid data"))),
    }
}

/// What a body is to create, each item checked; whether it came as a list.
fn items(context: &Context<'_>, kind: &Kind) -> Result<(Vec<Row>, bool), Fault> {
    let mut body = body(context)?;
    let (given, many) = if let Some(list) = body.remove(kind.table) {
        if !kind.bulk {
            return Err(Fault::new(400, "Bulk operation not supported"));
        }
        let Some(list) = list.as_array().cloned() else {
            return Err(Fault::new(400, format!("Object '{}' contains invalid data", kind.singular)));
        };
        if list.is_empty() {
            return Err(Fault::new(400, "Resources required"));
        }
        (list, true)
    } else if let Some(one) = body.remove(kind.singular) {
        (vec![one], false)
    } else {
        return Err(Fault::new(400, format!("Unable to find '{}' in request body", kind.singular)));
    };
    let mut taken = Vec::new();
    for item in given {
        taken.push(take(kind, inner(item, kind.singular)?, Verb::Create, &context.caller)?);
    }
    Ok((taken, many))
}

/// Creates one or many; `prepare` looks at all of them together before any is made.
pub fn create(
    context: &mut Context<'_>,
    kind: &Kind,
    prepare: impl Fn(&mut Context<'_>, &[Row]) -> Result<(), Fault>,
    one: impl Fn(&mut Context<'_>, Row) -> Result<Row, Fault>,
) -> Result<Reply, Fault> {
    let (items, many) = items(context, kind)?;
    prepare(context, &items)?;
    let mut projects: Vec<&str> = items.iter().map(|item| text(item, "project_id")).collect();
    projects.dedup();
    for project in projects {
        let count = items.iter().filter(|item| text(item, "project_id") == project).count();
        quotas::ask(context, kind, project, count)?;
    }
    let mut made = Vec::new();
    for item in items {
        let row = one(context, item)?;
        let row = context.world.get(kind.table, text(&row, "id")).cloned().unwrap_or(row);
        made.push(Json::Object(view(context.world, kind, &row, &context.caller, context.now, true)));
    }
    Ok(Reply::json(201, &if many { json!({kind.table: made}) } else { json!({kind.singular: made.remove(0)}) }))
}

/// Shows one.
pub fn show(context: &mut Context<'_>, kind: &Kind) -> Result<Reply, Fault> {
    let row = find(context, kind, &context.parameter("id"))?;
    let mut seen = view(context.world, kind, &row, &context.caller, context.now, false);
    let fields: Vec<&str> = context.request.parameters("fields").filter(|field| !field.is_empty()).collect();
    if !fields.is_empty() {
        seen.retain(|name, _| fields.contains(&name.as_str()));
    }
    Ok(Reply::json(200, &json!({kind.singular: seen})))
}

/// Whether the caller may change what it sees.
fn owned(context: &Context<'_>, kind: &Kind, row: &Row, action: &str) -> Result<(), Fault> {
    let network = || context.world.get("networks", text(row, "network_id"));
    let caller = &context.caller;
    let owns = caller.is_admin()
        || text(row, "project_id") == caller.project
        || kind.table == "ports" && network().is_some_and(|network| text(network, "project_id") == caller.project);
    if owns { Ok(()) } else { Err(disallowed(&format!("rule:{action}_{}", kind.singular))) }
}

/// The row that the request's path names, to be changed by it.
pub fn target(context: &Context<'_>, kind: &Kind, action: &str) -> Result<Row, Fault> {
    let row = find(context, kind, &context.parameter("id"))?;
    owned(context, kind, &row, action)?;
    Ok(row)
}

/// Changes one: `one` checks the changes against the rest of the world and says what to write instead.
pub fn update(
    context: &mut Context<'_>,
    kind: &Kind,
    one: impl Fn(&mut Context<'_>, &Row, Row) -> Result<Row, Fault>,
) -> Result<Reply, Fault> {
    let mut body = body(context)?;
    let Some(given) = body.remove(kind.singular) else {
        return Err(Fault::new(400, format!("Unable to find '{}' in request body", kind.singular)));
    };
    let changes = take(kind, inner(given, kind.singular)?, Verb::Update, &context.caller)?;
    let old = target(context, kind, "update")?;
    let id = text(&old, "id").to_owned();
    if !changes.is_empty() {
        let changes = one(context, &old, changes)?;
        change(context, kind, &id, 1, changes);
    }
    let row = context.world.get(kind.table, &id).cloned().unwrap_or_default();
    // What has just been set going has not been acted on by any agent yet.
    let fresh = ["_ready_at", "_scheduled"].into_iter().any(|name| row.get(name) != old.get(name));
    let seen = view(context.world, kind, &row, &context.caller, context.now, fresh);
    Ok(Reply::json(200, &json!({kind.singular: seen})))
}

/// Deletes one.
pub fn delete(
    context: &mut Context<'_>,
    kind: &Kind,
    one: impl Fn(&mut Context<'_>, &Row) -> Result<(), Fault>,
) -> Result<Reply, Fault> {
    let row = target(context, kind, "delete")?;
    one(context, &row)?;
    context.world.remove(kind.table, text(&row, "id"));
    Ok(Reply::empty(204))
}
