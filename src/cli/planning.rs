//! From what the user says to a checked plan, with a cloud or with a snapshot of one.

use std::path::Path;

use crate::blueprint::{self, Inputs};
use crate::desired::{self, Desired};
use crate::event::Known;
use crate::model::messages::cli as m;
use crate::model::{Diagnostics, EnvironmentKey, Secrets};
use crate::observe::Wanted;
use crate::plan::{self, DeployOptions, Plan};
use crate::say;
use crate::snapshot::{FORMAT, Snapshot};

use super::error::CliError;
use super::places;
use super::session::Session;
use super::usecase::{self, Loaded};

/// A plan and all that led to it.
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What it was planned on.
    pub snapshot: Snapshot,
    /// What the user said, in all layers.
    pub inputs: Inputs,
    /// The blueprint's text.
    pub blueprint: String,
    /// Warnings of reading.
    pub warnings: Diagnostics,
}

/// The blueprint that the inputs name; every input that does not fit it is told at once.
pub fn blueprint_for(inputs: &Inputs, folder: Option<&Path>) -> Result<Loaded, CliError> {
    let mut loaded = usecase::load(&inputs.usecase, folder)?;
    let found = blueprint::check_inputs(&loaded.blueprint, inputs);
    if found.has_errors() {
        return Err(found.into());
    }
    loaded.warnings.0.extend(found.0);
    Ok(loaded)
}

/// Plans on a snapshot that is there.
pub fn on_snapshot(
    loaded: Loaded,
    inputs: Inputs,
    snapshot: Snapshot,
    known: &Known,
    replace_data: bool,
) -> Result<Planned, CliError> {
    let Loaded { blueprint, text, mut warnings } = loaded;
    let desired = desired::desired(&blueprint, &inputs, &snapshot.environment, &snapshot.facts)?;
    warnings.0.extend(desired.warnings.0.iter().cloned());
    let plan = checked(&desired, &snapshot, known, replace_data)?;
    Ok(Planned { plan, snapshot, inputs, blueprint: text, warnings })
}

/// Observes and plans; with quotas only when something is made.
pub async fn on_cloud(
    session: &Session,
    loaded: Loaded,
    inputs: Inputs,
    key: &EnvironmentKey,
    known: &Known,
    secrets: &Secrets,
    replace_data: bool,
) -> Result<Planned, CliError> {
    let wanted = Wanted::before_deploy(known, inputs.settings.availability_zone.is_some());
    let quotas_known = wanted.quotas;
    let snapshot = session.observe(key, known, secrets, wanted).await?;
    let planned = on_snapshot(loaded.clone(), inputs, snapshot, known, replace_data)?;
    if quotas_known || !planned.plan.creates() {
        return Ok(planned);
    }
    let Planned { mut snapshot, inputs, .. } = planned;
    session.add_quotas(&mut snapshot).await?;
    on_snapshot(loaded, inputs, snapshot, known, replace_data)
}

fn checked(desired: &Desired, snapshot: &Snapshot, known: &Known, replace_data: bool) -> Result<Plan, CliError> {
    let plan = plan::deploy(desired, snapshot, known, &DeployOptions { replace_data });
    check(&plan)?;
    Ok(plan)
}

/// The linter's word on a plan: one that does not pass is never carried out.
pub fn check(plan: &Plan) -> Result<(), CliError> {
    let faults = plan::check(plan);
    if faults.is_empty() {
        return Ok(());
    }
    Err(CliError::failed(say!(m::PLAN_FAULTY))
        .details(faults.into_iter().map(|words| say!(m::PLAN_FAULT, words = words)))
        .help(say!(m::PLAN_FAULTY_HELP)))
}

/// A snapshot file.
pub fn read_snapshot(file: &Path) -> Result<Snapshot, CliError> {
    parse_snapshot(&places::read(file)?, &file.display().to_string())
}

/// A snapshot's text.
pub fn parse_snapshot(text: &str, file: &str) -> Result<Snapshot, CliError> {
    let not_one = |error: serde_json::Error| {
        CliError::failed(say!(m::BAD_SNAPSHOT, file = file, why = error)).help(say!(m::BAD_SNAPSHOT_HELP))
    };
    let json: serde_json::Value = serde_json::from_str(text).map_err(not_one)?;
    match json.get("format").and_then(serde_json::Value::as_u64) {
        Some(format) if format != u64::from(FORMAT) => {
            Err(CliError::failed(say!(m::SNAPSHOT_FORMAT, file = file, found = format, known = FORMAT)))
        }
        // Read from the text again, so that a fault is told with its line.
        _ => serde_json::from_str(text).map_err(not_one),
    }
}
