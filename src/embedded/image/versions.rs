//! The versions document and the schemas, which older clients read before they do anything.

use serde_json::{Value as Json, json};

use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;

/// The schema of one image, as Zed's Glance answers it.
const SCHEMA: &str = include_str!("schema.json");

/// `GET /`: every minor version, newest first.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let href = format!("{}/image/v2/", context.base());
    let versions: Vec<Json> = [15, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
        .into_iter()
        .map(|minor| {
            let status = if minor == 15 { "CURRENT" } else { "SUPPORTED" };
            json!({"id": format!("v2.{minor}"), "status": status, "links": [{"rel": "self", "href": href}]})
        })
        .collect();
    let status = if context.request.path.ends_with("/versions") { 200 } else { 300 };
    Ok(Reply::json(status, &json!({"versions": versions})))
}

/// `GET /v2/schemas/image`.
pub(super) fn image(_context: &mut Context<'_>) -> Result<Reply, Fault> {
    Ok(Reply::typed(200, "application/json", SCHEMA))
}

/// `GET /v2/schemas/images`.
pub(super) fn images(_context: &mut Context<'_>) -> Result<Reply, Fault> {
    let image: Json = serde_json::from_str(SCHEMA).unwrap_or_default();
    let answer = json!({"name": "images", "properties": {
            "images": {"type": "array", "items": image},
            "first": {"type": "string"}, "next": {"type": "string"}, "schema": {"type": "string"}},
        "links": [{"rel": "first", "href": "{first}"}, {"rel": "next", "href": "{next}"},
            {"rel": "describedby", "href": "{schema}"}]});
    Ok(Reply::json(200, &answer))
}
