//! The command line, as `--help` and the manual page tell it.

mod embedded;
mod environments;
mod inputs;
mod runs;

pub use embedded::{EmbeddedCommand, Release, ServeArgs, Speed};
pub use environments::{
    ArtifactsArgs, BindingFormat, BindingsArgs, ExportArgs, GraphArgs, GraphFormat, ImportArgs, LogsArgs, NameArgs,
    ObserveArgs, SecretsArgs, SshArgs, StateCommand, StatusArgs, VerifyArgs,
};
pub use inputs::InputArgs;
pub use runs::{DeployArgs, DestroyArgs, PlanArgs};

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::model::Language;

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
    /// Ask the service whether it answers, from the load balancer to the database
    Verify(VerifyArgs),
    /// What a server says of its first boot, and its console
    Logs(LogsArgs),
    /// How an application reaches the environment's services
    Bindings(BindingsArgs),
    /// Log in to a server, through the bastion
    Ssh(SshArgs),
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
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }
}
