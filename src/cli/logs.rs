//! `gureum logs`: what a server says of its first boot, and the end of its console.

use serde_json::json;

use crate::cloud::{Call, Cloud, CloudError, Method};
use crate::model::Service;
use crate::model::messages::cli as m;
use crate::report::time;
use crate::say;
use crate::verify::{GuestReport, report};

use super::args::{Global, LogsArgs};
use super::error::{CliError, exit};
use super::interrupts::Interrupts;
use super::recorded::Recorded;
use super::screen::Screen;
use super::session::cloud_error;
use super::target;

/// Runs it.
pub fn run(global: &Global, args: &LogsArgs, screen: &Screen) -> Result<u8, CliError> {
    let recorded = Recorded::find(global, &args.name)?;
    let outputs = recorded.outputs()?;
    let id = recorded.server(&outputs, &args.server)?;
    let (said, console) = super::block_on(async {
        let mut interrupts = Interrupts::listen()?;
        let session = interrupts.unless(recorded.connect(global)).await?;
        let work = async {
            let said = report(&session.cloud, &outputs, &args.server).await.map_err(|error| cloud_error(&error))?;
            Ok((said, console(&session.cloud, &id, args.lines).await))
        };
        interrupts.unless(work).await
    })?;
    target::framed(target::is_there(&recorded.key), screen, |screen| show(args, said.as_ref(), &console, screen))?;
    Ok(exit::DONE)
}

/// The console's last lines (Nova API, `os-getConsoleOutput`).
async fn console(cloud: &Cloud, id: &str, lines: u32) -> Result<String, CloudError> {
    let body = json!({ "os-getConsoleOutput": { "length": lines } });
    let call = Call::new(Service::Compute, Method::Post, format!("/servers/{id}/action")).json(body);
    let answer = cloud.send(call).await?;
    Ok(printable(answer.body.get("output").and_then(serde_json::Value::as_str).unwrap_or_default()))
}

fn show(
    args: &LogsArgs,
    said: Option<&GuestReport>,
    console: &Result<String, CloudError>,
    screen: &Screen,
) -> Result<(), CliError> {
    if screen.json {
        let report = said.map(|report| {
            json!({ "stage": report.stage, "at": report.at, "instance": report.instance, "words": printable(&report.words) })
        });
        let fault = console.as_ref().err().map(ToString::to_string);
        let console = console.as_ref().ok();
        let all = json!({ "server": args.server, "report": report, "console": console, "console_fault": fault });
        return screen.print_json(&all, true);
    }
    let look = &screen.look;
    let said = match said {
        Some(report) => {
            let at = report.at.map_or_else(|| "?".to_owned(), time);
            let head = look.say(&say!(m::LOGS_REPORT, at = at, stage = report.stage));
            format!("{head}\n{}\n", printable(report.words.trim()))
        }
        None => format!("{}\n", look.word(&m::LOGS_NO_REPORT)),
    };
    let console = match console {
        Ok(console) => format!("{}\n{}\n", look.word(&m::LOGS_CONSOLE), console.trim_end()),
        Err(error) => format!("{}\n", look.say(&say!(m::LOGS_NO_CONSOLE, why = error))),
    };
    screen.print(&format!("{said}\n{console}"))
}

/// A guest's words without what moves a terminal's cursor: they come from outside.
fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => {
                if letters.next_if_eq(&'[').is_some() {
                    while letters.next_if(|c| !('@'..='~').contains(c)).is_some() {}
                    letters.next();
                }
            }
            '\n' | '\t' => out.push(letter),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_console_moves_no_cursor() {
        assert_eq!(printable("\u{1b}[2J\u{1b}[31mred\u{1b}[0m\r\n\tnext\u{7}"), "red\n\tnext");
    }
}
