//! `gureum completions` and `gureum man`: what packages ship beside the binary.

use clap::CommandFactory;

use crate::model::messages::cli as m;
use crate::say;

use super::args::{Cli, CompletionsArgs};
use super::error::{CliError, exit};
use super::screen::Screen;

/// Completions for a shell.
pub fn completions(args: &CompletionsArgs, screen: &Screen) -> Result<u8, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "gureum", &mut script);
    screen.print(&String::from_utf8_lossy(&script))?;
    Ok(exit::DONE)
}

/// The manual page, in roff.
pub fn man(screen: &Screen) -> Result<u8, CliError> {
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(Cli::command()).render(&mut page);
    rendered.map_err(|error| CliError::failed(say!(m::CANNOT_WRITE, file = "gureum.1", why = error)))?;
    screen.print(&String::from_utf8_lossy(&page))?;
    Ok(exit::DONE)
}
