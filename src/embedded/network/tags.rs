//! Tags of every kind that has them: all but rules.

use serde_json::{Value as Json, json};

use super::checks::python;
use super::crud;
use super::kinds::{KINDS, Kind, RULE};
use super::rows::{change, fault, find, invalid, list, object, text};
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

fn kind(context: &Context<'_>) -> Result<&'static Kind, Fault> {
    let collection = context.parameter("collection");
    KINDS
        .into_iter()
        .find(|kind| kind.table != RULE.table && kind.path() == collection)
        .ok_or_else(|| Fault::new(404, "The resource could not be found."))
}

fn tagged(context: &Context<'_>, changing: bool) -> Result<(&'static Kind, Row), Fault> {
    let (kind, id) = (kind(context)?, context.parameter("id"));
    let row = find(context, kind, &id).map_err(|_| {
        let message = format!("Resource {} {id} could not be found.", context.parameter("collection"));
        fault(404, "TagResourceNotFound", message)
    })?;
    if changing {
        crud::target(context, kind, "update")?;
    }
    Ok((kind, row))
}

fn write(context: &mut Context<'_>, kind: &Kind, row: &Row, tags: &[Json]) {
    if tags != list(row, "tags") {
        change(context, kind, text(row, "id"), 1, object(json!({"tags": tags})));
    }
}

fn absent(tag: &str) -> Fault {
    fault(404, "TagNotFound", format!("Tag {tag} could not be found."))
}

fn check(tag: &Json) -> Result<(), Fault> {
    match tag {
        Json::String(text) if text.chars().count() <= 255 => Ok(()),
        Json::String(text) => Err(invalid(format!("'{text}' exceeds maximum length of 255"))),
        other => Err(invalid(format!("'{}' is not a valid string", python(other)))),
    }
}

pub(super) fn index(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (_, row) = tagged(context, false)?;
    Ok(Reply::json(200, &json!({"tags": row["tags"]})))
}

pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (_, row) = tagged(context, false)?;
    let tag = context.parameter("tag");
    if list(&row, "tags").iter().any(|own| *own == tag) { Ok(Reply::empty(204)) } else { Err(absent(&tag)) }
}

pub(super) fn replace(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (kind, row) = tagged(context, true)?;
    let body = crud::body(context)?;
    let Some(given) = body.get("tags") else {
        return Err(invalid("Invalid tags body"));
    };
    let Some(tags) = given.as_array() else {
        return Err(invalid(format!("'{}' is not a list", python(given))));
    };
    for (place, tag) in tags.iter().enumerate() {
        check(tag)?;
        if tags[..place].contains(tag) {
            return Err(invalid(format!("Duplicate items in the list: '{}'", python(tag))));
        }
    }
    write(context, kind, &row, tags);
    Ok(Reply::json(200, &json!({"tags": tags})))
}

pub(super) fn add(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (kind, row) = tagged(context, true)?;
    let tag = json!(context.parameter("tag"));
    check(&tag)?;
    let mut tags = list(&row, "tags").to_vec();
    if !tags.contains(&tag) {
        tags.push(tag);
    }
    write(context, kind, &row, &tags);
    Ok(Reply::json(201, &Json::Null))
}

pub(super) fn remove(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (kind, row) = tagged(context, true)?;
    let tag = context.parameter("tag");
    let mut tags = list(&row, "tags").to_vec();
    let Some(place) = tags.iter().position(|own| *own == tag) else {
        return Err(absent(&tag));
    };
    tags.remove(place);
    write(context, kind, &row, &tags);
    Ok(Reply::empty(204))
}

pub(super) fn clear(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (kind, row) = tagged(context, true)?;
    write(context, kind, &row, &[]);
    Ok(Reply::empty(204))
}

pub(super) fn unsupported(_context: &mut Context<'_>) -> Result<Reply, Fault> {
    Err(Fault::new(404, "not supported"))
}
