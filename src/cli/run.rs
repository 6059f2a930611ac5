//! One run in front of its user: progress, Ctrl-C, and the summary.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::driver;
use crate::event::{CommandWord, Durations, Event, Started, State};
use crate::execute::{self, Settings, SettleError, Settling, Stop, Summary, World};
use crate::journal::{Journal, Sqlite};
use crate::model::messages::cli as m;
use crate::model::{EnvironmentKey, Secrets, Text};
use crate::plan::Plan;
use crate::report::{Ending, PathStep, items, summary_json, summary_text, url};
use crate::say;
use crate::snapshot::Snapshot;
use crate::terminal::{Progress, Show};
use crate::verify::Verify;

use super::error::CliError;
use super::history;
use super::interrupts::{Interrupts, interrupted};
use super::screen::Screen;
use super::session::{Session, cloud_error};

/// How often clocks on the terminal move.
const TICK: Duration = Duration::from_millis(200);

/// What a run is made of.
pub struct Run<'a> {
    /// The connected cloud.
    pub session: &'a Session,
    /// The journal, whose lock this run holds.
    pub journal: Arc<Sqlite>,
    /// What is to be done.
    pub plan: &'a Plan,
    /// What it was planned on.
    pub snapshot: &'a Snapshot,
    /// The run's first event.
    pub started: Started,
    /// How long things took before.
    pub durations: Durations,
    /// How long a lost answer may still act.
    pub doubt: Duration,
    /// Who says at the end whether the service answers.
    pub verifier: Option<Arc<dyn Verify>>,
    /// The environment's secrets.
    pub secrets: Arc<Secrets>,
}

/// Carries a plan out and shows it. The second part is where the service answers.
pub async fn carry_out(run: Run<'_>, interrupts: &mut Interrupts, screen: &Screen) -> (Summary, Option<String>) {
    let (summary, shown) = watched(screen, run.plan, interrupts, |display, stop| {
        let world = World {
            cloud: Arc::clone(&run.session.cloud),
            drivers: driver::of,
            journal: run.journal,
            clock: Arc::clone(&run.session.clock),
            ids: Arc::clone(&run.session.ids),
            secrets: run.secrets,
            run: run.session.run.clone(),
            started: run.started,
            observed: run.snapshot.resources.clone(),
            durations: run.durations,
            settings: settings(run.doubt),
            verifier: run.verifier,
            display,
            stop,
        };
        execute::execute(run.plan, world)
    })
    .await;
    let url = url(run.plan, &shown);
    (summary, url)
}

/// What earlier runs left on this machine.
#[derive(Clone, Copy)]
pub struct Past<'a> {
    /// Of which environment.
    pub key: &'a EnvironmentKey,
    /// Its journal, whose lock this run holds.
    pub journal: &'a Arc<Sqlite>,
    /// Its secrets.
    pub secrets: &'a Arc<Secrets>,
}

/// What an earlier run left in doubt is looked for until it is found or can no longer act. Gives the state after it.
pub async fn settle(
    session: &Session,
    past: Past<'_>,
    command: CommandWord,
    doubt: Duration,
    interrupts: &mut Interrupts,
    screen: &Screen,
) -> Result<State, CliError> {
    let Past { key, journal, secrets } = past;
    let (settled, _) = watched(screen, None, interrupts, |display, stop| {
        execute::settle_doubts(Settling {
            cloud: Arc::clone(&session.cloud),
            drivers: driver::of,
            environment: key.clone(),
            journal: Arc::clone(journal) as Arc<dyn Journal>,
            clock: Arc::clone(&session.clock),
            settings: settings(doubt),
            secrets: Arc::clone(secrets),
            run: session.run.clone(),
            command,
            display,
            stop,
        })
    })
    .await;
    settled.map_err(|error| unsettled(key, error))
}

/// Where nothing is to be done: what was observed is written down, as a run would do it.
pub async fn reconcile(session: &Session, journal: &Sqlite, plan: &Plan, snapshot: &Snapshot) -> Result<(), CliError> {
    let written = execute::reconcile(
        plan,
        &snapshot.resources,
        &session.cloud.services(),
        journal,
        &*session.clock,
        &session.run,
    )
    .await;
    written.map_err(|error| unsettled(&plan.environment, error))
}

fn unsettled(key: &EnvironmentKey, error: SettleError) -> CliError {
    match error {
        SettleError::Journal(error) => history::journal_error(&error),
        SettleError::Fold(error) => CliError::damaged(&key.name, &error),
        SettleError::Cloud(error) => cloud_error(&error),
        SettleError::Interrupted => interrupted(),
    }
}

fn settings(doubt: Duration) -> Settings {
    Settings { doubt, ..Settings::default() }
}

/// Does the work and shows its events, those of this plan counted.
async fn watched<T, F: Future<Output = T>>(
    screen: &Screen,
    plan: impl Into<Option<&Plan>>,
    interrupts: &mut Interrupts,
    work: impl FnOnce(mpsc::UnboundedSender<Event>, watch::Receiver<Stop>) -> F,
) -> (T, Vec<Event>) {
    let (display, events) = mpsc::unbounded_channel();
    let (stop, stopped) = watch::channel(Stop::Run);
    let show = if screen.json {
        Show::Json(Box::new(Quiet(std::io::stdout())))
    } else if screen.live {
        Show::Live
    } else {
        Show::Lines(Box::new(Quiet(std::io::stderr())))
    };
    let progress = Progress::new(show, plan.into().map(items).unwrap_or_default(), screen.aside);
    tokio::join!(work(display, stopped), watch_over(progress, events, stop, interrupts, screen))
}

/// Shows events until the run drops its end of the channel, and listens for Ctrl-C meanwhile.
async fn watch_over(
    mut progress: Progress,
    mut events: mpsc::UnboundedReceiver<Event>,
    stop: watch::Sender<Stop>,
    interrupts: &mut Interrupts,
    screen: &Screen,
) -> Vec<Event> {
    let mut tick = tokio::time::interval(TICK);
    let mut seen = Vec::new();
    loop {
        // What can no longer be shown is in the journal: a run does not end because nobody looks.
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => {
                    let _ = progress.event(&event);
                    seen.push(event);
                }
                None => break,
            },
            () = interrupts.next() => {
                let (next, said) = match *stop.borrow() {
                    Stop::Run => (Stop::Drain, say!(m::DRAINING)),
                    Stop::Drain | Stop::Now => (Stop::Now, say!(m::STOPPING)),
                };
                let _ = progress.note(&screen.aside.say(&said));
                stop.send_replace(next);
            }
            _ = tick.tick() => progress.tick(),
        }
    }
    progress.finish();
    seen
}

/// The summary, in the form that was asked for.
pub fn conclude(
    plan: &Plan,
    summary: &Summary,
    url: Option<&str>,
    next: Vec<(String, Text)>,
    screen: &Screen,
) -> Result<u8, CliError> {
    let path = summary.critical_path.iter().map(|entry| PathStep {
        address: entry.address.clone(),
        operation: entry.operation,
        ms: entry.ms,
        waited_ms: entry.waited_ms,
        request_ms: entry.request_ms,
    });
    let ending = Ending {
        plan,
        outcome: summary.outcome,
        because: summary.because.as_ref(),
        makespan_ms: summary.makespan_ms,
        path: path.collect(),
        done: summary.done,
        skipped: summary.skipped,
        unfinished: summary.unfinished,
        failures: &summary.failures,
        unrecorded: &summary.unrecorded,
        calls: &summary.statistics.calls,
        retries: summary.statistics.retries,
        url,
        verification: summary.verification.as_ref(),
        next,
    };
    if screen.json {
        screen.print_json(&summary_json(&ending), false)?;
    } else {
        screen.print(&format!("\n{}", summary_text(&ending, &screen.look)))?;
    }
    Ok(summary.exit_code)
}

/// A stream that swallows the error of having no reader.
struct Quiet<W>(W);

impl<W: Write> Write for Quiet<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}
