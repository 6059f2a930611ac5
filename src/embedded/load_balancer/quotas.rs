//! Quotas: unlimited unless an administrator sets one.

use serde_json::{Value as Json, json};

use super::super::context::Context;
use super::super::exchange::Reply;
use super::super::fault::Fault;
use super::super::world::Row;
use super::attributes;
use super::kinds::{Kind, forbidden};

const TABLE: &str = "octavia_quotas";
const NAMES: [&str; 7] = ["load_balancer", "listener", "member", "pool", "health_monitor", "l7policy", "l7rule"];

/// Refuses more of a kind than a project may have.
pub(super) fn room(context: &mut Context<'_>, kind: &Kind, project: &str, more: usize) -> Result<(), Fault> {
    if context.world.get(TABLE, project).is_none() {
        // The first question makes the row, as Octavia does.
        context.world.put(TABLE, project, Row::from_iter([("project_id".to_owned(), json!(project))]));
    }
    let limit = context.world.get(TABLE, project).and_then(|row| row.get(kind.quota)).and_then(Json::as_i64);
    let Some(limit) = limit.and_then(|limit| usize::try_from(limit).ok()) else { return Ok(()) };
    let used = context.world.count_by(&kind.table(), "project_id", project);
    if more == 0 || used + more <= limit {
        return Ok(());
    }
    Err(Fault::new(403, format!("Quota has been met for resources: {}", kind.human)))
}

fn quota(row: Option<&Row>) -> Json {
    let value = |name: &str| row.and_then(|row| row.get(name)).filter(|value| !value.is_null()).cloned();
    NAMES.into_iter().map(|name| (name.to_owned(), value(name).unwrap_or_else(|| json!(-1)))).collect::<Row>().into()
}

fn own(context: &Context<'_>) -> Result<String, Fault> {
    let project = context.parameter("project");
    if project == context.caller.project || context.caller.is_admin() { Ok(project) } else { Err(forbidden()) }
}

pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let all = context.world.rows(TABLE).into_iter();
    let mine = all.filter(|row| context.caller.is_admin() || row["project_id"] == context.caller.project.as_str());
    let rows: Vec<Json> = mine
        .map(|row| {
            let value = |name: &str| row.get(name).cloned().unwrap_or_default();
            json!({"project_id": row["project_id"], "tenant_id": row["project_id"],
                "loadbalancer": value("load_balancer"), "load_balancer": value("load_balancer"),
                "listener": value("listener"), "member": value("member"), "pool": value("pool"),
                "healthmonitor": value("health_monitor"), "health_monitor": value("health_monitor"),
                "l7policy": value("l7policy"), "l7rule": value("l7rule")})
        })
        .collect();
    Ok(Reply::json(200, &json!({"quotas": rows, "quotas_links": []})))
}

pub(super) fn defaults(context: &mut Context<'_>) -> Result<Reply, Fault> {
    if !context.parameters.is_empty() {
        own(context)?;
    } else if !context.caller.is_admin() {
        return Err(forbidden());
    }
    Ok(Reply::json(200, &json!({"quota": quota(None)})))
}

pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let project = own(context)?;
    Ok(Reply::json(200, &json!({"quota": quota(context.world.get(TABLE, &project))})))
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    if !context.caller.is_admin() {
        return Err(forbidden());
    }
    let project = context.parameter("project");
    let given = attributes::body(context, "quota", "quotas.quota")
        .map_err(|fault| if fault.status == 500 { Fault::new(500, "'quota'") } else { fault })?;
    let mut row = context.world.get(TABLE, &project).cloned().unwrap_or_default();
    row.insert("project_id".into(), json!(project));
    for (name, value) in given {
        let name = match name.as_str() {
            "loadbalancer" => "load_balancer",
            "healthmonitor" => "health_monitor",
            other => other,
        };
        if !NAMES.contains(&name) {
            return Err(Fault::new(400, format!("Unknown attribute for argument quotas.quota: {name}")));
        }
        if !value.is_null() && value.as_i64().is_none_or(|number| number < -1) {
            let why = "Value should be greater or equal to -1";
            return Err(Fault::new(400, format!("Invalid input for field/attribute {name}. Value: '{value}'. {why}")));
        }
        row.insert(name.to_owned(), value);
    }
    context.world.put(TABLE, &project, row);
    Ok(Reply::json(202, &json!({"quota": quota(context.world.get(TABLE, &project))})))
}

pub(super) fn reset(context: &mut Context<'_>) -> Result<Reply, Fault> {
    if !context.caller.is_admin() {
        return Err(forbidden());
    }
    context.world.remove(TABLE, &context.parameter("project"));
    Ok(Reply::empty(202))
}
