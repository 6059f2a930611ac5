//! Server groups.

use serde_json::{Value as Json, json};

use super::quotas;
use super::schema::{Kind, body_of, count, invalid, object, python};
use super::servers::state;
use super::version::minor;
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::{Row, oldest_first};

const POLICIES: [&str; 4] = ["anti-affinity", "affinity", "soft-anti-affinity", "soft-affinity"];

/// The group with this id, if the caller may see it.
pub(super) fn find<'a>(context: &'a Context<'_>, id: &str) -> Option<&'a Row> {
    let caller = &context.caller;
    let row = context.world.get("server_groups", id)?;
    (caller.is_admin() || row["project_id"] == caller.project.as_str()).then_some(row)
}

/// The ids of its servers.
pub(super) fn members(context: &Context<'_>, id: &str) -> Vec<String> {
    let alive =
        context.world.rows_by("servers", "_group", id).into_iter().filter(|row| !state::is_gone(row, context.now));
    alive.filter_map(|row| row["id"].as_str().map(str::to_owned)).collect()
}

/// Whether the one host takes no more of its servers: anti-affinity puts so many on each, usually one.
pub(super) fn full(context: &Context<'_>, id: &str) -> bool {
    let Some(group) = context.world.get("server_groups", id).filter(|group| group["policy"] == "anti-affinity") else {
        return false;
    };
    let servers = context.world.by("servers", "_group", id);
    let placed = servers.filter(|row| !row["_launched"].is_null() && !state::is_gone(row, context.now)).count();
    placed >= group["rules"]["max_server_per_host"].as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(1)
}

fn view(context: &Context<'_>, row: &Row, members: &[String]) -> Json {
    let version = minor(context.request);
    let mut shown = json!({"id": row["id"], "name": row["name"], "members": members});
    if version >= 64 {
        shown["policy"] = row["policy"].clone();
        shown["rules"] = row["rules"].clone();
    } else {
        shown["policies"] = json!([row["policy"]]);
        shown["metadata"] = json!({});
    }
    if version >= 13 {
        shown["project_id"] = row["project_id"].clone();
        shown["user_id"] = row["user_id"].clone();
    }
    shown
}

/// `GET /os-server-groups`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let everybody = context.caller.is_admin() && context.request.parameter("all_projects").is_some();
    let project = context.caller.project.as_str();
    let number = |name: &str| context.request.parameter(name).and_then(|text| text.parse::<usize>().ok());
    let wanted = (!everybody).then(|| ("project_id", vec![project]));
    let rows = oldest_first(context.world.candidates("server_groups", wanted.as_slice())).into_iter();
    let rows = rows.skip(number("offset").unwrap_or(0)).take(number("limit").unwrap_or(1000));
    let of = |row: &Row| members(context, row["id"].as_str().unwrap_or_default());
    let shown: Vec<Json> = rows.map(|row| view(context, row, &of(row))).collect();
    // Nova has no filter for groups: what every environment of the project has is answered, and not copied once more.
    Ok(Reply::json(200, &Json::Object([("server_groups".to_owned(), Json::Array(shown))].into_iter().collect())))
}

/// `POST /os-server-groups`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let given = if minor(context.request) >= 64 {
        let known = [("name", Kind::Name), ("policy", Kind::Text), ("rules", Kind::Object)];
        body_of(context, "server_group", &known, &["name", "policy"])?
    } else {
        let known = [("name", Kind::Name), ("policies", Kind::List)];
        body_of(context, "server_group", &known, &["name", "policies"])?
    };
    let (field, policy) = match given.get("policies") {
        Some(policies) => {
            let one = policies.as_array().filter(|policies| policies.len() == 1).map(|policies| policies[0].clone());
            let problem = if policies[0].is_null() { "is too short" } else { "is too long" };
            ("0", one.ok_or_else(|| invalid("policies", policies, format!("{} {problem}", python(policies))))?)
        }
        None => ("policy", given["policy"].clone()),
    };
    let known = if minor(context.request) >= 15 { &POLICIES[..] } else { &POLICIES[..2] };
    if !known.iter().any(|known| policy == *known) {
        let list: Vec<String> = known.iter().map(|known| format!("'{known}'")).collect();
        return Err(invalid(field, &policy, format!("{} is not one of [{}]", python(&policy), list.join(", "))));
    }
    let mut rules = json!({});
    if let Some(given) = given.get("rules").filter(|rules| rules.as_object().is_some_and(|rules| !rules.is_empty())) {
        let checked = object("rules", given, &[("max_server_per_host", Kind::Count)], &[])?;
        if policy != "anti-affinity" {
            return Err(Fault::new(400, "Only anti-affinity policy supports rules."));
        }
        rules["max_server_per_host"] = json!(checked.get("max_server_per_host").and_then(count));
    }
    let project = context.caller.project.clone();
    let used = context.world.count_by("server_groups", "project_id", &project);
    if !quotas::allows(context, "server_groups", used + 1) {
        return Err(Fault::new(403, "Quota exceeded, too many server groups."));
    }
    let id = context.uuid();
    let row = json!({"id": id, "name": given["name"], "policy": policy, "rules": rules, "project_id": project,
        "user_id": context.caller.user});
    if let Json::Object(row) = row {
        context.world.put("server_groups", &id, row);
    }
    shown(context, &id)
}

fn shown(context: &Context<'_>, id: &str) -> Result<Reply, Fault> {
    match find(context, id) {
        Some(row) => Ok(Reply::json(200, &json!({"server_group": view(context, row, &members(context, id))}))),
        None => Err(missing(id)),
    }
}

fn missing(id: &str) -> Fault {
    Fault::new(404, format!("Instance group {id} could not be found."))
}

/// `GET /os-server-groups/{id}`.
pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    shown(context, &context.parameter("id"))
}

/// `DELETE /os-server-groups/{id}`: its servers stay.
pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    if find(context, &id).is_none() {
        return Err(missing(&id));
    }
    context.world.remove("server_groups", &id);
    Ok(Reply::empty(204))
}
