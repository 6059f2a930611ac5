//! The command line: one file per command, and the only place where the rooms are wired together.
//!
//! A command's way: `args` says what was typed; `inputs` lays its layers over each other; `usecase` finds the blueprint;
//! `target` says which cloud is meant and `session` connects to it; `history` reads the journal; `planning` makes the checked plan; `run` carries it out. `screen` speaks,
//! and `error` says why a command ends without its result. Results go to standard output, everything else to standard error.

mod args;
mod artifacts;
mod deploy;
mod destroy;
mod embedded;
mod error;
mod events;
mod graph;
mod history;
mod inputs;
mod interrupts;
mod list;
mod log;
mod observe;
mod output;
mod places;
mod plan;
mod planning;
mod run;
mod screen;
mod secrets;
mod session;
mod shell;
mod state;
mod status;
mod target;
mod usecase;

use std::process::ExitCode;

use clap::Parser;

use crate::model::messages::cli as m;
use crate::say;

use args::{Cli, Command};
use error::{CliError, exit};
use screen::Screen;

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let screen = Screen::new(&cli.global);
    let done = log::start(cli.global.verbose).and_then(|()| command(&cli, &screen));
    done.map_or_else(
        |error| {
            screen.fail(&error);
            ExitCode::from(error.exit)
        },
        ExitCode::from,
    )
}

fn command(cli: &Cli, screen: &Screen) -> Result<u8, CliError> {
    let global = &cli.global;
    match &cli.command {
        Command::Plan(args) => plan::run(global, args, screen),
        Command::Deploy(args) => deploy::run(global, args, screen),
        Command::Destroy(args) => destroy::run(global, args, screen),
        Command::Status(args) => status::run(global, args, screen),
        Command::List => list::run(global, screen),
        Command::Artifacts(args) => artifacts::run(global, args, screen),
        Command::Output(args) => output::run(global, args, screen),
        Command::Events(args) => events::run(global, args, screen),
        Command::Graph(args) => graph::run(global, args, screen),
        Command::Observe(args) => observe::run(global, args, screen),
        Command::Secrets(args) => secrets::run(global, args, screen),
        Command::State(command) => state::run(global, command, screen),
        Command::Embedded(command) => embedded::run(global, command, screen),
        Command::Completions(args) => shell::completions(args, screen),
        Command::Man(args) => shell::man(args, screen),
    }
}

/// Help and version are results; everything else that clap says is an error, with exit code 1: its own 2 means changes here.
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // That nobody reads the help is no fault.
        let _ = error.print();
        return ExitCode::from(exit::DONE);
    }
    if std::env::args_os().any(|arg| arg == "--json") {
        let words = error.render().to_string();
        let words = words.trim().trim_start_matches("error: ");
        eprint!("{}", CliError::failed(say!(m::USAGE, words = words)).json(&crate::report::Look::PLAIN));
    } else {
        let _ = error.print();
    }
    ExitCode::from(exit::FAILED)
}

/// Runs what waits for the cloud. Commands that do not never start a runtime.
fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| CliError::failed(say!(m::NO_RUNTIME, why = error)))?;
    let done = runtime.block_on(work);
    // A question that was interrupted still waits for its answer; nobody waits for it.
    runtime.shutdown_background();
    done
}

/// Something of ours that does not become JSON: an error of gureum's.
fn unserialisable(error: serde_json::Error) -> CliError {
    CliError::failed(say!(m::PLAN_FAULTY)).details([say!(m::PLAN_FAULT, words = error)]).help(say!(m::PLAN_FAULTY_HELP))
}
