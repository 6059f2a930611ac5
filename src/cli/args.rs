//! The command line, as `--help` and the manual page tell it.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use ipnet::Ipv4Net;

use crate::blueprint::Goal;
use crate::model::{EnvironmentName, Language, Size};

/// What stands below every help text.
const EXIT_CODES: &str = "Exit codes:
  0    done, or nothing to do
  1    failed: wrong usage or input, no cloud, an error of the cloud's
  2    there are changes (plan --detailed-exitcode)
  3    refused before the first write: preflight, limitations, a running gureum, no answer to a question
  4    partly done: run the same command again
  130  interrupted";

/// From a use case to a working environment on OpenStack.
#[derive(Debug, Parser)]
#[command(name = "gureum", version, about, after_help = EXIT_CODES, max_term_width = 110)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// A cloud of clouds.yaml, or `embedded` [default: OS_CLOUD, or the OS_* variables, or the only one there is]
    #[arg(long, global = true, value_name = "NAME")]
    pub cloud: Option<String>,
    /// Where journals are kept [default: $XDG_STATE_HOME/gureum or ~/.local/state/gureum]
    #[arg(long, global = true, value_name = "DIR", env = "GUREUM_STATE")]
    pub state: Option<PathBuf>,
    /// Read blueprints from this folder instead of the built-in ones
    #[arg(long, global = true, value_name = "DIR")]
    pub blueprints: Option<PathBuf>,
    /// Results as JSON on standard output, errors as JSON on standard error
    #[arg(long, global = true)]
    pub json: bool,
    /// Log every request on standard error; twice for more (GUREUM_LOG sets a filter)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Language of sentences [default: GUREUM_LANG, else the locale]
    #[arg(long, global = true, value_name = "LANGUAGE", env = "GUREUM_LANG")]
    pub lang: Option<Lang>,
}

/// The languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// English
    En,
    /// Korean
    Ko,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::English,
            Lang::Ko => Self::Korean,
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what deploy would do, and touch nothing
    Plan(PlanArgs),
    /// Bring a use case up, or finish or change what is there
    Deploy(DeployArgs),
    /// Delete an environment; data stays unless told otherwise
    Destroy(DestroyArgs),
    /// How environments stand, as the journal tells it
    Status(StatusArgs),
    /// Use cases, and what each still lacks
    List,
    /// What a closed network has to mirror: packages and artifacts, with checksums
    Artifacts(ArtifactsArgs),
    /// Ids, addresses and the URL of an environment
    Output(NameArgs),
    /// All that happened in an environment
    Events(NameArgs),
    /// What a use case is made of, for Graphviz or Mermaid
    Graph(GraphArgs),
    /// Write down what the cloud is and what of an environment exists
    Observe(ObserveArgs),
    /// The secrets of an environment, and which servers hold them
    Secrets(SecretsArgs),
    /// Move an environment's journal and secrets to another machine, or keep them in a safe place
    #[command(subcommand)]
    State(StateCommand),
    /// The embedded cloud: an OpenStack in one process, where nothing real is created
    #[command(subcommand)]
    Embedded(EmbeddedCommand),
    /// Completions for a shell
    Completions(CompletionsArgs),
    /// The manual page, or that of a command
    Man(ManArgs),
}

/// Which use case, and how.
#[derive(Clone, Debug, Default, Args)]
pub struct InputArgs {
    /// The use case, like usecase-2.6 (`gureum list` shows all)
    #[arg(value_name = "USECASE")]
    pub usecase: Option<String>,
    /// An environment file that says the same as the flags below
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The environment's name [default: the use case's id]
    #[arg(long, value_parser = EnvironmentName::parse)]
    pub name: Option<EnvironmentName>,
    /// The size of every server
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(SIZES))]
    pub flavor: Option<String>,
    /// The operating system of every server, like debian-12
    #[arg(long, value_name = "SYSTEM")]
    pub os: Option<String>,
    /// One input, like web.count=3, db.size=medium or was.service=jboss
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// The external network, where there are several
    #[arg(long, value_name = "NAME")]
    pub external_network: Option<String>,
    /// A DNS server for the guests
    #[arg(long, value_name = "ADDRESS")]
    pub dns: Vec<IpAddr>,
    /// Nova's availability zone
    #[arg(long, value_name = "NAME")]
    pub availability_zone: Option<String>,
    /// An SSH public key for the guests, or a file with one
    #[arg(long, value_name = "KEY")]
    pub ssh_key: Option<String>,
    /// From where SSH is let in (plans a bastion)
    #[arg(long, value_name = "RANGE")]
    pub ssh_from: Option<Ipv4Net>,
    /// The range that networks are taken from [default: 10.10.0.0/16]
    #[arg(long, value_name = "RANGE")]
    pub cidr: Option<Ipv4Net>,
    /// A range that servers may reach [default: all]
    #[arg(long, value_name = "RANGE")]
    pub egress: Vec<Ipv4Net>,
    /// Whether servers get a config drive [default: true]
    #[arg(long, value_name = "BOOL")]
    pub config_drive: Option<bool>,
    /// Where the operating system's packages come from (--set os_mirror.SYSTEM=URL for one system)
    #[arg(long, value_name = "URL")]
    pub os_mirror: Option<String>,
    /// What the artifacts of components lie below (`gureum artifacts` lists them)
    #[arg(long, value_name = "URL")]
    pub artifact_base_url: Option<String>,
    /// A file of certificates, in PEM, that the guests trust too
    #[arg(long, value_name = "FILE")]
    pub ca_bundle: Option<String>,
    /// A time server for the guests
    #[arg(long, value_name = "HOST")]
    pub ntp: Vec<String>,
    /// The proxy through which guests fetch packages and artifacts
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
    /// Python's package index for the guests
    #[arg(long, value_name = "URL")]
    pub pip_index: Option<String>,
    /// Node's package registry for the guests
    #[arg(long, value_name = "URL")]
    pub npm_index: Option<String>,
    /// How far to go: until the cloud calls every server ACTIVE, or until each has said that it is ready and the service answers
    /// [default: ready]
    #[arg(long, value_enum, value_name = "GOAL")]
    pub until: Option<Until>,
    /// Start from defaults, not from what the last run was told
    #[arg(long)]
    pub fresh: bool,
    /// Let servers that hold data be replaced
    #[arg(long)]
    pub replace_data: bool,
}

/// How far a deploy goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Until {
    /// The cloud has done its part; what runs inside the servers is not waited for
    Active,
    /// Every server has said that it is ready
    Ready,
}

impl From<Until> for Goal {
    fn from(until: Until) -> Self {
        match until {
            Until::Active => Self::Active,
            Until::Ready => Self::Ready,
        }
    }
}

const SIZES: [&str; 4] = ["small", "medium", "large", "xlarge"];

impl InputArgs {
    /// The size that `--flavor` names.
    pub fn size(&self) -> Option<Size> {
        self.flavor.as_deref().and_then(Size::parse)
    }
}

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
    /// Delete what holds data, too
    #[arg(long)]
    pub delete_data: bool,
}

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

/// `embedded`
#[derive(Debug, Subcommand)]
pub enum EmbeddedCommand {
    /// Serve it until Ctrl-C, and print a clouds.yaml for any OpenStack client
    Serve(ServeArgs),
    /// Whether it runs, and how clients reach it
    Status,
    /// Forget all that it holds
    Reset,
}

/// `embedded serve`
#[derive(Clone, Copy, Debug, Args)]
pub struct ServeArgs {
    /// The port on 127.0.0.1 [default: the last one if it is free, else any]
    #[arg(long)]
    pub port: Option<u16>,
    /// How long things take
    #[arg(long, value_enum, default_value_t = Speed::Instant)]
    pub speed: Speed,
    /// Whose behaviour it shows where releases of OpenStack differ
    #[arg(long, value_enum, default_value_t = Release::Zed)]
    pub release: Release,
    /// End after so many minutes without a request [default: never]
    #[arg(long, value_name = "MINUTES", value_parser = minutes)]
    pub idle: Option<Duration>,
}

/// How long things take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Speed {
    /// No time
    Instant,
    /// As long as on a small real cloud
    Realistic,
}

/// Whose behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Release {
    /// OpenStack Zed (2022)
    Zed,
    /// Today's
    Current,
}

/// Minutes, with a fraction if need be.
fn minutes(text: &str) -> Result<Duration, String> {
    let minutes: f64 = text.parse().map_err(|_| "it is no number of minutes".to_owned())?;
    match Duration::try_from_secs_f64(minutes * 60.0) {
        Ok(time) if !time.is_zero() => Ok(time),
        _ => Err("it is no time to wait for".to_owned()),
    }
}

/// `completions`
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// For which shell
    pub shell: clap_complete::Shell,
}

/// `man`
#[derive(Debug, Args)]
pub struct ManArgs {
    /// A command
    pub command: Option<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound_and_the_sizes_are_the_models() {
        Cli::command().debug_assert();
        assert_eq!(SIZES, Size::ALL.map(Size::as_str));
    }

    #[test]
    fn idle_minutes_are_more_than_none() {
        assert_eq!(minutes("10"), Ok(Duration::from_mins(10)));
        assert_eq!(minutes("0.05"), Ok(Duration::from_secs(3)));
        for text in ["0", "-1", "NaN", "inf", "1e300", "soon", ""] {
            assert!(minutes(text).is_err(), "{text}");
        }
    }
}
