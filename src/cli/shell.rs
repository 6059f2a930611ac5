//! `gureum completions` and `gureum man`: what packages ship beside the binary.

use clap::CommandFactory;

use crate::model::messages::cli as m;
use crate::say;

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::error::{CliError, exit};
use super::screen::Screen;

/// Completions for a shell.
pub fn completions(args: &CompletionsArgs, screen: &Screen) -> Result<u8, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "gureum", &mut script);
    screen.print(&String::from_utf8_lossy(&script))?;
    Ok(exit::DONE)
}

/// The manual page or that of a command, in roff.
pub fn man(args: &ManArgs, screen: &Screen) -> Result<u8, CliError> {
    let mut whole = Cli::command();
    // Gives commands their full names and the flags that all have.
    whole.build();
    let wanted = match &args.command {
        None => whole,
        Some(name) => {
            let names = whole.get_subcommands().map(clap::Command::get_name).collect::<Vec<_>>().join(", ");
            let found = whole.find_subcommand(name).cloned();
            found.ok_or_else(|| {
                CliError::failed(say!(m::UNKNOWN_COMMAND, name = name))
                    .help(say!(m::UNKNOWN_COMMAND_HELP, names = names))
            })?
        }
    };
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(wanted).render(&mut page);
    rendered.map_err(|error| CliError::failed(say!(m::CANNOT_WRITE, file = "gureum.1", why = error)))?;
    screen.print(&String::from_utf8_lossy(&page))?;
    Ok(exit::DONE)
}
