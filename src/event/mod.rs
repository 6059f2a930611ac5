//! What happened, and the fold from events to an environment's state. Every display and every recovery reads only these.

mod known;
mod types;

pub use known::{Doubt, Known, KnownId};
pub use types::{CommandWord, Event, GuestWord, Happening, OperationWord, OutcomeWord, Started};
