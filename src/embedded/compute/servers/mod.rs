//! Servers: what a request for one must be, what becomes of it over time, and how it is shown.

mod actions;
mod change;
mod create;
mod filters;
mod interfaces;
mod list;
mod metadata;
mod needs;
mod networks;
mod sorting;
pub(super) mod state;
mod tags;
mod view;

pub(super) use actions::{act, console};
pub(super) use change::{delete, update};
pub(super) use create::create;
pub(super) use interfaces::{attach, detach, interface, interfaces, volumes};
pub(super) use list::list;
pub(super) use metadata::{add_metadata, delete_meta, meta, metadata, replace_metadata, set_meta};
pub(super) use tags::{add_tag, delete_tag, delete_tags, has_tag, replace_tags, tags};
pub(super) use view::{addresses, network_addresses, security_groups, show};

use crate::embedded::context::Context;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

/// The server of the path, if the caller may see it and it still exists.
fn of_path(context: &Context<'_>) -> Result<Row, Fault> {
    let id = context.parameter("id");
    let row = context.world.get("servers", &id).filter(|row| {
        (context.caller.is_admin() || row["project_id"] == context.caller.project.as_str())
            && !state::is_gone(row, context.now)
    });
    row.cloned().ok_or_else(|| Fault::new(404, format!("Instance {id} could not be found.")))
}

/// The same, but 409 while it is locked, which stops everybody but administrators.
fn unlocked(context: &Context<'_>) -> Result<Row, Fault> {
    let row = of_path(context)?;
    if row["_locked"] == true && !context.caller.is_admin() {
        return Err(Fault::new(409, format!("Instance {} is locked", context.parameter("id"))));
    }
    Ok(row)
}

/// The refusal of what its state does not allow.
fn wrong_state(context: &Context<'_>, action: &str, state: &state::State) -> Fault {
    let (attribute, value) = match &state.task {
        Some(task) => ("task_state", task.as_str()),
        None => ("vm_state", state.vm.as_str()),
    };
    let id = context.parameter("id");
    Fault::new(409, format!("Cannot '{action}' instance {id} while it is in {attribute} {value}"))
}
