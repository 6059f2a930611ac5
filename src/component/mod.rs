//! Software components → what a server's first boot does. Pure.
//!
//! A component is data: a directory in `blueprints/components/` with a manifest and templates. So is an operating system: an
//! entry in `systems.yaml` and an installer. Nothing here knows one by name. A service without a directory has no
//! component yet.

mod first_boot;
mod library;
mod types;
mod yaml;

pub use first_boot::{File, FirstBoot, FirstBootError, Guest, first_boot};
pub use library::{all, find, system, systems};
pub use types::{Component, Install, Proof, System, Template};
