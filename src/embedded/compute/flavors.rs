//! Flavors and their extra specs.

use serde_json::{Value as Json, json};

use super::listing::{links, next, page};
use super::version::minor;
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::{Row, World};

const SORT_KEYS: [(&str, &str); 15] = [
    ("created_at", "_seq"),
    ("description", "description"),
    ("disabled", "id"),
    ("ephemeral_gb", "id"),
    ("flavorid", "id"),
    ("id", "_seq"),
    ("is_public", "id"),
    ("memory_mb", "ram"),
    ("name", "name"),
    ("root_gb", "disk"),
    ("rxtx_factor", "id"),
    ("swap", "id"),
    ("updated_at", "id"),
    ("vcpu_weight", "id"),
    ("vcpus", "vcpus"),
];

/// The flavors of a new cloud.
pub(super) fn seed(world: &mut World) {
    for (number, name, vcpus, ram, disk) in [
        (1, "small", 1, 2048, 20),
        (2, "medium", 2, 4096, 40),
        (3, "large", 4, 8192, 80),
        (4, "xlarge", 8, 16_384, 160),
    ] {
        let id = format!("f1a70000-0000-4000-a000-{number:012}");
        let row = json!({"id": id, "name": name, "vcpus": vcpus, "ram": ram, "disk": disk, "description": null,
            "extra_specs": {}});
        if let Json::Object(row) = row {
            world.put("flavors", &id, row);
        }
    }
}

/// The flavor with this id, or the end of a link to it.
pub(super) fn find<'a>(world: &'a World, reference: &str) -> Result<&'a Row, Fault> {
    let id = reference.rsplit('/').next().unwrap_or(reference);
    world.get("flavors", id).ok_or_else(|| Fault::new(404, format!("Flavor {id} could not be found.")))
}

fn view(context: &Context<'_>, row: &Row, detail: bool) -> Json {
    let version = minor(context.request);
    let id = row["id"].as_str().unwrap_or_default();
    let mut shown = json!({"id": row["id"], "name": row["name"], "links": links(context, "flavors", id)});
    if version >= 55 {
        shown["description"] = row["description"].clone();
    }
    if detail {
        for name in ["ram", "disk", "vcpus"] {
            shown[name] = row[name].clone();
        }
        shown["swap"] = if version >= 75 { json!(0) } else { json!("") };
        shown["OS-FLV-EXT-DATA:ephemeral"] = json!(0);
        shown["OS-FLV-DISABLED:disabled"] = json!(false);
        shown["os-flavor-access:is_public"] = json!(true);
        shown["rxtx_factor"] = json!(1.0);
        if version >= 61 {
            shown["extra_specs"] = row["extra_specs"].clone();
        }
    }
    shown
}

/// `GET /flavors` and `GET /flavors/detail`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let mut rows: Vec<Row> = context.world.rows("flavors").into_iter().cloned().collect();
    for (parameter, field) in [("minRam", "ram"), ("minDisk", "disk")] {
        if let Some(text) = context.request.parameter(parameter) {
            let least: i64 =
                text.parse().map_err(|_| Fault::new(400, format!("Invalid {parameter} filter [{text}]")))?;
            rows.retain(|row| row[field].as_i64().unwrap_or(0) >= least);
        }
    }
    let asked = context.request.parameter("sort_key").unwrap_or("flavorid");
    let Some((_, field)) = SORT_KEYS.iter().find(|(name, _)| *name == asked) else {
        let known: Vec<String> = SORT_KEYS.iter().map(|(name, _)| format!("'{name}'")).collect();
        let message = format!(
            "Invalid input for query parameters sort_key. Value: {asked}. '{asked}' is not one of [{}]",
            known.join(", ")
        );
        return Err(Fault::new(400, message));
    };
    rows.sort_by(|one, other| match (one[*field].as_i64(), other[*field].as_i64()) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one[*field].as_str().cmp(&other[*field].as_str()),
    });
    if context.request.parameter("sort_dir") == Some("desc") {
        rows.reverse();
    }
    let (rows, more) = page(context, rows, "id")?;
    let detail = context.request.path.ends_with("/detail");
    let shown: Vec<Json> = rows.iter().map(|row| view(context, row, detail)).collect();
    let mut answer = json!({"flavors": shown});
    if let (true, Some(last)) = (more, rows.last()) {
        let path = if detail { "flavors/detail" } else { "flavors" };
        answer["flavors_links"] = next(context, path, &last["id"], |_| true);
    }
    Ok(Reply::json(200, &answer))
}

/// `GET /flavors/{id}`.
pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let row = find(context.world, &context.parameter("id"))?;
    Ok(Reply::json(200, &json!({"flavor": view(context, row, true)})))
}

/// `GET /flavors/{id}/os-extra_specs`.
pub(super) fn specs(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let row = find(context.world, &context.parameter("id"))?;
    Ok(Reply::json(200, &json!({"extra_specs": row["extra_specs"]})))
}

/// `GET /flavors/{id}/os-extra_specs/{key}`.
pub(super) fn spec(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (id, key) = (context.parameter("id"), context.parameter("key"));
    match find(context.world, &id)?["extra_specs"].get(&key) {
        Some(value) => Ok(Reply::json(200, &json!({key: value}))),
        None => Err(Fault::new(404, format!("Flavor {id} has no extra specs with key {key}."))),
    }
}
