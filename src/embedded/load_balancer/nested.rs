//! A load balancer's create with all its children in it.
//!
//! On Zed the worker reads the load balancer before the API has committed the children: it becomes ACTIVE, they stay
//! PENDING_CREATE for ever (seen on the lab, each time). They can be deleted one by one, a pool before its members.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::super::cloud::Release;
use super::super::context::Context;
use super::super::fault::Fault;
use super::super::world::Row;
use super::kinds::{CHILDREN, Kind, LISTENER, LOAD_BALANCER, MEMBER, MONITOR, POLICY, POOL, RULE, text};
use super::{attributes, listeners, members, monitors, policies, pools, quotas, rules};

/// What a nested create of anything but a load balancer answers.
pub(super) fn broken() -> Fault {
    Fault::new(500, "'dict' object has no attribute '_sa_instance_state'")
}

fn invalid(detail: impl std::fmt::Display) -> Fault {
    Fault::new(400, format!("Validation failure: {detail}"))
}

fn objects(value: &Json) -> Vec<Row> {
    value.as_array().into_iter().flatten().filter_map(Json::as_object).cloned().collect()
}

/// Makes the children of a new load balancer.
pub(super) fn create(
    context: &mut Context<'_>,
    balancer: &str,
    project: &str,
    listeners: &Json,
    pools: &Json,
) -> Result<(), Fault> {
    let (mut listeners, mut pools) = (objects(listeners), objects(pools));
    let mut required = BTreeSet::new();
    for listener in &mut listeners {
        reference(listener, "default_pool", &mut pools, &mut required)?;
        for policy in listener.get_mut("l7policies").and_then(Json::as_array_mut).into_iter().flatten() {
            if let Some(policy) = policy.as_object_mut() {
                reference(policy, "redirect_pool", &mut pools, &mut required)?;
            }
        }
    }
    let names: Vec<String> = pools.iter().map(|pool| text(pool, "name")).collect();
    if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
        return Err(invalid("Pool names must be unique when creating a fully populated loadbalancer."));
    }
    if let Some(name) = required.iter().find(|name| !names.contains(name)) {
        return Err(invalid(format!("Pool '{name}' was referenced but no full definition was found.")));
    }
    quotas::room(context, &POOL, project, pools.len())?;
    let mut ids = BTreeMap::new();
    for given in pools {
        let name = text(&given, "name");
        let id = pool(context, balancer, project, given)?;
        ids.insert(name, id);
    }
    quotas::room(context, &LISTENER, project, listeners.len())?;
    for given in listeners {
        listener(context, balancer, project, given, &ids)?;
    }
    if context.settings.release == Release::Zed {
        for kind in CHILDREN {
            let mine: Vec<String> = kind.of(context.world, "_lb", balancer).map(|row| text(row, "id")).collect();
            for id in mine {
                kind.change(context.world, &id, |row| {
                    row.insert("_stuck".into(), json!(true));
                });
            }
        }
    }
    Ok(())
}

/// Moves a pool that is written out where it is used to the others, and leaves its name.
fn reference(row: &mut Row, name: &str, pools: &mut Vec<Row>, required: &mut BTreeSet<String>) -> Result<(), Fault> {
    let Some(Json::Object(pool)) = row.get(name).cloned() else { return Ok(()) };
    let known = text(&pool, "name");
    if known.is_empty() {
        return Err(invalid("Pools must be named when creating a fully populated loadbalancer."));
    }
    row.insert(name.to_owned(), json!(known));
    if pool.keys().any(|key| key != "name") {
        pools.push(pool);
    } else {
        required.insert(known);
    }
    Ok(())
}

fn checked(kind: &Kind, mut given: Row, parent: &str, id: &str) -> Result<Row, Fault> {
    if !parent.is_empty() {
        given.insert(parent.to_owned(), json!(id));
    }
    attributes::created(kind.attributes, &given, kind.argument)
}

fn pool(context: &mut Context<'_>, balancer: &str, project: &str, mut given: Row) -> Result<String, Fault> {
    let name = text(&given, "name");
    for attribute in ["protocol", "lb_algorithm"] {
        if !given.contains_key(attribute) {
            let detail = format!("Pool definition for '{name}' missing required attribute: {attribute}");
            return Err(invalid(detail));
        }
    }
    let members = objects(&given.remove("members").unwrap_or_default());
    let monitor = given.remove("healthmonitor");
    let mut row = checked(&POOL, given, "", "")?;
    let protocol = text(&row, "protocol");
    pools::persistence(&mut row, &protocol)?;
    let id = POOL.insert(context, project, row, &[("_lb", balancer)]);
    let row = POOL.get(context.world, &id).cloned().unwrap_or_default();
    if let Some(Json::Object(monitor)) = monitor {
        quotas::room(context, &MONITOR, project, 1)?;
        let monitor = checked(&MONITOR, monitor, "pool_id", &id)?;
        monitors::insert(context, &row, monitor)?;
    }
    quotas::room(context, &MEMBER, project, members.len())?;
    for member in members {
        let member = checked(&MEMBER, member, "", "")?;
        // Octavia does not see the monitor yet.
        members::insert(context, &row, member, false)?;
    }
    Ok(id)
}

fn listener(
    context: &mut Context<'_>,
    balancer: &str,
    project: &str,
    mut given: Row,
    pools: &BTreeMap<String, String>,
) -> Result<(), Fault> {
    let of = |name: &Json| name.as_str().and_then(|name| pools.get(name)).cloned();
    if let Some(id) = given.remove("default_pool").as_ref().and_then(of) {
        given.insert("default_pool_id".into(), json!(id));
    }
    let policies = objects(&given.remove("l7policies").unwrap_or_default());
    let row = checked(&LISTENER, given, "loadbalancer_id", balancer)?;
    if let Some(pool) = row["default_pool_id"].as_str().and_then(|id| POOL.get(context.world, id)) {
        listeners::compatible(&text(&row, "protocol"), &text(pool, "protocol"))?;
    }
    let parent = LOAD_BALANCER.get(context.world, balancer).cloned().unwrap_or_default();
    listeners::check(context, &parent, &row)?;
    let id = LISTENER.insert(context, project, row, &[("_lb", balancer)]);
    let listener = LISTENER.get(context.world, &id).cloned().unwrap_or_default();
    for mut policy in policies {
        if let Some(pool) = policy.remove("redirect_pool").as_ref().and_then(of) {
            policy.insert("redirect_pool_id".into(), json!(pool));
        }
        let given_rules = objects(&policy.remove("rules").unwrap_or_default());
        let mut policy = checked(&POLICY, policy, "listener_id", &id)?;
        policies::consistent(&mut policy)?;
        let policy = policies::insert(context, &listener, policy);
        let policy = POLICY.get(context.world, &policy).cloned().unwrap_or_default();
        for rule in given_rules {
            let rule = checked(&RULE, rule, "", "")?;
            rules::check(&rule)?;
            rules::insert(context, &policy, rule);
        }
    }
    Ok(())
}
