//! Security groups: the default one that every project has, and those that clients make.

use serde_json::{Value as Json, json};

use super::kinds::{RULE, SECURITY_GROUP};
use super::rows::{fault, insert, object, text};
use super::{crud, list as lists};
use crate::embedded::context::{Context, shown};
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::{Row, World};

/// The id of a project's default group, which is made when it is first needed.
pub fn default_of(context: &mut Context<'_>, project: &str) -> String {
    let found = context
        .world
        .by(SECURITY_GROUP.table, "name", "default")
        .find(|row| text(row, "project_id") == project)
        .map(|row| text(row, "id").to_owned());
    if let Some(found) = found {
        return found;
    }
    let row = object(json!({"name": "default", "description": "Default security group", "stateful": true}));
    let group = make(context, project, row);
    let id = text(&group, "id").to_owned();
    for ethertype in ["IPv4", "IPv6"] {
        first_rule(context, project, &id, "ingress", ethertype, Some(&id));
    }
    id
}

/// A group of the cloud's own for a project (`lb-…` of Octavia), with its two egress rules: its id. No quota is asked.
pub fn make_inner(context: &mut Context<'_>, project: &str, name: &str, description: &str) -> String {
    let group = make(context, project, object(json!({"name": name, "description": description, "stateful": true})));
    text(&group, "id").to_owned()
}

/// Admits a protocol's port to a group of the cloud's own.
pub fn admit(context: &mut Context<'_>, group: &str, protocol: &str, port: i64) {
    let project = context.world.get(SECURITY_GROUP.table, group).map(|row| text(row, "project_id").to_owned());
    let rule = json!({"security_group_id": group, "direction": "ingress", "ethertype": "IPv4", "protocol": protocol,
        "port_range_min": port, "port_range_max": port, "remote_ip_prefix": null, "normalized_cidr": null,
        "remote_address_group_id": null, "remote_group_id": null, "description": ""});
    insert(context, &RULE, &project.unwrap_or_default(), 0, object(rule));
}

/// Deletes a group of the cloud's own, its rules with it; ports that have it lose it.
pub fn delete_inner(context: &mut Context<'_>, id: &str) {
    for port in super::ports::ids(context.world, &super::kinds::PORT, ("security_groups", id), |_| true) {
        super::ports::leave_group(context, &port, id);
    }
    remove_rules(context, id);
    context.world.remove(SECURITY_GROUP.table, id);
}

fn make(context: &mut Context<'_>, project: &str, mut row: Row) -> Row {
    row.insert("shared".to_owned(), json!(false));
    let group = insert(context, &SECURITY_GROUP, project, 1, row);
    for ethertype in ["IPv4", "IPv6"] {
        first_rule(context, project, text(&group, "id"), "egress", ethertype, None);
    }
    group
}

fn first_rule(
    context: &mut Context<'_>,
    project: &str,
    group: &str,
    direction: &str,
    ethertype: &str,
    remote: Option<&str>,
) {
    let row = json!({"security_group_id": group, "direction": direction, "ethertype": ethertype, "protocol": null,
        "port_range_min": null, "port_range_max": null, "remote_ip_prefix": null, "normalized_cidr": null,
        "remote_address_group_id": null, "remote_group_id": remote, "description": null});
    insert(context, &RULE, project, 0, object(row));
}

/// A group with its rules.
pub fn complete(world: &World, _now: i64, _fresh: bool, group: &mut Row) {
    let id = text(group, "id").to_owned();
    let rules: Vec<Json> = world
        .by(RULE.table, "security_group_id", &id)
        .map(|rule| {
            let mut seen = shown(rule);
            seen.insert("standard_attr_id".to_owned(), rule["_seq"].clone());
            Json::Object(seen)
        })
        .collect();
    group.insert("security_group_rules".to_owned(), Json::Array(rules));
}

/// A rule by itself has no tags.
pub fn complete_rule(_world: &World, _now: i64, _fresh: bool, rule: &mut Row) {
    rule.remove("tags");
}

fn touched(context: &mut Context<'_>) {
    let project = context.caller.project.clone();
    default_of(context, &project);
}

pub(super) fn index(context: &mut Context<'_>) -> Result<Reply, Fault> {
    touched(context);
    lists::respond(context, &SECURITY_GROUP)
}

pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    touched(context);
    crud::create(
        context,
        &SECURITY_GROUP,
        |_, groups| {
            let taken = groups.iter().any(|group| text(group, "name") == "default");
            if taken { Err(default_exists()) } else { Ok(()) }
        },
        |context, group| {
            let project = text(&group, "project_id").to_owned();
            default_of(context, &project);
            Ok(make(context, &project, group))
        },
    )
}

fn default_exists() -> Fault {
    fault(409, "SecurityGroupDefaultAlreadyExists", "Default security group already exists.")
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::update(context, &SECURITY_GROUP, |context, old, changes| {
        let renamed = changes.get("name").is_some_and(|name| name != text(old, "name"));
        if text(old, "name") == "default" && renamed {
            let message = "Updating default security group not allowed.";
            return Err(fault(409, "SecurityGroupCannotUpdateDefault", message));
        }
        if renamed && changes["name"] == "default" {
            return Err(default_exists());
        }
        if changes.contains_key("stateful") && is_used(context.world, text(old, "id")) {
            return Err(in_use(text(old, "id")));
        }
        Ok(changes)
    })
}

fn is_used(world: &World, id: &str) -> bool {
    world.by("ports", "security_groups", id).next().is_some()
}

fn in_use(id: &str) -> Fault {
    fault(409, "SecurityGroupInUse", format!("Security Group {id} in use."))
}

pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    crud::delete(context, &SECURITY_GROUP, |context, group| {
        let id = text(group, "id");
        if is_used(context.world, id) {
            return Err(in_use(id));
        }
        if text(group, "name") == "default" && !context.caller.is_admin() {
            let message = "Insufficient rights for removing default security group.";
            return Err(fault(409, "SecurityGroupCannotRemoveDefault", message));
        }
        remove_rules(context, id);
        Ok(())
    })
}

/// Removes a group's rules, and those that admit its members.
fn remove_rules(context: &mut Context<'_>, id: &str) {
    for field in ["security_group_id", "remote_group_id"] {
        for rule in super::ports::ids(context.world, &RULE, (field, id), |_| true) {
            context.world.remove(RULE.table, &rule);
        }
    }
}
