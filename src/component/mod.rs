//! Software components → what a server's first boot does. Pure.
//!
//! A component is data: a directory in `blueprints/components/` with a `manifest` and templates. So is an operating system: an
//! entry in `systems.yaml` and an installer. Nothing here knows one by name; the `library` has them all. A service without a
//! directory has no component yet. Templates see a `context`; `first_boot` renders them, around the frame that every first
//! boot has, to text in which a `placeholder` stands for whatever is secret. `site` is what a closed network says of its own,
//! and `archive` is a server's files as one text, where user-data has no room for them.

mod archive;
mod context;
mod first_boot;
mod library;
mod manifest;
mod placeholder;
mod render;
mod site;
mod types;
mod yaml;

pub use crate::model::Role;
pub use archive::archive;
pub use context::{Client, Container, Context, Link, Peer, secrets_of};
pub use first_boot::{File, FirstBoot, FirstBootError, Guest, Reports, first_boot};
pub use library::{all, find, system, systems};
pub use placeholder::{CONTENT, REPORT, secret, split};
pub use site::{Fetch, fetches};
pub use types::{Artifact, Component, Install, Minimum, Proof, Refusal, Script, System, Template};
