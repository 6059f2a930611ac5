//! `gureum embedded status`: whether it runs, and how clients reach it.

use serde_json::json;

use crate::embedded::server::{Running, clouds_yaml, running};
use crate::model::messages::cli as m;
use crate::say;

use super::super::args::Global;
use super::super::error::{CliError, exit};
use super::super::places;
use super::super::screen::Screen;

/// Runs it.
pub fn run(global: &Global, screen: &Screen) -> Result<u8, CliError> {
    let state = places::embedded(global)?;
    let found = running(&state);
    if screen.json {
        let clouds = found.map(|found| clouds_yaml(found.port));
        let line = json!({ "running": found, "state": state, "clouds_yaml": clouds });
        screen.print_json(&line, true)?;
        return Ok(exit::DONE);
    }
    match found {
        None => {
            screen.print(&format!("{}\n", screen.look.say(&say!(m::EMBEDDED_RESTS, folder = state.display()))))?;
        }
        Some(Running { port, pid }) => {
            let said = say!(m::EMBEDDED_RUNS, port = port, pid = pid, folder = state.display());
            screen.print(&format!("{}\n\n{}", screen.look.say(&said), clouds_yaml(port)))?;
        }
    }
    Ok(exit::DONE)
}
