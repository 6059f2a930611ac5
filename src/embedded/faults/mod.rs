//! What goes wrong on the way to a cloud and in it, by rule: the same for a served cloud and for one in process.
//!
//! A [`Rule`] says at which requests a [`Fault`] happens (`rules`). What it does to the connection is for whoever carries
//! the request: `server/` resets sockets, a simulated transport gives errors. What it does to the cloud stands here: `effects`
//! lets what a request made fail or hang, and `late` keeps what acts after its answer was lost.

mod effects;
mod late;
mod rules;

pub use effects::{Effect, act, revoke, set_quota, shrink};
pub use late::{act_late, keep_late};
pub use rules::{Fault, Rule, Shrink, Status, mixed};
