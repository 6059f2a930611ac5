//! Durable events of one environment: SQLite in the state folder, or memory for tests.
//!
//! `places` knows where an environment's folder is and which there are, `lock` lets one process write, `sqlite` is the
//! journal of real runs and `memory` that of tests.

mod lock;
mod memory;
mod places;
mod sqlite;

pub use memory::Memory;
pub use places::{folder, list, remember};
pub use sqlite::{FORMAT, Sqlite};

use async_trait::async_trait;

use crate::event::{Event, Happening};

/// An environment's history, which only grows. One process writes at a time.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Every event so far, in order.
    async fn events(&self) -> Result<Vec<Event>, JournalError>;

    /// Appends all or none, durably, and returns them with their sequence numbers.
    async fn append(&self, at: i64, run: &str, what: Vec<Happening>) -> Result<Vec<Event>, JournalError>;
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
}
