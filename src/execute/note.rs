//! What tasks tell the dispatcher, and what they are given to work with.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::cloud::CloudError;
use crate::driver::{Created, Gone};
use crate::event::OperationWord;
use crate::kind::Kind;
use crate::model::Address;
use crate::runtime::{Clock, Ids};
use crate::snapshot::Observed;

use super::hands::{Hands, Polled};
use super::late::Earlier;
use super::settings::Settings;
use super::wait::Group;

/// Something that a task has to say.
pub enum Note {
    /// A step's first request has been answered, well or badly.
    Answered(usize),
    /// It is or was sent again, or looked for.
    Retried { address: Address, kind: Kind, error: String, until: i64 },
    /// An item exists. Until `late` a request for it that was sent before and lost may still make a second one.
    Created { step: usize, created: Created, late: Option<i64> },
    /// An item's creation ended in ERROR, and another one of ours was looked for at its address.
    Searched { step: usize, address: Address, id: String, fault: String, found: Option<Created> },
    /// A change was accepted.
    Updated { step: usize, address: Address },
    /// A deletion was accepted.
    Deleted { step: usize, address: Address, id: String, gone: Gone },
    /// A request failed for good.
    Failed {
        step: usize,
        address: Address,
        operation: OperationWord,
        id: Option<String>,
        error: String,
        in_doubt: bool,
    },
    /// An item was not sent, because the run ends.
    Unsent { step: usize, address: Address },
    /// These were seen in passing: another writer's may be among them.
    Seen(Vec<Observed>),
    /// Waiters were asked after.
    Polled { group: Group, asked: Vec<Address>, answer: Result<Polled, CloudError> },
}

/// What every task works with.
#[derive(Clone)]
pub struct Desk {
    /// The drivers.
    pub hands: Arc<dyn Hands>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Spread for waits.
    pub ids: Arc<dyn Ids>,
    /// The bounds.
    pub settings: Arc<Settings>,
    /// This run.
    pub run: Arc<str>,
    /// Those before it.
    pub earlier: Arc<Earlier>,
    /// Where notes go.
    pub notes: mpsc::UnboundedSender<Note>,
    /// Whether the run ends: nothing more is to be sent.
    pub ending: watch::Receiver<bool>,
}

impl Desk {
    /// Tells the dispatcher. It is there as long as its tasks are: it owns them.
    pub fn tell(&self, note: Note) {
        let _ = self.notes.send(note);
    }

    /// Whether nothing more is to be sent.
    pub fn ending(&self) -> bool {
        *self.ending.borrow()
    }

    /// Sleeps about so long; `false` when the run ends meanwhile.
    pub async fn pause(&self, duration: Duration) -> bool {
        // A little spread, so that several who wait for one thing do not always meet again.
        let duration = duration.mul_f64(0.95 + 0.1 * self.ids.spread());
        let mut ending = self.ending.clone();
        tokio::select! {
            () = self.clock.sleep(duration) => !self.ending(),
            _ = ending.wait_for(|ending| *ending) => false,
        }
    }
}

/// What a task knows of the environment.
pub type Known = Arc<Vec<Observed>>;
