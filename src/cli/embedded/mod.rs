//! `gureum embedded`: the emulated OpenStack as a process of its own. One file per command; `process` finds the one that runs
//! or starts one, for every command that uses it as its cloud.

pub mod args;
mod bound;
mod faults;
pub mod process;
mod reset;
mod serve;
mod status;

use crate::embedded::server::ServeError;
use crate::model::messages::cli as m;
use crate::say;

use super::args::{EmbeddedCommand, Global};
use super::error::CliError;
use super::screen::Screen;

/// Runs it.
pub fn run(global: &Global, command: &EmbeddedCommand, screen: &Screen) -> Result<u8, CliError> {
    match command {
        EmbeddedCommand::Serve(args) => serve::run(global, args, screen),
        EmbeddedCommand::Status => status::run(global, screen),
        EmbeddedCommand::Reset => reset::run(global, screen),
        EmbeddedCommand::Faults(command) => faults::run(global, command, screen),
        EmbeddedCommand::Bound(args) => bound::run(global, args, screen),
    }
}

/// Why it cannot be served.
fn unserved(error: &ServeError) -> CliError {
    let text = say!(m::EMBEDDED_FAILED, why = error);
    match error {
        ServeError::Running(_) => CliError::refused(text).help(say!(m::EMBEDDED_RUNS_HELP)),
        ServeError::Io(..) | ServeError::Store(..) | ServeError::Format(..) | ServeError::NoAnswer(..) => {
            CliError::failed(text).help(say!(m::EMBEDDED_FAILED_HELP))
        }
    }
}
