//! Lists: filters, `fields`, sorting and pages, the same for every kind.

use std::cmp::Ordering;

use serde_json::{Value as Json, json};

use super::attributes::{is_filter, is_known};
use super::checks::{Check, boolean, whole};
use super::kinds::Kind;
use super::rows::{fault, invalid, may_see, text, view};
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

const PAGING: [&str; 6] = ["fields", "limit", "marker", "page_reverse", "sort_key", "sort_dir"];
const DERIVED: [&str; 2] = ["status", "is_default"];
const TAGS: [&str; 4] = ["tags", "tags-any", "not-tags", "not-tags-any"];

/// The list that the request asks for.
pub fn respond(context: &mut Context<'_>, kind: &Kind) -> Result<Reply, Fault> {
    let mut filters: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, value) in &context.request.query {
        if PAGING.contains(&name.as_str()) {
            continue;
        }
        match filters.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(value),
            None => filters.push((name, vec![value])),
        }
    }
    let known = |name: &str| is_filter(kind, name) || TAGS.contains(&name);
    let unknown: Vec<String> =
        filters.iter().filter(|(name, _)| !known(name)).map(|(name, _)| format!("'{name}'")).collect();
    if !unknown.is_empty() {
        return Err(Fault::new(400, format!("[{}] is invalid attribute for filtering", unknown.join(", "))));
    }
    let (derived, stored): (Vec<_>, Vec<_>) = filters.into_iter().partition(|(name, _)| DERIVED.contains(name));
    let mut rows = Vec::new();
    for row in context.world.candidates(kind.table, &indexed(kind, &stored)) {
        // What is stored can be asked before anything is derived from other rows.
        if may_see(context.world, kind, row, &context.caller) && matches(kind, row, &stored)? {
            // Filters see what members do not.
            let mut whole = row.clone();
            let seen = view(context.world, kind, row, &context.caller, context.now, false);
            whole.extend(seen.clone());
            if matches(kind, &whole, &derived)? {
                rows.push(seen);
            }
        }
    }
    sort(context, kind, &mut rows)?;
    let (rows, links) = page(context, kind, rows)?;
    let fields: Vec<&str> = context.request.parameters("fields").filter(|field| !field.is_empty()).collect();
    let rows: Vec<Json> = rows
        .into_iter()
        .map(|mut row| {
            if !fields.is_empty() {
                row.retain(|name, _| fields.contains(&name.as_str()));
            }
            Json::Object(row)
        })
        .collect();
    let mut body = json!({kind.table: rows});
    if let Some(links) = links {
        body[format!("{}_links", kind.table)] = links;
    }
    Ok(Reply::json(200, &body))
}

/// The filters as the index has them: of a flag it knows which are set.
fn indexed<'a>(kind: &Kind, filters: &[(&'a str, Vec<&'a str>)]) -> Vec<(&'a str, Vec<&'a str>)> {
    let set = |value: &&str| boolean(&json!(value)).is_ok_and(|set| set);
    let known = filters.iter().filter_map(|(name, values)| match kind.check(name) {
        Some(Check::Bool) => values.iter().all(set).then(|| (*name, vec!["true"])),
        _ => Some((*name, values.clone())),
    });
    known.collect()
}

fn matches(kind: &Kind, row: &Row, filters: &[(&str, Vec<&str>)]) -> Result<bool, Fault> {
    for (name, values) in filters {
        let holds = match *name {
            name if TAGS.contains(&name) => has_tags(row, name, values),
            "fixed_ips" => has_addresses(row, values),
            name => {
                let mut any = false;
                for value in values {
                    any |= equals(kind, name, row.get(name), value)?;
                }
                any
            }
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}

fn equals(kind: &Kind, name: &str, actual: Option<&Json>, wanted: &str) -> Result<bool, Fault> {
    if matches!(kind.check(name), Some(Check::Bool)) {
        let wanted = boolean(&json!(wanted))?;
        return Ok(actual.and_then(Json::as_bool).unwrap_or(false) == wanted);
    }
    if matches!(kind.check(name), Some(Check::Version)) && whole(&json!(wanted)).is_none() {
        return Err(invalid(format!("'{wanted}' is not an integer")));
    }
    Ok(match actual {
        Some(Json::String(text)) => text == wanted,
        Some(Json::Number(number)) => number.to_string() == wanted,
        Some(Json::Array(items)) => items.iter().any(|item| item == wanted),
        Some(Json::Object(_) | Json::Bool(_) | Json::Null) | None => false,
    })
}

fn has_tags(row: &Row, name: &str, values: &[&str]) -> bool {
    let own = super::rows::list(row, "tags");
    let mut wanted = values.iter().flat_map(|value| value.split(','));
    let has = |tag: &str| own.iter().any(|own| own == tag);
    match name {
        "tags" => wanted.all(has),
        "tags-any" => wanted.any(has),
        "not-tags" => !wanted.all(has),
        _ => !wanted.any(has),
    }
}

fn has_addresses(row: &Row, values: &[&str]) -> bool {
    let fixed = super::rows::list(row, "fixed_ips");
    ["ip_address", "ip_address_substr", "subnet_id"].into_iter().all(|key| {
        let mut wanted = values.iter().filter_map(|value| value.strip_prefix(key)?.strip_prefix('=')).peekable();
        wanted.peek().is_none()
            || wanted.any(|wanted| {
                fixed.iter().any(|one| match key {
                    "ip_address_substr" => one["ip_address"].as_str().is_some_and(|text| text.contains(wanted)),
                    key => one[key] == wanted,
                })
            })
    })
}

fn sort(context: &Context<'_>, kind: &Kind, rows: &mut [Row]) -> Result<(), Fault> {
    let keys: Vec<&str> = context.request.parameters("sort_key").collect();
    let directions: Vec<&str> = context.request.parameters("sort_dir").collect();
    let wrong = |message: String| Err(Fault::new(400, message));
    if keys.len() != directions.len() {
        return wrong("The number of sort_keys and sort_dirs must be same".to_owned());
    }
    let quoted = |names: Vec<&&str>| names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
    let unknown: Vec<&&str> = directions.iter().filter(|one| !["asc", "desc"].contains(one)).collect();
    if !unknown.is_empty() {
        let unknown = quoted(unknown);
        return wrong(format!("[{unknown}] is invalid value for sort_dirs, valid value is 'asc' and 'desc'"));
    }
    let unknown: Vec<&&str> = keys.iter().filter(|key| !is_known(kind, key)).collect();
    if !unknown.is_empty() {
        return wrong(format!("[{}] is invalid attribute for sort_keys", quoted(unknown)));
    }
    rows.sort_by(|left, right| {
        for (key, direction) in keys.iter().zip(&directions) {
            let order = compare(left.get(*key), right.get(*key));
            let order = if *direction == "desc" { order.reverse() } else { order };
            if order != Ordering::Equal {
                return order;
            }
        }
        text(left, "id").cmp(text(right, "id"))
    });
    Ok(())
}

fn compare(left: Option<&Json>, right: Option<&Json>) -> Ordering {
    match (left, right) {
        (Some(Json::Number(left)), Some(Json::Number(right))) => left.as_i64().cmp(&right.as_i64()),
        (Some(Json::Bool(left)), Some(Json::Bool(right))) => left.cmp(right),
        (left, right) => left.and_then(Json::as_str).cmp(&right.and_then(Json::as_str)),
    }
}

fn page(context: &Context<'_>, kind: &Kind, mut rows: Vec<Row>) -> Result<(Vec<Row>, Option<Json>), Fault> {
    let limit = match context.request.parameter("limit") {
        None | Some("") => 0,
        Some(given) => given.parse::<usize>().map_err(|_| {
            let message = format!("Bad limit request: Limit must be an integer 0 or greater and not '{given}'.");
            fault(400, "BadRequest", message)
        })?,
    };
    if limit == 0 {
        return Ok((rows, None));
    }
    let reverse = match context.request.parameter("page_reverse") {
        Some(given) => boolean(&json!(given)).unwrap_or(false),
        None => false,
    };
    if let Some(marker) = context.request.parameter("marker").filter(|marker| !marker.is_empty()) {
        let Some(place) = rows.iter().position(|row| text(row, "id") == marker) else {
            return Err(kind.not_found(marker));
        };
        rows = if reverse { rows[..place].to_vec() } else { rows[place + 1..].to_vec() };
    }
    if reverse {
        rows = rows[rows.len().saturating_sub(limit)..].to_vec();
    } else {
        rows.truncate(limit);
    }
    let short = rows.len() < limit;
    let mut links = Vec::new();
    if !short || reverse {
        let href = link(context, rows.last(), false);
        links.push(json!({"rel": "next", "href": href}));
    }
    if !short || !reverse {
        let href = link(context, rows.first(), true);
        links.push(json!({"rel": "previous", "href": href}));
    }
    Ok((rows, Some(Json::Array(links))))
}

fn link(context: &Context<'_>, marker: Option<&Row>, reverse: bool) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in &context.request.query {
        if !["marker", "page_reverse"].contains(&name.as_str()) {
            query.append_pair(name, value);
        }
    }
    if let Some(marker) = marker {
        query.append_pair("marker", text(marker, "id"));
    }
    if reverse {
        query.append_pair("page_reverse", "True");
    }
    format!("{}{}?{}", context.base(), context.request.path, query.finish())
}
