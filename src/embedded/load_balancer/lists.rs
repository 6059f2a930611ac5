//! Lists: filters, fields, sorting and pages, the same for every kind.

use serde_json::{Value as Json, json};

use super::super::context::Context;
use super::super::exchange::Reply;
use super::super::fault::Fault;
use super::super::world::{Row, oldest_first};
use super::kinds::{Kind, Links, forbidden, text};
use super::members::lost;

const AUXILIARY: [&str; 7] = ["limit", "marker", "sort", "sort_key", "sort_dir", "fields", "page_reverse"];
const COMMON: [&str; 7] =
    ["id", "project_id", "tenant_id", "provisioning_status", "operating_status", "created_at", "updated_at"];

/// Answers a list of what the caller may see; `parent` bounds it to one pool's or policy's.
pub(super) fn list(context: &mut Context<'_>, kind: &Kind, parent: Option<(&str, &str)>) -> Result<Reply, Fault> {
    let limit = match limit(context) {
        Ok(limit) => limit,
        Err(message) => return Ok(lost(context, 400, &message)),
    };
    let project = project(context)?;
    let mut wanted: Vec<(&str, Vec<&str>)> = Vec::new();
    wanted.extend(project.as_deref().map(|project| ("project_id", vec![project])));
    wanted.extend(parent.map(|(name, id)| (name, vec![id])));
    wanted.extend(context.request.query.iter().map(|(name, value)| (stored(kind, name), vec![value.as_str()])));
    let mut rows: Vec<&Row> = oldest_first(context.world.candidates(&kind.table(), &wanted))
        .into_iter()
        .filter(|row| project.as_ref().is_none_or(|project| row["project_id"] == project.as_str()))
        .filter(|row| parent.is_none_or(|(name, id)| row[name] == id))
        .collect();
    filter(context, kind, &mut rows)?;
    sort(context, kind, &mut rows)?;
    let page = page(context, kind, rows, limit)?;
    let mut page_links = Vec::new();
    if let (Some(limit), Some(first), Some(last)) = (limit, page.first(), page.last()) {
        let url = format!("{}{}?limit={limit}", context.base(), context.request.path);
        if context.request.parameter("marker").is_some() {
            let href = format!("{url}&marker={}&page_reverse=True", text(first, "id"));
            page_links.push(json!({"rel": "previous", "href": href}));
        }
        if page.len() >= limit {
            page_links.push(json!({"rel": "next", "href": format!("{url}&marker={}", text(last, "id"))}));
        }
    }
    let links = Links::of(context.world);
    let shown: Vec<Json> = page.into_iter().map(|row| Json::Object(fields(context, links.show(kind, row)))).collect();
    Ok(Reply::json(200, &json!({kind.plural: shown, format!("{}_links", kind.plural): page_links})))
}

/// Answers one row.
pub(super) fn show(context: &Context<'_>, kind: &Kind, status: u16, id: &str) -> Result<Reply, Fault> {
    let row = kind.find(context, id)?;
    let row = fields(context, Links::of(context.world).show(kind, &row));
    Ok(Reply::json(status, &json!({kind.key: row})))
}

fn fields(context: &Context<'_>, mut row: Row) -> Row {
    let wanted: Vec<&str> = context.request.parameters("fields").flat_map(|names| names.split(',')).collect();
    if !wanted.is_empty() {
        row.retain(|name, _| wanted.contains(&name.as_str()));
    }
    row
}

/// The project whose rows are listed; none for all.
fn project(context: &Context<'_>) -> Result<Option<String>, Fault> {
    let wanted = context.request.parameter("project_id").or_else(|| context.request.parameter("tenant_id"));
    match wanted {
        Some(wanted) if wanted != context.caller.project && !context.caller.is_admin() => Err(forbidden()),
        Some(wanted) => Ok(Some(wanted.to_owned())),
        None if context.caller.is_admin() => Ok(None),
        None => Ok(Some(context.caller.project.clone())),
    }
}

fn filter(context: &Context<'_>, kind: &Kind, rows: &mut Vec<&Row>) -> Result<(), Fault> {
    for (name, value) in &context.request.query {
        let name = name.as_str();
        if AUXILIARY.contains(&name) || matches!(name, "project_id" | "tenant_id") {
            continue;
        }
        let given: Vec<&str> = value.split(',').collect();
        let has =
            |row: &Row, tag: &str| row["tags"].as_array().is_some_and(|tags| tags.iter().any(|known| known == tag));
        match name {
            "tags" => rows.retain(|row| given.iter().all(|tag| has(row, tag))),
            "tags-any" => rows.retain(|row| given.iter().any(|tag| has(row, tag))),
            "not-tags" => rows.retain(|row| !given.iter().all(|tag| has(row, tag))),
            "not-tags-any" => rows.retain(|row| !given.iter().any(|tag| has(row, tag))),
            _ if stored(kind, name) != name => rows.retain(|row| row[stored(kind, name)] == value.as_str()),
            _ if COMMON.contains(&name) || known(kind, name) => rows.retain(|row| same(row.get(name), value)),
            _ => return Err(Fault::new(400, "One or more arguments are either duplicate or invalid")),
        }
    }
    Ok(())
}

/// The field of a row that a filter is about.
fn stored<'a>(kind: &Kind, name: &'a str) -> &'a str {
    match name {
        "loadbalancer_id" | "load_balancer_id" if kind.key != "loadbalancer" && kind.key != "rule" => "_lb",
        "pool_id" if matches!(kind.key, "member" | "healthmonitor") => "_pool",
        name => name,
    }
}

fn known(kind: &Kind, name: &str) -> bool {
    kind.attributes.iter().any(|attribute| attribute.name == name) || kind.filters.contains(&name)
}

/// Whether a row's value is the one asked for. A text never given is null in Octavia's database: `""` does not find it.
fn same(value: Option<&Json>, wanted: &str) -> bool {
    match value {
        Some(Json::String(text)) => !wanted.is_empty() && text == wanted,
        Some(Json::Bool(flag)) => wanted.eq_ignore_ascii_case(if *flag { "true" } else { "false" }),
        Some(Json::Number(number)) => number.to_string() == wanted,
        _ => false,
    }
}

fn sort(context: &Context<'_>, kind: &Kind, rows: &mut [&Row]) -> Result<(), Fault> {
    let request = context.request;
    let mut keys: Vec<(String, String)> = Vec::new();
    if let Some(sort) = request.parameter("sort") {
        for key in sort.split(',') {
            let (key, way) = key.split_once(':').unwrap_or((key, "asc"));
            keys.push((key.to_owned(), way.to_owned()));
        }
    } else if let Some(sort) = request.parameter("sort_key") {
        let ways: Vec<&str> = request.parameter("sort_dir").map(|ways| ways.split(',').collect()).unwrap_or_default();
        for (place, key) in sort.split(',').enumerate() {
            keys.push((key.to_owned(), (*ways.get(place).unwrap_or(&"asc")).to_owned()));
        }
    }
    for (key, way) in keys.iter().rev() {
        if !COMMON.contains(&key.as_str()) && !known(kind, key) {
            return Err(Fault::new(400, format!("Supplied sort key '{key}' is not valid.")));
        }
        let way = way.to_lowercase();
        match way.as_str() {
            "asc" => rows.sort_by_key(|row| sortable(row, key)),
            "desc" => rows.sort_by_key(|row| std::cmp::Reverse(sortable(row, key))),
            _ => return Err(Fault::new(400, format!("Supplied sort direction '{way}' is not valid."))),
        }
    }
    Ok(())
}

fn sortable(row: &Row, key: &str) -> (i64, String) {
    match row.get(key) {
        Some(Json::Number(number)) => (number.as_i64().unwrap_or(0), String::new()),
        Some(Json::Bool(flag)) => (i64::from(*flag), String::new()),
        Some(Json::String(text)) => (0, text.clone()),
        _ => (0, String::new()),
    }
}

fn limit(context: &Context<'_>) -> Result<Option<usize>, String> {
    match context.request.parameter("limit") {
        None | Some("infinite") => Ok(None),
        Some(text) => match text.parse::<i64>() {
            Ok(limit) => Ok(usize::try_from(limit).ok().filter(|limit| *limit > 0)),
            Err(_) => Err(format!("Supplied pagination limit '{text}' is not valid.")),
        },
    }
}

fn page<'a>(
    context: &Context<'_>,
    kind: &Kind,
    rows: Vec<&'a Row>,
    limit: Option<usize>,
) -> Result<Vec<&'a Row>, Fault> {
    let limit = limit.unwrap_or(usize::MAX);
    let Some(marker) = context.request.parameter("marker") else { return Ok(rows.into_iter().take(limit).collect()) };
    if kind.get(context.world, marker).is_none() {
        return Err(Fault::new(400, format!("Supplied pagination marker '{marker}' is not valid.")));
    }
    let place = rows.iter().position(|row| row["id"] == marker);
    if context.request.parameter("page_reverse") == Some("True") {
        let before = place.unwrap_or(rows.len());
        return Ok(rows[before.saturating_sub(limit)..before].to_vec());
    }
    let after = place.map_or(rows.len(), |place| place + 1);
    Ok(rows.into_iter().skip(after).take(limit).collect())
}
