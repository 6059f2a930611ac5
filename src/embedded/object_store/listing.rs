//! Listings of containers and objects: prefix, delimiter, marker, limit, in plain text or JSON.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::super::context::Context;
use super::super::exchange::Reply;
use super::words::{said, told};

const LIMIT: usize = 10_000;

/// The form of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Json,
}

/// The form asked for.
pub(super) fn form(context: &Context<'_>) -> Result<Form, Reply> {
    match context.request.parameter("format") {
        Some("json") => return Ok(Form::Json),
        Some("plain") => return Ok(Form::Plain),
        Some("xml") => return Err(told(501, "The embedded cloud does not know XML listings")),
        _ => {}
    }
    let accept = context.request.header("accept").unwrap_or("*/*");
    let first =
        accept.split(',').map(|part| part.split(';').next().unwrap_or_default().trim()).find_map(|kind| match kind {
            "application/json" => Some(Form::Json),
            "text/plain" | "text/*" | "*/*" | "" => Some(Form::Plain),
            _ => None,
        });
    first.ok_or_else(|| said(406))
}

/// Picks what a request asks for of entries by name and writes it; `reply` brings the headers.
pub(super) fn write(context: &Context<'_>, entries: BTreeMap<String, Json>, headers: Reply) -> Result<Reply, Reply> {
    let form = form(context)?;
    let request = context.request;
    let limit = request.parameter("limit").and_then(|limit| limit.parse::<usize>().ok()).unwrap_or(LIMIT);
    if limit > LIMIT {
        return Err(told(412, format!("Maximum limit is {LIMIT}")));
    }
    let reverse = super::super::load_balancer::truth(request.parameter("reverse"));
    let get = |name: &str| request.parameter(name).unwrap_or_default();
    let (prefix, delimiter, marker, end) = (get("prefix"), get("delimiter"), get("marker"), get("end_marker"));
    let mut picked: Vec<(String, Json)> = Vec::new();
    for (name, entry) in entries {
        let Some(rest) = name.strip_prefix(prefix) else { continue };
        match (delimiter, rest.split_once(delimiter)) {
            ("", _) | (_, None) => picked.push((name, entry)),
            (_, Some((head, _))) => {
                let group = format!("{prefix}{head}{delimiter}");
                if picked.last().is_none_or(|(last, _)| *last != group) {
                    picked.push((group.clone(), json!({"subdir": group})));
                }
            }
        }
    }
    if reverse {
        picked.reverse();
    }
    let behind = |name: &str| if reverse { name < marker } else { name > marker };
    let before = |name: &str| if reverse { name > end } else { name < end };
    picked.retain(|(name, _)| (marker.is_empty() || behind(name)) && (end.is_empty() || before(name)));
    picked.truncate(limit);
    let (status, kind, body) = match form {
        Form::Json => {
            let rows: Vec<Json> = picked.into_iter().map(|(_, entry)| entry).collect();
            (200, "application/json; charset=utf-8", Json::Array(rows).to_string())
        }
        Form::Plain => {
            let lines: String = picked.iter().flat_map(|(name, _)| [name.as_str(), "\n"]).collect();
            (if lines.is_empty() { 204 } else { 200 }, "text/plain; charset=utf-8", lines)
        }
    };
    let mut reply = Reply::typed(status, kind, body);
    reply.headers.extend(headers.headers);
    Ok(varied(context, reply))
}

/// Says that the form depends on `Accept`, if it does.
pub(super) fn varied(context: &Context<'_>, reply: Reply) -> Reply {
    if context.request.parameter("format").is_some() { reply } else { reply.header("Vary", "Accept") }
}
