//! The embedded cloud in process, in virtual time, and everything that can go wrong on the way to it.
//!
//! A [`Site`] is one cloud that outlives those who use it: what has left for it acts at its time, whoever has died meanwhile. A
//! [`Simulated`] is one process's way to it, a `CloudApi` like the real transport, with faults by rule (the embedded cloud's own: [`Rule`]); its
//! [`Life`] can end at a request or at a write of its journal ([`Mortal`]), and then nothing of it ever returns. [`Machine`]
//! (`run`) deploys and destroys as the command line does, without terminal and files; `truth` compares what then exists
//! with what should, [`foreigner`] is somebody else in the same project, and
//! [`crowd`] fills it with environments.

mod crowd;
mod exchange;
mod foreign;
mod journal;
mod life;
mod run;
mod site;
mod transport;
mod truth;

pub use crate::embedded::faults::{Fault, Rule};
pub use crowd::crowd;
pub use foreign::foreigner;
pub use journal::{AtAppend, Mortal};
pub use life::{Kill, Life, Moment};
pub use run::{Machine, Process, Ran, RunError, Usecase};
pub use site::{Exchange, Site};
pub use transport::Simulated;
pub use truth::{Rows, Truth};
