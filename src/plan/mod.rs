//! From what should be and what is to what is to be done: diff, preflight, limitations, batches and lanes. Pure: the same
//! inputs give the same bytes. Of the past it knows only ids by address.

mod types;

pub use types::{
    Batch, Difference, Goal, Item, Kept, Plan, Preflight, Reason, Shortfall, Step, StepId, Totals, Until, Work,
};
