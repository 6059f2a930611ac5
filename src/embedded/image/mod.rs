//! Glance, the image service (Image API v2).
//!
//! An image is a row; what stands behind its standard properties are the operator's own (`os_distro`, …), which filters know
//! too. Its data is in the row as base64 under a name that is not shown.

#![allow(clippy::unnecessary_wraps, reason = "every handler has the same form")]

mod change;
mod data;
mod list;
mod refusal;
#[cfg(test)]
mod tests;
mod versions;
mod view;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::context::Context;
use super::operation::Operation;
use super::time::zulu;
use super::world::{Row, World};

pub(super) use refusal::refusal;

pub(super) static OPERATIONS: &[Operation] = &[
    Operation::new("GET", "/", "List API versions", versions::list).open(),
    Operation::new("GET", "/versions", "List API versions", versions::list).open(),
    Operation::new("GET", "/v2/schemas/images", "Show images schema", versions::images),
    Operation::new("GET", "/v2/schemas/image", "Show image schema", versions::image),
    Operation::new("GET", "/v2/images", "List images", list::list),
    Operation::new("POST", "/v2/images", "Create image", change::create),
    Operation::new("GET", "/v2/images/{id}", "Show image", view::show),
    Operation::new("PATCH", "/v2/images/{id}", "Update image", change::update),
    Operation::new("DELETE", "/v2/images/{id}", "Delete image", change::delete),
    Operation::new("PUT", "/v2/images/{id}/file", "Upload binary image data", data::upload),
    Operation::new("GET", "/v2/images/{id}/file", "Download binary image data", data::download),
    Operation::new("PUT", "/v2/images/{id}/tags/{tag}", "Add image tag", change::add_tag),
    Operation::new("DELETE", "/v2/images/{id}/tags/{tag}", "Delete image tag", change::delete_tag),
];

/// Properties that every image has; all others are its own.
const STANDARD_PROPERTIES: [&str; 22] = [
    "id",
    "name",
    "status",
    "visibility",
    "protected",
    "os_hidden",
    "checksum",
    "os_hash_algo",
    "os_hash_value",
    "owner",
    "size",
    "virtual_size",
    "container_format",
    "disk_format",
    "created_at",
    "updated_at",
    "tags",
    "min_ram",
    "min_disk",
    "locations",
    "stores",
    "direct_url",
];

/// The images of a new cloud.
pub(super) fn seed(world: &mut World, now: i64) {
    for (number, name, distro, version) in [
        (1, "ubuntu-16.04", "ubuntu", "16.04"),
        (2, "centos-7", "centos", "7"),
        (3, "ubuntu-24.04", "ubuntu", "24.04"),
        (4, "rocky-9", "rocky", "9"),
        (5, "debian-12", "debian", "12"),
    ] {
        let id = format!("1ca60000-0000-4000-a000-{number:012}");
        let mut row = blank(&id, "00000000000000000000000000000ad1", now);
        for (field, value) in [
            ("name", json!(name)),
            ("disk_format", json!("raw")),
            ("container_format", json!("bare")),
            ("visibility", json!("public")),
            ("os_distro", json!(distro)),
            ("os_version", json!(version)),
        ] {
            row.insert(field.to_owned(), value);
        }
        data::fill(&mut row, format!("{name}\n").as_bytes(), now);
        world.put("images", &id, row);
    }
}

/// A new image without data.
fn blank(id: &str, owner: &str, now: i64) -> Row {
    let row = json!({"id": id, "name": null, "status": "queued", "visibility": "shared", "protected": false,
        "os_hidden": false, "checksum": null, "os_hash_algo": null, "os_hash_value": null, "owner": owner, "size": null,
        "virtual_size": null, "container_format": null, "disk_format": null, "created_at": zulu(now),
        "updated_at": zulu(now), "tags": [], "min_ram": 0, "min_disk": 0});
    match row {
        Json::Object(row) => row,
        _ => Row::new(),
    }
}

/// The image with this id, if the caller may use it.
pub(super) fn find<'a>(context: &'a Context<'_>, id: &str) -> Option<&'a Row> {
    let row = context.world.get("images", id)?;
    let open = row["visibility"] == "public" || row["visibility"] == "community";
    (open || owned(context, row)).then_some(row)
}

/// Whether it is the caller's to change.
fn owned(context: &Context<'_>, row: &Row) -> bool {
    context.caller.is_admin() || row["owner"] == context.caller.project.as_str()
}

/// Makes the image of a server, as Nova's `createImage` asks for.
pub(super) fn snapshot(context: &mut Context<'_>, server: &Row, disk: &Json, given: &Row) -> String {
    let (id, now) = (context.uuid(), context.now);
    let source = server["_image"].as_str().unwrap_or_default().to_owned();
    let mut row = blank(&id, &context.caller.project, now);
    for (name, value) in context.world.get("images", &source).into_iter().flatten() {
        let own = !STANDARD_PROPERTIES.contains(&name.as_str()) && !name.starts_with('_');
        if own || name == "disk_format" || name == "container_format" {
            row.insert(name.clone(), value.clone());
        }
    }
    for (name, value) in given.get("metadata").and_then(Json::as_object).into_iter().flatten() {
        row.insert(name.clone(), value.clone());
    }
    for (name, value) in [
        ("name", given["name"].clone()),
        ("visibility", json!("private")),
        ("min_disk", disk.clone()),
        ("base_image_ref", json!(source)),
        ("instance_uuid", server["id"].clone()),
        ("image_type", json!("snapshot")),
        ("user_id", json!(context.caller.user)),
    ] {
        row.insert(name.to_owned(), value);
    }
    data::fill(&mut row, format!("snapshot of {}\n", server["name"]).as_bytes(), now);
    context.world.put("images", &id, row);
    id
}

fn encoded(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn decoded(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap_or_default()
}
