//! Blueprint and environment files → checked [`Blueprint`] and [`Inputs`]; every fault at once, with line and column.
//!
//! `yaml` makes a tree of a text, `read` reads one node of it as what it should be, `parse` goes through a blueprint,
//! `environment`, `settings` and `set` through what the user says beside it, and `check` holds one against the other.
//! Whether a component for a service exists, or a flavor for a size, is not known here.

mod builtin;
mod check;
mod environment;
mod inputs;
mod nearest;
mod parse;
mod read;
mod resolve;
mod services;
mod set;
mod settings;
mod types;
mod yaml;

pub use builtin::builtin;
pub use check::check_inputs;
pub use environment::parse_environment;
pub use inputs::{ArtifactInputs, EVERY_SYSTEM, Goal, Inputs, Settings, TierInputs};
pub use nearest::nearest;
pub use parse::parse;
pub use services::{SYSTEMS, known_services, service_port};
pub use set::apply_set;
pub use settings::parse_settings;
pub use types::{
    Balancer, Blueprint, Choice, Count, Endpoint, External, Health, Link, LinkPort, Listener, Localized, ObjectStorage,
    Protocol, Service, System, Tier, Volume, Want, Zone,
};
