//! The embedded cloud that runs, or one that is started for whoever needs it: a process of its own, which outlives the command
//! and ends when nobody uses it.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::embedded::server::{Running, awake, make, running};
use crate::model::messages::cli as m;
use crate::say;

use super::super::error::CliError;

/// What it says goes here, in its folder.
const LOG: &str = "embedded.log";
/// After how many minutes without a request one that was started this way ends.
const IDLE_MINUTES: &str = "10";
/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is tried.
const STARTS: u32 = 3;
/// How often it is asked whether it has.
const GAP: Duration = Duration::from_millis(10);

/// The one that serves this folder; it answers.
pub fn ensure(folder: &Path) -> Result<Running, CliError> {
    let give_up = Instant::now() + PATIENCE;
    let mut child: Option<Child> = None;
    let mut starts = 0;
    loop {
        if let Some(found) = running(folder)
            && awake(found)
        {
            return Ok(found);
        }
        // One that ended could not start, or somebody else's was first, or one that was idle was just ending.
        let ended = child.as_mut().is_none_or(|child| matches!(child.try_wait(), Ok(Some(_))));
        if ended && starts < STARTS {
            child = Some(start(folder).map_err(|error| not_started(folder, &error.to_string()))?);
            starts += 1;
        } else if ended && running(folder).is_none() || Instant::now() > give_up {
            return Err(not_started(folder, &last_words(folder)));
        }
        std::thread::sleep(GAP);
    }
}

/// `gureum embedded serve` beside us: none of our streams, and no signal from our terminal.
fn start(folder: &Path) -> std::io::Result<Child> {
    let state = folder.parent().unwrap_or(folder);
    make(folder)?;
    let log = log(folder)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["embedded", "serve", "--idle", IDLE_MINUTES, "--state"]).arg(state);
    command.current_dir(folder).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn()
}

/// A new log each time, unless it is another's whose process is just starting: then both write to its end.
fn log(folder: &Path) -> std::io::Result<File> {
    let path = folder.join(LOG);
    if std::fs::metadata(&path).is_ok_and(|there| there.len() > 64 * 1024) {
        std::fs::remove_file(&path)?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}

fn last_words(folder: &Path) -> String {
    let text = std::fs::read_to_string(folder.join(LOG)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(3).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("; ")
}

fn not_started(folder: &Path, why: &str) -> CliError {
    CliError::failed(say!(m::EMBEDDED_NOT_STARTED, why = why))
        .help(say!(m::EMBEDDED_NOT_STARTED_HELP, log = folder.join(LOG).display()))
}
