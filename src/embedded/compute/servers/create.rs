//! The create of a server: every check before anything is made, in Nova's order, then the row and its ports.

use serde_json::{Value as Json, json};

use super::networks::{self, Wanted};
use super::state::{lasting, usual};
use super::tags;
use crate::embedded::compute::listing::links;
use crate::embedded::compute::schema::{self, Kind, count, flag, invalid, python};
use crate::embedded::compute::version::minor;
use crate::embedded::compute::{flavors, groups, hosts, keypairs, ports, quotas};
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::image;
use crate::embedded::time::zulu;
use crate::embedded::world::Row;

/// Property, what it holds, the microversion that brought it.
const KNOWN: [(&str, Kind, u32); 24] = [
    ("name", Kind::Name, 1),
    ("imageRef", Kind::Text, 1),
    ("flavorRef", Kind::Any, 1),
    ("adminPass", Kind::Text, 1),
    ("metadata", Kind::Any, 1),
    ("networks", Kind::Any, 1),
    ("OS-DCF:diskConfig", Kind::Text, 1),
    ("accessIPv4", Kind::Text, 1),
    ("accessIPv6", Kind::Text, 1),
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
    ("hostname", Kind::Text, 90),
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
    let metadata = given.get("metadata").map_or_else(|| Ok(Row::new()), schema::metadata)?;
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
        let id = build(context, row, &wanted, &ids);
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
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\r\n*".contains(&byte);
        if !data.bytes().all(allowed) {
            return Err(invalid("user_data", &json!(data), format!("'{data}' is not a 'base64'")));
        }
    }
    if let Some(given) = given.get("tags") {
        tags::checked(given)?;
    }
    Ok(given)
}

fn counts(given: &Row) -> Result<(i64, i64), Fault> {
    let least = given.get("min_count").and_then(count).unwrap_or(1);
    let most = given.get("max_count").and_then(count).unwrap_or(least);
    if least > most {
        return Err(Fault::new(400, "min_count must be <= max_count"));
    }
    Ok((least, most))
}

/// openstackclient sends the image as a block device too: only what needs a volume is refused.
fn boots_from_volume(mappings: &Json) -> bool {
    let plain = |one: &Json| one["source_type"] == "image" && one["destination_type"] == "local";
    mappings.as_array().is_some_and(|mappings| mappings.iter().any(|one| !plain(one)))
}

fn zone(given: &Row) -> Result<(), Fault> {
    match given.get("availability_zone").and_then(Json::as_str) {
        None => Ok(()),
        Some(zone) if zone.split(':').next() == Some(hosts::ZONE) => Ok(()),
        Some(_) => Err(Fault::new(400, "The requested availability zone is not available")),
    }
}

/// The flavor as a server keeps it.
pub(super) fn flavor_of(context: &Context<'_>, reference: &Json) -> Result<Json, Fault> {
    let reference = reference.as_str().map_or_else(|| python(reference), str::to_owned);
    let row = flavors::find(context.world, &reference).map_err(|fault| Fault::new(400, fault.message))?;
    Ok(json!({"id": row["id"], "name": row["name"], "vcpus": row["vcpus"], "ram": row["ram"], "disk": row["disk"],
        "extra_specs": row["extra_specs"]}))
}

fn image_of(context: &Context<'_>, id: &str) -> Result<Row, Fault> {
    let row = image::find(context, id).ok_or_else(|| Fault::new(400, "Can not find requested image"))?;
    if row["status"] != "active" {
        return Err(Fault::new(400, format!("Image {id} is not active.")));
    }
    Ok(row.clone())
}

/// Whether an image runs on a flavor.
pub(super) fn fits(flavor: &Json, image: &Row) -> Result<(), Fault> {
    let number = |json: &Json| json.as_i64().unwrap_or(0);
    if number(&flavor["ram"]) < number(&image["min_ram"]) {
        return Err(Fault::new(400, "Flavor's memory is too small for requested image."));
    }
    let (disk, least, size) =
        (number(&flavor["disk"]) << 30, number(&image["min_disk"]) << 30, image.get("size").map_or(0, number));
    if disk != 0 && size > disk {
        return Err(Fault::new(
            400,
            format!(
                "Flavor's disk is too small for requested image. Flavor disk is {disk} bytes, image is {size} bytes."
            ),
        ));
    }
    if disk != 0 && least > disk {
        return Err(Fault::new(
            400,
            format!(
                "Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is {disk} bytes, minimum size is {least} bytes."
            ),
        ));
    }
    Ok(())
}

/// The names to show and the ids to give to the ports that Nova makes.
fn security_groups(context: &Context<'_>, given: Option<&Json>) -> Result<(Vec<String>, Vec<String>), Fault> {
    let mut names: Vec<String> = Vec::new();
    for one in given.and_then(Json::as_array).into_iter().flatten() {
        let item = schema::object("security_groups", one, &[("name", Kind::Name)], &[])?;
        let name = item.get("name").and_then(Json::as_str).unwrap_or("default").to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        names.push("default".to_owned());
    }
    let mut ids = Vec::new();
    for name in &names {
        let found = ports::groups(context, &context.caller.project, name);
        match found.as_slice() {
            [one] => ids.push(one["id"].as_str().unwrap_or_default().to_owned()),
            [] if name == "default" => {}
            [] => return Err(Fault::new(400, format!("Unable to find security_group with name or id '{name}'"))),
            _ => {
                return Err(Fault::new(
                    409,
                    format!("Multiple security_group matches found for name '{name}', use an ID to be more specific."),
                ));
            }
        }
    }
    Ok((names, ids))
}

/// How many may be made: as many as wanted, or at least the least; else 403.
fn allowed(context: &Context<'_>, least: i64, most: i64, flavor: &Json) -> Result<i64, Fault> {
    let need = |number: i64| {
        let each = |name: &str| flavor[name].as_i64().unwrap_or(0) * number;
        [("cores", each("vcpus")), ("instances", number), ("ram", each("ram"))]
    };
    let fitting = (least..=most).rev().find(|number| quotas::check(context, need(*number)).is_ok());
    fitting.map_or_else(|| quotas::check(context, need(most)).map(|()| most), Ok)
}

/// The server group of the scheduler hints.
fn hint(context: &Context<'_>, number: i64) -> Result<Option<String>, Fault> {
    let body = context.body()?;
    let hints = body.get("os:scheduler_hints").or_else(|| body.get("OS-SCH-HNT:scheduler_hints"));
    let Some(group) = hints.and_then(|hints| hints.get("group")) else { return Ok(None) };
    let id = group
        .as_str()
        .filter(|id| schema::is_uuid(id))
        .ok_or_else(|| invalid("group", group, format!("{} is not a 'uuid'", python(group))))?;
    if groups::find(context, id).is_none() {
        return Err(Fault::new(400, format!("Instance group {id} could not be found.")));
    }
    let members = groups::members(context, id).len() + usize::try_from(number).unwrap_or(0);
    if !quotas::allows(context, "server_group_members", members) {
        return Err(Fault::new(403, "Quota exceeded, too many servers in group"));
    }
    Ok(Some(id.to_owned()))
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
fn build(context: &mut Context<'_>, mut row: Row, wanted: &[Wanted], groups: &[String]) -> String {
    let id = row["id"].as_str().unwrap_or_default().to_owned();
    let until = context.now + lasting(context, usual::BUILD);
    let then = match networks::made(context, &id, wanted, groups) {
        Ok(made) => {
            row.insert("_ports".to_owned(), Json::Array(made));
            "active"
        }
        Err(reason) => {
            let message = format!("Build of instance {id} aborted: {reason}");
            row.insert("_fault".to_owned(), json!({"code": 500, "created": zulu(until), "message": message}));
            "error"
        }
    };
    row.insert("_launched".to_owned(), if then == "active" { json!(until) } else { Json::Null });
    row.insert("_vm".to_owned(), json!("building"));
    row.insert("_task".to_owned(), json!({"name": "building", "from": context.now, "until": until, "then": then}));
    context.world.put("servers", &id, row);
    id
}
