//! Durable events and sealed secrets of one environment: SQLite in the state folder, or memory for tests.
//!
//! `places` knows where an environment's folder is and which there are, `lock` lets one process write, `sqlite` is the
//! journal of real runs and `memory` that of tests. `key` is the file of the key that secrets are sealed with, `vault` the
//! sealed secrets in a journal's file, and `portable` a whole environment as a file that moves to another machine.

mod key;
mod lock;
mod memory;
mod places;
mod portable;
mod sqlite;
mod vault;

pub use key::KeyFile;
pub use memory::Memory;
pub use places::{folder, list, remember};
pub use portable::{Opener, Portable, PortableError, Sealing, is_for_passphrase};
pub use sqlite::{FORMAT, Sqlite};

use async_trait::async_trait;

use crate::event::{Event, Happening};
use crate::model::Secrets;

/// An environment's history, which only grows. One process writes at a time.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Every event so far, in order.
    async fn events(&self) -> Result<Vec<Event>, JournalError>;

    /// Appends all or none, durably, and returns them with their sequence numbers.
    async fn append(&self, at: i64, run: &str, what: Vec<Happening>) -> Result<Vec<Event>, JournalError>;

    /// The environment's secrets.
    async fn secrets(&self) -> Result<Secrets, JournalError>;

    /// Keeps all or none of these that are not there yet, durably, and returns every secret that is there then. What is
    /// there already stays: somebody may hold it.
    async fn keep(&self, made: Secrets) -> Result<Secrets, JournalError>;

    /// Forgets all secrets: nobody holds them any more.
    async fn forget_secrets(&self) -> Result<(), JournalError>;
}

/// The journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process writes it.
    #[error("{path} is in use by another gureum (its lock is held)")]
    Locked {
        /// The lock file.
        path: String,
    },
    /// It was written by a newer gureum.
    #[error("{path} has format {found}, this gureum reads up to {known}")]
    Format {
        /// The journal's file.
        path: String,
        /// Its format.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// The file system or SQLite refused.
    #[error("{path}: {why}")]
    Storage {
        /// The journal's file.
        path: String,
        /// In the system's own words.
        why: String,
    },
    /// There are sealed secrets and no key.
    #[error("the key file {key} is missing, and secrets were sealed with it")]
    NoKey {
        /// The key file.
        key: String,
    },
    /// Others than its owner may read the key.
    #[error("others may read the key file {key} (mode {mode:04o}): chmod 600 {key}")]
    KeyShared {
        /// The key file.
        key: String,
        /// Its mode.
        mode: u32,
    },
    /// The key file holds no key.
    #[error("{key} holds no key: {why}")]
    KeyDamaged {
        /// The key file.
        key: String,
        /// Why not.
        why: String,
    },
    /// The secrets were sealed with another key.
    #[error("the secrets in {journal} were sealed with another key than that in {key}")]
    OtherKey {
        /// The journal's file.
        journal: String,
        /// The key file.
        key: String,
    },
    /// A sealed secret is not what was sealed.
    #[error("the secret {name} in {journal} is damaged")]
    SecretDamaged {
        /// The journal's file.
        journal: String,
        /// The secret's name.
        name: String,
    },
    /// An exported environment cannot be read.
    #[error(transparent)]
    Portable(#[from] portable::PortableError),
}

impl JournalError {
    /// Whether it is about the key or what it opens: events can be read and written all the same.
    pub fn is_about_secrets(&self) -> bool {
        matches!(
            self,
            Self::NoKey { .. }
                | Self::KeyShared { .. }
                | Self::KeyDamaged { .. }
                | Self::OtherKey { .. }
                | Self::SecretDamaged { .. }
        )
    }
}
