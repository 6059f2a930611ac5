//! A journal at which a process can end, or whose disk can be full.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;

use crate::event::{Event, Happening};
use crate::journal::{Journal, JournalError};
use crate::model::Secrets;

use super::life::Life;

/// What happens at the n-th write, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtAppend {
    /// The process ends before anything is written.
    EndBefore(usize),
    /// The process ends when it is written.
    EndAfter(usize),
    /// The disk is full, then and from then on.
    Full(usize),
    /// The disk is full, then and never again.
    FullOnce(usize),
}

/// Another journal, as one process writes it.
pub struct Mortal {
    journal: Arc<dyn Journal>,
    life: Arc<Life>,
    at: Option<AtAppend>,
    appends: AtomicUsize,
}

impl Mortal {
    /// The journal for a process with this life.
    pub fn new(journal: Arc<dyn Journal>, life: Arc<Life>, at: Option<AtAppend>) -> Self {
        Self { journal, life, at, appends: AtomicUsize::new(0) }
    }
}

#[async_trait]
impl Journal for Mortal {
    async fn events(&self) -> Result<Vec<Event>, JournalError> {
        self.journal.events().await
    }

    async fn append(&self, at: i64, run: &str, what: Vec<Happening>) -> Result<Vec<Event>, JournalError> {
        self.write(self.journal.append(at, run, what)).await
    }

    async fn secrets(&self) -> Result<Secrets, JournalError> {
        self.journal.secrets().await
    }

    async fn keep(&self, made: Secrets) -> Result<Secrets, JournalError> {
        self.write(self.journal.keep(made)).await
    }

    async fn forget_secrets(&self) -> Result<(), JournalError> {
        self.write(self.journal.forget_secrets()).await
    }
}

impl Mortal {
    /// One write, in the middle of which the process may end.
    async fn write<T>(&self, write: impl Future<Output = Result<T, JournalError>>) -> Result<T, JournalError> {
        if self.life.is_over() {
            return std::future::pending().await;
        }
        let count = self.appends.fetch_add(1, Ordering::SeqCst) + 1;
        let full = || Err(JournalError::Storage { path: "journal.db".into(), why: "no space left on device".into() });
        match self.at {
            Some(AtAppend::EndBefore(n)) if n == count => self.life.end().await,
            Some(AtAppend::EndAfter(n)) if n == count => {
                write.await?;
                self.life.end().await
            }
            Some(AtAppend::Full(n)) if n <= count => full(),
            Some(AtAppend::FullOnce(n)) if n == count => full(),
            _ => write.await,
        }
    }
}
