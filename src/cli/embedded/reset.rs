//! `gureum embedded reset`: what it holds is forgotten, whether it runs or not.

use crate::embedded::server::reset;
use crate::model::messages::cli as m;
use crate::say;

use super::super::args::Global;
use super::super::error::{CliError, exit};
use super::super::places;
use super::super::screen::Screen;
use super::unserved;

/// Runs it.
pub fn run(global: &Global, screen: &Screen) -> Result<u8, CliError> {
    let state = places::embedded(global)?;
    reset(&state).map_err(|error| unserved(&error))?;
    if screen.json {
        screen.print_json(&serde_json::json!({ "reset": state }), true)?;
    } else {
        screen.print(&format!("{}\n", screen.look.say(&say!(m::EMBEDDED_RESET, folder = state.display()))))?;
    }
    Ok(exit::DONE)
}
