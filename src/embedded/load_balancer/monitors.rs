//! Health monitors: one per pool.

use serde_json::{Value as Json, json};

use super::super::context::Context;
use super::super::exchange::Reply;
use super::super::fault::Fault;
use super::super::world::Row;
use super::attributes;
use super::kinds::{Kind, MONITOR, POOL, text};
use super::{lists, quotas, status};

const KIND: &Kind = &MONITOR;

pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    lists::list(context, KIND, None)
}

pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    lists::show(context, KIND, 200, &context.parameter("id"))
}

pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let given = attributes::body(context, KIND.key, KIND.argument)?;
    let row = attributes::created(KIND.attributes, &given, KIND.argument)?;
    let pool = POOL.find(context, &text(&row, "pool_id"))?;
    datagrams(&pool, &text(&row, "type"))?;
    quotas::room(context, KIND, &text(&pool, "project_id"), 1)?;
    status::touch_pool(context, &pool)?;
    let id = insert(context, &pool, row)?;
    lists::show(context, KIND, 201, &id)
}

fn datagrams(pool: &Row, kind: &str) -> Result<(), Fault> {
    let protocol = text(pool, "protocol");
    let datagrams = matches!(protocol.as_str(), "UDP" | "SCTP");
    let detail = match kind {
        "UDP-CONNECT" | "SCTP" if !datagrams => {
            format!("The {kind} type is only supported for pools of type UDP/SCTP.")
        }
        "UDP-CONNECT" | "SCTP" | "TCP" | "HTTP" => return Ok(()),
        _ if datagrams => format!(
            "The associated pool protocol is {protocol}, so only a UDP-CONNECT/SCTP/TCP/HTTP health monitor is supported."
        ),
        _ => return Ok(()),
    };
    Err(Fault::new(400, format!("Validation failure: {detail}")))
}

/// Adds a monitor to a pool, with what HTTP checks have of themselves.
pub(super) fn insert(context: &mut Context<'_>, pool: &Row, mut row: Row) -> Result<String, Fault> {
    let kind = text(&row, "type");
    let http = matches!(kind.as_str(), "HTTP" | "HTTPS");
    for (name, default) in [("http_method", "GET"), ("url_path", "/"), ("expected_codes", "200")] {
        let given = row.get(name).is_some_and(|value| !value.is_null());
        if given && !http {
            return Err(Fault::new(400, format!("{name} is not a valid option for health monitors of type {kind}")));
        }
        if http && !given {
            row.insert(name.to_owned(), json!(default));
        }
    }
    versions(&row)?;
    let pool_id = text(pool, "id");
    if KIND.of(context.world, "_pool", &pool_id).next().is_some() {
        return Err(Fault::new(409, "This pool already has a health monitor"));
    }
    let (project, balancer) = (text(pool, "project_id"), text(pool, "_lb"));
    Ok(KIND.insert(context, &project, row, &[("_lb", &balancer), ("_pool", &pool_id)]))
}

fn versions(row: &Row) -> Result<(), Fault> {
    let version = row.get("http_version").and_then(Json::as_f64);
    match (row.get("domain_name").is_some_and(Json::is_string), version) {
        (true, None) => {
            let detail = "'http_version' must be specified when 'domain_name' is provided.";
            Err(Fault::new(400, format!("Validation failure: {detail}")))
        }
        (true, Some(version)) if version < 1.1 => Err(Fault::new(
            400,
            format!(
                "http_version {version:.1} is not a valid option for health monitors HTTP 1.1 domain name health check"
            ),
        )),
        _ => Ok(()),
    }
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    let given = attributes::body(context, KIND.key, KIND.argument)?;
    let changes = attributes::updated(KIND.attributes, &given, KIND.argument)?;
    let monitor = KIND.find(context, &id)?;
    let kind = text(&monitor, "type");
    for name in ["http_method", "url_path", "expected_codes"] {
        if !matches!(kind.as_str(), "HTTP" | "HTTPS") && changes.get(name).is_some_and(|value| !value.is_null()) {
            return Err(Fault::new(400, format!("{name} is not a valid option for health monitors of type {kind}")));
        }
    }
    touch(context, &monitor)?;
    status::mark(context, KIND, &id, "PENDING_UPDATE");
    KIND.change(context.world, &id, |row| row.extend(changes));
    lists::show(context, KIND, 200, &id)
}

pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    let monitor = KIND.find(context, &id)?;
    touch(context, &monitor)?;
    status::mark(context, KIND, &id, "PENDING_DELETE");
    Ok(Reply::empty(204))
}

fn touch(context: &mut Context<'_>, monitor: &Row) -> Result<(), Fault> {
    let pool = POOL.get(context.world, &text(monitor, "_pool")).cloned().unwrap_or_default();
    status::touch_pool(context, &pool)
}
