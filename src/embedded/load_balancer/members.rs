//! Members of a pool, one by one and as a batch.

use serde_json::{Value as Json, json};

use super::super::context::Context;
use super::super::exchange::Reply;
use super::super::fault::Fault;
use super::super::world::Row;
use super::attributes;
use super::balancers::truth;
use super::kinds::{Kind, MEMBER, MONITOR, POOL, allowed, text};
use super::{lists, neutron, quotas, status};

const KIND: &Kind = &MEMBER;
/// What a batch names a member by, and what it cannot change.
const FIXED: [&str; 4] = ["address", "protocol_port", "project_id", "tenant_id"];

/// The pool of the path. Octavia refuses an unknown one before its own error form applies.
fn pool(context: &Context<'_>) -> Result<Result<Row, Reply>, Fault> {
    let id = context.parameter("pool");
    match POOL.get(context.world, &id) {
        Some(row) => {
            allowed(context, row)?;
            Ok(Ok(row.clone()))
        }
        None => Ok(Err(lost(context, 404, &format!("Pool {id} not found.")))),
    }
}

/// A refusal from in front of the API's own code, in webob's form.
pub(super) fn lost(context: &Context<'_>, status: u16, message: &str) -> Reply {
    if context.request.header("accept").is_some_and(|accept| accept.contains("json")) {
        return Reply::json(status, &json!({"code": status, "title": "Bad Request", "description": message}));
    }
    let sorry = "The server could not comply with the request since it is either malformed or otherwise incorrect.";
    Reply::typed(status, "text/plain; charset=UTF-8", format!("{status} Bad Request\n\n{sorry}\n\n {message}  "))
}

pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    match pool(context)? {
        Ok(pool) => lists::list(context, KIND, Some(("_pool", &text(&pool, "id")))),
        Err(reply) => Ok(reply),
    }
}

fn member(context: &Context<'_>, pool: &Row) -> Result<Row, Fault> {
    let id = context.parameter("id");
    let row = KIND.find(context, &id)?;
    if row["_pool"] == pool["id"] { Ok(row) } else { Err(KIND.missing(&id)) }
}

pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    match pool(context)? {
        Ok(pool) => {
            let id = text(&member(context, &pool)?, "id");
            lists::show(context, KIND, 200, &id)
        }
        Err(reply) => Ok(reply),
    }
}

pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let pool = match pool(context)? {
        Ok(pool) => pool,
        Err(reply) => return Ok(reply),
    };
    let given = attributes::body(context, KIND.key, KIND.argument)?;
    let row = attributes::created(KIND.attributes, &given, KIND.argument)?;
    if let Some(subnet) = row["subnet_id"].as_str() {
        neutron::subnet(context, subnet)?;
    }
    quotas::room(context, KIND, &text(&pool, "project_id"), 1)?;
    status::touch_pool(context, &pool)?;
    let monitored = MONITOR.of(context.world, "_pool", &text(&pool, "id")).next().is_some();
    let id = insert(context, &pool, row, monitored)?;
    lists::show(context, KIND, 201, &id)
}

/// Adds a member; each address and port once per pool.
pub(super) fn insert(context: &mut Context<'_>, pool: &Row, mut row: Row, monitored: bool) -> Result<String, Fault> {
    let pool_id = text(pool, "id");
    let same = |known: &Row| known["address"] == row["address"] && known["protocol_port"] == row["protocol_port"];
    if KIND.of(context.world, "_pool", &pool_id).any(same) {
        let message = format!(
            "Another member on this pool is already using ip {} on protocol_port {}",
            text(&row, "address"),
            row["protocol_port"]
        );
        return Err(Fault::new(409, message));
    }
    row.insert("operating_status".into(), json!(if monitored { "OFFLINE" } else { "NO_MONITOR" }));
    let (project, balancer) = (text(pool, "project_id"), text(pool, "_lb"));
    Ok(KIND.insert(context, &project, row, &[("_lb", &balancer), ("_pool", &pool_id)]))
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let pool = match pool(context)? {
        Ok(pool) => pool,
        Err(reply) => return Ok(reply),
    };
    let given = attributes::body(context, KIND.key, KIND.argument)?;
    let changes = attributes::updated(KIND.attributes, &given, KIND.argument)?;
    let id = text(&member(context, &pool)?, "id");
    status::touch_pool(context, &pool)?;
    status::mark(context, KIND, &id, "PENDING_UPDATE");
    KIND.change(context.world, &id, |row| row.extend(changes));
    lists::show(context, KIND, 200, &id)
}

pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let pool = match pool(context)? {
        Ok(pool) => pool,
        Err(reply) => return Ok(reply),
    };
    let id = text(&member(context, &pool)?, "id");
    status::touch_pool(context, &pool)?;
    status::mark(context, KIND, &id, "PENDING_DELETE");
    Ok(Reply::empty(204))
}

/// Sets all members at once: those not named go, unless `additive_only` is given.
pub(super) fn batch(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let pool = match pool(context)? {
        Ok(pool) => pool,
        Err(reply) => return Ok(reply),
    };
    let Ok(Json::Object(mut body)) = serde_json::from_slice(&context.request.body) else {
        return Err(Fault::new(400, "Request is not in valid JSON format"));
    };
    let Some(Json::Array(given)) = body.remove("members") else {
        return Err(Fault::new(500, "'UnsetType' object is not iterable"));
    };
    let additive = truth(context.request.parameter("additive_only"));
    let (mut wanted, mut named) = (Vec::new(), Vec::new());
    for member in given {
        let Json::Object(member) = member else { return Err(Fault::new(400, "Request is not in valid JSON format")) };
        wanted.push(attributes::created(KIND.attributes, &member, "members_.members")?);
        named.push(member);
    }
    let pool_id = text(&pool, "id");
    let unique = |row: &Row| (text(row, "address"), row.get("protocol_port").cloned());
    let old: Vec<Row> = context.world.rows_by(&KIND.table(), "_pool", &pool_id).into_iter().cloned().collect();
    if old.is_empty() && wanted.is_empty() {
        return Ok(Reply::empty(202));
    }
    status::touch_pool(context, &pool)?;
    let (updated, new): (Vec<Row>, Vec<Row>) =
        wanted.iter().cloned().partition(|row| old.iter().any(|old| unique(old) == unique(row)));
    let gone: Vec<&Row> = old.iter().filter(|old| !wanted.iter().any(|row| unique(old) == unique(row))).collect();
    let more = if additive { new.len() } else { new.len().saturating_sub(gone.len()) };
    quotas::room(context, KIND, &text(&pool, "project_id"), more)?;
    for row in new {
        if let Some(subnet) = row["subnet_id"].as_str() {
            neutron::subnet(context, subnet)?;
        }
        insert(context, &pool, row, false)?;
    }
    let mut seen = Vec::new();
    for mut row in updated {
        let Some(id) = old.iter().find(|old| unique(old) == unique(&row)).map(|old| text(old, "id")) else { continue };
        // Texts not given stay; the others have the defaults of a new member.
        let set = ["admin_state_up", "weight", "backup", "monitor_port", "monitor_address"];
        let given = named.iter().find(|given| unique(given) == unique(&row)).cloned().unwrap_or_default();
        row.retain(|name, _| {
            set.contains(&name.as_str()) || given.contains_key(name) && !FIXED.contains(&name.as_str())
        });
        status::mark(context, KIND, &id, "PENDING_UPDATE");
        KIND.change(context.world, &id, |known| known.extend(row));
        seen.push(id);
    }
    if !additive {
        for row in gone {
            status::mark(context, KIND, &text(row, "id"), "PENDING_DELETE");
        }
    }
    let touched = seen.len();
    seen.sort();
    seen.dedup();
    if seen.len() < touched {
        // Seen on the lab: the worker cannot build the flow, and nobody takes the states back.
        status::hang(context, &text(&pool, "_lb"));
    }
    Ok(Reply::empty(202))
}
