//! A journal that lives as long as the process, and can be told to fail: for tests and for runs that keep nothing.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use crate::event::{Event, Happening};
use crate::model::Secrets;

use super::{Journal, JournalError};

/// Events in memory.
#[derive(Debug, Default)]
pub struct Memory {
    events: Mutex<Vec<Event>>,
    secrets: Mutex<Secrets>,
    room: Option<usize>,
}

impl Memory {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that holds these already.
    pub fn with(events: Vec<Event>) -> Self {
        Self { events: Mutex::new(events), ..Self::default() }
    }

    /// The same with these secrets in it.
    #[must_use]
    pub fn holding(self, secrets: Secrets) -> Self {
        Self { secrets: Mutex::new(secrets), ..self }
    }

    /// The same, but it refuses every append that would make it hold more than so many events.
    #[must_use]
    pub fn with_room_for(self, events: usize) -> Self {
        Self { room: Some(events), ..self }
    }

    /// Every secret so far.
    pub fn all_secrets(&self) -> Secrets {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every event so far.
    pub fn all(&self) -> Vec<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Journal for Memory {
    async fn events(&self) -> Result<Vec<Event>, JournalError> {
        Ok(self.all())
    }

    async fn append(&self, at: i64, run: &str, what: Vec<Happening>) -> Result<Vec<Event>, JournalError> {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if self.room.is_some_and(|room| events.len() + what.len() > room) {
            return Err(JournalError::Storage { path: "memory".into(), why: "no room is left".into() });
        }
        let next = events.last().map_or(1, |event| event.sequence + 1);
        let new: Vec<Event> =
            (next..).zip(what).map(|(sequence, what)| Event { sequence, at, run: run.to_owned(), what }).collect();
        events.extend(new.iter().cloned());
        Ok(new)
    }

    async fn secrets(&self) -> Result<Secrets, JournalError> {
        Ok(self.all_secrets())
    }

    async fn keep(&self, made: Secrets) -> Result<Secrets, JournalError> {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, value) in made.iter() {
            if secrets.get(name).is_none() {
                secrets.insert(name.clone(), value.clone());
            }
        }
        Ok(secrets.clone())
    }

    async fn forget_secrets(&self) -> Result<(), JournalError> {
        *self.secrets.lock().unwrap_or_else(PoisonError::into_inner) = Secrets::default();
        Ok(())
    }
}
