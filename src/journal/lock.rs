//! One writer: a lock of the operating system on a file beside the journal, which dies with the process.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::JournalError;
use super::places::storage;

/// Held as long as it lives.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, or says that another process has it.
    pub(super) fn take(path: &Path) -> Result<Self, JournalError> {
        let opened = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path);
        let file = opened.map_err(|error| storage(path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(JournalError::Locked { path: path.display().to_string() }),
            Err(TryLockError::Error(error)) => Err(storage(path, &error)),
        }
    }
}
