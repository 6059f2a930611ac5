//! An environment's journal as commands need it: its state, what the last run was told, and who holds the lock.

use std::path::{Path, PathBuf};

use crate::blueprint::Inputs;
use crate::event::{Event, State, fold};
use crate::journal::{self, JournalError, KeyFile, Sqlite};
use crate::model::messages::{cli as m, report};
use crate::model::{EnvironmentKey, Message, Secrets};
use crate::say;

use super::error::CliError;

/// Reads a journal without its lock; an empty state where there is none.
pub fn read(folder: &Path, key: &EnvironmentKey) -> Result<(State, Vec<Event>), CliError> {
    let events = Sqlite::read(folder).map_err(|error| journal_error(&error))?;
    let state = fold(&events).map_err(|error| CliError::damaged(&key.name, &error))?;
    Ok((state, events))
}

/// Reads an environment's secrets without the lock.
pub fn secrets(folder: &Path, keys: &KeyFile) -> Result<Secrets, CliError> {
    Sqlite::read_secrets(folder, keys).map_err(|error| journal_error(&error))
}

/// Takes the lock and opens the journal for writing.
pub fn open(folder: &Path, key: &EnvironmentKey, keys: &KeyFile) -> Result<Sqlite, CliError> {
    Sqlite::open(folder, keys).map_err(|error| match &error {
        JournalError::Locked { path } => locked(folder, key, path),
        _ => journal_error(&error),
    })
}

/// Makes the environment one that [`all`] lists: before its first write, not for a mere look.
pub fn remember(folder: &Path, key: &EnvironmentKey) -> Result<(), CliError> {
    journal::remember(folder, key).map_err(|error| journal_error(&error))
}

/// What the last deploy was told, if there was one.
pub fn recorded(state: &State) -> Result<Option<Inputs>, CliError> {
    let inputs = state.last_deploy().and_then(|started| started.inputs.clone());
    inputs
        .map(serde_json::from_value)
        .transpose()
        .map_err(|error| CliError::failed(say!(m::RECORDED_INPUTS, why = error)).help(say!(m::RECORDED_INPUTS_HELP)))
}

/// Says who holds the lock, as far as the journal tells.
fn locked(folder: &Path, key: &EnvironmentKey, path: &str) -> CliError {
    let running =
        read(folder, key).ok().and_then(|(state, _)| state.runs.last().cloned()).filter(|run| run.ended.is_none());
    let who = running.map_or_else(String::new, |run| {
        let command: &Message = match run.started.command {
            crate::event::CommandWord::Deploy => &report::COMMAND_DEPLOY,
            crate::event::CommandWord::Destroy => &report::COMMAND_DESTROY,
        };
        let at = crate::report::time(run.at);
        say!(m::LOCKED_WHO, command = command.en, at = at, run = run.id).to_string()
    });
    CliError::refused(say!(m::LOCKED, name = key.name, who = who)).help(say!(
        m::LOCKED_HELP,
        name = key.name,
        path = path
    ))
}

/// A journal that cannot be used.
pub fn journal_error(error: &JournalError) -> CliError {
    if error.is_about_secrets() {
        let help = match error {
            JournalError::KeyShared { key, .. } => say!(m::KEY_SHARED_HELP, key = key),
            _ => say!(m::SECRETS_HELP),
        };
        return CliError::failed(say!(m::SECRETS_CLOSED, words = error)).help(help);
    }
    CliError::failed(say!(m::JOURNAL, words = error)).help(say!(m::JOURNAL_HELP))
}

/// Every environment that this state folder knows.
pub fn all(state: &Path) -> Result<Vec<(PathBuf, EnvironmentKey)>, CliError> {
    journal::list(state).map_err(|error| journal_error(&error))
}

/// The one environment of that name (`shop`), or of that name and id (`shop-1a2b3c4d`).
pub fn find(state: &Path, name: &str) -> Result<(PathBuf, EnvironmentKey), CliError> {
    let all = all(state)?;
    let full = |key: &EnvironmentKey| format!("{}-{}", key.name, key.id());
    let mut found: Vec<_> = all.iter().filter(|(_, key)| key.name.as_str() == name || full(key) == name).collect();
    match (found.pop(), found.is_empty()) {
        (Some((folder, key)), true) => Ok((folder.clone(), key.clone())),
        (Some(last), false) => {
            let names: Vec<String> = found.into_iter().chain([last]).map(|(_, key)| full(key)).collect();
            Err(CliError::failed(say!(m::AMBIGUOUS, name = name))
                .help(say!(m::AMBIGUOUS_HELP, names = names.join(", "))))
        }
        (None, _) => {
            let names: Vec<&str> = all.iter().map(|(_, key)| key.name.as_str()).collect();
            let help = if names.is_empty() {
                say!(m::NO_ENVIRONMENTS_HELP, folder = state.display())
            } else {
                say!(m::UNKNOWN_ENVIRONMENT_HELP, names = names.join(", "))
            };
            Err(CliError::failed(say!(m::UNKNOWN_ENVIRONMENT, name = name)).help(help))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EnvironmentName;

    fn key(project: &str, name: &str) -> EnvironmentKey {
        let name = EnvironmentName::parse(name).expect("a name");
        EnvironmentKey { project_id: project.into(), region: "R".into(), name }
    }

    #[test]
    fn environments_are_found_by_name_and_where_needed_by_id() {
        let state = tempfile::tempdir().expect("a folder");
        let keys = [key("p", "shop"), key("q", "shop"), key("p", "blog")];
        for key in &keys {
            journal::remember(&journal::folder(state.path(), key), key).expect("written");
        }
        assert_eq!(find(state.path(), "blog").expect("one").1, keys[2]);
        assert_eq!(find(state.path(), "shop").expect_err("two").text.message.id, m::AMBIGUOUS.id);
        assert_eq!(find(state.path(), &format!("shop-{}", keys[1].id())).expect("one").1, keys[1]);
        let unknown = find(state.path(), "show").expect_err("none");
        assert!(unknown.help.expect("help").to_string().contains("blog"), "the known ones are named");
    }

    #[test]
    fn a_second_run_is_refused_and_told_of_the_first() {
        let state = tempfile::tempdir().expect("a folder");
        let key = key("p", "shop");
        let folder = journal::folder(state.path(), &key);
        let keys = KeyFile::new(state.path().join("key"));
        let _held = open(&folder, &key, &keys).expect("free");
        let error = open(&folder, &key, &keys).expect_err("held");
        assert_eq!((error.exit, error.text.message.id), (3, m::LOCKED.id));
    }
}
