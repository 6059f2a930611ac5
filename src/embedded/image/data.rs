//! An image's data.

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha512};

use super::view::missing;
use super::{decoded, encoded, find, owned};
use crate::embedded::context::Context;
use crate::embedded::digest::{digits, md5};
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::time::zulu;
use crate::embedded::world::Row;

/// Gives an image its data, which makes it active.
pub(super) fn fill(row: &mut Row, bytes: &[u8], now: i64) {
    let hash = digits(&Sha512::digest(bytes));
    let virtual_size = if row["disk_format"] == "raw" { json!(bytes.len()) } else { Json::Null };
    for (name, value) in [
        ("status", json!("active")),
        ("size", json!(bytes.len())),
        ("virtual_size", virtual_size),
        ("checksum", json!(md5(bytes))),
        ("os_hash_algo", json!("sha512")),
        ("os_hash_value", json!(hash)),
        ("updated_at", json!(zulu(now))),
        ("_data", json!(encoded(bytes))),
    ] {
        row.insert(name.to_owned(), value);
    }
}

/// `PUT /v2/images/{id}/file`: once.
pub(super) fn upload(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let kind = context.request.header("content-type").unwrap_or_default().to_owned();
    if kind != "application/octet-stream" {
        return Err(Fault::new(415, format!("The request media type {kind} is not supported by this server.")));
    }
    let id = context.parameter("id");
    let Some(row) = find(context, &id) else { return Err(missing(&id)) };
    if !owned(context, row) {
        return Err(Fault::new(403, "You do not own this image"));
    }
    let status = row["status"].as_str().unwrap_or_default();
    if status != "queued" {
        let message = format!("Image status transition from {status} to saving is not allowed");
        return Err(Fault::new(409, message));
    }
    for field in ["disk_format", "container_format"] {
        if row[field].is_null() {
            return Err(Fault::new(
                400,
                format!("Properties disk_format, container_format must be set prior to saving data: {field} is not"),
            ));
        }
    }
    let (now, bytes) = (context.now, context.request.body.clone());
    context.world.change("images", &id, |row| fill(row, &bytes, now));
    Ok(Reply::empty(204))
}

/// `GET /v2/images/{id}/file`; 204 while there is none.
pub(super) fn download(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    let Some(row) = find(context, &id) else { return Err(missing(&id)) };
    let Some(data) = row.get("_data").and_then(Json::as_str) else { return Ok(Reply::empty(204)) };
    let reply = Reply::typed(200, "application/octet-stream", decoded(data));
    Ok(reply.header("Content-MD5", row["checksum"].as_str().unwrap_or_default()))
}
