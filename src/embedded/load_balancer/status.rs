//! What is under way: a load balancer that changes is immutable with all below it, until its stored time has come.

use serde_json::json;

use super::super::context::Context;
use super::super::fault::Fault;
use super::super::time::bare;
use super::super::world::{Row, World};
use super::kinds::{CHILDREN, LISTENER, LOAD_BALANCER, MEMBER, MONITOR, POLICY, POOL, RULE, text};
use super::{neutron, policies};

/// Load balancers with work under way: when it is done.
const PENDING: &str = "octavia_pending";

/// Usual durations at pace 1 in milliseconds, as the lab takes them without a data plane
/// (`tests/lab/times`; a child's is the mean of what listener, pool, members and monitor take): an amphora's boot is not there.
pub(in super::super) const BUILD_MS: f64 = 1_100.0;
pub(in super::super) const CHILD_MS: f64 = 290.0;
pub(in super::super) const DELETE_MS: f64 = 730.0;

/// Begins work on a load balancer that takes this long.
pub(super) fn begin(context: &mut Context<'_>, balancer: &str, usual_ms: f64) {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds")]
    let at = context.now + (usual_ms * context.settings.pace) as i64;
    let row = Row::from_iter([("at".to_owned(), json!(at)), ("id".to_owned(), json!(balancer))]);
    context.world.put(PENDING, balancer, row);
}

/// Makes work that never ends of what was begun.
pub(super) fn hang(context: &mut Context<'_>, balancer: &str) {
    context.world.remove(PENDING, balancer);
}

/// Whether something in this state may be changed.
fn mutable(row: &Row) -> bool {
    matches!(text(row, "provisioning_status").as_str(), "ACTIVE" | "ERROR")
}

/// Takes a load balancer itself for a change.
pub(super) fn take(context: &mut Context<'_>, balancer: &Row, status: &str, usual_ms: f64) -> Result<(), Fault> {
    let id = text(balancer, "id");
    if !mutable(balancer) {
        let state = text(balancer, "provisioning_status");
        return Err(Fault::new(409, format!("Invalid state {state} of loadbalancer resource {id}")));
    }
    mark(context, &LOAD_BALANCER, &id, status);
    begin(context, &id, usual_ms);
    Ok(())
}

/// Takes a load balancer for a change below it, with the listeners and the pool that it affects.
pub(super) fn touch(
    context: &mut Context<'_>,
    balancer: &str,
    listeners: &[String],
    pool: Option<&str>,
) -> Result<(), Fault> {
    let row = LOAD_BALANCER.get(context.world, balancer).ok_or_else(|| LOAD_BALANCER.missing(balancer))?;
    if !mutable(row) {
        return Err(immutable("Load Balancer", balancer));
    }
    mark(context, &LOAD_BALANCER, balancer, "PENDING_UPDATE");
    for listener in listeners {
        mark(context, &LISTENER, listener, "PENDING_UPDATE");
    }
    if let Some(pool) = pool {
        mark(context, &POOL, pool, "PENDING_UPDATE");
    }
    begin(context, balancer, CHILD_MS);
    Ok(())
}

/// Takes a pool for a change of its members or monitor: it must be mutable itself.
pub(super) fn touch_pool(context: &mut Context<'_>, pool: &Row) -> Result<(), Fault> {
    let id = text(pool, "id");
    expect_mutable(pool, "Pool")?;
    let listeners = listeners_of(context.world, &id);
    touch(context, &text(pool, "_lb"), &listeners, Some(&id))
}

/// The listeners whose default pool this is.
pub(super) fn listeners_of(world: &World, pool: &str) -> Vec<String> {
    world.rows_by(&LISTENER.table(), "default_pool_id", pool).into_iter().map(|row| text(row, "id")).collect()
}

/// Refuses what is in a pending state.
pub(super) fn expect_mutable(row: &Row, human: &str) -> Result<(), Fault> {
    if mutable(row) { Ok(()) } else { Err(immutable(human, &text(row, "id"))) }
}

fn immutable(human: &str, id: &str) -> Fault {
    Fault::new(409, format!("{human} {id} is immutable and cannot be updated."))
}

/// Puts a row into a pending state.
pub(super) fn mark(context: &mut Context<'_>, kind: &super::kinds::Kind, id: &str, status: &str) {
    let now = bare(context.now);
    kind.change(context.world, id, |row| {
        row.insert("provisioning_status".into(), json!(status));
        row.insert("updated_at".into(), json!(now));
        row.remove("_stuck");
    });
}

/// Ends the work whose time has come, as if it had ended then.
pub(in super::super) fn settle(context: &mut Context<'_>) {
    let now = context.now;
    let due: Vec<(String, i64)> = context
        .world
        .rows(PENDING)
        .into_iter()
        .filter_map(|row| Some((text(row, "id"), row["at"].as_i64()?)))
        .filter(|(_, at)| *at <= now)
        .collect();
    for (id, at) in due {
        context.now = at;
        let world = &mut *context.world;
        world.remove(PENDING, &id);
        let deleted = LOAD_BALANCER.get(world, &id).is_some_and(|row| row["provisioning_status"] == "PENDING_DELETE");
        for kind in CHILDREN {
            let rows: Vec<Row> = kind.below(world, &id).into_iter().cloned().collect();
            for row in rows.into_iter().filter(|row| deleted || !row.contains_key("_stuck")) {
                let child = text(&row, "id");
                match text(&row, "provisioning_status").as_str() {
                    _ if deleted => {
                        world.remove(&kind.table(), &child);
                    }
                    "PENDING_DELETE" => remove(world, kind.key, &child),
                    "PENDING_CREATE" | "PENDING_UPDATE" => done(world, kind, &child, at),
                    _ => {}
                }
            }
        }
        if deleted {
            if let Some(row) = world.remove(&LOAD_BALANCER.table(), &id) {
                neutron::release(context, &row);
            }
        } else {
            done(world, &LOAD_BALANCER, &id, at);
            admit(context, &id);
        }
    }
    context.now = now;
}

/// Opens the load balancer's group for its listeners.
fn admit(context: &mut Context<'_>, balancer: &str) {
    let listeners: Vec<(&str, i64)> = LISTENER
        .below(context.world, balancer)
        .into_iter()
        .filter(|row| !row.contains_key("_stuck"))
        .map(|row| {
            let protocol = match row["protocol"].as_str() {
                Some("UDP") => "udp",
                Some("SCTP") => "sctp",
                _ => "tcp",
            };
            (protocol, row["protocol_port"].as_i64().unwrap_or(0))
        })
        .collect();
    let group = LOAD_BALANCER.get(context.world, balancer).map(|row| text(row, "_group")).unwrap_or_default();
    neutron::admit(context, &group, &listeners);
}

fn done(world: &mut World, kind: &super::kinds::Kind, id: &str, at: i64) {
    kind.change(world, id, |row| {
        row.insert("provisioning_status".into(), json!("ACTIVE"));
        row.insert("updated_at".into(), json!(bare(at)));
        if kind.online {
            row.insert("operating_status".into(), json!("ONLINE"));
        }
    });
}

/// Removes a row and what only lives in it.
fn remove(world: &mut World, key: &str, id: &str) {
    let gone = |world: &mut World, kind: &super::kinds::Kind, parent: &str, id: &str| {
        let ids: Vec<String> = kind.of(world, parent, id).map(|row| text(row, "id")).collect();
        for id in &ids {
            world.remove(&kind.table(), id);
        }
        ids
    };
    match key {
        "listener" => {
            world.remove(&LISTENER.table(), id);
            for policy in gone(world, &POLICY, "listener_id", id) {
                gone(world, &RULE, "_policy", &policy);
            }
        }
        "pool" => {
            world.remove(&POOL.table(), id);
            gone(world, &MEMBER, "_pool", id);
            gone(world, &MONITOR, "_pool", id);
            for listener in listeners_of(world, id) {
                LISTENER.change(world, &listener, |row| {
                    row.insert("default_pool_id".into(), serde_json::Value::Null);
                });
            }
        }
        "member" => {
            world.remove(&MEMBER.table(), id);
        }
        "healthmonitor" => {
            world.remove(&MONITOR.table(), id);
        }
        "l7policy" => {
            if let Some(row) = world.remove(&POLICY.table(), id) {
                gone(world, &RULE, "_policy", id);
                policies::renumber(world, &text(&row, "listener_id"), None);
            }
        }
        "rule" => {
            world.remove(&RULE.table(), id);
        }
        _ => {}
    }
}
