//! Quotas of projects: how many of each kind they may have.

use serde_json::{Value as Json, json};

use super::checks::python;
use super::kinds::{KINDS, Kind};
use super::rows::{disallowed, fault, invalid, object, text};
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::{Row, World};

const TABLE: &str = "network_quotas";

/// The limits of a project that has none of its own, as the lab's.
const DEFAULTS: [(&str, i64); 10] = [
    ("network", 400),
    ("subnet", 400),
    ("subnetpool", -1),
    ("port", 4000),
    ("router", 100),
    ("floatingip", 250),
    ("rbac_policy", 10),
    ("security_group", 1000),
    ("security_group_rule", 10_000),
    ("trunk", -1),
];

fn limits(world: &World, project: &str) -> Row {
    let own = world.get(TABLE, project);
    DEFAULTS
        .into_iter()
        .map(|(name, limit)| {
            let limit = own.and_then(|own| own.get(name).cloned()).unwrap_or_else(|| json!(limit));
            (name.to_owned(), limit)
        })
        .collect()
}

fn used(world: &World, name: &str, project: &str) -> i64 {
    let kind = KINDS.into_iter().find(|kind| kind.singular == name);
    let count = kind.map_or(0, |kind| world.count_by(kind.table, "project_id", project));
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Refuses what would be more than the project's quota.
pub fn ask(context: &Context<'_>, kind: &Kind, project: &str, more: usize) -> Result<(), Fault> {
    let limit = limits(context.world, project).get(kind.singular).and_then(Json::as_i64).unwrap_or(-1);
    let wanted = || used(context.world, kind.singular, project) + i64::try_from(more).unwrap_or(i64::MAX);
    if limit >= 0 && wanted() > limit {
        let message = format!("Quota exceeded for resources: ['{}'].", kind.singular);
        return Err(fault(409, "OverQuota", message));
    }
    Ok(())
}

fn own(context: &Context<'_>) -> Result<String, Fault> {
    let project = context.parameter("project");
    if project == context.caller.project || context.caller.is_admin() {
        Ok(project)
    } else {
        Err(disallowed("rule:get_quota"))
    }
}

pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let project = own(context)?;
    Ok(Reply::json(200, &json!({"quota": limits(context.world, &project)})))
}

pub(super) fn default(context: &mut Context<'_>) -> Result<Reply, Fault> {
    own(context)?;
    let defaults: Row = DEFAULTS.into_iter().map(|(name, limit)| (name.to_owned(), json!(limit))).collect();
    Ok(Reply::json(200, &json!({"quota": defaults})))
}

pub(super) fn details(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let project = own(context).map_err(|_| {
        let message =
            "User does not have admin privileges: Only admin is authorized to access quotas for another project.";
        fault(403, "AdminRequired", message)
    })?;
    let details: Row = limits(context.world, &project)
        .into_iter()
        .map(|(name, limit)| {
            let used = used(context.world, &name, &project);
            (name, json!({"limit": limit, "used": used, "reserved": 0}))
        })
        .collect();
    Ok(Reply::json(200, &json!({"quota": details})))
}

pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    if !context.caller.is_admin() {
        return Err(disallowed("rule:get_quota"));
    }
    let projects: Vec<String> = context.world.each(TABLE).map(|row| text(row, "project_id").to_owned()).collect();
    let rows: Vec<Json> = projects
        .iter()
        .map(|project| {
            let mut row = limits(context.world, project);
            row.extend(object(json!({"project_id": project, "tenant_id": project})));
            Json::Object(row)
        })
        .collect();
    Ok(Reply::json(200, &json!({"quotas": rows})))
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    if !context.caller.is_admin() {
        return Err(disallowed("rule:update_quota"));
    }
    let project = context.parameter("project");
    let given = context.body_of("quota")?;
    let mut row = context.world.get(TABLE, &project).cloned().unwrap_or_default();
    row.insert("project_id".to_owned(), json!(project));
    for (name, value) in given {
        if ["tenant_id", "project_id", "check_limit", "force"].contains(&name.as_str()) {
            continue;
        }
        if !DEFAULTS.iter().any(|(known, _)| *known == name) {
            return Err(Fault::new(400, format!("Unrecognized attribute(s) '{name}'")));
        }
        let number = value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        match number {
            None => return Err(invalid(format!("'{}' is not an integer", python(&value)))),
            Some(low @ ..=-2) => {
                let message =
                    format!("Invalid input for {name}. Reason: '{low}' is too small - must be at least '-1'.");
                return Err(Fault::new(400, message));
            }
            Some(limit) => row.insert(name, json!(limit)),
        };
    }
    context.world.put(TABLE, &project, row);
    Ok(Reply::json(200, &json!({"quota": limits(context.world, &project)})))
}

pub(super) fn reset(context: &mut Context<'_>) -> Result<Reply, Fault> {
    if !context.caller.is_admin() {
        return Err(disallowed("rule:delete_quota"));
    }
    let project = context.parameter("project");
    match context.world.remove(TABLE, &project) {
        Some(_) => Ok(Reply::empty(204)),
        None => Err(fault(404, "TenantQuotaNotFound", format!("Quota for tenant {project} could not be found."))),
    }
}
