//! The actions of a server.

use serde_json::{Value as Json, json};

use super::state::{self, State, begin, usual};
use super::{needs, of_path, unlocked, view, wrong_state};
use crate::embedded::compute::schema::{Kind, count, invalid, object, python};
use crate::embedded::compute::version::minor;
use crate::embedded::compute::{ports, quotas};
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::guest;
use crate::embedded::image;

const CONSOLE: &str = "FAKE CONSOLE OUTPUT\nANOTHER\nLAST LINE";

/// `POST /servers/{id}/action`: one action, named by the body's key.
pub(in crate::embedded::compute) fn act(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let body = context.body()?;
    let Some((name, value)) = body.iter().next().filter(|_| body.len() == 1) else {
        return Err(Fault::new(400, "Malformed request body"));
    };
    match name.as_str() {
        "os-start" => step(context, "start", &["stopped"], ("powering-on", usual::POWER, "active")),
        "os-stop" => step(context, "stop", &["active"], ("powering-off", usual::POWER, "stopped")),
        "reboot" => reboot(context, value),
        "resize" => resize(context, value),
        "confirmResize" => {
            step(context, "confirmResize", &["resized"], ("", usual::CONFIRM, "active"))?;
            Ok(Reply::empty(204))
        }
        "revertResize" => revert(context),
        "lock" | "unlock" => lock(context, name == "lock", value),
        "os-getConsoleOutput" => output(context, value),
        "createImage" => snapshot(context, value),
        "addSecurityGroup" | "removeSecurityGroup" => regroup(context, value, name == "addSecurityGroup"),
        "os-getVNCConsole" | "os-getSPICEConsole" | "os-getSerialConsole" => no_console(context, value),
        "rebuild" | "rescue" | "unrescue" | "pause" | "unpause" | "suspend" | "resume" | "shelve" | "unshelve"
        | "shelveOffload" | "createBackup" | "changePassword" | "evacuate" | "os-migrateLive" | "migrate"
        | "os-resetState" | "forceDelete" | "restore" | "addFixedIp" | "addFloatingIp" | "trigger_crash_dump"
        | "injectNetworkInfo" | "resetNetwork" => {
            Err(Fault::new(501, format!("The embedded cloud does not know the server action {name}")))
        }
        other => Err(Fault::new(400, format!("There is no such action: {other}"))),
    }
}

/// Begins a task if the server's state allows it.
fn step(context: &mut Context<'_>, action: &str, from: &[&str], task: (&str, f64, &str)) -> Result<Reply, Fault> {
    let row = unlocked(context)?;
    let state = state::of(&row, context.now);
    if action == "start" || action == "stop" {
        ready(context, &state)?;
    }
    allowed(context, action, from, &state)?;
    begin(context, &context.parameter("id"), task.0, task.1, task.2);
    Ok(Reply::empty(202))
}

/// Refuses what needs a host while there is none.
fn ready(context: &Context<'_>, state: &State) -> Result<(), Fault> {
    if state.placed() {
        return Ok(());
    }
    Err(Fault::new(409, format!("Instance {} is not ready", context.parameter("id"))))
}

fn allowed(context: &Context<'_>, action: &str, from: &[&str], state: &State) -> Result<(), Fault> {
    let mut idle = state.clone();
    idle.task = None;
    if !from.contains(&state.vm.as_str()) {
        return Err(wrong_state(context, action, &idle));
    }
    match state.task.as_deref() {
        None => Ok(()),
        Some(_) => Err(wrong_state(context, action, state)),
    }
}

fn reboot(context: &mut Context<'_>, value: &Json) -> Result<Reply, Fault> {
    let given = object("reboot", value, &[("type", Kind::Any)], &["type"])?;
    let kind = &given["type"];
    let hard = match kind.as_str().unwrap_or_default() {
        "HARD" | "Hard" | "hard" => true,
        "SOFT" | "Soft" | "soft" => false,
        _ => {
            let word = python(kind);
            let problem = format!("{word} is not one of ['HARD', 'Hard', 'hard', 'SOFT', 'Soft', 'soft']");
            return Err(invalid("type", kind, problem));
        }
    };
    let row = unlocked(context)?;
    let state = state::of(&row, context.now);
    if hard && state.vm == "error" {
        let id = context.parameter("id");
        return Err(Fault::new(409, format!("Instance {id} is in an invalid state for 'reboot'")));
    }
    let busy = state.task.is_some() && !(hard && state.status().ends_with("REBOOT"));
    let from: &[&str] = if hard { &["active", "stopped"] } else { &["active"] };
    if busy || !from.contains(&state.vm.as_str()) {
        let shown = if from.contains(&state.vm.as_str()) { state } else { State { task: None, ..state } };
        return Err(wrong_state(context, "reboot", &shown));
    }
    let task = if hard { "rebooting_hard" } else { "rebooting" };
    begin(context, &context.parameter("id"), task, usual::REBOOT, "active");
    Ok(Reply::empty(202))
}

fn resize(context: &mut Context<'_>, value: &Json) -> Result<Reply, Fault> {
    let known = [("flavorRef", Kind::Any), ("OS-DCF:diskConfig", Kind::Text)];
    let given = object("resize", value, &known, &["flavorRef"])?;
    let row = unlocked(context)?;
    let state = state::of(&row, context.now);
    let flavor = needs::flavor_of(context, &given["flavorRef"])?;
    ready(context, &state)?;
    let old = state::flavor(&row, context.now).clone();
    allowed(context, "resize", &["active", "stopped"], &state)?;
    if flavor["id"] == old["id"] {
        return Err(Fault::new(400, "When resizing, instances must change flavor!"));
    }
    let more = |name: &str| flavor[name].as_i64().unwrap_or(0) - old[name].as_i64().unwrap_or(0);
    quotas::check(context, [("cores", more("vcpus")), ("instances", 0), ("ram", more("ram"))])?;
    if flavor["disk"] == 0 && old["disk"] != 0 {
        return Err(Fault::new(
            400,
            "Server disk was unable to be resized because: Resize to zero disk flavor is not allowed.",
        ));
    }
    if let Some(image) = row["_image"].as_str().and_then(|id| context.world.get("images", id)) {
        needs::fits(&flavor, image)?;
    }
    let id = context.parameter("id");
    begin(context, &id, "resize_prep", usual::RESIZE, "resized");
    context.world.change("servers", &id, |row| {
        row.insert("_flavor_before".to_owned(), old);
        row.insert("_flavor_then".to_owned(), flavor);
        row.insert("_vm_before".to_owned(), json!(state.vm));
    });
    Ok(Reply::empty(202))
}

fn revert(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let row = unlocked(context)?;
    allowed(context, "revertResize", &["resized"], &state::of(&row, context.now))?;
    let id = context.parameter("id");
    let then = row.get("_vm_before").and_then(Json::as_str).unwrap_or("active").to_owned();
    begin(context, &id, "resize_reverting", usual::RESIZE, &then);
    context.world.change("servers", &id, |row| {
        let before = row.get("_flavor_before").cloned().unwrap_or(Json::Null);
        row.insert("_flavor_then".to_owned(), before);
    });
    Ok(Reply::empty(202))
}

fn lock(context: &mut Context<'_>, locked: bool, value: &Json) -> Result<Reply, Fault> {
    of_path(context)?;
    let reason = if locked && minor(context.request) >= 73 && value.is_object() {
        object("lock", value, &[("locked_reason", Kind::Text)], &[])?.remove("locked_reason")
    } else {
        None
    };
    let now = context.now;
    context.world.change("servers", &context.parameter("id"), |row| {
        // As seen: a second lock does not change the reason of the first.
        if !(locked && row["_locked"] == true) {
            row.insert("_locked_reason".to_owned(), reason.unwrap_or(Json::Null));
        }
        row.insert("_locked".to_owned(), json!(locked));
        row.insert("_updated".to_owned(), json!(now));
    });
    Ok(Reply::empty(202))
}

fn output(context: &mut Context<'_>, value: &Json) -> Result<Reply, Fault> {
    let row = of_path(context)?;
    let given = object("os-getConsoleOutput", value, &[("length", Kind::Any)], &[])?;
    let state = state::of(&row, context.now);
    ready(context, &state)?;
    if state.vm == "building" {
        return Err(wrong_state(context, "os-getConsoleOutput", &State { task: None, ..state }));
    }
    let lines: Vec<String> = CONSOLE.lines().map(str::to_owned).chain(guest::console(&row)).collect();
    let wanted = given.get("length").and_then(count).and_then(|count| usize::try_from(count).ok());
    let skipped = lines.len() - wanted.unwrap_or(lines.len()).min(lines.len());
    Ok(Reply::json(200, &json!({"output": lines[skipped..].join("\n")})))
}

fn snapshot(context: &mut Context<'_>, value: &Json) -> Result<Reply, Fault> {
    let known = [("name", Kind::Name), ("metadata", Kind::Object)];
    let given = object("createImage", value, &known, &["name"])?;
    let row = of_path(context)?;
    allowed(context, "createImage", &["active", "stopped"], &state::of(&row, context.now))?;
    let disk = state::flavor(&row, context.now)["disk"].clone();
    let image = image::snapshot(context, &row, &disk, &given);
    if minor(context.request) >= 45 {
        return Ok(Reply::json(202, &json!({"image_id": image})));
    }
    Ok(Reply::empty(202).header("Location", format!("{}/image/images/{image}", context.base())))
}

fn regroup(context: &mut Context<'_>, value: &Json, into: bool) -> Result<Reply, Fault> {
    let field = if into { "addSecurityGroup" } else { "removeSecurityGroup" };
    let given = object(field, value, &[("name", Kind::Name)], &["name"])?;
    let row = of_path(context)?;
    let (name, project) = (given["name"].as_str().unwrap_or_default(), row["project_id"].as_str().unwrap_or_default());
    let found = ports::groups(context, project, name);
    let group = match found.as_slice() {
        [one] => one["id"].as_str().unwrap_or_default().to_owned(),
        [] => return Err(Fault::new(404, format!("Security group {name} is not found for project {project}"))),
        _ => {
            return Err(Fault::new(
                409,
                format!("Multiple security groups found matching '{name}'. Use an ID to be more specific."),
            ));
        }
    };
    for port in view::ports_of(context, &row) {
        let id = port["id"].as_str().unwrap_or_default();
        ports::regroup(context, id, &group, into);
    }
    Ok(Reply::empty(202))
}

fn no_console(context: &mut Context<'_>, value: &Json) -> Result<Reply, Fault> {
    of_path(context)?;
    let kind = value["type"].as_str().unwrap_or("novnc");
    Err(Fault::new(400, format!("Unavailable console type {kind}.")))
}

/// `POST /servers/{id}/remote-consoles`: there are none.
pub(in crate::embedded::compute) fn console(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let given = context.body()?;
    no_console(context, given.get("remote_console").unwrap_or(&Json::Null))
}
