//! Create, update (JSON patch), delete and tags.

use serde_json::{Value as Json, json};

use super::view::{missing, view};
use super::{STANDARD_PROPERTIES, blank, find, owned};
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::time::zulu;
use crate::embedded::world::Row;

const READ_ONLY: [&str; 14] = [
    "status",
    "checksum",
    "os_hash_algo",
    "os_hash_value",
    "size",
    "virtual_size",
    "created_at",
    "updated_at",
    "direct_url",
    "self",
    "file",
    "schema",
    "stores",
    "locations",
];
const DISKS: [&str; 11] = ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"];
const CONTAINERS: [&str; 8] = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"];

/// Whether a property may hold a value.
fn checked(context: &Context<'_>, name: &str, value: &Json) -> Result<(), Fault> {
    if READ_ONLY.contains(&name) {
        return Err(Fault::new(403, format!("Attribute '{name}' is read-only.")));
    }
    if name.starts_with('_') {
        return Err(Fault::new(403, format!("Property '{name}' is protected")));
    }
    let one_of = |known: &[&str]| value.as_str().is_some_and(|value| known.contains(&value));
    let problem = match name {
        "disk_format" if !value.is_null() && !one_of(&DISKS) => one_or_none(&DISKS),
        "container_format" if !value.is_null() && !one_of(&CONTAINERS) => one_or_none(&CONTAINERS),
        "visibility" if !one_of(&["community", "public", "private", "shared"]) => {
            "is not one of ['community', 'public', 'private', 'shared']".to_owned()
        }
        "id" if !value.as_str().is_some_and(is_uuid) => {
            "does not match '^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$'"
                .to_owned()
        }
        "min_ram" | "min_disk" if !value.is_i64() => "is not of type 'integer'".to_owned(),
        "protected" | "os_hidden" if !value.is_boolean() => "is not of type 'boolean'".to_owned(),
        "tags" if !value.as_array().is_some_and(|tags| tags.iter().all(Json::is_string)) => {
            "is not of type 'array'".to_owned()
        }
        "name" if !value.is_string() && !value.is_null() => "is not of type 'null', 'string'".to_owned(),
        name if !STANDARD_PROPERTIES.contains(&name) && !value.is_string() => "is not of type 'string'".to_owned(),
        _ if name == "visibility" && value == "public" && !context.caller.is_admin() => {
            return Err(Fault::new(403, "You are not authorized to complete publicize_image action."));
        }
        _ => return Ok(()),
    };
    let value = value.as_str().map_or_else(|| value.to_string(), |text| format!("'{text}'"));
    Err(Fault::new(400, format!("Provided object does not match schema 'image': {value} {problem}")))
}

/// What jsonschema says of a value that is none of these and not absent.
fn one_or_none(known: &[&str]) -> String {
    let known: Vec<String> = known.iter().map(|word| format!("'{word}'")).collect();
    format!("is not one of [None, {}]", known.join(", "))
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|letter| letter == '-' || letter.is_ascii_hexdigit())
}

/// `POST /v2/images`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let given = context.body()?;
    for (name, value) in &given {
        checked(context, name, value)?;
    }
    let id = given.get("id").and_then(Json::as_str).map_or_else(|| context.uuid(), str::to_owned);
    if context.world.get("images", &id).is_some() {
        return Err(Fault::new(409, format!("Image ID {id} already exists!")));
    }
    if let Some(owner) = given.get("owner").and_then(Json::as_str)
        && owner != context.caller.project
        && !context.caller.is_admin()
    {
        return Err(Fault::new(403, format!("You are not permitted to create images owned by '{owner}'.")));
    }
    let mut row = blank(&id, &context.caller.project, context.now);
    row.extend(given);
    let shown = view(&row);
    context.world.put("images", &id, row);
    let location = format!("{}/image/v2/images/{id}", context.base());
    Ok(Reply::json(201, &shown).header("Location", location))
}

fn own(context: &Context<'_>, absent: impl Fn(&str) -> Fault) -> Result<Row, Fault> {
    let id = context.parameter("id");
    let row = find(context, &id).ok_or_else(|| absent(&id))?;
    if !owned(context, row) {
        return Err(Fault::new(403, "You do not own this image"));
    }
    Ok(row.clone())
}

/// `PATCH /v2/images/{id}`: operations on whole properties.
pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let kind = context.request.header("content-type").unwrap_or_default();
    if !kind.starts_with("application/openstack-images-v2.") || !kind.ends_with("-json-patch") {
        return Err(Fault::new(415, format!("The request media type {kind} is not supported by this server.")));
    }
    let Ok(Json::Array(operations)) = serde_json::from_slice::<Json>(&context.request.body) else {
        return Err(Fault::new(400, "Request body must be a JSON array of operation objects."));
    };
    let mut row = own(context, missing)?;
    for operation in &operations {
        apply(context, &mut row, operation)?;
    }
    row.insert("updated_at".to_owned(), json!(zulu(context.now)));
    let shown = view(&row);
    context.world.put("images", &context.parameter("id"), row);
    Ok(Reply::json(200, &shown))
}

fn apply(context: &Context<'_>, row: &mut Row, operation: &Json) -> Result<(), Fault> {
    let kind = operation["op"].as_str().unwrap_or_default();
    let path = operation["path"].as_str().unwrap_or_default();
    let Some(name) = path.strip_prefix('/').filter(|name| !name.is_empty()) else {
        return Err(Fault::new(400, format!("Pointer `{path}` does not start with \"/\".")));
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    let own = !STANDARD_PROPERTIES.contains(&name.as_str());
    match kind {
        "add" | "replace" => {
            let value = operation
                .get("value")
                .ok_or_else(|| Fault::new(400, format!("Operation \"{kind}\" requires a member named \"value\".")))?;
            checked(context, &name, value)?;
            if kind == "replace" && own && !row.contains_key(&name) {
                return Err(absent(&name));
            }
            row.insert(name, value.clone());
        }
        "remove" if READ_ONLY.contains(&name.as_str()) => {
            return Err(Fault::new(403, format!("Attribute '{name}' is read-only.")));
        }
        "remove" if !own => return Err(Fault::new(403, format!("Property {name} may not be removed."))),
        "remove" => {
            row.remove(&name).ok_or_else(|| absent(&name))?;
        }
        _ => {
            return Err(Fault::new(
                400,
                "Operation objects must contain exactly one member named \"add\", \"remove\", or \"replace\".",
            ));
        }
    }
    Ok(())
}

fn absent(name: &str) -> Fault {
    Fault::new(409, format!("Property {name} does not exist."))
}

/// `DELETE /v2/images/{id}`.
pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let row = own(context, |id| Fault::new(404, format!("Failed to find image {id} to delete")))?;
    let id = context.parameter("id");
    if row["protected"] == true {
        return Err(Fault::new(403, format!("Image {id} is protected and cannot be deleted.")));
    }
    context.world.remove("images", &id);
    Ok(Reply::empty(204))
}

/// `PUT /v2/images/{id}/tags/{tag}`.
pub(super) fn add_tag(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let mut row = own(context, missing)?;
    let tag = context.parameter("tag");
    if let Some(Json::Array(tags)) = row.get_mut("tags")
        && !tags.iter().any(|held| *held == tag.as_str())
    {
        tags.push(json!(tag));
    }
    context.world.put("images", &context.parameter("id"), row);
    Ok(Reply::empty(204))
}

/// `DELETE /v2/images/{id}/tags/{tag}`.
pub(super) fn delete_tag(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let mut row = own(context, missing)?;
    let tag = context.parameter("tag");
    let Some(Json::Array(tags)) = row.get_mut("tags") else { return Ok(Reply::empty(204)) };
    let before = tags.len();
    tags.retain(|held| *held != tag.as_str());
    if tags.len() == before {
        return Err(Fault::new(404, "The resource could not be found."));
    }
    context.world.put("images", &context.parameter("id"), row);
    Ok(Reply::empty(204))
}
