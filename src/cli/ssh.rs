//! `gureum ssh`: a server's shell, through the bastion.

use std::process::Command;

use serde_json::json;

use crate::component;
use crate::desired;
use crate::model::Address;
use crate::model::messages::cli as m;
use crate::say;

use super::args::{Global, SshArgs};
use super::error::{CliError, exit};
use super::recorded::Recorded;
use super::screen::Screen;

/// The server that others are reached through.
const BASTION: &str = "bastion-1";

/// Runs it.
pub fn run(global: &Global, args: &SshArgs, screen: &Screen) -> Result<u8, CliError> {
    let recorded = Recorded::find(global, &args.name)?;
    let words = command(&recorded, args)?;
    if screen.json {
        screen.print_json(&json!({ "command": words }), true)?;
        return Ok(exit::DONE);
    }
    if args.print {
        let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        screen.print(&format!("{}\n", quoted.join(" ")))?;
        return Ok(exit::DONE);
    }
    start(&words)
}

/// The command line.
fn command(recorded: &Recorded, args: &SshArgs) -> Result<Vec<String>, CliError> {
    let (settings, name) = (&recorded.inputs.settings, &recorded.key.name);
    let missing: Vec<&str> = [("--ssh-from", settings.ssh_from.is_some()), ("--ssh-key", settings.ssh_key.is_some())]
        .into_iter()
        .filter_map(|(flag, said)| (!said).then_some(flag))
        .collect();
    if !missing.is_empty() {
        let text = say!(m::NO_SSH, name = name, missing = missing.join(", "));
        return Err(CliError::refused(text).help(say!(m::NO_SSH_HELP)));
    }
    let outputs = recorded.outputs()?;
    recorded.server(&outputs, &args.server)?;
    let floating = outputs.get(&Address::new("floating-ip", BASTION)).and_then(|it| it.get("floating_ip_address"));
    let Some(floating) = floating else {
        return Err(CliError::failed(say!(m::NO_BASTION)).help(say!(m::NO_BASTION_HELP, name = name)));
    };
    let user = |server: &str| args.user.clone().unwrap_or_else(|| user(recorded, server));
    let bastion = format!("{}@{floating}", user(BASTION));
    let mut words = vec!["ssh".to_owned()];
    if args.server == BASTION {
        words.push(bastion);
    } else {
        let addresses = desired::server_addresses(&recorded.blueprint, &recorded.inputs)?;
        let Some(address) = addresses.get(&args.server) else {
            // One of an earlier count, still in the journal.
            return recorded.server(&crate::verify::Outputs::new(), &args.server).map(|_| words);
        };
        words.extend(["-J".to_owned(), bastion, format!("{}@{address}", user(&args.server))]);
    }
    if !args.command.is_empty() {
        words.push("--".to_owned());
        words.extend(args.command.iter().cloned());
    }
    Ok(words)
}

/// The user of a cloud image is called like its distribution.
fn user(recorded: &Recorded, server: &str) -> String {
    let (blueprint, inputs) = (&recorded.blueprint, &recorded.inputs);
    let tier = server.rsplit_once('-').and_then(|(tier, _)| blueprint.tier(tier));
    let first = || blueprint.systems.first().map_or("", |system| system.0.as_str());
    let system = match tier {
        Some(tier) => blueprint.system_of(tier, inputs),
        None => inputs.os.as_deref().unwrap_or_else(first),
    };
    component::system(system).map_or_else(|| "root".to_owned(), |system| system.distro.clone())
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Becomes it.
#[cfg(unix)]
fn start(words: &[String]) -> Result<u8, CliError> {
    use std::os::unix::process::CommandExt;
    let error = Command::new(&words[0]).args(&words[1..]).exec();
    Err(CliError::failed(say!(m::SSH_NOT_STARTED, why = error)))
}

/// Starts it and ends like it.
#[cfg(not(unix))]
fn start(words: &[String]) -> Result<u8, CliError> {
    let status = Command::new(&words[0]).args(&words[1..]).status();
    let status = status.map_err(|error| CliError::failed(say!(m::SSH_NOT_STARTED, why = error)))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(exit::FAILED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_take_them_apart() {
        assert_eq!(quoted("debian@10.10.1.11"), "debian@10.10.1.11");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}
