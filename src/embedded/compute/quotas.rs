//! Quota sets and limits, with what is used.

use serde_json::{Value as Json, json};

use super::listing::forbidden;
use super::schema::{Kind, body_of, count, invalid, python};
use super::servers::state;
use super::version::minor;
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;

/// Resource, usual limit, first microversion that does not show it any more.
const RESOURCES: [(&str, i64, u32); 14] = [
    ("cores", 800, 99),
    ("fixed_ips", -1, 36),
    ("floating_ips", -1, 36),
    ("injected_file_content_bytes", 10_240, 57),
    ("injected_file_path_bytes", 255, 57),
    ("injected_files", 5, 57),
    ("instances", 400, 99),
    ("key_pairs", 400, 99),
    ("metadata_items", 128, 99),
    ("ram", 1_600_000, 99),
    ("security_group_rules", -1, 36),
    ("security_groups", -1, 36),
    ("server_group_members", 10, 99),
    ("server_groups", 100, 99),
];

/// The limit of a resource in a project; −1 is none.
fn limit(context: &Context<'_>, project: &str, resource: &str) -> i64 {
    let set = context.world.get("compute_quotas", project).and_then(|row| row.get(resource)).and_then(Json::as_i64);
    let usual = RESOURCES.iter().find(|(name, ..)| *name == resource).map_or(-1, |(_, usual, _)| *usual);
    set.unwrap_or(usual)
}

/// Whether the caller's project may have this many.
pub(super) fn allows(context: &Context<'_>, resource: &str, number: usize) -> bool {
    let limit = limit(context, &context.caller.project, resource);
    limit < 0 || i64::try_from(number).is_ok_and(|number| number <= limit)
}

/// The limit of the caller's project.
pub(super) fn own(context: &Context<'_>, resource: &str) -> i64 {
    limit(context, &context.caller.project, resource)
}

/// How much of a resource a project uses; Nova counts key pairs and members elsewhere and shows 0.
fn used(context: &Context<'_>, project: &str, resource: &str) -> i64 {
    if resource == "server_groups" {
        let count = context.world.count_by("server_groups", "project_id", project);
        return i64::try_from(count).unwrap_or(i64::MAX);
    }
    let one: fn(&Json) -> i64 = match resource {
        "instances" => |_| 1,
        "cores" => |flavor| flavor["vcpus"].as_i64().unwrap_or(0),
        "ram" => |flavor| flavor["ram"].as_i64().unwrap_or(0),
        _ => return 0,
    };
    let servers = context.world.by("servers", "project_id", project);
    servers.filter(|row| !state::is_gone(row, context.now)).map(|row| one(state::flavor(row, context.now))).sum()
}

/// Refuses so many more servers of a flavor, or so much more of a resize, in Nova's words.
pub(super) fn check(context: &Context<'_>, wanted: [(&str, i64); 3]) -> Result<(), Fault> {
    let project = context.caller.project.clone();
    let over: Vec<(&str, i64, i64, i64)> = wanted
        .into_iter()
        .map(|(name, more)| (name, more, limit(context, &project, name)))
        .filter(|(_, more, limit)| *limit >= 0 && *more > 0)
        .map(|(name, more, limit)| (name, more, used(context, &project, name), limit))
        .filter(|(_, more, used, limit)| used + more > *limit)
        .collect();
    if over.is_empty() {
        return Ok(());
    }
    let join = |one: fn(&(&str, i64, i64, i64)) -> String| over.iter().map(one).collect::<Vec<_>>().join(", ");
    let names = join(|(name, ..)| (*name).to_owned());
    let (more, used, limits) = (
        join(|(_, more, ..)| more.to_string()),
        join(|(_, _, used, _)| used.to_string()),
        join(|(.., limit)| limit.to_string()),
    );
    Err(Fault::new(
        403,
        format!("Quota exceeded for {names}: Requested {more}, but already used {used} of {limits} {names}"),
    ))
}

/// `GET /limits`.
pub(super) fn limits(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let asked = context.request.parameter("tenant_id").map(str::to_owned);
    let project = match asked {
        Some(project) if project != context.caller.project && !context.caller.is_admin() => {
            return Err(forbidden("limits:other_project"));
        }
        Some(project) => project,
        None => context.caller.project.clone(),
    };
    let version = minor(context.request);
    let mut absolute = json!({});
    for (name, resource, gone) in [
        ("maxTotalInstances", "instances", 99),
        ("maxTotalCores", "cores", 99),
        ("maxTotalRAMSize", "ram", 99),
        ("maxServerMeta", "metadata_items", 99),
        ("maxImageMeta", "metadata_items", 39),
        ("maxPersonality", "injected_files", 57),
        ("maxPersonalitySize", "injected_file_content_bytes", 57),
        ("maxTotalKeypairs", "key_pairs", 99),
        ("maxServerGroups", "server_groups", 99),
        ("maxServerGroupMembers", "server_group_members", 99),
        ("maxTotalFloatingIps", "floating_ips", 36),
        ("maxSecurityGroups", "security_groups", 36),
        ("maxSecurityGroupRules", "security_group_rules", 36),
    ] {
        if version < gone {
            absolute[name] = json!(limit(context, &project, resource));
        }
    }
    for (name, resource, gone) in [
        ("totalRAMUsed", "ram", 99),
        ("totalCoresUsed", "cores", 99),
        ("totalInstancesUsed", "instances", 99),
        ("totalServerGroupsUsed", "server_groups", 99),
        ("totalFloatingIpsUsed", "floating_ips", 36),
        ("totalSecurityGroupsUsed", "security_groups", 36),
    ] {
        if version < gone {
            absolute[name] = json!(used(context, &project, resource));
        }
    }
    Ok(Reply::json(200, &json!({"limits": {"rate": [], "absolute": absolute}})))
}

fn set(context: &Context<'_>, project: &str, with_id: bool, value: impl Fn(&str, i64) -> Json) -> Json {
    let mut shown = json!({});
    if with_id {
        shown["id"] = json!(project);
    }
    for (name, usual, gone) in RESOURCES {
        if minor(context.request) < gone {
            shown[name] = value(name, usual);
        }
    }
    json!({"quota_set": shown})
}

fn visible(context: &Context<'_>, rule: &str) -> Result<String, Fault> {
    let project = context.parameter("project");
    if project != context.caller.project && !context.caller.is_admin() {
        return Err(forbidden(&format!("os-quota-sets:{rule}")));
    }
    Ok(project)
}

/// `GET /os-quota-sets/{project}`.
pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let project = visible(context, "show")?;
    Ok(Reply::json(200, &set(context, &project, true, |name, _| json!(limit(context, &project, name)))))
}

/// `GET /os-quota-sets/{project}/detail`.
pub(super) fn detail(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let project = visible(context, "detail")?;
    let one = |name: &str, _| json!({"limit": limit(context, &project, name), "in_use": used(context, &project, name), "reserved": 0});
    Ok(Reply::json(200, &set(context, &project, true, one)))
}

/// `GET /os-quota-sets/{project}/defaults`.
pub(super) fn defaults(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let project = context.parameter("project");
    Ok(Reply::json(200, &set(context, &project, true, |_, usual| json!(usual))))
}

/// `PUT /os-quota-sets/{project}`, for administrators.
pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    if !context.caller.is_admin() {
        return Err(forbidden("os-quota-sets:update"));
    }
    let project = context.parameter("project");
    let version = minor(context.request);
    let mut known: Vec<(&str, Kind)> =
        RESOURCES.iter().filter(|(.., gone)| version < *gone).map(|(name, ..)| (*name, Kind::Any)).collect();
    known.push(("force", Kind::Flag));
    let given = body_of(context, "quota_set", &known, &[])?;
    let forced = given.get("force").is_some_and(|force| force == true || force == "True" || force == "true");
    let mut row = context.world.get("compute_quotas", &project).cloned().unwrap_or_default();
    for (name, value) in given.iter().filter(|(name, _)| *name != "force") {
        let Some(number) = count(value).filter(|number| *number >= -1) else {
            return Err(invalid(name, value, format!("{} is less than the minimum of -1", python(value))));
        };
        let used = used(context, &project, name);
        if !forced && number >= 0 && number < used {
            let message = format!(
                "Quota limit {number} for {name} must be greater than or equal to already used and reserved {used}."
            );
            return Err(Fault::new(400, message));
        }
        row.insert(name.clone(), json!(number));
    }
    context.world.put("compute_quotas", &project, row);
    Ok(Reply::json(200, &set(context, &project, false, |name, _| json!(limit(context, &project, name)))))
}

/// `DELETE /os-quota-sets/{project}`, for administrators: the defaults again.
pub(super) fn reset(context: &mut Context<'_>) -> Result<Reply, Fault> {
    if !context.caller.is_admin() {
        return Err(forbidden("os-quota-sets:delete"));
    }
    let project = context.parameter("project");
    context.world.remove("compute_quotas", &project);
    Ok(Reply::empty(202))
}
