//! Objects of a container.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde_json::json;

use super::super::context::Context;
use super::super::exchange::Reply;
use super::super::world::Row;
use super::Outcome;
use super::access::{Access, Target, disposed, enter, meta, owner};
use super::containers;
use super::words::{dated, metadata, modified, number, said, text, timestamp, told, with_metadata};

const TABLE: &str = "swift_objects";
const META: &str = "x-object-meta-";
const OTHERS: [&str; 5] =
    ["content-disposition", "content-encoding", "cache-control", "content-language", "x-delete-at"];

/// A container's objects whose time has not come.
pub(super) fn living<'a>(context: &'a Context<'_>, container: &str) -> impl Iterator<Item = &'a Row> + use<'a> {
    let now = context.now;
    context.world.by(TABLE, "container", container).filter(move |row| alive(row, now))
}

fn alive(row: &Row, now: i64) -> bool {
    meta(row, "x-delete-at").and_then(|at| at.parse::<i64>().ok()).is_none_or(|at| at.saturating_mul(1000) > now)
}

fn find(context: &Context<'_>, target: &Target) -> Result<Row, Reply> {
    let row = context.world.get(TABLE, &target.object_key()).filter(|row| alive(row, context.now));
    row.cloned().ok_or_else(|| said(404))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Lets a write in: the account's own, or a signed URL's.
fn writer(context: &Context<'_>, target: &Target) -> Result<(), Reply> {
    match enter(context, target)? {
        Access::Owner | Access::Signed(_) => Ok(()),
        Access::Public => Err(said(403)),
    }
}

/// Metadata of a new object, with `X-Delete-After` as a time.
fn set_metadata(context: &Context<'_>, row: &mut Row) -> Result<(), Reply> {
    metadata(context, row, META, &OTHERS)?;
    if let Some(after) = context.request.header("x-delete-after") {
        let Ok(after) = after.parse::<i64>() else { return Err(told(400, "Non-integer X-Delete-After")) };
        row["meta"]["x-delete-at"] = json!((context.now / 1000 + after).to_string());
    }
    Ok(())
}

pub(super) fn put(context: &mut Context<'_>) -> Outcome {
    let target = Target::of(context);
    writer(context, &target)?;
    let length = target.object.len();
    if length > 1024 {
        return Err(told(400, format!("Object name length of {length} longer than 1024")));
    }
    if context.request.parameter("multipart-manifest").is_some()
        || context.request.header("x-object-manifest").is_some()
    {
        return Err(told(501, "The embedded cloud does not know large objects"));
    }
    if let Some(source) = context.request.header("x-copy-from").map(str::to_owned) {
        let source = named(&target.account, &source).ok_or_else(|| said(412))?;
        owner(context, &target)?;
        return copied(context, &source, &target);
    }
    if context.world.get(containers::TABLE, &target.key()).is_none() {
        return Err(said(404));
    }
    if context.request.header("if-none-match") == Some("*") && find(context, &target).is_ok() {
        return Err(said(412));
    }
    let body = context.request.body.clone();
    let hash = hex(&Md5::digest(&body));
    if context.request.header("etag").is_some_and(|etag| etag.trim_matches('"') != hash) {
        return Err(said(422));
    }
    let mut row = Row::new();
    set_metadata(context, &mut row)?;
    let kind = context.request.header("content-type").unwrap_or("application/octet-stream").to_owned();
    row.insert("content_type".into(), json!(kind));
    row.insert("bytes".into(), json!(body.len()));
    row.insert("hash".into(), json!(hash));
    row.insert("data".into(), json!(STANDARD.encode(body)));
    Ok(store(context, &target, row))
}

fn store(context: &mut Context<'_>, target: &Target, mut row: Row) -> Reply {
    row.insert("container".into(), json!(target.key()));
    row.insert("name".into(), json!(target.object));
    row.insert("modified".into(), json!(context.now));
    let hash = text(&row, "hash").to_owned();
    context.world.put(TABLE, &target.object_key(), row);
    told(201, "").header("Etag", hash).header("Last-Modified", modified(context.now))
}

/// `container/object`, with or without a slash in front.
fn named(account: &str, path: &str) -> Option<Target> {
    let path: String = super::super::server::decoded(path);
    let (container, object) = path.trim_start_matches('/').split_once('/')?;
    let whole = !container.is_empty() && !object.is_empty();
    whole.then(|| Target { account: account.to_owned(), container: container.to_owned(), object: object.to_owned() })
}

pub(super) fn copy(context: &mut Context<'_>) -> Outcome {
    let source = Target::of(context);
    owner(context, &source)?;
    let Some(destination) = context.request.header("destination") else {
        return Err(told(412, "Destination header required"));
    };
    let target = named(&source.account, destination).ok_or_else(|| said(412))?;
    copied(context, &source, &target)
}

fn copied(context: &mut Context<'_>, source: &Target, target: &Target) -> Outcome {
    let mut row = find(context, source)?;
    if context.world.get(containers::TABLE, &target.key()).is_none() {
        return Err(said(404));
    }
    if context.request.header("x-fresh-metadata").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        row.remove("meta");
    }
    set_metadata(context, &mut row)?;
    let from = modified(number(&row, "modified"));
    let reply = store(context, target, row.clone())
        .header("X-Copied-From-Account", source.account.clone())
        .header("X-Copied-From", format!("{}/{}", source.container, source.object))
        .header("X-Copied-From-Last-Modified", from);
    Ok(with_metadata(reply, &row, |name| name.starts_with(META)))
}

/// Gets an object, whole or in part; HEAD is the same without its body, which the server leaves out.
pub(super) fn get(context: &mut Context<'_>) -> Outcome {
    let target = Target::of(context);
    let access = enter(context, &target)?;
    let row = find(context, &target)?;
    let request = context.request;
    let (hash, kind) = (text(&row, "hash").to_owned(), text(&row, "content_type").to_owned());
    let data = STANDARD.decode(text(&row, "data")).unwrap_or_default();
    let with = |status: u16, kind: &str, body: Vec<u8>| {
        let reply = with_metadata(Reply::typed(status, kind, body), &row, |_| true);
        let reply = reply
            .header("Etag", hash.clone())
            .header("Last-Modified", modified(number(&row, "modified")))
            .header("Date", dated(context.now))
            .header("X-Timestamp", timestamp(number(&row, "modified")))
            .header("Accept-Ranges", "bytes");
        match access {
            Access::Signed(expires) => disposed(context, &target.object, reply, expires),
            Access::Owner | Access::Public => reply,
        }
    };
    let lists = |name: &str| {
        request.header(name).map(|tags| {
            tags.split(',').any(|tag| matches!(tag.trim().trim_matches('"'), tag if tag == hash || tag == "*"))
        })
    };
    if lists("if-match") == Some(false) {
        return Err(with(412, "text/html; charset=UTF-8", Vec::new()));
    }
    if lists("if-none-match") == Some(true) {
        return Ok(with(304, &kind, Vec::new()));
    }
    let size = data.len();
    let Some(ranges) = request.header("range").and_then(|range| ranges(range, size)) else {
        return Ok(with(200, &kind, data));
    };
    match ranges.as_slice() {
        [] => {
            let reply = with(416, &kind, said(416).body);
            Err(reply.header("Content-Range", format!("bytes */{size}")))
        }
        [(first, last)] => {
            let part = data[*first..=*last].to_vec();
            Ok(with(206, &kind, part).header("Content-Range", format!("bytes {first}-{last}/{size}")))
        }
        several => {
            let mut body = Vec::new();
            for (first, last) in several {
                let head =
                    format!("--{hash}\r\nContent-Type: {kind}\r\nContent-Range: bytes {first}-{last}/{size}\r\n\r\n");
                body.extend(head.bytes().chain(data[*first..=*last].iter().copied()).chain(*b"\r\n"));
            }
            body.extend(format!("--{hash}--").bytes());
            Ok(with(206, &format!("multipart/byteranges;boundary={hash}"), body))
        }
    }
}

/// The satisfiable ranges asked for, first and last byte; none if the header is not one of ranges.
fn ranges(header: &str, size: usize) -> Option<Vec<(usize, usize)>> {
    let mut found = Vec::new();
    for part in header.strip_prefix("bytes=")?.split(',') {
        let (first, last) = part.trim().split_once('-')?;
        let (first, last) = match (first, last) {
            ("", "") => return None,
            ("", last) => {
                let count: usize = last.parse().ok()?;
                if count == 0 {
                    continue;
                }
                (size.saturating_sub(count), size.saturating_sub(1))
            }
            (first, "") => (first.parse().ok()?, size.saturating_sub(1)),
            (first, last) => {
                let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
                if last < first {
                    return None;
                }
                (first, last.min(size.saturating_sub(1)))
            }
        };
        if first < size {
            found.push((first, last));
        }
    }
    Some(found)
}

/// Sets an object's metadata anew: what is not given goes.
pub(super) fn update(context: &mut Context<'_>) -> Outcome {
    let target = Target::of(context);
    writer(context, &target)?;
    let mut row = find(context, &target)?;
    row.remove("meta");
    set_metadata(context, &mut row)?;
    if let Some(kind) = context.request.header("content-type") {
        row.insert("content_type".into(), json!(kind));
    }
    row.insert("modified".into(), json!(context.now));
    context.world.put(TABLE, &target.object_key(), row);
    Ok(said(202))
}

pub(super) fn delete(context: &mut Context<'_>) -> Outcome {
    let target = Target::of(context);
    writer(context, &target)?;
    find(context, &target)?;
    context.world.remove(TABLE, &target.object_key());
    Ok(told(204, ""))
}
