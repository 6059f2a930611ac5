//! What comes before what: a directed graph without cycles over ordered keys.
//!
//! It gives a ready order, the longest remaining path of each node (a priority), the critical path, and for a cycle an error
//! that names every edge of it. It knows no resources and no steps: keys are anything with an order, and every answer
//! follows that order, so the same graph gives the same answers. All of it takes near linear time.

mod cycle;
mod dag;

pub use cycle::Cycle;
pub use dag::Graph;
