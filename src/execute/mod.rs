//! Carries a plan out: who may run now, sending again, waiting, cancellation, recording.
//!
//! One dispatcher owns the world (`dispatcher`): the schedule (`schedule`), the outputs, the waiters and the journal. Requests run
//! beside it as tasks (`create`, `update`, `delete`) that decide only whether to send again (`patience`, `doubt`, `late`), and tell
//! it what happened in notes. It records everything that became known together in one transaction, and only then starts
//! what depends on it. Before all that, `secrets` makes what the plan needs and the journal lacks.

mod begin;
mod create;
mod delete;
mod dispatcher;
mod doubt;
mod end;
mod handle;
mod hands;
mod late;
mod note;
mod outcome;
mod outputs;
mod patience;
mod reconcile;
mod record;
mod schedule;
mod secrets;
mod settings;
mod settle;
mod summary;
mod update;
mod wait;
mod world;

#[cfg(test)]
mod tests;

pub use hands::{Drivers, Hands};
pub use reconcile::reconcile;
pub use secrets::secrets_for;
pub use settings::{Settings, Stop};
pub use settle::{SettleError, Settling, settle_doubts};
pub use summary::{PathEntry, Summary};
pub use world::{World, execute};
