//! `gureum state`: an environment's journal and secrets as one sealed file, and back.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::event::fold;
use crate::journal::{self, Journal, JournalError, KeyFile, Opener, Portable, Sealing};
use crate::model::messages::cli as m;
use crate::say;
use crate::terminal;

use super::args::{ExportArgs, Global, ImportArgs, StateCommand};
use super::error::{CliError, exit};
use super::screen::Screen;
use super::{history, places};

/// Where a passphrase stands that nobody is to type.
const PASSPHRASE_FILE: &str = "GUREUM_PASSPHRASE_FILE";

/// Runs it.
pub fn run(global: &Global, command: &StateCommand, screen: &Screen) -> Result<u8, CliError> {
    match command {
        StateCommand::Export(args) => export(global, args, screen),
        StateCommand::Import(args) => import(global, args, screen),
    }
}

fn export(global: &Global, args: &ExportArgs, screen: &Screen) -> Result<u8, CliError> {
    let (folder, key) = history::find(&places::state(global)?, &args.name)?;
    // With the lock: what is exported while another run writes would be old before it is used.
    let journal = history::open(&folder, &key, &places::keys(global)?)?;
    let (events, secrets) = super::block_on(async {
        both(journal.events().await, journal.secrets().await).map_err(|e| journal_error(&e))
    })?;
    fold(&events).map_err(|error| CliError::damaged(&key.name, &error))?;
    let (count, secret_count) = (events.len(), secrets.names().count());
    let sealing = match &args.recipient {
        Some(recipient) => Sealing::Recipient(recipient.clone()),
        None => Sealing::Passphrase(passphrase(screen, true)?),
    };
    let name = key.name.clone();
    let sealed = Portable { environment: key, events, secrets }.seal(sealing).map_err(|error| portable(&error))?;
    places::write_whole(&args.out, &sealed)?;
    let said = say!(m::EXPORTED, name = name, file = args.out.display(), events = count, secrets = secret_count);
    tell(screen, &said, &json!({ "exported": args.out, "environment": name, "events": count, "secrets": secret_count }))
}

fn import(global: &Global, args: &ImportArgs, screen: &Screen) -> Result<u8, CliError> {
    let sealed = std::fs::read(&args.file)
        .map_err(|error| CliError::failed(say!(m::CANNOT_READ, file = args.file.display(), why = error)))?;
    let opener = if journal::is_for_passphrase(&sealed).map_err(|error| portable(&error))? {
        Opener::Passphrase(passphrase(screen, false)?)
    } else {
        match &args.identity {
            Some(file) => Opener::Key(KeyFile::new(file)),
            None => Opener::Key(places::keys(global)?),
        }
    };
    let new = Portable::open(&sealed, opener).map_err(|error| portable(&error))?;
    let key = &new.environment;
    fold(&new.events).map_err(|error| CliError::damaged(&key.name, &error))?;
    let folder = journal::folder(&places::state(global)?, key);
    let journal = history::open(&folder, key, &places::keys(global)?)?;
    let (count, secret_count) = (new.events.len(), new.secrets.names().count());
    super::block_on(async {
        if !args.force {
            let there = both(journal.events().await, journal.secrets().await);
            // Secrets that cannot be read would be lost, too.
            let (events, secrets) = there.map_err(|error| journal_error(&error))?;
            if !new.holds_all_of(&events, &secrets) {
                return Err(CliError::refused(say!(
                    m::IMPORT_LOSES,
                    name = key.name,
                    there = events.len(),
                    new = count
                ))
                .help(say!(m::IMPORT_LOSES_HELP, name = key.name)));
            }
        }
        journal.replace(new.events.clone(), new.secrets.clone()).await.map_err(|error| journal_error(&error))
    })?;
    history::remember(&folder, key)?;
    let said = say!(m::IMPORTED, name = key.name, events = count, secrets = secret_count);
    tell(screen, &said, &json!({ "imported": key, "events": count, "secrets": secret_count }))
}

fn both<A, B>(a: Result<A, JournalError>, b: Result<B, JournalError>) -> Result<(A, B), JournalError> {
    Ok((a?, b?))
}

fn journal_error(error: &JournalError) -> CliError {
    history::journal_error(error)
}

fn tell(screen: &Screen, said: &crate::model::Text, json: &serde_json::Value) -> Result<u8, CliError> {
    if screen.json {
        screen.print_json(json, true)?;
    } else {
        screen.print(&format!("{}\n", screen.look.say(said)))?;
    }
    Ok(exit::DONE)
}

/// An exported environment that cannot be written or read; else the journal's or the key's own fault.
fn portable(error: &JournalError) -> CliError {
    match error {
        JournalError::Portable(error) => CliError::failed(say!(m::PORTABLE, words = error)),
        other => journal_error(other),
    }
}

/// The passphrase: from the file that `GUREUM_PASSPHRASE_FILE` names, else asked for, twice where a mistake would lock
/// everybody out.
fn passphrase(screen: &Screen, twice: bool) -> Result<SecretString, CliError> {
    let given = match std::env::var_os(PASSPHRASE_FILE).filter(|path| !path.is_empty()) {
        Some(path) => {
            let text = SecretString::from(places::read(Path::new(&path))?);
            SecretString::from(text.expose_secret().trim_end_matches(['\r', '\n']))
        }
        None if !screen.asks => {
            return Err(CliError::refused(say!(m::NO_PASSPHRASE)).help(say!(m::NO_PASSPHRASE_HELP)));
        }
        None => {
            let ask = |word| {
                let asked = terminal::passphrase(&screen.aside.word(word));
                asked.map_err(|error| CliError::failed(say!(m::CANNOT_READ, file = "the terminal", why = error)))
            };
            let first = ask(&m::ASK_PASSPHRASE)?;
            if twice && ask(&m::ASK_PASSPHRASE_AGAIN)?.expose_secret() != first.expose_secret() {
                return Err(CliError::refused(say!(m::PASSPHRASES_DIFFER)));
            }
            first
        }
    };
    if given.expose_secret().is_empty() {
        return Err(CliError::refused(say!(m::EMPTY_PASSPHRASE)));
    }
    Ok(given)
}
