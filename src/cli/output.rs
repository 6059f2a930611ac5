//! `gureum output`: ids, addresses and the URL of an environment, as the journal knows them.

use crate::event::State;
use crate::report::{outputs_json, outputs_text};

use super::args::{Global, NameArgs};
use super::error::{CliError, exit};
use super::screen::Screen;
use super::{history, places, target};

/// Runs it.
pub fn run(global: &Global, args: &NameArgs, screen: &Screen) -> Result<u8, CliError> {
    let (folder, key) = history::find(&places::state(global)?, &args.name)?;
    let (state, _) = history::read(&folder, &key)?;
    let url = url(&state);
    target::framed(target::is_there(&key), screen, |screen| {
        if screen.json {
            screen.print_json(&outputs_json(&state, url.as_deref()), true)
        } else {
            screen.print(&outputs_text(&key, &state, url.as_deref(), &screen.look))
        }
    })?;
    Ok(exit::DONE)
}

/// The floating address, if the environment has exactly one: which of several is the entry only a plan says.
fn url(state: &State) -> Option<String> {
    let mut addresses = state.outputs().into_values().filter_map(|mut outputs| outputs.remove("floating_ip_address"));
    let first = addresses.next()?;
    addresses.next().is_none().then(|| format!("http://{first}/"))
}
