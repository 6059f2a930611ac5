//! What should exist: blueprint and inputs against the cloud's facts. Pure.
//!
//! `resolve` is the arrow. It decides first what must be decided once (`addresses`, `networks`, `tiers` with `images` and
//! `flavors`, `software`, `places`), then each part of the blueprint adds its resources to the `draft`: networks, security, servers,
//! with `user_data` (what each is born with) and `guests` (what its components see of the others), balancers, storage. What cannot be given yet, `limitations` says. All faults are found before any is returned.
//! `chain` says which ways requests take through it all, for those who verify, and `bindings` how applications reach its
//! services.

mod addresses;
mod balancers;
mod bastion;
mod bindings;
mod chain;
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
mod user_data;

pub use bindings::{Binding, Bucket, bindings, buckets, server_addresses};
pub use chain::chain;
pub use resolve::desired;
pub use types::{Degree, Desired, Limitation, Resource};
