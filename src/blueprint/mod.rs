//! Blueprint and environment files → checked [`Blueprint`] and [`Inputs`]; every fault at once, with line and column.

mod inputs;
mod nearest;
mod parse;
mod read;
mod services;
mod types;
mod yaml;

pub use inputs::{Inputs, Settings, TierInputs};
pub use nearest::nearest;
pub use parse::parse;
pub use services::{SYSTEMS, known_services, service_port};
pub use types::{
    Balancer, Blueprint, Choice, Count, Endpoint, External, Health, Link, LinkPort, Listener, Localized, ObjectStorage,
    Protocol, Service, System, Tier, Volume, Want, Zone,
};
