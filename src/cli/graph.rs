//! `gureum graph`: what a use case is made of and what needs what, as a drawing.

use crate::desired::{self, Desired};
use crate::report::Picture;

use super::args::{Global, GraphArgs, GraphFormat};
use super::error::{CliError, exit};
use super::inputs::Layers;
use super::planning;
use super::screen::Screen;
use super::usecase::Loaded;

/// A cloud with everything, to draw and list use cases on where no other is named.
const REFERENCE: &str = include_str!("../../examples/cloud.json");

/// Runs it.
pub fn run(global: &Global, args: &GraphArgs, screen: &Screen) -> Result<u8, CliError> {
    let snapshot = match &args.snapshot {
        Some(file) => planning::read_snapshot(file)?,
        None => reference()?,
    };
    let layers = Layers::read(&args.input)?;
    let name = layers.name()?;
    let inputs = layers.over(None, &name)?;
    let Loaded { blueprint, .. } = planning::blueprint_for(&inputs, global.blueprints.as_deref())?;
    let mut environment = snapshot.environment;
    environment.name = name;
    let desired: Desired = desired::desired(&blueprint, &inputs, &environment, &snapshot.facts)?;
    let picture = Picture::of_desired(&desired);
    screen.print(&match args.format {
        GraphFormat::Dot => picture.dot(),
        GraphFormat::Mermaid => picture.mermaid(),
    })?;
    Ok(exit::DONE)
}

/// The snapshot that is compiled in.
pub fn reference() -> Result<crate::snapshot::Snapshot, CliError> {
    planning::parse_snapshot(REFERENCE, "examples/cloud.json")
}
