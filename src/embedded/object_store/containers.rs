//! Containers of an account.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::super::context::Context;
use super::super::exchange::Reply;
use super::super::world::Row;
use super::access::{Access, Target, enter, owner};
use super::words::{listed, metadata, modified, number, said, text, timestamp, told, with_metadata};
use super::{Outcome, listing, objects};

pub(super) const TABLE: &str = "swift_containers";
const OTHERS: [&str; 4] = ["x-container-read", "x-container-write", "x-versions-location", "x-container-sync-key"];

pub(super) fn create(context: &mut Context<'_>) -> Outcome {
    let target = Target::of(context);
    owner(context, &target)?;
    let length = target.container.len();
    if length > 256 {
        return Err(told(400, format!("Container name length of {length} longer than 256")));
    }
    let old = context.world.get(TABLE, &target.key()).cloned();
    let known = old.is_some();
    let mut row = old.unwrap_or_else(|| {
        let row = json!({"account": target.account, "name": target.container, "created": context.now, "modified": context.now});
        row.as_object().cloned().unwrap_or_default()
    });
    row.insert("modified".into(), json!(context.now));
    metadata(context, &mut row, "x-container-meta-", &OTHERS)?;
    context.world.put(TABLE, &target.key(), row);
    Ok(if known { said(202) } else { told(201, "") })
}

/// A container's row, and its headers as the one who asks may see them.
fn find(context: &Context<'_>, target: &Target, access: Access) -> Result<(Row, Reply), Reply> {
    let row = context.world.get(TABLE, &target.key()).cloned().ok_or_else(|| said(404))?;
    let inside: Vec<&Row> = objects::living(context, &target.key()).collect();
    let bytes: i64 = inside.iter().map(|object| number(object, "bytes")).sum();
    let reply = Reply::empty(204)
        .header("X-Container-Object-Count", inside.len().to_string())
        .header("X-Container-Bytes-Used", bytes.to_string())
        .header("X-Timestamp", timestamp(number(&row, "created")));
    let all = access == Access::Owner;
    let reply =
        with_metadata(reply, &row, |name| all || !name.ends_with("-key") && name.starts_with("x-container-meta-"));
    let reply = reply
        .header("Last-Modified", modified(number(&row, "modified")))
        .header("Accept-Ranges", "bytes")
        .header("X-Storage-Policy", "Policy-0");
    Ok((row, reply))
}

pub(super) fn show(context: &mut Context<'_>) -> Outcome {
    let target = Target::of(context);
    let access = enter(context, &target)?;
    let (_, reply) = find(context, &target, access)?;
    Ok(listing::varied(context, reply.header("Content-Type", "text/plain; charset=utf-8")))
}

pub(super) fn list(context: &mut Context<'_>) -> Outcome {
    let target = Target::of(context);
    let access = enter(context, &target)?;
    let (_, headers) = find(context, &target, access)?;
    let entries: BTreeMap<String, Json> = objects::living(context, &target.key())
        .map(|row| {
            let entry = json!({"bytes": row["bytes"], "hash": row["hash"], "name": row["name"],
                "content_type": row["content_type"], "last_modified": listed(number(row, "modified"))});
            (text(row, "name").to_owned(), entry)
        })
        .collect();
    listing::write(context, entries, headers)
}

pub(super) fn update(context: &mut Context<'_>) -> Outcome {
    let target = Target::of(context);
    owner(context, &target)?;
    let mut row = context.world.get(TABLE, &target.key()).cloned().ok_or_else(|| said(404))?;
    metadata(context, &mut row, "x-container-meta-", &OTHERS)?;
    row.insert("modified".into(), json!(context.now));
    context.world.put(TABLE, &target.key(), row);
    Ok(told(204, ""))
}

pub(super) fn delete(context: &mut Context<'_>) -> Outcome {
    let target = Target::of(context);
    owner(context, &target)?;
    if context.world.get(TABLE, &target.key()).is_none() {
        return Err(said(404));
    }
    if objects::living(context, &target.key()).next().is_some() {
        return Err(said(409));
    }
    context.world.remove(TABLE, &target.key());
    Ok(told(204, ""))
}
