//! What state a server is in: a function of what its row says of the task under way, and of the time.

use serde_json::{Value as Json, json};

use crate::embedded::context::Context;
use crate::embedded::world::Row;

/// How long things take at pace 1, in milliseconds: what the lab takes without a hypervisor
/// (`tests/lab/times` measures builds and deletes; the others are estimates).
pub(in crate::embedded) mod usual {
    /// From the create to `ACTIVE`.
    pub const BUILD: f64 = 1700.0;
    /// From the delete to 404.
    pub const DELETE: f64 = 550.0;
    /// `os-start`, `os-stop`.
    pub const POWER: f64 = 500.0;
    /// A reboot.
    pub const REBOOT: f64 = 500.0;
    /// To `VERIFY_RESIZE`, and back.
    pub const RESIZE: f64 = 2000.0;
    /// The confirmation of a resize.
    pub const CONFIRM: f64 = 750.0;
}

/// What Nova calls the state of a server that nobody sees any more.
const GONE: &str = "deleted";

/// A server's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::embedded::compute) struct State {
    /// Nova's `vm_state`.
    pub vm: String,
    /// Nova's `task_state`.
    pub task: Option<String>,
    /// When it last changed.
    pub updated: i64,
}

impl State {
    /// Whether a host has taken it.
    pub fn placed(&self) -> bool {
        self.vm != "error" && self.task.as_deref() != Some("scheduling")
    }

    /// The status that clients see.
    pub fn status(&self) -> &'static str {
        match (self.vm.as_str(), self.task.as_deref()) {
            ("active", Some("rebooting")) => "REBOOT",
            ("active", Some("rebooting_hard")) => "HARD_REBOOT",
            ("active" | "stopped", Some("resize_prep" | "resize_finish")) => "RESIZE",
            ("active", _) => "ACTIVE",
            ("building", _) => "BUILD",
            ("stopped", _) => "SHUTOFF",
            ("resized", Some("resize_reverting")) => "REVERT_RESIZE",
            ("resized", _) => "VERIFY_RESIZE",
            ("deleted", _) => "DELETED",
            ("error", _) => "ERROR",
            _ => "UNKNOWN",
        }
    }

    /// 1 running, 4 shut down, 0 nothing there.
    pub fn power(&self) -> u8 {
        match self.vm.as_str() {
            "active" | "resized" => 1,
            "stopped" => 4,
            _ => 0,
        }
    }
}

fn number(json: &Json) -> i64 {
    json.as_i64().unwrap_or(0)
}

/// Whether it is deleted by now: what lists ask of every server.
pub(in crate::embedded::compute) fn is_gone(row: &Row, now: i64) -> bool {
    let task = &row["_task"];
    if !task.is_null() && now >= number(&task["until"]) { task["then"] == GONE } else { row["_vm"] == GONE }
}

/// The state of a server now.
pub(in crate::embedded::compute) fn of(row: &Row, now: i64) -> State {
    let word = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let (vm, changed, task) = (word(&row["_vm"]), number(&row["_updated"]), &row["_task"]);
    if task.is_null() {
        return State { vm, task: None, updated: changed };
    }
    let (from, until) = (number(&task["from"]), number(&task["until"]));
    if now >= until {
        return State { vm: word(&task["then"]), task: None, updated: changed.max(until) };
    }
    let name = match task["name"].as_str() {
        Some("building") if (now - from) * 4 < until - from => Some("scheduling".to_owned()),
        Some("building") => Some("spawning".to_owned()),
        Some("") | None => None,
        Some(name) => Some(name.to_owned()),
    };
    State { vm, task: name, updated: changed }
}

/// Whether the task under way has ended, so that what it brings is there.
pub(super) fn settled(row: &Row, now: i64) -> bool {
    row["_task"].is_null() || now >= number(&row["_task"]["until"])
}

/// Its flavor now: a resize brings another one.
pub(in crate::embedded::compute) fn flavor(row: &Row, now: i64) -> &Json {
    match row.get("_flavor_then") {
        Some(then) if !then.is_null() && settled(row, now) => then,
        _ => &row["_flavor"],
    }
}

/// Writes down what the ended task has brought.
pub(super) fn settle(row: &mut Row, now: i64) {
    if settled(row, now) {
        let (state, flavor) = (of(row, now), flavor(row, now).clone());
        row.insert("_vm".to_owned(), json!(state.vm));
        row.insert("_updated".to_owned(), json!(state.updated));
        row.insert("_flavor".to_owned(), flavor);
        row.insert("_flavor_then".to_owned(), Json::Null);
        row.insert("_task".to_owned(), Json::Null);
    }
}

/// Begins a task that takes so long (at this cloud's pace) and ends in that state; an empty name is a task not shown.
pub(super) fn begin(context: &mut Context<'_>, id: &str, name: &str, usual: f64, then: &str) {
    let (now, until) = (context.now, context.now + lasting(context, usual));
    context.world.change("servers", id, |row| {
        settle(row, now);
        row.insert("_updated".to_owned(), json!(now));
        row.insert("_task".to_owned(), json!({"name": name, "from": now, "until": until, "then": then}));
    });
}

/// How long something takes at this cloud's pace.
#[allow(clippy::cast_possible_truncation)]
pub(super) fn lasting(context: &Context<'_>, usual: f64) -> i64 {
    (usual * context.settings.pace) as i64
}
