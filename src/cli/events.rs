//! `gureum events`: all that happened in an environment.

use crate::report::{event_json, events_text};

use super::args::{Global, NameArgs};
use super::error::{CliError, exit};
use super::screen::Screen;
use super::{history, places, target};

/// Runs it.
pub fn run(global: &Global, args: &NameArgs, screen: &Screen) -> Result<u8, CliError> {
    let (folder, key) = history::find(&places::state(global)?, &args.name)?;
    let (_, events) = history::read(&folder, &key)?;
    if screen.json {
        for event in &events {
            screen.print(&format!("{}\n", event_json(event).map_err(super::unserialisable)?))?;
        }
    } else {
        let text = events_text(&events, &screen.look);
        target::framed(target::is_there(&key), screen, |screen| screen.print(&text))?;
    }
    Ok(exit::DONE)
}
