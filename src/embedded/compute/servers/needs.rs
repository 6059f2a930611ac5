//! What a server needs from the rest of the cloud: flavor, image, zone, groups, quota; each refused in Nova's words.

use serde_json::{Value as Json, json};

use crate::embedded::compute::schema::{self, Kind, count, invalid, python};
use crate::embedded::compute::{flavors, groups, hosts, ports, quotas};
use crate::embedded::context::Context;
use crate::embedded::fault::Fault;
use crate::embedded::image;
use crate::embedded::world::Row;

/// One request makes no more than this beyond the least that it asks for.
const MANY: i64 = 100;

/// The least and the most that are wanted.
pub(super) fn counts(given: &Row) -> Result<(i64, i64), Fault> {
    let least = given.get("min_count").and_then(count).unwrap_or(1);
    let most = given.get("max_count").and_then(count).unwrap_or(least);
    if least > most {
        return Err(Fault::new(400, "min_count must be <= max_count"));
    }
    Ok((least, most))
}

/// openstackclient sends the image as a block device too: only what needs a volume is refused.
pub(super) fn boots_from_volume(mappings: &Json) -> bool {
    let plain = |one: &Json| one["source_type"] == "image" && one["destination_type"] == "local";
    mappings.as_array().is_some_and(|mappings| mappings.iter().any(|one| !plain(one)))
}

/// Refuses a zone that there is not.
pub(super) fn zone(given: &Row) -> Result<(), Fault> {
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

/// The image, which must be there and active.
pub(super) fn image_of(context: &Context<'_>, id: &str) -> Result<Row, Fault> {
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
pub(super) fn security_groups(
    context: &Context<'_>,
    given: Option<&Json>,
) -> Result<(Vec<String>, Vec<String>), Fault> {
    let mut names: Vec<String> = Vec::new();
    for (place, one) in given.and_then(Json::as_array).into_iter().flatten().enumerate() {
        let item = schema::object(&place.to_string(), one, &[("name", Kind::Name)], &[])?;
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
pub(super) fn allowed(context: &Context<'_>, least: i64, most: i64, flavor: &Json) -> Result<i64, Fault> {
    let need = |number: i64| {
        let each = |name: &str| flavor[name].as_i64().unwrap_or(0) * number;
        [("cores", each("vcpus")), ("instances", number), ("ram", each("ram"))]
    };
    if quotas::check(context, need(least)).is_err() {
        quotas::check(context, need(most))?;
    }
    let fitting = (least..=most.min(least + MANY)).rev().find(|number| quotas::check(context, need(*number)).is_ok());
    Ok(fitting.unwrap_or(least))
}

/// The server group of the scheduler hints.
pub(super) fn hint(context: &Context<'_>, number: i64) -> Result<Option<String>, Fault> {
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
