//! From what should be and what is to what is to be done. Pure: the same inputs give the same bytes, whatever the order of
//! the snapshot. Of the past it knows only ids by address.
//!
//! The story, one file each: `wanted` numbers what should exist; `matching` finds the observed resource of each address; `diff` (with `compare`) decides what is
//! to become of each desired one; `going` what of the observed goes, along with what, and what stays; `draft` writes a step for
//! each; `order` and `unique` say what comes after what; `batches` joins and numbers them; `preflight` and `totals` count.
//! `deploy` and `destroy` are the two that call these. `secrets` puts fingerprints in and compares them. `references` reads values, `waits` reads a plan's order, and `check` looks a finished plan over.

mod batches;
mod check;
mod compare;
mod deploy;
mod destroy;
mod diff;
mod draft;
mod going;
mod matching;
mod order;
mod preflight;
mod references;
mod secrets;
mod totals;
mod types;
mod unique;
mod waits;
mod wanted;

#[cfg(test)]
mod tests;

/// The format number of plan files.
pub const FORMAT: u32 = 1;

pub use check::check;
pub use deploy::{DeployOptions, deploy};
pub use destroy::destroy;
pub use secrets::held;
pub use types::{
    Batch, Difference, Goal, Item, Kept, Plan, Preflight, Reason, Shortfall, Step, StepId, Totals, Until, Work,
};
pub use waits::WaitsFor;
