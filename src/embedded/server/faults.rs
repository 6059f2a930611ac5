//! Rules of what goes wrong in a served cloud: rows of its world like all else, with how often they have matched, so that a
//! killed cloud goes on where it was.
//!
//! `GET /embedded/faults` lists them, `POST` adds one, `DELETE` forgets all; `/embedded/faults/{id}` is one.

use serde_json::{Value as Json, json};

use super::super::exchange::{Reply, Request};
use super::super::faults::{Fault, Rule, set_quota};
use super::super::identity::MEMBER_PROJECT;
use super::super::world::{Change, Row, World};
use super::Kept;

/// The table of the rules, by number.
const TABLE: &str = "fault_rules";

/// What happens to this request: that of the oldest of the rules that it meets. Every rule counts it.
pub(super) fn meet(world: &mut World, request: &Request) -> (Option<Fault>, Vec<Change>) {
    if world.each(TABLE).next().is_none() {
        return (None, Vec::new());
    }
    let mut happens = None;
    for (id, mut rule) in rules(world) {
        if rule.matches(&request.method, &request.path) {
            let fault = rule.at(&request.method, &request.path);
            put(world, &id, &rule);
            happens = happens.or(fault);
        }
    }
    (happens, world.commit())
}

/// Carries out a request about them; `rest` is what stands behind `/embedded/faults`.
pub(super) fn carry_out(kept: &mut Kept, now: i64, request: &Request, rest: &str) -> Reply {
    let id = rest.strip_prefix('/').unwrap_or_default();
    let world = &mut kept.cloud.world;
    match (request.method.as_str(), id) {
        ("GET", "") => {
            let all: Vec<Json> = rules(world).into_iter().map(|(id, rule)| shown(&id, &rule)).collect();
            Reply::json(200, &json!({ "faults": all }))
        }
        ("GET", id) => match rules(world).into_iter().find(|(known, _)| known == id) {
            Some((id, rule)) => Reply::json(200, &json!({ "fault": shown(&id, &rule) })),
            None => unknown(id),
        },
        ("POST", "") => add(kept, now, request),
        ("DELETE", "") => {
            for (id, _) in rules(world) {
                world.remove(TABLE, &id);
            }
            stored(kept, Reply::empty(204))
        }
        ("DELETE", id) => match world.remove(TABLE, id) {
            Some(_) => stored(kept, Reply::empty(204)),
            None => unknown(id),
        },
        (method, _) => refusal(405, &format!("no {method} of rules")),
    }
}

fn add(kept: &mut Kept, now: i64, request: &Request) -> Reply {
    let rule = serde_json::from_slice::<Rule>(&request.body).map_err(|error| error.to_string());
    let rule = match rule.and_then(Rule::from_outside) {
        Ok(rule) => rule,
        Err(why) => return refusal(400, &why),
    };
    if let (Fault::Shrink(quota), Some(service)) = (rule.fault(), rule.of_service()) {
        // Tried on another cloud first: what this one would refuse later is told now.
        if let Err(why) = set_quota(&mut kept.cloud.clone(), now, service, MEMBER_PROJECT, quota) {
            return refusal(400, &why);
        }
    }
    let id = kept.cloud.world.next().to_string();
    put(&mut kept.cloud.world, &id, &rule);
    stored(kept, Reply::json(201, &json!({ "fault": shown(&id, &rule) })))
}

/// Stores what was changed before it is answered.
fn stored(kept: &mut Kept, reply: Reply) -> Reply {
    let changes = kept.cloud.world.commit();
    match kept.store(&changes) {
        Ok(()) => reply,
        Err(error) => refusal(503, &error.to_string()),
    }
}

fn rules(world: &World) -> Vec<(String, Rule)> {
    let read = |row: &&Row| {
        // It was written below.
        let rule = row.get("rule").and_then(|rule| serde_json::from_value(rule.clone()).ok())?;
        Some((row["id"].as_str()?.to_owned(), rule))
    };
    world.rows(TABLE).iter().filter_map(read).collect()
}

fn put(world: &mut World, id: &str, rule: &Rule) {
    let row = Row::from_iter([("id".to_owned(), json!(id)), ("rule".to_owned(), json!(rule))]);
    world.put(TABLE, id, row);
}

fn shown(id: &str, rule: &Rule) -> Json {
    let mut shown = json!(rule);
    shown["id"] = json!(id);
    shown
}

fn unknown(id: &str) -> Reply {
    refusal(404, &format!("no rule {id}"))
}

pub(super) fn refusal(status: u16, why: &str) -> Reply {
    Reply::json(status, &json!({ "error": why }))
}
