//! `gureum observe`: a snapshot of the cloud and of one environment, for `plan --snapshot`.

use crate::model::messages::cli as m;
use crate::observe::Wanted;
use crate::{journal, say};

use super::args::{Global, ObserveArgs};
use super::error::{CliError, exit};
use super::screen::Screen;
use super::session::Session;
use super::target::{Target, Unchosen};
use super::{history, places};

/// Runs it.
pub fn run(global: &Global, args: &ObserveArgs, screen: &Screen) -> Result<u8, CliError> {
    let target = Target::find(global, Unchosen::Known(&args.name), false)?;
    let note = || {
        // Beside the result, which is JSON.
        if target.is_embedded() && !screen.json {
            screen.say(&format!("{}\n", screen.aside.word(&m::EMBEDDED)));
        }
    };
    note();
    let done = super::block_on(async {
        let session = Session::connect(&target).await?;
        let key = session.key(&args.name);
        let folder = journal::folder(&places::state(global)?, &key);
        let (state, _) = history::read(&folder, &key)?;
        let secrets = history::secrets(&folder, &places::keys(global)?)?;
        let wanted = Wanted { quotas: true, availability_zones: true };
        let snapshot = session.observe(&key, &state.known(), &secrets, wanted).await?;
        let json = serde_json::to_value(&snapshot).map_err(super::unserialisable)?;
        match &args.out {
            None => screen.print_json(&json, true)?,
            Some(file) => {
                places::write(file, &format!("{json:#}\n"))?;
                screen.say(&format!("{}\n", screen.aside.say(&say!(m::WROTE, file = file.display()))));
            }
        }
        Ok(exit::DONE)
    });
    note();
    done
}
