//! Swift's forms: refusals, times, header names, and metadata in headers.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::super::context::Context;
use super::super::exchange::Reply;
use super::super::world::Row;

const HTML: &str = "text/html; charset=UTF-8";

/// A refusal or an acknowledgement with Swift's usual sentence.
pub(super) fn said(status: u16) -> Reply {
    let (title, sentence) = match status {
        202 => ("Accepted", "The request is accepted for processing."),
        400 => (
            "Bad Request",
            "The server could not comply with the request since it is either malformed or otherwise incorrect.",
        ),
        403 => ("Forbidden", "Access was denied to this resource."),
        404 => ("Not Found", "The resource could not be found."),
        406 => ("Not Acceptable", "The resource is not available in a format acceptable to your browser."),
        409 => ("Conflict", "There was a conflict when trying to complete your request."),
        412 => ("Precondition Failed", "A precondition for this request was not met."),
        416 => ("Requested Range Not Satisfiable", "The Range requested is not available."),
        422 => ("Unprocessable Entity", "Unable to process the contained instructions"),
        501 => ("Not Implemented", "The requested method is not implemented by this server."),
        _ => ("Error", "The request failed."),
    };
    told(status, format!("<html><h1>{title}</h1><p>{sentence}</p></html>"))
}

/// A reply with a text of its own.
pub(super) fn told(status: u16, text: impl Into<String>) -> Reply {
    Reply::typed(status, HTML, text.into())
}

/// `1795548004.53800`.
pub(super) fn timestamp(ms: i64) -> String {
    format!("{}.{:03}00", ms.div_euclid(1000), ms.rem_euclid(1000))
}

/// `2026-11-24T19:20:05.366000`.
pub(super) fn listed(ms: i64) -> String {
    let stamp = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{}.{:03}000", stamp.strftime("%Y-%m-%dT%H:%M:%S"), ms.rem_euclid(1000))
}

/// `Tue, 24 Nov 2026 19:20:06 GMT`: the next whole second, as Swift rounds it.
pub(super) fn modified(ms: i64) -> String {
    let seconds = ms.div_euclid(1000) + i64::from(ms.rem_euclid(1000) > 0);
    let stamp = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    stamp.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The time of an answer, `Tue, 24 Nov 2026 19:20:05 GMT`: the whole second that it is in.
pub(super) fn dated(ms: i64) -> String {
    modified(ms.div_euclid(1000) * 1000)
}

/// `x-object-meta-colour` as Swift writes it: `X-Object-Meta-Colour`.
pub(super) fn title(name: &str) -> String {
    let part = |part: &str| {
        let mut letters = part.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    name.split('-').map(part).collect::<Vec<_>>().join("-")
}

/// What a request's headers set and remove of a row's metadata: `x-container-meta-…`, and the other names given.
pub(super) fn metadata(context: &Context<'_>, row: &mut Row, prefix: &str, others: &[&str]) -> Result<(), Reply> {
    let mut meta = row.get("meta").and_then(Json::as_object).cloned().unwrap_or_default();
    for (name, value) in &context.request.headers {
        let removed = name.strip_prefix("x-remove-").map(|rest| format!("x-{rest}"));
        let (name, value) = match &removed {
            Some(name) => (name, ""),
            None => (name, value.as_str()),
        };
        let tail = name.strip_prefix(prefix);
        if tail.is_none() && !others.contains(&name.as_str()) {
            continue;
        }
        if tail.is_some_and(str::is_empty) {
            return Err(Reply::typed(400, "text/plain", "Metadata name cannot be empty"));
        }
        if tail.is_some_and(|tail| tail.len() > 128) {
            return Err(Reply::typed(400, "text/plain", format!("Metadata name too long: {}", title(name))));
        }
        if value.len() > 256 && tail.is_some() {
            let text = format!("Metadata value longer than 256: {}", title(name));
            return Err(Reply::typed(400, "text/plain", text));
        }
        if value.is_empty() {
            meta.remove(name);
        } else {
            meta.insert(name.clone(), json!(value));
        }
    }
    row.insert("meta".into(), Json::Object(meta));
    Ok(())
}

/// A row's metadata as headers.
pub(super) fn with_metadata(mut reply: Reply, row: &Row, shown: impl Fn(&str) -> bool) -> Reply {
    for (name, value) in row.get("meta").and_then(Json::as_object).into_iter().flatten() {
        if shown(name) {
            reply = reply.header(&title(name), value.as_str().unwrap_or_default());
        }
    }
    reply
}

/// A number of a row.
pub(super) fn number(row: &Row, name: &str) -> i64 {
    row.get(name).and_then(Json::as_i64).unwrap_or(0)
}

/// A text of a row.
pub(super) fn text<'a>(row: &'a Row, name: &str) -> &'a str {
    row.get(name).and_then(Json::as_str).unwrap_or_default()
}
