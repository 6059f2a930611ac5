//! A server's tags, from microversion 2.26 on.

use serde_json::{Value as Json, json};

use super::of_path;
use crate::embedded::compute::schema::{invalid, python};
use crate::embedded::compute::version::since;
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

const MOST: usize = 50;
const LONGEST: usize = 60;

/// Checks a list of tags.
pub(super) fn checked(given: &Json) -> Result<(), Fault> {
    let Json::Array(items) = given else {
        return Err(invalid("tags", given, format!("{} is not of type 'array'", python(given))));
    };
    if items.len() > MOST {
        return Err(invalid("tags", given, format!("{} is too long", python(given))));
    }
    for (place, item) in items.iter().enumerate() {
        let problem = match item.as_str() {
            None => format!("{} is not of type 'string'", python(item)),
            Some("") => "'' is too short".to_owned(),
            Some(tag) if tag.chars().count() > LONGEST => format!("'{tag}' is too long"),
            Some(tag) if tag.contains([',', '/']) => format!("'{tag}' does not match '^[^,/]*$'"),
            Some(_) => continue,
        };
        return Err(invalid(&place.to_string(), item, problem));
    }
    Ok(())
}

/// The tags, each once.
pub(super) fn unique(given: Option<&Json>) -> Vec<Json> {
    let mut unique: Vec<Json> = Vec::new();
    for tag in given.and_then(Json::as_array).into_iter().flatten() {
        if !unique.contains(tag) {
            unique.push(tag.clone());
        }
    }
    unique
}

fn held(row: &Row) -> Vec<Json> {
    row["_tags"].as_array().cloned().unwrap_or_default()
}

fn found(context: &Context<'_>) -> Result<(Row, String), Fault> {
    since(context, 26)?;
    Ok((of_path(context)?, context.parameter("tag")))
}

fn store(context: &mut Context<'_>, row: &Row, tags: Vec<Json>) {
    let now = context.now;
    context.world.change("servers", row["id"].as_str().unwrap_or_default(), |row| {
        row.insert("_tags".to_owned(), Json::Array(tags));
        row.insert("_updated".to_owned(), json!(now));
    });
}

/// `GET /servers/{id}/tags`.
pub(in crate::embedded::compute) fn tags(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (row, _) = found(context)?;
    Ok(Reply::json(200, &json!({"tags": held(&row)})))
}

/// `PUT /servers/{id}/tags`: these only.
pub(in crate::embedded::compute) fn replace_tags(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (row, _) = found(context)?;
    let body = context.body()?;
    let given = body.get("tags").ok_or_else(|| Fault::new(400, "'tags' is a required property"))?;
    checked(given)?;
    let tags = unique(Some(given));
    store(context, &row, tags.clone());
    Ok(Reply::json(200, &json!({"tags": tags})))
}

/// `DELETE /servers/{id}/tags`.
pub(in crate::embedded::compute) fn delete_tags(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (row, _) = found(context)?;
    store(context, &row, Vec::new());
    Ok(Reply::empty(204))
}

/// `GET /servers/{id}/tags/{tag}`.
pub(in crate::embedded::compute) fn has_tag(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (row, tag) = found(context)?;
    if held(&row).iter().any(|held| *held == tag.as_str()) {
        return Ok(Reply::empty(204));
    }
    Err(Fault::new(404, format!("Server {} has no tag '{tag}'", context.parameter("id"))))
}

/// `PUT /servers/{id}/tags/{tag}`.
pub(in crate::embedded::compute) fn add_tag(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (row, tag) = found(context)?;
    if checked(&json!([tag])).is_err() {
        let why = if tag.contains([',', '/']) { "does not match '^[^,/]*$'" } else { "is too long" };
        return Err(Fault::new(
            400,
            format!(
                "Tag '{tag}' is invalid. It must be a non empty string without characters '/' and ','. Validation error message: '{tag}' {why}"
            ),
        ));
    }
    let mut tags = held(&row);
    if tags.iter().any(|held| *held == tag.as_str()) {
        return Ok(Reply::empty(204));
    }
    if tags.len() >= MOST {
        return Err(Fault::new(400, format!("The number of tags exceeded the per-server limit {MOST}")));
    }
    tags.push(json!(tag));
    store(context, &row, tags);
    let id = context.parameter("id");
    Ok(Reply::empty(201).header("Location", format!("{}/compute/v2.1/servers/{id}/tags/{tag}", context.base())))
}

/// `DELETE /servers/{id}/tags/{tag}`.
pub(in crate::embedded::compute) fn delete_tag(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (row, tag) = found(context)?;
    let mut tags = held(&row);
    let before = tags.len();
    tags.retain(|held| *held != tag.as_str());
    if tags.len() == before {
        return Err(Fault::new(404, format!("Instance {} has no tag '{tag}'", context.parameter("id"))));
    }
    store(context, &row, tags);
    Ok(Reply::empty(204))
}
