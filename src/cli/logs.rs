//! `gureum logs`: what a server says of its first boot, and the end of its console.

use serde_json::json;

use crate::cloud::CloudError;
use crate::model::messages::cli as m;
use crate::model::showable;
use crate::report::time;
use crate::say;
use crate::verify::{Told, console, report};

use super::args::{Global, LogsArgs};
use super::error::{CliError, exit};
use super::interrupts::Interrupts;
use super::recorded::Recorded;
use super::screen::Screen;
use super::session::cloud_error;
use super::{history, places, target};

/// Runs it.
pub fn run(global: &Global, args: &LogsArgs, screen: &Screen) -> Result<u8, CliError> {
    let recorded = Recorded::find(global, &args.name)?;
    let outputs = recorded.outputs()?;
    let id = recorded.server(&outputs, &args.server)?;
    // A guest may repeat what it was given: without the secrets nobody can tell, so nothing is shown.
    let secrets = history::secrets(&recorded.folder, &places::keys(global)?)?;
    let (said, console) = super::block_on(async {
        let mut interrupts = Interrupts::listen()?;
        let session = interrupts.unless(recorded.connect(global)).await?;
        let work = async {
            let said =
                report(&session.cloud, &outputs, &args.server, &secrets).await.map_err(|error| cloud_error(&error))?;
            let console = console(&session.cloud, &id, Some(args.lines)).await.map(|text| showable(&text, &secrets));
            Ok((said, console))
        };
        interrupts.unless(work).await
    })?;
    target::framed(target::is_there(&recorded.key), screen, |screen| show(args, said.as_ref(), &console, screen))?;
    Ok(exit::DONE)
}

fn show(
    args: &LogsArgs,
    said: Option<&Told>,
    console: &Result<String, CloudError>,
    screen: &Screen,
) -> Result<(), CliError> {
    if screen.json {
        let report = said.map(|told| {
            json!({ "stage": told.report.stage, "at": told.at, "instance": told.report.instance, "words": told.words })
        });
        let fault = console.as_ref().err().map(ToString::to_string);
        let console = console.as_ref().ok();
        let all = json!({ "server": args.server, "report": report, "console": console, "console_fault": fault });
        return screen.print_json(&all, true);
    }
    let look = &screen.look;
    let said = match said {
        Some(told) => {
            let at = told.at.map_or_else(|| "?".to_owned(), time);
            let head = look.say(&say!(m::LOGS_REPORT, at = at, stage = told.report.stage));
            format!("{head}\n{}\n", told.words.trim())
        }
        None => format!("{}\n", look.word(&m::LOGS_NO_REPORT)),
    };
    let console = match console {
        Ok(console) => format!("{}\n{}\n", look.word(&m::LOGS_CONSOLE), console.trim_end()),
        Err(error) => format!("{}\n", look.say(&say!(m::LOGS_NO_CONSOLE, why = error))),
    };
    screen.print(&format!("{said}\n{console}"))
}
