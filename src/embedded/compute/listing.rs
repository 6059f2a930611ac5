//! Pages of lists: `limit`, `marker` and the link to the next page.

use serde_json::{Value as Json, json};

use crate::embedded::context::Context;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

/// No page is longer.
const LONGEST: usize = 1000;

/// The page of these rows that was asked for, and whether another one may follow.
pub(super) fn page(context: &Context<'_>, rows: Vec<Row>, key: &str) -> Result<(Vec<Row>, bool), Fault> {
    let limit = match context.request.parameter("limit") {
        None | Some("") => LONGEST,
        Some(text) if text.chars().all(|letter| letter.is_ascii_digit()) => {
            text.parse::<usize>().unwrap_or(LONGEST).min(LONGEST)
        }
        Some(text) => {
            let message =
                format!("Invalid input for query parameters limit. Value: {text}. '{text}' does not match '^[0-9]*$'");
            return Err(Fault::new(400, message));
        }
    };
    let start = match context.request.parameter("marker") {
        None => 0,
        Some(marker) => {
            let place = rows.iter().position(|row| row[key] == marker);
            place.ok_or_else(|| Fault::new(400, format!("marker [{marker}] not found")))? + 1
        }
    };
    let page: Vec<Row> = rows.into_iter().skip(start).take(limit).collect();
    let more = limit > 0 && page.len() == limit;
    Ok((page, more))
}

/// The link to the page behind this one.
pub(super) fn next(context: &Context<'_>, path: &str, last: &Json, known: impl Fn(&str) -> bool) -> Json {
    let mut query: Vec<&(String, String)> =
        context.request.query.iter().filter(|(name, _)| name != "marker" && known(name)).collect();
    query.sort();
    let mut pairs: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    pairs.push(format!("marker={}", escaped(last.as_str().unwrap_or_default())));
    json!([{"rel": "next", "href": format!("{}/compute/v2.1/{path}?{}", context.base(), pairs.join("&"))}])
}

fn escaped(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        b' ' => "+".to_owned(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// The two links of anything in Nova.
pub(super) fn links(context: &Context<'_>, collection: &str, id: &str) -> Json {
    let base = context.base();
    json!([{"rel": "self", "href": format!("{base}/compute/v2.1/{collection}/{id}")},
        {"rel": "bookmark", "href": format!("{base}/compute/{collection}/{id}")}])
}

/// The link of a flavor or image in a server.
pub(super) fn bookmark(context: &Context<'_>, collection: &str, id: &str) -> Json {
    json!([{"rel": "bookmark", "href": format!("{}/compute/{collection}/{id}", context.base())}])
}

/// The refusal of what only some roles may do.
pub(super) fn forbidden(rule: &str) -> Fault {
    Fault::new(403, format!("Policy doesn't allow os_compute_api:{rule} to be performed."))
}
