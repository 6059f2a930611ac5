//! The create of a server: every check before anything is made, in Nova's order, then the row and its ports.

use serde_json::{Value as Json, json};

use super::needs::{allowed, boots_from_volume, counts, fits, flavor_of, hint, image_of, security_groups, zone};
use super::networks::{self, Wanted};
use super::state::{lasting, usual};
use super::tags;
use crate::embedded::compute::listing::links;
use crate::embedded::compute::schema::{self, Kind, flag, invalid};
use crate::embedded::compute::version::minor;
use crate::embedded::compute::{groups, keypairs, quotas};
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::guest;
use crate::embedded::time::zulu;
use crate::embedded::world::Row;

/// Property, what it holds, the microversion that brought it.
const KNOWN: [(&str, Kind, u32); 24] = [
    ("name", Kind::Name, 1),
    ("imageRef", Kind::Reference, 1),
    ("flavorRef", Kind::Any, 1),
    ("adminPass", Kind::Text, 1),
    ("metadata", Kind::Any, 1),
    ("networks", Kind::Any, 1),
    ("OS-DCF:diskConfig", Kind::OneOf(&["AUTO", "MANUAL"]), 1),
    ("accessIPv4", Kind::V4, 1),
    ("accessIPv6", Kind::V6, 1),
    ("availability_zone", Kind::Name, 1),
    ("block_device_mapping", Kind::List, 1),
    ("block_device_mapping_v2", Kind::List, 1),
    ("config_drive", Kind::Flag, 1),
    ("key_name", Kind::Name, 1),
    ("min_count", Kind::Count, 1),
    ("max_count", Kind::Count, 1),
    ("return_reservation_id", Kind::Flag, 1),
    ("security_groups", Kind::List, 1),
    ("user_data", Kind::Text, 1),
    ("description", Kind::TextOrNull, 19),
    ("tags", Kind::List, 52),
    ("trusted_image_certificates", Kind::Any, 63),
    ("hostname", Kind::Host, 90),
    ("personality", Kind::List, 1),
];

/// The longest user data, in base64.
const USER_DATA: usize = 65_535;

/// `POST /servers`.
pub(in crate::embedded::compute) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let version = minor(context.request);
    let given = checked(context, version)?;
    let (least, most) = counts(&given)?;
    if given.get("block_device_mapping_v2").or_else(|| given.get("block_device_mapping")).is_some_and(boots_from_volume)
    {
        return Err(Fault::new(501, "The embedded cloud has no volumes: block device mappings other than the image"));
    }
    zone(&given)?;
    let image = given.get("imageRef").and_then(Json::as_str).unwrap_or_default();
    if image.is_empty() {
        return Err(Fault::new(400, "Missing imageRef attribute"));
    }
    let image_id = image.rsplit('/').next().unwrap_or(image).to_owned();
    if !schema::is_uuid(&image_id) {
        let problem = format!("'{image}' is not valid under any of the given schemas");
        return Err(invalid("imageRef", &json!(image), problem));
    }
    let asked = networks::asked(context, given.get("networks"))?;
    let flavor = flavor_of(context, &given["flavorRef"])?;
    let image = image_of(context, &image_id)?;
    fits(&flavor, &image)?;
    let metadata = given.get("metadata").and_then(Json::as_object).cloned().unwrap_or_default();
    if let Some(name) = given.get("key_name").and_then(Json::as_str)
        && keypairs::find(context, &context.caller.user.clone(), name).is_none()
    {
        return Err(Fault::new(400, "Invalid key_name provided."));
    }
    if !quotas::allows(context, "metadata_items", metadata.len()) {
        let most = quotas::own(context, "metadata_items");
        return Err(Fault::new(403, format!("Maximum number of metadata items exceeds {most}")));
    }
    let (names, ids) = security_groups(context, given.get("security_groups"))?;
    let automatic = given.get("networks") == Some(&json!("auto"));
    let wanted = networks::resolved(context, asked, automatic)?;
    if most > 1 && wanted.iter().any(|one| matches!(one, Wanted::Port(_))) {
        return Err(Fault::new(
            400,
            "Unable to launch multiple instances with a single configured port ID. Please launch your instance one by one with different ports.",
        ));
    }
    let number = allowed(context, least, most, &flavor)?;
    let group = hint(context, number)?;
    let mut first = None;
    for index in 0..number {
        let mut row = template(context, &given, version, (&image_id, &flavor, &metadata));
        if most > 1 {
            let name = format!("{}-{}", given["name"].as_str().unwrap_or_default(), index + 1);
            row.insert("_hostname".to_owned(), json!(hostname(&name)));
            row.insert("name".to_owned(), json!(name));
        }
        row.insert("_group".to_owned(), json!(group));
        let id = build(context, row, &wanted, &ids)?;
        first.get_or_insert(id);
    }
    let id = first.unwrap_or_default();
    if given.get("return_reservation_id").is_some_and(|flag| flag == true) {
        return Ok(Reply::json(202, &json!({"reservation_id": format!("r-{}", &id[..8])})));
    }
    let shown: Vec<Json> = names.iter().map(|name| json!({"name": name})).collect();
    let password = given.get("adminPass").cloned().unwrap_or_else(|| json!(&context.uuid().replace('-', "")[..12]));
    let answer = json!({"server": {"id": id, "links": links(context, "servers", &id), "adminPass": password,
        "OS-DCF:diskConfig": given.get("OS-DCF:diskConfig").cloned().unwrap_or_else(|| json!("MANUAL")),
        "security_groups": shown}});
    let location = format!("{}/compute/v2.1/servers/{id}", context.base());
    Ok(Reply::json(202, &answer).header("Location", location))
}

fn checked(context: &Context<'_>, version: u32) -> Result<Row, Fault> {
    let known: Vec<(&str, Kind)> = KNOWN
        .iter()
        .filter(|(name, _, since)| version >= *since && (*name != "personality" || version < 57))
        .map(|(name, kind, _)| (*name, *kind))
        .collect();
    let required: &[&str] = if version >= 37 { &["name", "flavorRef", "networks"] } else { &["name", "flavorRef"] };
    let given = schema::body_of(context, "server", &known, required)?;
    if let Some(data) = given.get("user_data").and_then(Json::as_str) {
        if data.len() > USER_DATA {
            return Err(invalid("user_data", &json!(data), format!("'{data}' is too long")));
        }
        if !schema::is_base64(data) {
            return Err(invalid("user_data", &json!(data), format!("'{data}' is not a 'base64'")));
        }
    }
    if let Some(text) = given.get("description").and_then(Json::as_str).filter(|text| text.chars().count() > 255) {
        return Err(invalid("description", &json!(text), format!("'{text}' is too long")));
    }
    if let Some(given) = given.get("metadata") {
        schema::metadata(given)?;
    }
    if let Some(given) = given.get("tags") {
        tags::checked(given)?;
    }
    Ok(given)
}

/// The guest's name for itself.
pub(super) fn hostname(name: &str) -> String {
    let letters = name.chars().map(|letter| if letter == ' ' || letter == '_' { '-' } else { letter });
    let kept: String = letters.filter(|letter| letter.is_ascii_alphanumeric() || "-.".contains(*letter)).collect();
    kept.trim_matches(['-', '.']).to_lowercase()
}

fn template(context: &mut Context<'_>, given: &Row, version: u32, parts: (&str, &Json, &Row)) -> Row {
    let (image, flavor, metadata) = parts;
    let name = given["name"].as_str().unwrap_or_default();
    let text = |field: &str| given.get(field).cloned().unwrap_or(Json::Null);
    let drive = match given.get("config_drive") {
        Some(Json::Bool(value)) => *value,
        Some(Json::String(value)) => flag(value).unwrap_or(false),
        _ => false,
    };
    let host = given.get("hostname").and_then(Json::as_str).map_or_else(|| hostname(name), str::to_owned);
    let row = json!({"id": context.uuid(), "name": name, "project_id": context.caller.project,
        "user_id": context.caller.user, "metadata": metadata, "_image": image, "_flavor": flavor,
        "_description": if version >= 19 { text("description") } else { json!(name) },
        "key_name": text("key_name"), "_user_data": text("user_data"), "_tags": tags::unique(given.get("tags")),
        "_access_v4": text("accessIPv4"), "_access_v6": text("accessIPv6"),
        "_disk_config": given.get("OS-DCF:diskConfig").cloned().unwrap_or_else(|| json!("MANUAL")),
        "_config_drive": if drive { "True" } else { "" }, "_hostname": host,
        "_locked": false, "_created": context.now, "_updated": context.now, "_ports": []});
    match row {
        Json::Object(row) => row,
        _ => Row::new(),
    }
}

/// Stores the row with its ports; a server whose network fails stays, in `ERROR`.
fn build(context: &mut Context<'_>, mut row: Row, wanted: &[Wanted], security: &[String]) -> Result<String, Fault> {
    let id = row["id"].as_str().unwrap_or_default().to_owned();
    let until = context.now + lasting(context, usual::BUILD);
    let full = row["_group"].as_str().is_some_and(|group| groups::full(context, group));
    let made = if full {
        Err("No valid host was found. There are not enough hosts available.".to_owned())
    } else {
        match networks::made(context, &id, wanted, security, until) {
            // Nova asks Neutron's quota before it makes the server.
            Err(fault) if fault.code == "OverQuota" => return Err(fault),
            made => made.map_err(|fault| format!("Build of instance {id} aborted: {}", fault.message)),
        }
    };
    let then = match made {
        Ok(made) => {
            row.insert("_ports".to_owned(), Json::Array(made));
            "active"
        }
        Err(message) => {
            row.insert("_fault".to_owned(), json!({"code": 500, "created": zulu(until), "message": message}));
            "error"
        }
    };
    row.insert("_launched".to_owned(), if then == "active" { json!(until) } else { Json::Null });
    let guest = if then == "active" { guest::born(context, &row["_user_data"], until) } else { Json::Null };
    guest::keep(&mut row, guest);
    row.insert("_vm".to_owned(), json!("building"));
    row.insert("_task".to_owned(), json!({"name": "building", "from": context.now, "until": until, "then": then}));
    context.world.put("servers", &id, row);
    Ok(id)
}
