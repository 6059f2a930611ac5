//! L7 rules of a policy.

use super::super::context::Context;
use super::super::exchange::Reply;
use super::super::fault::Fault;
use super::super::world::Row;
use super::attributes;
use super::kinds::{Kind, POLICY, RULE, allowed, text};
use super::members::lost;
use super::{lists, quotas, status};

const KIND: &Kind = &RULE;

fn policy(context: &Context<'_>) -> Result<Result<Row, Reply>, Fault> {
    let id = context.parameter("policy");
    match POLICY.get(context.world, &id) {
        Some(row) => {
            allowed(context, row)?;
            Ok(Ok(row.clone()))
        }
        None => Ok(Err(lost(context, 404, &format!("L7Policy {id} not found.")))),
    }
}

fn rule(context: &Context<'_>, policy: &Row) -> Result<Row, Fault> {
    let id = context.parameter("id");
    let row = KIND.find(context, &id)?;
    if row["_policy"] == policy["id"] { Ok(row) } else { Err(KIND.missing(&id)) }
}

/// Takes the load balancer and the listener, and marks the policy too: its rules are a part of it.
fn touch(context: &mut Context<'_>, policy: &Row) -> Result<(), Fault> {
    status::expect_mutable(policy, "L7Policy")?;
    status::touch(context, &text(policy, "_lb"), &[text(policy, "listener_id")], None)?;
    status::mark(context, &POLICY, &text(policy, "id"), "PENDING_UPDATE");
    Ok(())
}

pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    match policy(context)? {
        Ok(policy) => lists::list(context, KIND, Some(("_policy", &text(&policy, "id")))),
        Err(reply) => Ok(reply),
    }
}

pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    match policy(context)? {
        Ok(policy) => {
            let id = text(&rule(context, &policy)?, "id");
            lists::show(context, KIND, 200, &id)
        }
        Err(reply) => Ok(reply),
    }
}

pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let policy = match policy(context)? {
        Ok(policy) => policy,
        Err(reply) => return Ok(reply),
    };
    let given = attributes::body(context, KIND.key, KIND.argument)?;
    let row = attributes::created(KIND.attributes, &given, KIND.argument)?;
    check(&row)?;
    quotas::room(context, KIND, &text(&policy, "project_id"), 1)?;
    touch(context, &policy)?;
    let id = insert(context, &policy, row);
    lists::show(context, KIND, 201, &id)
}

/// Adds a rule to a policy.
pub(super) fn insert(context: &mut Context<'_>, policy: &Row, row: Row) -> String {
    let (project, balancer, policy) = (text(policy, "project_id"), text(policy, "_lb"), text(policy, "id"));
    KIND.insert(context, &project, row, &[("_lb", &balancer), ("_policy", &policy)])
}

/// Checks that a rule's parts go together.
pub(super) fn check(row: &Row) -> Result<(), Fault> {
    let (kind, compare, value) = (text(row, "type"), text(row, "compare_type"), text(row, "value"));
    let refuse = |why: String| Err(Fault::new(400, format!("Error parsing L7Rule: {why}")));
    if value.is_empty() {
        return refuse("Invalid L7 Rule: L7 rule type requires a value".into());
    }
    if matches!(kind.as_str(), "HEADER" | "COOKIE" | "SSL_DN_FIELD") && row["key"].as_str().is_none_or(str::is_empty) {
        return refuse("Invalid L7 Rule: L7 rule type requires a key".into());
    }
    if kind == "FILE_TYPE" && !matches!(compare.as_str(), "REGEX" | "EQUAL_TO") {
        return refuse("Invalid L7 Rule: invalid comparison type for rule type".into());
    }
    if compare == "REGEX"
        && let Err(error) = regex::Regex::new(&value)
    {
        return refuse(format!("Unable to parse regular expression: {error}"));
    }
    Ok(())
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let policy = match policy(context)? {
        Ok(policy) => policy,
        Err(reply) => return Ok(reply),
    };
    let given = attributes::body(context, KIND.key, KIND.argument)?;
    let changes = attributes::updated(KIND.attributes, &given, KIND.argument)?;
    let mut whole = rule(context, &policy)?;
    let id = text(&whole, "id");
    whole.extend(changes.clone());
    check(&whole)?;
    touch(context, &policy)?;
    status::mark(context, KIND, &id, "PENDING_UPDATE");
    KIND.change(context.world, &id, |row| row.extend(changes));
    lists::show(context, KIND, 200, &id)
}

pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let policy = match policy(context)? {
        Ok(policy) => policy,
        Err(reply) => return Ok(reply),
    };
    let id = text(&rule(context, &policy)?, "id");
    touch(context, &policy)?;
    status::mark(context, KIND, &id, "PENDING_DELETE");
    Ok(Reply::empty(204))
}
