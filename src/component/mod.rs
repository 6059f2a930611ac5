//! Software components → what a server's first boot does. Pure.
//!
//! A component is data: a directory in `blueprints/components/` with a manifest and templates. So is an operating system: an
//! entry in `systems.yaml` and an installer. Nothing here knows one by name. What a service without a directory would need is
//! not known; of a few its port is (`ports.yaml`), so that links to it can be opened already.

mod first_boot;
mod library;
mod types;
mod yaml;

pub use first_boot::{File, FirstBoot, FirstBootError, Guest, first_boot};
pub use library::{all, find, port_of, system, systems};
pub use types::{Component, Install, Proof, System, Template};
