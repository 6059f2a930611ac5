//! What should exist: blueprint and inputs against the cloud's facts. Pure.
//!
//! `resolve` is the arrow. It decides first what must be decided once (`addresses`, `networks`, `tiers` with `images` and
//! `flavors`, `software`, `places`), then each part of the blueprint adds its resources to the `draft`: networks, security, servers,
//! with `guests` (what each server's components see of the others), balancers, storage. What cannot be given yet, `limitations` says. All faults are found before any is returned.

mod addresses;
mod balancers;
mod bastion;
mod draft;
mod flavors;
mod guests;
mod images;
mod limitations;
mod networks;
mod pattern;
mod places;
mod resolve;
mod rules;
mod security;
mod servers;
mod software;
mod storage;
#[cfg(test)]
mod testing;
mod tiers;
mod types;

pub use resolve::desired;
pub use types::{Degree, Desired, Limitation, Resource};
