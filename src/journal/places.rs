//! Where environments keep their state: `<state>/environments/<name>-<id>`, with a file that says which one it is.

use std::fmt::Display;
use std::fs::{self, DirBuilder, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::EnvironmentKey;

use super::JournalError;

/// The format number of `environment.json`.
const FORMAT: u32 = 1;
const FILE: &str = "environment.json";

/// What stands in `environment.json`.
#[derive(Serialize, Deserialize)]
struct Label {
    format: u32,
    environment: EnvironmentKey,
}

/// Only the number, to tell a newer file from a damaged one.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// The folder of an environment below the state folder.
pub fn folder(state: &Path, environment: &EnvironmentKey) -> PathBuf {
    state.join("environments").join(format!("{}-{}", environment.name, environment.id()))
}

/// Makes the folder and writes down which environment it is, so that [`list`] finds it.
pub fn remember(folder: &Path, environment: &EnvironmentKey) -> Result<(), JournalError> {
    make(folder)?;
    let path = folder.join(FILE);
    let label = Label { format: FORMAT, environment: environment.clone() };
    let text = serde_json::to_vec_pretty(&label).map_err(|error| storage(&path, &error))?;
    if fs::read(&path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    // Whole or not at all: written beside it, made durable, and moved over it.
    let beside = folder.join(format!("{FILE}.{}", std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&beside)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&beside, &path)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|error| storage(&path, &error))
}

/// Every environment that has state below this folder, by name and then id; none where there is no such folder.
pub fn list(state: &Path) -> Result<Vec<(PathBuf, EnvironmentKey)>, JournalError> {
    let all = state.join("environments");
    let entries = match fs::read_dir(&all) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(storage(&all, &error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let folder = entry.map_err(|error| storage(&all, &error))?.path();
        let path = folder.join(FILE);
        let text = match fs::read(&path) {
            Ok(text) => text,
            // A folder without the file is not an environment, or its run died before it began.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
            Err(error) => return Err(storage(&path, &error)),
        };
        let Format { format } = serde_json::from_slice(&text).map_err(|error| storage(&path, &error))?;
        if format > FORMAT {
            return Err(JournalError::Format { path: path.display().to_string(), found: format, known: FORMAT });
        }
        let label: Label = serde_json::from_slice(&text).map_err(|error| storage(&path, &error))?;
        found.push((folder, label.environment));
    }
    found.sort_by(|a, b| (&a.1.name, a.1.id()).cmp(&(&b.1.name, b.1.id())));
    Ok(found)
}

/// A folder that only its owner reads.
pub(super) fn make(folder: &Path) -> Result<(), JournalError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| storage(folder, &error))
}

pub(super) fn storage(path: &Path, error: &dyn Display) -> JournalError {
    JournalError::Storage { path: path.display().to_string(), why: error.to_string() }
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
    fn environments_are_found_again_by_name() {
        let state = tempfile::tempdir().expect("a folder");
        assert_eq!(list(state.path()).expect("no state is no error"), []);
        let keys = [key("p", "shop"), key("p", "blog"), key("q", "blog")];
        for key in &keys {
            remember(&folder(state.path(), key), key).expect("written");
            remember(&folder(state.path(), key), key).expect("written again");
        }
        fs::create_dir(state.path().join("environments/stray")).expect("a folder that is no environment");
        let found = list(state.path()).expect("listed");
        assert_eq!(found.iter().map(|(_, key)| key.name.as_str()).collect::<Vec<_>>(), ["blog", "blog", "shop"]);
        assert!(found.iter().all(|(path, key)| *path == folder(state.path(), key)));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads() {
        use std::os::unix::fs::PermissionsExt;
        let state = tempfile::tempdir().expect("a folder");
        let key = key("p", "shop");
        let folder = folder(state.path(), &key);
        remember(&folder, &key).expect("written");
        assert_eq!(fs::metadata(&folder).expect("there").permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_newer_label_is_refused() {
        let state = tempfile::tempdir().expect("a folder");
        let key = key("p", "shop");
        let folder = folder(state.path(), &key);
        remember(&folder, &key).expect("written");
        fs::write(folder.join(FILE), r#"{"format": 7, "something": "else"}"#).expect("written");
        assert!(matches!(list(state.path()), Err(JournalError::Format { found: 7, known: FORMAT, .. })));
    }
}
