//! `gureum embedded faults`: what goes wrong in the embedded cloud, by rule.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::embedded::server::ask;
use crate::model::messages::cli as m;
use crate::say;

use super::super::args::Global;
use super::super::error::{CliError, exit};
use super::super::places;
use super::super::screen::Screen;
use super::args::FaultsCommand;
use super::process;

/// Where the rules are.
const PATH: &str = "/embedded/faults";

/// Runs it.
pub fn run(global: &Global, command: &FaultsCommand, screen: &Screen) -> Result<u8, CliError> {
    let ask = |method: &str, path: &str, body: Option<&Json>| {
        let running = process::ensure(&places::embedded(global)?)?;
        ask(running, method, path, body).map_err(|why| CliError::failed(say!(m::EMBEDDED_REFUSED, why = why)))
    };
    match command {
        FaultsCommand::Add(rule) => {
            let rule = rule.rule().map_err(|option| {
                CliError::failed(say!(m::FAULTS_OPTION, option = option)).help(say!(m::FAULTS_OPTION_HELP))
            })?;
            let added = ask("POST", PATH, Some(&rule))?;
            show(&added, &line(&added["fault"]), screen)?;
        }
        FaultsCommand::List => {
            let all = ask("GET", PATH, None)?;
            let rules = all["faults"].as_array().map_or(&[][..], Vec::as_slice);
            let lines: String = rules.iter().map(line).collect();
            let none = || format!("{}\n", screen.look.word(&m::FAULTS_NONE));
            show(&all, &if rules.is_empty() { none() } else { lines }, screen)?;
        }
        FaultsCommand::Clear(args) => {
            let path = args.rule.map_or_else(|| PATH.to_owned(), |rule| format!("{PATH}/{rule}"));
            ask("DELETE", &path, None)?;
            let said = match args.rule {
                Some(rule) => screen.look.say(&say!(m::FAULTS_CLEARED_ONE, rule = rule)),
                None => screen.look.word(&m::FAULTS_NONE).clone(),
            };
            show(&serde_json::json!({ "cleared": args.rule }), &format!("{said}\n"), screen)?;
        }
    }
    Ok(exit::DONE)
}

fn show(json: &Json, text: &str, screen: &Screen) -> Result<(), CliError> {
    if screen.json { screen.print_json(json, true) } else { screen.print(text) }
}

/// A rule on a line: its number, what goes wrong, where, and at how many of how many requests it has.
fn line(rule: &Json) -> String {
    let text = |name: &str| rule[name].as_str().unwrap_or("*").to_owned();
    let mut line = format!(
        "{:>4}  {}  {} {} {}",
        text("id"),
        rule["fault"].as_str().map_or_else(|| rule["fault"].to_string(), str::to_owned),
        text("service"),
        text("method"),
        text("path")
    );
    for name in ["from", "times", "percent", "seed"] {
        let value = &rule[name];
        let usual = match name {
            "from" => *value == 1,
            "seed" => rule["percent"].is_null(),
            _ => value.is_null(),
        };
        if !usual {
            let _ = write!(line, " {name}={value}");
        }
    }
    let _ = writeln!(line, "  {}/{}", rule["happened"], rule["matched"]);
    line
}
