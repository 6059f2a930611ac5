//! `gureum plan`: what a deploy would do. It never writes: not to the cloud, and not to the journal.

use std::path::Path;

use crate::event::Known;
use crate::model::messages::cli as m;
use crate::model::{EnvironmentKey, EnvironmentName};
use crate::plan::Plan;
use crate::report::{plan_json, plan_text};
use crate::snapshot::CloudFacts;
use crate::{journal, say};

use super::args::{Global, InputArgs, PlanArgs};
use super::error::{CliError, exit};
use super::inputs::Layers;
use super::planning::{self, Planned};
use super::screen::Screen;
use super::session::Session;
use super::target::{Target, Unchosen};
use super::{history, places};

/// Runs it.
pub fn run(global: &Global, args: &PlanArgs, screen: &Screen) -> Result<u8, CliError> {
    let out = args.out.as_deref();
    let changes = match &args.snapshot {
        Some(file) => {
            let snapshot = planning::read_snapshot(file)?;
            let planned = from_snapshot(global, &args.input, snapshot, &file.display().to_string())?;
            tell(&planned, out, screen)?
        }
        None => on_cloud(global, &args.input, out, screen)?,
    };
    Ok(if changes && args.detailed_exitcode { exit::CHANGES } else { exit::DONE })
}

/// Plans on the cloud that is meant and tells it. Whether anything is to be done.
pub fn on_cloud(global: &Global, args: &InputArgs, out: Option<&Path>, screen: &Screen) -> Result<bool, CliError> {
    let layers = Layers::read(args)?;
    let name = layers.name()?;
    // An input that cannot be right is told before anybody is asked anything.
    if let Some(id) = layers.usecase()? {
        super::usecase::load(id, global.blueprints.as_deref())?;
    }
    let target = Target::find(global, Unchosen::Any, true)?;
    target.framed(screen, |screen| {
        let planned = super::block_on(from_cloud(global, args, &layers, &name, &target))?;
        tell(&planned, out, screen)
    })
}

/// Shows a plan and keeps it where that was asked for. Whether anything is to be done.
fn tell(planned: &Planned, out: Option<&Path>, screen: &Screen) -> Result<bool, CliError> {
    show(planned, screen)?;
    if let Some(file) = out {
        let json = plan_json(&planned.plan, Some(&planned.snapshot.facts)).map_err(super::unserialisable)?;
        places::write(file, &format!("{:#}\n", screen.marked(json)))?;
    }
    Ok(!planned.plan.steps.is_empty())
}

/// Plans on a snapshot, without any cloud and without state.
pub fn from_snapshot(
    global: &Global,
    args: &InputArgs,
    mut snapshot: crate::snapshot::Snapshot,
    file: &str,
) -> Result<Planned, CliError> {
    let layers = Layers::read(args)?;
    let there = snapshot.environment.name.clone();
    let name = match (layers.named(), snapshot.resources.is_empty()) {
        // What it shows is that environment's, so that is the one to plan.
        (None, false) => there,
        (Some(name), false) if *name != there => {
            return Err(CliError::failed(say!(m::SNAPSHOT_OTHER, file = file, there = there, name = name))
                .help(say!(m::SNAPSHOT_OTHER_HELP, name = name)));
        }
        _ => layers.name()?,
    };
    let inputs = layers.over(None, &name)?;
    let loaded = planning::blueprint_for(&inputs, global.blueprints.as_deref())?;
    snapshot.environment.name = name;
    // There is no journal to compare with: what the servers hold is right.
    let fingerprints = snapshot.resources.iter().flat_map(crate::plan::held).collect();
    let known = Known { fingerprints, ..Known::default() };
    planning::on_snapshot(loaded, inputs, snapshot, &known, args.replace_data)
}

/// Plans on the cloud as it is, with what the journal knows.
async fn from_cloud(
    global: &Global,
    args: &InputArgs,
    layers: &Layers,
    name: &EnvironmentName,
    target: &Target,
) -> Result<Planned, CliError> {
    let session = Session::connect(target).await?;
    let key: EnvironmentKey = session.key(name);
    let folder = journal::folder(&places::state(global)?, &key);
    let (state, _) = history::read(&folder, &key)?;
    let secrets = history::secrets(&folder, &places::keys(global)?)?;
    let inputs = layers.over(history::recorded(&state)?, name)?;
    let loaded = planning::blueprint_for(&inputs, global.blueprints.as_deref())?;
    let known = Known { fingerprints: secrets.fingerprints(), ..state.known() };
    planning::on_cloud(&session, loaded, inputs, &key, &known, &secrets, args.replace_data).await
}

/// The plan, in the form that was asked for.
pub fn show(planned: &Planned, screen: &Screen) -> Result<(), CliError> {
    screen.warn(&planned.warnings);
    print(&planned.plan, &planned.snapshot.facts, screen)
}

/// A plan that is all there is to be shown.
pub fn print(plan: &Plan, facts: &CloudFacts, screen: &Screen) -> Result<(), CliError> {
    if screen.json {
        screen.print_json(&plan_json(plan, Some(facts)).map_err(super::unserialisable)?, true)
    } else {
        screen.print(&plan_text(plan, Some(facts), &screen.look))
    }
}
