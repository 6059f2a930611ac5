//! gureum (구름, "cloud"): from a use case to a working OpenStack environment.
//!
//! Data flows one way, top to bottom through the rooms below; each arrow of `docs/architecture.md` is one function.
//! Above the line are the pure rooms (no clock, no network, no files, no randomness); below it the rooms that act.
//! `tests/layering.rs` keeps it so.

pub mod model;

pub mod blueprint;
pub mod component;
pub mod desired;
pub mod event;
pub mod graph;
pub mod kind;
pub mod plan;
pub mod report;
pub mod snapshot;

pub mod cloud;
pub mod driver;
pub mod embedded;
pub mod execute;
pub mod journal;
pub mod observe;
pub mod runtime;
pub mod simulate;
pub mod terminal;
pub mod verify;

pub mod cli;
