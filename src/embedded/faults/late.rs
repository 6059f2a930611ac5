//! What acts after its answer was lost: kept in the world like everything else, so that it happens at its time although the
//! process was killed meanwhile. Nothing runs in the background: it happens before the first request after its time is looked at.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::super::cloud::Cloud;
use super::super::exchange::Request;
use super::super::world::{Change, Row, World};

/// The table of requests that have left their client and not yet acted.
pub(crate) const LATE: &str = "late_acts";

/// Keeps a request that will act at this time.
pub fn keep_late(cloud: &mut Cloud, at: i64, request: &Request) -> Vec<Change> {
    let id = cloud.world.next().to_string();
    let row = Row::from_iter([
        ("id".to_owned(), json!(id)),
        ("at".to_owned(), json!(at)),
        ("method".to_owned(), json!(request.method)),
        ("path".to_owned(), json!(request.path)),
        ("query".to_owned(), json!(request.query)),
        ("headers".to_owned(), json!(request.headers)),
        ("body".to_owned(), json!(STANDARD.encode(&request.body))),
    ]);
    cloud.world.put(LATE, &id, row);
    cloud.world.commit()
}

/// Everything acts whose time has come, each at its own time.
pub fn act_late(cloud: &mut Cloud, now: i64) -> Vec<Change> {
    let mut changes = Vec::new();
    while let Some((at, id, request)) = next(&cloud.world, now) {
        cloud.world.remove(LATE, &id);
        changes.extend(cloud.world.commit());
        changes.extend(cloud.handle(at, &request).1);
    }
    changes
}

/// The next one: by its time, then by when it left.
fn next(world: &World, now: i64) -> Option<(i64, String, Request)> {
    let due = world.each(LATE).filter_map(|row| Some((row["at"].as_i64().filter(|at| *at <= now)?, row)));
    let (at, row) = due.min_by_key(|(at, row)| (*at, row["_seq"].as_u64()))?;
    Some((at, row["id"].as_str().unwrap_or_default().to_owned(), request(row)))
}

fn request(row: &Row) -> Request {
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let pairs = |name: &str| -> Vec<(String, String)> { serde_json::from_value(row[name].clone()).unwrap_or_default() };
    let body = row.get("body").and_then(Json::as_str).unwrap_or_default();
    Request {
        method: text("method"),
        path: text("path"),
        query: pairs("query"),
        headers: pairs("headers"),
        // It was written above.
        body: STANDARD.decode(body).unwrap_or_default(),
    }
}
