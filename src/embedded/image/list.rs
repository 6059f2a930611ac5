//! The list of images: filters, order, pages.

use std::cmp::Ordering;

use serde_json::{Value as Json, json};

use super::view::view;
use super::{find, owned};
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

/// The length of a page when none is asked for.
const USUAL: usize = 25;
const LONGEST: usize = 1000;
const KEYS: [&str; 8] = ["name", "status", "container_format", "disk_format", "size", "id", "created_at", "updated_at"];
const NOT_FILTERS: [&str; 7] = ["limit", "marker", "sort", "sort_key", "sort_dir", "visibility", "member_status"];

/// `GET /v2/images`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let limit = limit(context)?;
    let order = order(context)?;
    let visibility = context.request.parameter("visibility");
    if let Some(other) = visibility.filter(|given| !["public", "private", "shared", "community", "all"].contains(given))
    {
        return Err(Fault::new(400, format!("Invalid visibility value: {other}")));
    }
    if let Some(status) = context.request.parameter("member_status")
        && !["pending", "accepted", "rejected", "all"].contains(&status)
    {
        return Err(Fault::new(400, format!("Invalid status: {status}")));
    }
    let mut rows = Vec::new();
    for row in context.world.rows("images") {
        if seen(context, row, visibility) && passes(context, row)? {
            rows.push(row);
        }
    }
    rows.sort_by(|one, other| {
        let by_keys = order.iter().map(|(key, down)| {
            let ordering = compare(&one[key.as_str()], &other[key.as_str()]);
            if *down { ordering.reverse() } else { ordering }
        });
        by_keys.fold(Ordering::Equal, Ordering::then)
    });
    let start = match context.request.parameter("marker") {
        None => 0,
        Some(marker) => {
            find(context, marker).ok_or_else(|| Fault::new(400, format!("No image found with ID {marker}")))?;
            rows.iter().position(|row| row["id"] == marker).map_or(rows.len(), |place| place + 1)
        }
    };
    let page: Vec<&Row> = rows.into_iter().skip(start).take(limit).collect();
    let mut answer = json!({"images": page.iter().map(|row| view(row)).collect::<Vec<_>>(),
        "first": link(context, None), "schema": "/v2/schemas/images"});
    if let Some(last) = page.last().filter(|_| page.len() == limit) {
        answer["next"] = json!(link(context, last["id"].as_str()));
    }
    Ok(Reply::json(200, &answer))
}

fn limit(context: &Context<'_>) -> Result<usize, Fault> {
    let Some(text) = context.request.parameter("limit") else { return Ok(USUAL) };
    let number: i64 = text.parse().map_err(|_| Fault::new(400, "limit param must be an integer"))?;
    let number = usize::try_from(number).map_err(|_| Fault::new(400, "limit param must be positive"))?;
    Ok(number.min(LONGEST))
}

/// Keys and whether each goes down; newest first, then by id, where nothing else decides.
fn order(context: &Context<'_>) -> Result<Vec<(String, bool)>, Fault> {
    let request = context.request;
    let mut order: Vec<(String, bool)> = Vec::new();
    if let Some(sort) = request.parameter("sort") {
        if request.parameter("sort_key").is_some() || request.parameter("sort_dir").is_some() {
            return Err(Fault::new(400, "Old and new sorting syntax cannot be combined"));
        }
        for part in sort.split(',') {
            let (key, direction) = part.trim().split_once(':').unwrap_or((part.trim(), "desc"));
            order.push((key.to_owned(), direction == "desc"));
        }
    } else {
        let directions: Vec<&str> = request.parameters("sort_dir").collect();
        for (place, key) in request.parameters("sort_key").enumerate() {
            let direction = directions.get(place).or(directions.first()).copied().unwrap_or("desc");
            order.push((key.to_owned(), direction == "desc"));
        }
    }
    let directions = request.parameters("sort_dir").chain(
        request
            .parameter("sort")
            .into_iter()
            .flat_map(|sort| sort.split(','))
            .filter_map(|one| one.split_once(':'))
            .map(|(_, direction)| direction),
    );
    if let Some(direction) = directions.into_iter().find(|direction| *direction != "asc" && *direction != "desc") {
        return Err(Fault::new(400, format!("Invalid sort direction: {direction}")));
    }
    if let Some((key, _)) = order.iter().find(|(key, _)| !KEYS.contains(&key.as_str())) {
        let known = KEYS.join(", ");
        let message = format!("Invalid sort key: {key}. It must be one of the following: {known}.");
        return Err(Fault::new(400, message));
    }
    let down = order.first().is_none_or(|(_, down)| *down);
    order.extend([("created_at".to_owned(), down), ("id".to_owned(), down)]);
    Ok(order)
}

fn compare(one: &Json, other: &Json) -> Ordering {
    match (one.as_i64(), other.as_i64()) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.as_str().unwrap_or_default().cmp(other.as_str().unwrap_or_default()),
    }
}

/// Community images only show when asked for, hidden ones too.
fn seen(context: &Context<'_>, row: &Row, visibility: Option<&str>) -> bool {
    let own = row["owner"] == context.caller.project.as_str();
    let held = row["visibility"].as_str().unwrap_or_default();
    let hidden = context.request.parameter("os_hidden").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    (row["os_hidden"] == true) == hidden
        && match visibility {
            None => own || held == "public" || (held != "community" && owned(context, row)),
            Some("all") => own || held == "public" || held == "community" || owned(context, row),
            Some(wanted) => held == wanted && (held == "public" || held == "community" || owned(context, row)),
        }
}

fn passes(context: &Context<'_>, row: &Row) -> Result<bool, Fault> {
    for (name, wanted) in &context.request.query {
        let held = &row.get(name).cloned().unwrap_or(Json::Null);
        let right = match name.as_str() {
            name if NOT_FILTERS.contains(&name) => true,
            "tag" => row["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == wanted)),
            "size_min" | "size_max" => {
                let bound: i64 = wanted
                    .parse()
                    .map_err(|_| Fault::new(400, "Unable to filter on a range with a non-numeric value."))?;
                let size = row["size"].as_i64().unwrap_or(0);
                if name == "size_min" { size >= bound } else { size <= bound }
            }
            "protected" | "os_hidden" => match wanted.to_lowercase().as_str() {
                "true" => *held == true,
                "false" => *held == false,
                _ => {
                    return Err(Fault::new(
                        400,
                        format!("Invalid value '{wanted}' for '{name}' filter. Valid values are 'true' or 'false'."),
                    ));
                }
            },
            // As seen: a number that is none filters by 0.
            "min_ram" | "min_disk" | "size" => held.as_i64().unwrap_or(0) == wanted.parse().unwrap_or(0),
            "created_at" | "updated_at" => moment(held, name, wanted)?,
            "name" | "id" | "status" | "container_format" | "disk_format" => match wanted.strip_prefix("in:") {
                Some(list) => list.split(',').any(|one| *held == one.trim_matches('"')),
                None => *held == wanted.as_str(),
            },
            _ => *held == wanted.as_str(),
        };
        if !right {
            return Ok(false);
        }
    }
    Ok(true)
}

fn moment(held: &Json, name: &str, wanted: &str) -> Result<bool, Fault> {
    let (operator, text) = match wanted.split_once(':') {
        Some((operator, rest)) if ["gt", "gte", "lt", "lte", "eq", "neq"].contains(&operator) => (operator, rest),
        _ => ("eq", wanted),
    };
    let wanted: jiff::Timestamp = text
        .parse()
        .map_err(|_| Fault::new(400, format!("Bad \"{name}\" query filter format. Use ISO 8601 DateTime notation.")))?;
    let held: jiff::Timestamp = held.as_str().unwrap_or_default().parse().unwrap_or_default();
    Ok(match operator {
        "gt" => held > wanted,
        "gte" => held >= wanted,
        "lt" => held < wanted,
        "lte" => held <= wanted,
        "neq" => held != wanted,
        _ => held == wanted,
    })
}

/// The link to the first page, or to the one behind a marker.
fn link(context: &Context<'_>, marker: Option<&str>) -> String {
    let given = context.request.query.iter().filter(|(name, _)| name != "marker");
    let mut pairs: Vec<String> = given.map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    pairs.extend(marker.map(|marker| format!("marker={marker}")));
    if pairs.is_empty() { "/v2/images".to_owned() } else { format!("/v2/images?{}", pairs.join("&")) }
}

fn escaped(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        b' ' => "+".to_owned(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}
