//! Commands about environments and what they are made of.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::model::EnvironmentName;

use super::InputArgs;

/// `artifacts`
#[derive(Debug, Args)]
pub struct ArtifactsArgs {
    /// For which use case, and how; without one, everything that gureum can install.
    #[command(flatten)]
    pub input: InputArgs,
}

/// `status`
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// One environment [default: all]
    pub name: Option<String>,
}

/// `output`, `events`
#[derive(Debug, Args)]
pub struct NameArgs {
    /// The environment's name, or NAME-ID where there are several
    pub name: String,
}

/// `verify`
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The environment's name, or NAME-ID where there are several
    pub name: String,
    /// Ask again until it answers, for so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub wait: u64,
}

/// `logs`
#[derive(Debug, Args)]
pub struct LogsArgs {
    /// The environment's name, or NAME-ID where there are several
    pub name: String,
    /// The server, like web-1
    pub server: String,
    /// So many lines of the console, from its end
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub lines: u32,
}

/// `bindings`
#[derive(Debug, Args)]
pub struct BindingsArgs {
    /// The environment's name, or NAME-ID where there are several
    pub name: String,
    /// For whom
    #[arg(long, value_enum, default_value_t = BindingFormat::Env)]
    pub format: BindingFormat,
    /// With the secrets' values; without it they are only named
    #[arg(long)]
    pub reveal: bool,
}

/// For whom bindings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BindingFormat {
    /// A file of variables for a shell
    Env,
    /// Secrets for Kubernetes
    K8s,
    /// User-provided services for Cloud Foundry
    Cf,
    /// URLs for JDBC
    Jdbc,
}

/// `ssh`
#[derive(Debug, Args)]
pub struct SshArgs {
    /// The environment's name, or NAME-ID where there are several
    pub name: String,
    /// The server, like web-1
    pub server: String,
    /// Only print the command
    #[arg(long)]
    pub print: bool,
    /// The user to log in as [default: the operating system's own]
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// What is run there instead of a shell
    #[arg(last = true)]
    pub command: Vec<String>,
}

/// `secrets`
#[derive(Debug, Args)]
pub struct SecretsArgs {
    /// The environment's name, or NAME-ID where there are several
    pub name: String,
    /// Print the value of this one, and nothing else
    #[arg(long, value_name = "SECRET")]
    pub show: Option<String>,
    /// List the values, too
    #[arg(long, conflicts_with = "show")]
    pub reveal: bool,
}

/// `state`
#[derive(Debug, Subcommand)]
pub enum StateCommand {
    /// Write an environment's journal and secrets to one sealed file
    Export(ExportArgs),
    /// Take up an environment that was exported
    Import(ImportArgs),
}

/// `state export`
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The environment's name, or NAME-ID where there are several
    pub name: String,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Seal it for the key of this age recipient [default: with a passphrase, asked for or in GUREUM_PASSPHRASE_FILE]
    #[arg(long, value_name = "RECIPIENT")]
    pub recipient: Option<String>,
}

/// `state import`
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The exported file
    pub file: PathBuf,
    /// The key for whose recipient it was sealed [default: gureum's own]
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// Put it in the place of what is here, even if that is newer or has other secrets
    #[arg(long)]
    pub force: bool,
}

/// `graph`
#[derive(Debug, Args)]
pub struct GraphArgs {
    /// What is drawn.
    #[command(flatten)]
    pub input: InputArgs,
    /// The language of the drawing
    #[arg(long, value_enum, default_value_t = GraphFormat::Dot)]
    pub format: GraphFormat,
    /// Draw it as on the cloud of this snapshot [default: a cloud with everything]
    #[arg(long, value_name = "FILE")]
    pub snapshot: Option<PathBuf>,
}

/// The languages of drawings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// Graphviz
    Dot,
    /// Mermaid
    Mermaid,
}

/// `observe`
#[derive(Debug, Args)]
pub struct ObserveArgs {
    /// The environment's name
    #[arg(value_parser = EnvironmentName::parse)]
    pub name: EnvironmentName,
    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
