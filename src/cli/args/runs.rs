//! Commands that plan and carry out.

use std::path::PathBuf;

use clap::Args;

use crate::model::EnvironmentName;

use super::InputArgs;

/// `plan`
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// What is planned.
    #[command(flatten)]
    pub input: InputArgs,
    /// Plan from this snapshot, without any cloud
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
    /// Also write the plan to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 2 when there are changes
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// How a run behaves.
#[derive(Clone, Copy, Debug, Args)]
pub struct RunArgs {
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// How long an answer that was lost may still act, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 300, hide = true, env = "GUREUM_DOUBT")]
    pub doubt: u64,
}

/// `deploy`
#[derive(Debug, Args)]
pub struct DeployArgs {
    /// What is deployed.
    #[command(flatten)]
    pub input: InputArgs,
    /// How.
    #[command(flatten)]
    pub run: RunArgs,
    /// Only show the plan, like `gureum plan`
    #[arg(long)]
    pub dry_run: bool,
    /// Deploy although parts of the use case are missing
    #[arg(long)]
    pub accept_limitations: bool,
}

/// `destroy`
#[derive(Debug, Args)]
pub struct DestroyArgs {
    /// The environment's name; the use case's id, where it was given no other
    #[arg(value_parser = EnvironmentName::parse)]
    pub name: EnvironmentName,
    /// How.
    #[command(flatten)]
    pub run: RunArgs,
    /// Only show the plan, and touch nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Delete what holds data, too
    #[arg(long)]
    pub delete_data: bool,
}
