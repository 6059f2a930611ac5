//! What happened, and the fold from events to an environment's state. Every display and every recovery reads only these.
//!
//! `types` are the events, `fold` is the one `match` that turns a history of them into a `state`; what planning and
//! observation need of it is `known`, what scheduling needs of it is `durations`. `verified` is what a verification saw.

mod durations;
mod fold;
mod known;
mod state;
#[cfg(test)]
mod tests;
mod types;
mod verified;

pub use durations::Durations;
pub use fold::{FoldError, fold};
pub use known::{Doubt, Known, KnownId};
pub use state::{Condition, Run, RunEnd, Standing, State};
pub use types::{CommandWord, Event, Finding, GuestWord, Happening, OperationWord, OutcomeWord, Started};
pub use verified::{Fault, Hop, Verdict, Verification};
