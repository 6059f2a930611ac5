//! The lock file: who serves this cloud, and where.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ServeError;

const FILE: &str = "embedded.lock";

/// A running cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// Its port on the loopback address.
    pub port: u16,
    /// Its process.
    pub pid: u32,
}

/// The cloud that serves this directory now, if one does. A lock file that a killed process left is not one.
pub fn running(state: &Path) -> Option<Running> {
    let mut file = OpenOptions::new().read(true).write(true).open(state.join(FILE)).ok()?;
    // Whoever has just taken the lock may still be about to write its port.
    for _ in 0..40 {
        if file.try_lock_shared().is_ok() {
            let _ = file.unlock();
            return None;
        }
        if let Some(found) = content(&mut file)
            && found.port != 0
        {
            return Some(found);
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    None
}

/// The lock, held as long as this lives.
pub(super) struct Lock {
    file: File,
    last: Option<u16>,
}

impl Lock {
    pub(super) fn take(state: &Path) -> Result<Self, ServeError> {
        let path = state.join(FILE);
        let failed = |error| ServeError::Io(path.display().to_string(), error);
        make(state).map_err(failed)?;
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        // Somebody who only asks whether it is locked holds it for an instant.
        let mut tries = 0;
        while let Err(error) = file.try_lock() {
            if let std::fs::TryLockError::Error(error) = error {
                return Err(failed(error));
            }
            tries += 1;
            if tries > 20 {
                return Err(ServeError::Running(running(state).unwrap_or(Running { port: 0, pid: 0 })));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let last = content(&mut file).map(|found| found.port).filter(|port| *port != 0);
        let mut lock = Self { file, last };
        lock.write(0, &path)?;
        Ok(lock)
    }

    /// The port that this cloud was served on before.
    pub(super) fn last_port(&self) -> Option<u16> {
        self.last
    }

    /// Tells others where it is.
    pub(super) fn publish(&mut self, port: u16) -> Result<(), ServeError> {
        self.write(port, Path::new(FILE))
    }

    fn write(&mut self, port: u16, path: &Path) -> Result<(), ServeError> {
        let running = Running { port, pid: std::process::id() };
        let text = serde_json::json!({"format": 1, "port": running.port, "pid": running.pid}).to_string();
        let written = self
            .file
            .rewind()
            .and_then(|()| self.file.write_all(format!("{text}\n").as_bytes()))
            .and_then(|()| self.file.set_len(text.len() as u64 + 1));
        written.map_err(|error| ServeError::Io(path.display().to_string(), error))
    }
}

/// The directory, which only its owner reads: what servers are given at their first boot is in it.
pub fn make(state: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(state)
}

fn content(file: &mut File) -> Option<Running> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}
