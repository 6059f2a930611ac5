//! Time and identifiers, as traits: the system's own, and virtual ones for tests.

mod clock;
mod ids;

pub use clock::{Clock, SystemClock, VirtualClock};
pub use ids::{CountingIds, Ids, RandomIds};
