//! Accounts: one per project, there from the start.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::super::context::Context;
use super::super::exchange::Reply;
use super::super::world::Row;
use super::access::{Target, owner};
use super::words::{listed, metadata, number, text, timestamp, with_metadata};
use super::{Outcome, containers, listing};

const TABLE: &str = "swift_accounts";

pub(super) fn info(_: &mut Context<'_>) -> Outcome {
    Ok(Reply::json(
        200,
        &json!({
            "swift": {"version": "2.30.1", "strict_cors_mode": true, "allow_account_management": false,
                "policies": [{"name": "Policy-0", "aliases": "Policy-0", "default": true}],
                "account_autocreate": true, "max_file_size": 5_242_880, "max_meta_name_length": 128,
                "max_meta_value_length": 256, "max_meta_count": 90, "max_meta_overall_size": 4096,
                "max_header_size": 8192, "max_object_name_length": 1024, "container_listing_limit": 10_000,
                "account_listing_limit": 10_000, "max_account_name_length": 256,
                "max_container_name_length": 256, "extra_header_count": 0},
            "tempurl": {"methods": ["GET", "HEAD", "PUT", "POST", "DELETE"],
                "incoming_remove_headers": ["x-timestamp"], "incoming_allow_headers": [],
                "outgoing_remove_headers": ["x-object-meta-*"],
                "outgoing_allow_headers": ["x-object-meta-public-*"],
                "allowed_digests": ["sha1", "sha256", "sha512"], "deprecated_digests": ["sha1"]},
        }),
    ))
}

pub(super) fn health(_: &mut Context<'_>) -> Outcome {
    Ok(Reply::typed(200, "text/plain", "OK"))
}

/// Containers by name.
type Contents<'a> = BTreeMap<&'a str, (&'a Row, usize, i64)>;

/// An account's containers and what is in each: its row, number of objects and bytes.
fn contents<'a>(context: &'a Context<'_>, account: &str) -> Contents<'a> {
    let rows = context.world.by(containers::TABLE, "account", account);
    rows.map(|row| {
        let name = text(row, "name");
        let inside = super::objects::living(context, &format!("{account}/{name}"));
        let (count, bytes) = inside.fold((0, 0), |sum, object| (sum.0 + 1, sum.1 + number(object, "bytes")));
        (name, (row, count, bytes))
    })
    .collect()
}

fn headers(context: &Context<'_>, account: &str, contents: &Contents<'_>) -> Reply {
    let objects: usize = contents.values().map(|(_, count, _)| count).sum();
    let bytes: i64 = contents.values().map(|(_, _, bytes)| bytes).sum();
    let row = context.world.get(TABLE, account);
    // The first request makes the account.
    let first = contents.values().map(|(row, _, _)| number(row, "created")).min();
    let made = row.map(|row| number(row, "created")).or(first).unwrap_or(context.now);
    let mut reply = Reply::empty(204).header("X-Timestamp", timestamp(made));
    for front in ["X-Account", "X-Account-Storage-Policy-Policy-0"] {
        reply = reply
            .header(&format!("{front}-Container-Count"), contents.len().to_string())
            .header(&format!("{front}-Object-Count"), objects.to_string())
            .header(&format!("{front}-Bytes-Used"), bytes.to_string());
    }
    reply = reply.header("Accept-Ranges", "bytes").header("X-Account-Project-Domain-Id", "default");
    match row {
        Some(row) => with_metadata(reply, row, |_| true),
        None => reply,
    }
}

pub(super) fn show(context: &mut Context<'_>) -> Outcome {
    let target = Target::of(context);
    owner(context, &target)?;
    let contents = contents(context, &target.account);
    let reply = headers(context, &target.account, &contents).header("Content-Type", "text/plain; charset=utf-8");
    Ok(listing::varied(context, reply))
}

pub(super) fn list(context: &mut Context<'_>) -> Outcome {
    let target = Target::of(context);
    owner(context, &target)?;
    let contents = contents(context, &target.account);
    let headers = headers(context, &target.account, &contents);
    let entries: BTreeMap<String, Json> = contents
        .into_iter()
        .map(|(name, (row, count, bytes))| {
            let modified = listed(number(row, "modified"));
            (name.to_owned(), json!({"name": name, "count": count, "bytes": bytes, "last_modified": modified}))
        })
        .collect();
    listing::write(context, entries, headers)
}

pub(super) fn update(context: &mut Context<'_>) -> Outcome {
    let target = Target::of(context);
    owner(context, &target)?;
    if !context.request.query.is_empty() {
        return Err(super::words::told(501, "The embedded cloud does not know this form of POST on an account"));
    }
    let mut row = context.world.get(TABLE, &target.account).cloned().unwrap_or_default();
    row.entry("created").or_insert_with(|| json!(context.now));
    metadata(context, &mut row, "x-account-meta-", &[])?;
    context.world.put(TABLE, &target.account, row);
    Ok(super::words::told(204, ""))
}
