//! Where settings and state are, by the XDG base directory specification, and files read and written with good words.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::journal::KeyFile;
use crate::model::messages::cli as m;
use crate::say;

use super::args::Global;
use super::error::CliError;

/// The state folder: `--state`, else `$XDG_STATE_HOME/gureum`, else `~/.local/state/gureum`.
pub fn state(global: &Global) -> Result<PathBuf, CliError> {
    global
        .state
        .clone()
        .or_else(|| xdg("XDG_STATE_HOME", ".local/state"))
        .ok_or_else(|| CliError::failed(say!(m::NO_STATE_FOLDER)).help(say!(m::NO_STATE_FOLDER_HELP)))
}

/// The key that secrets are sealed with: `GUREUM_KEY_FILE`, else `key` in the state folder.
pub fn keys(global: &Global) -> Result<KeyFile, CliError> {
    match std::env::var_os("GUREUM_KEY_FILE").filter(|path| !path.is_empty()) {
        Some(path) => Ok(KeyFile::new(path)),
        None => Ok(KeyFile::new(state(global)?.join("key"))),
    }
}

/// The embedded cloud's folder: `embedded` in the state folder.
pub fn embedded(global: &Global) -> Result<PathBuf, CliError> {
    let folder = state(global)?.join("embedded");
    // It outlives the command, and works elsewhere.
    std::path::absolute(&folder)
        .map_err(|error| CliError::failed(say!(m::CANNOT_WRITE, file = folder.display(), why = error)))
}

/// The settings file, where there is one: `$XDG_CONFIG_HOME/gureum/config.yaml`, else `~/.config/gureum/config.yaml`.
pub fn settings() -> Option<PathBuf> {
    xdg("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("config.yaml")).filter(|file| file.exists())
}

/// `$<variable>/gureum`; the specification says that a relative path there is not to be used.
fn xdg(variable: &str, below_home: &str) -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute(variable).or_else(|| absolute("HOME").map(|home| home.join(below_home)))?;
    Some(base.join("gureum"))
}

/// A whole text file.
pub fn read(file: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(file)
        .map_err(|error| CliError::failed(say!(m::CANNOT_READ, file = file.display(), why = error)))
}

/// A file that only its owner reads, written whole or not at all: beside it, made durable, and moved over it.
pub fn write_whole(file: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let mut beside = file.to_path_buf().into_os_string();
    beside.push(format!(".{}", std::process::id()));
    let beside = PathBuf::from(beside);
    let write = || -> std::io::Result<()> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut out = options.open(&beside)?;
        out.write_all(bytes)?;
        out.sync_all()?;
        std::fs::rename(&beside, file)?;
        match file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => std::fs::File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(|error| {
        // What is left of it is of no use; that it cannot be removed either is no news.
        let _ = std::fs::remove_file(&beside);
        CliError::failed(say!(m::CANNOT_WRITE, file = file.display(), why = error))
    })
}

/// A whole text file, written.
pub fn write(file: &Path, text: &str) -> Result<(), CliError> {
    std::fs::write(file, text)
        .map_err(|error| CliError::failed(say!(m::CANNOT_WRITE, file = file.display(), why = error)))
}
