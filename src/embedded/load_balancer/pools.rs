//! Pools: of a load balancer, or of a listener as its default.

use serde_json::{Value as Json, json};

use super::super::context::Context;
use super::super::exchange::Reply;
use super::super::fault::Fault;
use super::super::world::Row;
use super::attributes;
use super::kinds::{Kind, LISTENER, LOAD_BALANCER, POLICY, POOL, allowed, text};
use super::listeners::compatible;
use super::{lists, nested, quotas, status};

const KIND: &Kind = &POOL;

pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    lists::list(context, KIND, None)
}

pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    lists::show(context, KIND, 200, &context.parameter("id"))
}

fn invalid(detail: impl std::fmt::Display) -> Fault {
    Fault::new(400, format!("Validation failure: {detail}"))
}

pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let given = attributes::body(context, KIND.key, KIND.argument)?;
    let mut row = attributes::created(KIND.attributes, &given, KIND.argument)?;
    let listener = match row["listener_id"].as_str() {
        Some(id) => Some(LISTENER.get(context.world, id).cloned().ok_or_else(|| LISTENER.missing(id))?),
        None => None,
    };
    let balancer_id = match (row["loadbalancer_id"].as_str(), &listener) {
        (Some(id), _) => id.to_owned(),
        (None, Some(listener)) => text(listener, "_lb"),
        (None, None) => return Err(invalid("Must provide at least one of: loadbalancer_id, listener_id")),
    };
    let balancer = LOAD_BALANCER.get(context.world, &balancer_id).ok_or_else(|| LOAD_BALANCER.missing(&balancer_id))?;
    allowed(context, balancer)?;
    let project = text(balancer, "project_id");
    let protocol = text(&row, "protocol");
    if let Some(listener) = &listener {
        compatible(&text(listener, "protocol"), &protocol)?;
    }
    persistence(&mut row, &protocol)?;
    quotas::room(context, KIND, &project, 1)?;
    if listener.as_ref().is_some_and(|listener| !listener["default_pool_id"].is_null()) {
        return Err(Fault::new(409, "This listener already has a default pool"));
    }
    if !row["healthmonitor"].is_null() || row["members"].as_array().is_some_and(|list| !list.is_empty()) {
        return Err(nested::broken());
    }
    let listener = listener.map(|listener| text(&listener, "id"));
    status::touch(context, &balancer_id, listener.as_slice(), None)?;
    let id = KIND.insert(context, &project, row, &[("_lb", &balancer_id)]);
    if let Some(listener) = listener {
        LISTENER.change(context.world, &listener, |row| {
            row.insert("default_pool_id".into(), json!(id));
        });
    }
    lists::show(context, KIND, 201, &id)
}

/// Checks session persistence, and gives it all its names.
pub(super) fn persistence(row: &mut Row, protocol: &str) -> Result<(), Fault> {
    let Some(given) = row.get("session_persistence").and_then(Json::as_object) else { return Ok(()) };
    let get = |name: &str| given.get(name).cloned().unwrap_or_default();
    let (kind, cookie) = (get("type"), get("cookie_name"));
    let kind = kind.as_str().unwrap_or_default();
    let datagrams = matches!(protocol, "UDP" | "SCTP");
    let long = !get("persistence_timeout").is_null() || !get("persistence_granularity").is_null();
    if !matches!(kind, "SOURCE_IP" | "HTTP_COOKIE" | "APP_COOKIE") {
        let why = "Value should be one of: SOURCE_IP, HTTP_COOKIE, APP_COOKIE";
        return Err(Fault::new(400, format!("Invalid input for field/attribute type. Value: '{kind}'. {why}")));
    }
    if datagrams && kind != "SOURCE_IP" {
        return Err(invalid(format!(
            "Session persistence of type {kind} is not supported for UDP/SCTP protocol pools."
        )));
    }
    if !datagrams && long {
        return Err(invalid(
            "persistence_timeout and persistence_granularity is only for UDP and SCTP protocol pools.",
        ));
    }
    match (kind, cookie.is_null()) {
        ("APP_COOKIE", true) => {
            return Err(invalid(
                "Field \"cookie_name\" must be specified when using the \"APP_COOKIE\" session persistence type.",
            ));
        }
        ("SOURCE_IP" | "HTTP_COOKIE", false) => {
            return Err(invalid(
                "Field \"cookie_name\" can only be specified with session persistence of type \"APP_COOKIE\".",
            ));
        }
        _ => {}
    }
    let whole = json!({"type": kind, "cookie_name": cookie, "persistence_timeout": get("persistence_timeout"),
        "persistence_granularity": get("persistence_granularity")});
    row.insert("session_persistence".into(), whole);
    Ok(())
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    let given = attributes::body(context, KIND.key, KIND.argument)?;
    let mut changes = attributes::updated(KIND.attributes, &given, KIND.argument)?;
    let pool = KIND.find(context, &id)?;
    if let (Some(Json::Object(new)), Some(old)) =
        (changes.get_mut("session_persistence"), pool["session_persistence"]["type"].as_str())
    {
        new.entry("type").or_insert_with(|| json!(old));
    }
    persistence(&mut changes, &text(&pool, "protocol"))?;
    let listeners = status::listeners_of(context.world, &id);
    status::touch(context, &text(&pool, "_lb"), &listeners, Some(&id))?;
    KIND.change(context.world, &id, |row| row.extend(changes));
    lists::show(context, KIND, 200, &id)
}

pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    let pool = KIND.find(context, &id)?;
    if let Some(policy) = POLICY.of(context.world, "redirect_pool_id", &id).min_by_key(|row| row["_seq"].as_u64()) {
        return Err(Fault::new(409, format!("Pool {id} is in use by L7 policy {}", text(policy, "id"))));
    }
    let listeners = status::listeners_of(context.world, &id);
    status::touch(context, &text(&pool, "_lb"), &listeners, None)?;
    status::mark(context, KIND, &id, "PENDING_DELETE");
    Ok(Reply::empty(204))
}
