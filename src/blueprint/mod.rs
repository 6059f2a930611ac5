//! Blueprint and environment files → checked [`Blueprint`] and [`Inputs`]; every fault at once, with line and column.

mod inputs;
mod types;

pub use inputs::{Inputs, Settings, TierInputs};
pub use types::{
    Balancer, Blueprint, Choice, Count, Endpoint, External, Health, Link, LinkPort, Listener, Localized, ObjectStorage,
    Protocol, Service, System, Tier, Volume, Want, Zone,
};
