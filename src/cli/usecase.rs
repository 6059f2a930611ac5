//! The use cases there are: built in, or those of `--blueprints DIR`.

use std::path::Path;

use crate::blueprint::{self, Blueprint};
use crate::model::Diagnostics;
use crate::model::messages::cli as m;
use crate::say;

use super::error::CliError;
use super::places;

/// One blueprint's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// `usecase-2.6`, from the file's name.
    pub id: String,
    /// The file, as messages name it.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// A blueprint that was read, with its text and warnings.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The blueprint.
    pub blueprint: Blueprint,
    /// Its file's text, for the journal.
    pub text: String,
    /// What a reader should know.
    pub warnings: Diagnostics,
}

/// All of them, by id.
pub fn all(folder: Option<&Path>) -> Result<Vec<Source>, CliError> {
    let mut found = match folder {
        None => blueprint::builtin()
            .into_iter()
            .map(|(id, text)| Source { id: id.to_owned(), file: format!("{id}.yaml"), text: text.to_owned() })
            .collect(),
        Some(folder) => from_folder(folder)?,
    };
    // `usecase-2.10` comes after `usecase-2.9`.
    found.sort_by_key(|source: &Source| (numbers(&source.id), source.id.clone()));
    Ok(found)
}

fn from_folder(folder: &Path) -> Result<Vec<Source>, CliError> {
    let unreadable =
        |error: std::io::Error| CliError::failed(say!(m::CANNOT_READ, file = folder.display(), why = error));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let id = path.file_stem().and_then(|stem| stem.to_str());
        if let (Some(id), Some("yaml" | "yml")) = (id, path.extension().and_then(|it| it.to_str())) {
            found.push(Source { id: id.to_owned(), file: path.display().to_string(), text: places::read(&path)? });
        }
    }
    Ok(found)
}

fn numbers(id: &str) -> Vec<u32> {
    id.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}

/// The use case of that id.
pub fn load(id: &str, folder: Option<&Path>) -> Result<Loaded, CliError> {
    let all = all(folder)?;
    let Some(source) = all.iter().find(|source| source.id == id) else {
        let help = match blueprint::nearest(id, all.iter().map(|source| source.id.as_str())) {
            Some(nearest) => say!(m::UNKNOWN_USECASE_NEAREST, nearest = nearest),
            None => say!(m::UNKNOWN_USECASE_LIST),
        };
        return Err(CliError::failed(say!(m::UNKNOWN_USECASE, id = id)).help(help));
    };
    read(source)
}

/// Reads one.
pub fn read(source: &Source) -> Result<Loaded, CliError> {
    let (blueprint, warnings) = blueprint::parse(&source.text, &source.file)?;
    Ok(Loaded { blueprint, text: source.text.clone(), warnings })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_order_use_cases() {
        let mut ids = ["usecase-2.10", "usecase-2.9", "usecase-1"];
        ids.sort_by_key(|id| numbers(id));
        assert_eq!(ids, ["usecase-1", "usecase-2.9", "usecase-2.10"]);
    }

    #[test]
    fn an_unknown_one_is_told_with_the_nearest() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("usecase-2.6.yaml"), "").expect("written");
        let Err(error) = load("usecase-26", Some(folder.path())) else { panic!("it does not exist") };
        assert_eq!(error.text.message.id, m::UNKNOWN_USECASE.id);
        assert!(error.help.expect("help").to_string().contains("usecase-2.6"));
    }
}
