//! `gureum status`: how environments stand, as the journal tells it. No cloud is asked.

use crate::model::messages::cli as m;
use crate::report::{status_json, status_text};
use crate::say;

use super::args::{Global, StatusArgs};
use super::error::{CliError, exit};
use super::screen::Screen;
use super::{history, places, target};

/// Runs it.
pub fn run(global: &Global, args: &StatusArgs, screen: &Screen) -> Result<u8, CliError> {
    let state = places::state(global)?;
    let environments = match &args.name {
        Some(name) => vec![history::find(&state, name)?],
        None => history::all(&state)?,
    };
    let (mut texts, mut json) = (Vec::new(), Vec::new());
    for (folder, key) in &environments {
        let (known, _) = history::read(folder, key)?;
        let mut text = status_text(key, &known, &screen.look);
        // Each says it for itself: others beside it may be real.
        if target::is_there(key) {
            let line = screen.look.word(&m::EMBEDDED);
            text = format!("{line}\n{text}{line}\n");
        }
        texts.push(text);
        json.push(Screen { embedded: target::is_there(key), ..*screen }.marked(status_json(key, &known)));
    }
    if screen.json {
        screen.print_json(&json.into(), true)?;
    } else if texts.is_empty() {
        let nothing = say!(m::NO_ENVIRONMENTS, folder = state.display());
        screen.print(&format!("{}\n", screen.look.say(&nothing)))?;
    } else {
        screen.print(&texts.join("\n"))?;
    }
    Ok(exit::DONE)
}
