//! Update and delete.

use serde_json::json;

use super::networks::released;
use super::state::{self, begin, lasting, usual};
use super::{of_path, unlocked, view};
use crate::embedded::compute::schema::{Kind, body_of};
use crate::embedded::compute::version::minor;
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;

/// `PUT /servers/{id}`.
pub(in crate::embedded::compute) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let known = [
        ("name", Kind::Name),
        ("OS-DCF:diskConfig", Kind::OneOf(&["AUTO", "MANUAL"])),
        ("accessIPv4", Kind::V4),
        ("accessIPv6", Kind::V6),
        ("description", Kind::TextOrNull),
        ("hostname", Kind::Host),
    ];
    let count = match minor(context.request) {
        90.. => 6,
        19.. => 5,
        _ => 4,
    };
    let given = body_of(context, "server", &known[..count], &[])?;
    let row = of_path(context)?;
    let (id, now) = (row["id"].as_str().unwrap_or_default().to_owned(), context.now);
    context.world.change("servers", &id, |row| {
        for (field, stored) in [
            ("name", "name"),
            ("description", "_description"),
            ("hostname", "_hostname"),
            ("accessIPv4", "_access_v4"),
            ("accessIPv6", "_access_v6"),
            ("OS-DCF:diskConfig", "_disk_config"),
        ] {
            if let Some(value) = given.get(field) {
                row.insert(stored.to_owned(), value.clone());
            }
        }
        row.insert("_updated".to_owned(), json!(now));
    });
    Ok(Reply::json(200, &view::updated(context, &of_path(context)?)))
}

/// `DELETE /servers/{id}`: its ports go at once, the server after a moment.
pub(in crate::embedded::compute) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let row = unlocked(context)?;
    let id = row["id"].as_str().unwrap_or_default().to_owned();
    if state::of(&row, context.now).task.as_deref() == Some("deleting") {
        return Ok(Reply::empty(204));
    }
    released(context, row["_ports"].as_array().map_or(&[][..], Vec::as_slice));
    let gone: Vec<String> = context
        .world
        .by("servers", "_task/then", "deleted")
        .filter(|row| state::is_gone(row, context.now))
        .filter_map(|row| row["id"].as_str().map(str::to_owned))
        .collect();
    for old in gone {
        context.world.remove("servers", &old);
    }
    if lasting(context, usual::DELETE) == 0 {
        context.world.remove("servers", &id);
    } else {
        context.world.change("servers", &id, |row| {
            row.insert("_ports".to_owned(), json!([]));
        });
        begin(context, &id, "deleting", usual::DELETE, "deleted");
    }
    Ok(Reply::empty(204))
}
