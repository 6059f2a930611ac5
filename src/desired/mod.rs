//! What should exist: blueprint and inputs against the cloud's facts. Pure.
//!
//! `resolve` is the arrow. It decides first what must be decided once (`addresses`, `networks`, `tiers` with `images` and
//! `flavors`, `places`), then each part of the blueprint adds its resources to the `draft`: networks, security, servers,
//! balancers, storage. What cannot be given yet, `limitations` says. All faults are found before any is returned.
//! `chain` says which ways requests take through it all, for those who verify.

mod addresses;
mod balancers;
mod bastion;
mod chain;
mod draft;
mod flavors;
mod images;
mod limitations;
mod networks;
mod pattern;
mod places;
mod resolve;
mod roles;
mod rules;
mod security;
mod servers;
mod storage;
#[cfg(test)]
mod testing;
mod tiers;
mod types;

pub use chain::chain;
pub use resolve::desired;
pub use types::{Degree, Desired, Limitation, Resource};
