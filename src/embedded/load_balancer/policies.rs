//! L7 policies of a listener, in the order of their positions.

use serde_json::{Value as Json, json};

use super::super::context::Context;
use super::super::exchange::Reply;
use super::super::fault::Fault;
use super::super::world::{Row, World};
use super::attributes;
use super::kinds::{Kind, LISTENER, POLICY, POOL, text};
use super::{listeners, lists, nested, quotas, status};

const KIND: &Kind = &POLICY;

pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    lists::list(context, KIND, None)
}

pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    lists::show(context, KIND, 200, &context.parameter("id"))
}

pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let given = attributes::body(context, KIND.key, KIND.argument)?;
    let mut row = attributes::created(KIND.attributes, &given, KIND.argument)?;
    let listener = LISTENER.find(context, &text(&row, "listener_id"))?;
    if listener["protocol"] == "PROMETHEUS" {
        return Err(Fault::new(400, "Protocol PROMETHEUS listeners cannot have child objects."));
    }
    redirect_pool(context, &listener, &row)?;
    quotas::room(context, KIND, &text(&listener, "project_id"), 1)?;
    consistent(&mut row)?;
    if !row["redirect_pool"].is_null() || row["rules"].as_array().is_some_and(|rules| !rules.is_empty()) {
        return Err(nested::broken());
    }
    status::touch(context, &text(&listener, "_lb"), &[text(&listener, "id")], None)?;
    let id = insert(context, &listener, row);
    lists::show(context, KIND, 201, &id)
}

/// Adds a policy at its position, the last one if none was given.
pub(super) fn insert(context: &mut Context<'_>, listener: &Row, row: Row) -> String {
    let wanted = row["position"].as_i64();
    let (project, balancer) = (text(listener, "project_id"), text(listener, "_lb"));
    let id = KIND.insert(context, &project, row, &[("_lb", &balancer)]);
    renumber(context.world, &text(listener, "id"), wanted.map(|position| (id.as_str(), position)));
    id
}

/// Numbers a listener's policies from 1, one of them moved to a wanted place.
pub(super) fn renumber(world: &mut World, listener: &str, moved: Option<(&str, i64)>) {
    let mut order: Vec<(i64, String)> = KIND
        .of(world, "listener_id", listener)
        .map(|row| (row["position"].as_i64().unwrap_or(i64::MAX), text(row, "id")))
        .collect();
    order.sort();
    if let Some((id, wanted)) = moved {
        order.retain(|(_, known)| known != id);
        let place = usize::try_from(wanted - 1).unwrap_or(0).min(order.len());
        order.insert(place, (wanted, id.to_owned()));
    }
    for (place, (position, id)) in order.into_iter().enumerate() {
        let place = i64::try_from(place + 1).unwrap_or(i64::MAX);
        if position != place {
            KIND.change(world, &id, |row| {
                row.insert("position".into(), json!(place));
            });
        }
    }
}

fn redirect_pool(context: &Context<'_>, listener: &Row, row: &Row) -> Result<(), Fault> {
    let Some(id) = row.get("redirect_pool_id").and_then(Json::as_str) else { return Ok(()) };
    let pool = POOL.find(context, id)?;
    listeners::compatible(&text(listener, "protocol"), &text(&pool, "protocol"))
}

/// Makes an action and its arguments agree, or refuses them.
pub(super) fn consistent(row: &mut Row) -> Result<(), Fault> {
    let given = |row: &Row, name: &str| row.get(name).is_some_and(|value| !value.is_null() && value != "");
    let refuse = |message: &str| Err(Fault::new(400, format!("Invalid L7 Policy arguments: {message}")));
    let clear = |row: &mut Row, names: &[&str]| {
        for name in names {
            row.insert((*name).to_owned(), Json::Null);
        }
    };
    match row.get("action").and_then(Json::as_str).unwrap_or_default().to_owned().as_str() {
        "REJECT" => clear(row, &["redirect_url", "redirect_pool_id", "redirect_pool"]),
        "REDIRECT_TO_URL" => {
            if !given(row, "redirect_url") {
                return refuse("redirect_url must not be None");
            }
            clear(row, &["redirect_pool_id", "redirect_pool"]);
        }
        "REDIRECT_TO_POOL" => {
            if !given(row, "redirect_pool_id") && !given(row, "redirect_pool") {
                return refuse("redirect_pool_id or redirect_pool must not be None");
            }
            clear(row, &["redirect_url"]);
        }
        "REDIRECT_PREFIX" if !given(row, "redirect_prefix") => return refuse("redirect_prefix must not be None"),
        _ => {}
    }
    let pool = given(row, "redirect_pool_id") || given(row, "redirect_pool");
    let url = given(row, "redirect_url") || given(row, "redirect_prefix");
    if pool && url {
        return refuse("Cannot specify redirect_pool_id and redirect_url or redirect_prefix at the same time");
    }
    if pool {
        row.insert("action".into(), json!("REDIRECT_TO_POOL"));
        clear(row, &["redirect_url", "redirect_prefix", "redirect_http_code"]);
    }
    if url {
        let action = if given(row, "redirect_url") { "REDIRECT_TO_URL" } else { "REDIRECT_PREFIX" };
        row.insert("action".into(), json!(action));
        if !given(row, "redirect_http_code") {
            row.insert("redirect_http_code".into(), json!(302));
        }
    }
    Ok(())
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    let given = attributes::body(context, KIND.key, KIND.argument)?;
    let mut changes = attributes::updated(KIND.attributes, &given, KIND.argument)?;
    let policy = KIND.find(context, &id)?;
    consistent(&mut changes)?;
    let listener = LISTENER.get(context.world, &text(&policy, "listener_id")).cloned().unwrap_or_default();
    redirect_pool(context, &listener, &changes)?;
    status::touch(context, &text(&policy, "_lb"), &[text(&listener, "id")], None)?;
    status::mark(context, KIND, &id, "PENDING_UPDATE");
    let wanted = changes.remove("position").and_then(|position| position.as_i64());
    changes.remove("redirect_pool");
    KIND.change(context.world, &id, |row| row.extend(changes));
    if let Some(wanted) = wanted {
        renumber(context.world, &text(&listener, "id"), Some((&id, wanted)));
    }
    lists::show(context, KIND, 200, &id)
}

pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    let policy = KIND.find(context, &id)?;
    status::touch(context, &text(&policy, "_lb"), &[text(&policy, "listener_id")], None)?;
    status::mark(context, KIND, &id, "PENDING_DELETE");
    Ok(Reply::empty(204))
}
