//! Writing down: everything that became known together goes into one durable transaction, and only then to the displays.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::event::{Event, Happening, OperationWord};
use crate::journal::{Journal, JournalError};
use crate::kind::Kind;
use crate::model::Address;
use crate::runtime::Clock;

/// The journal, and what waits to be written.
pub struct Record {
    journal: Arc<dyn Journal>,
    clock: Arc<dyn Clock>,
    run: Arc<str>,
    display: mpsc::UnboundedSender<Event>,
    /// What happened.
    outcomes: Vec<Happening>,
    /// What is about to be sent.
    intents: Vec<Happening>,
    /// Why it can no longer be written.
    broken: Option<String>,
}

impl Record {
    /// With nothing to write yet.
    pub fn new(
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        run: Arc<str>,
        display: mpsc::UnboundedSender<Event>,
    ) -> Self {
        Self { journal, clock, run, display, outcomes: Vec::new(), intents: Vec::new(), broken: None }
    }

    /// Something that happened.
    pub fn outcome(&mut self, what: Happening) {
        self.outcomes.push(what);
    }

    /// Something that is about to be sent.
    pub fn intent(&mut self, what: Happening) {
        self.intents.push(what);
    }

    /// What was to be sent is not.
    pub fn drop_intents(&mut self) {
        self.intents.clear();
    }

    /// Writes all of it. When that fails, what happened is kept for [`Self::close`], and nothing may be sent any more.
    pub async fn write(&mut self) -> Result<(), String> {
        if let Some(why) = &self.broken {
            self.intents.clear();
            return Err(why.clone());
        }
        if self.outcomes.is_empty() && self.intents.is_empty() {
            return Ok(());
        }
        let mut all = self.outcomes.clone();
        all.append(&mut self.intents);
        match self.append(all).await {
            Ok(()) => {
                self.outcomes.clear();
                Ok(())
            }
            Err(error) => {
                let why = error.to_string();
                self.broken = Some(why.clone());
                Err(why)
            }
        }
    }

    /// The last events of a run. Whatever could not be written before is tried once more: the disk may have room again.
    pub async fn close(&mut self, last: Vec<Happening>) -> Result<(), String> {
        self.intents.clear();
        let mut all = self.outcomes.clone();
        all.extend(last);
        match self.append(all).await {
            Ok(()) => {
                self.outcomes.clear();
                Ok(())
            }
            Err(error) => Err(error.to_string()),
        }
    }

    /// Resources that exist and of which the journal does not know.
    pub fn unrecorded(&self) -> Vec<(Address, Kind, String)> {
        let made = self.outcomes.iter().filter_map(|what| match what {
            Happening::Accepted { address, kind, operation: OperationWord::Create, id, .. } => {
                Some((address.clone(), *kind, id.clone()))
            }
            _ => None,
        });
        made.collect()
    }

    async fn append(&self, what: Vec<Happening>) -> Result<(), JournalError> {
        for event in self.journal.append(self.clock.now_ms(), &self.run, what).await? {
            // Nobody may be looking any more.
            let _ = self.display.send(event);
        }
        Ok(())
    }
}
