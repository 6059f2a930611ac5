//! `gureum destroy`: nothing is left afterwards but data, and with `--delete-data` nothing at all. It needs no local state:
//! resources carry their environment's mark.

use std::io::{Stderr, StdinLock};
use std::sync::Arc;
use std::time::Duration;

use crate::event::{CommandWord, OutcomeWord, Started};
use crate::journal::{self, Journal, JournalError, Sqlite};
use crate::model::Secrets;
use crate::model::messages::cli as m;
use crate::observe::Wanted;
use crate::plan;
use crate::report::{Counts, plan_text};
use crate::say;
use crate::terminal;

use super::args::{DestroyArgs, Global};
use super::deploy::{ask, show_json};
use super::error::{CliError, exit};
use super::interrupts::Interrupts;
use super::run::{self, Past, Run};
use super::screen::Screen;
use super::session::Session;
use super::target::{self, Target, Unchosen};
use super::{history, places, planning};

/// Runs it.
pub fn run(global: &Global, args: &DestroyArgs, screen: &Screen) -> Result<u8, CliError> {
    let target = Target::find(global, Unchosen::Known(&args.name), false)?;
    target.framed(screen, |screen| {
        if args.dry_run {
            super::block_on(preview(global, args, &target, screen))
        } else {
            super::block_on(destroy(global, args, &target, screen))
        }
    })
}

/// Nobody orders more of anything, so that neither quotas nor zones are looked at.
const WANTED: Wanted = Wanted { quotas: false, availability_zones: false };

/// What it would do. It never writes: not to the cloud, and not to the journal.
async fn preview(global: &Global, args: &DestroyArgs, target: &Target, screen: &Screen) -> Result<u8, CliError> {
    let state = places::state(global)?;
    let session = Session::connect(target).await?;
    let key = session.key(&args.name);
    let folder = journal::folder(&state, &key);
    let (known, _) = history::read(&folder, &key)?;
    let secrets = readable(Sqlite::read_secrets(&folder, &places::keys(global)?), screen)?;
    let snapshot = session.observe(&key, &known.known(), &secrets, WANTED).await?;
    let plan = plan::destroy(&snapshot, &known.known(), args.delete_data);
    planning::check(&plan)?;
    super::plan::print(&plan, &snapshot.facts, screen)?;
    if plan.steps.is_empty() && plan.kept.is_empty() && known.runs.is_empty() {
        nothing_found(&state, args.name.as_str(), screen)?;
    }
    Ok(exit::DONE)
}

async fn destroy(global: &Global, args: &DestroyArgs, target: &Target, screen: &Screen) -> Result<u8, CliError> {
    let state = places::state(global)?;
    let mut interrupts = Interrupts::listen()?;
    let session = interrupts.unless(Session::connect(target)).await?;
    let (name, key) = (&args.name, session.key(&args.name));
    let folder = journal::folder(&state, &key);
    let journal = Arc::new(history::open(&folder, &key, &places::keys(global)?)?);
    let secrets = Arc::new(readable(journal.secrets().await, screen)?);
    let doubt = Duration::from_secs(args.run.doubt);
    let past = Past { key: &key, journal: &journal, secrets: &secrets };
    let known = run::settle(&session, past, CommandWord::Destroy, doubt, &mut interrupts, screen).await?;
    let snapshot = interrupts.unless(session.observe(&key, &known.known(), &secrets, WANTED)).await?;
    let plan = plan::destroy(&snapshot, &known.known(), args.delete_data);
    planning::check(&plan)?;
    if screen.json {
        show_json(&plan, &snapshot, screen)?;
    } else {
        screen.print(&plan_text(&plan, Some(&snapshot.facts), &screen.look))?;
    }
    if plan.steps.is_empty() {
        run::reconcile(&session, &journal, &plan, &snapshot).await?;
        forget(&journal, &plan).await?;
        if plan.kept.is_empty() && known.runs.is_empty() {
            nothing_found(&state, name.as_str(), screen)?;
        }
        return Ok(exit::DONE);
    }
    if !args.run.yes {
        let (count, look, with_data) = (Counts::of(&plan).delete, screen.aside, args.delete_data);
        let typed = name.clone();
        let question = move |input: &mut StdinLock<'static>, output: &mut Stderr| {
            if with_data {
                let question = look.say(&say!(m::ASK_DESTROY_DATA, count = count));
                terminal::confirm_name(input, output, &question, typed.as_str(), &look)
            } else {
                terminal::confirm(input, output, &look.say(&say!(m::ASK_DESTROY, count = count)), &look)
            }
        };
        ask(screen, &mut interrupts, question).await?;
        target.wake()?;
    }
    history::remember(&folder, &key)?;
    let started = Started {
        command: CommandWord::Destroy,
        inputs: None,
        blueprint: None,
        plan_digest: plan.digest().map_err(super::unserialisable)?,
        steps: plan.steps.len(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let durations = known.durations();
    let (plan, snapshot) = (&plan, &snapshot);
    let run = Run {
        session: &session,
        journal: journal.clone(),
        plan,
        snapshot,
        started,
        durations,
        doubt,
        secrets,
        verifier: None,
    };
    let (summary, _) = run::carry_out(run, &mut interrupts, screen).await;
    if summary.outcome == OutcomeWord::Done {
        forget(&journal, plan).await?;
    }
    let mut next = Vec::new();
    if summary.outcome != OutcomeWord::Done {
        let data = if args.delete_data { " --delete-data" } else { "" };
        next.push((format!("gureum destroy {name}{data}{}", target::flag(global)), say!(m::NEXT_AGAIN)));
        next.push((format!("gureum events {name}"), say!(m::NEXT_EVENTS)));
    }
    run::conclude(plan, &summary, None, next, screen)
}

/// The secrets, by which guests' words are believed. That they cannot be read keeps nobody from destroying.
fn readable(secrets: Result<Secrets, JournalError>, screen: &Screen) -> Result<Secrets, CliError> {
    match secrets {
        Err(error) if error.is_about_secrets() => {
            let words = screen.aside.say(&say!(m::WITHOUT_SECRETS, words = error));
            screen.say(&format!("{}: {words}\n", screen.aside.word(&m::WARNING)));
            Ok(Secrets::default())
        }
        other => other.map_err(|error| history::journal_error(&error)),
    }
}

/// Where nothing is left nobody holds a secret.
async fn forget(journal: &Sqlite, plan: &plan::Plan) -> Result<(), CliError> {
    if !plan.kept.is_empty() {
        return Ok(());
    }
    journal.forget_secrets().await.map_err(|error| history::journal_error(&error))
}

/// Says that nothing of that name is there, and what else is known: the name may be a use case's whose environment has another.
fn nothing_found(state: &std::path::Path, name: &str, screen: &Screen) -> Result<(), CliError> {
    screen.say(&format!("{}\n", screen.aside.say(&say!(m::NOTHING_FOUND, name = name))));
    let mut others = Vec::new();
    for (folder, key) in history::all(state)? {
        if key.name.as_str() == name {
            continue;
        }
        let (known, _) = history::read(&folder, &key)?;
        let usecase = history::recorded(&known)?.map(|inputs| inputs.usecase).unwrap_or_default();
        others.push(format!("{} ({usecase})", key.name));
    }
    if !others.is_empty() {
        screen.say(&format!("{}\n", screen.aside.say(&say!(m::NOTHING_FOUND_OTHERS, names = others.join(", ")))));
    }
    Ok(())
}
