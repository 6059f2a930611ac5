//! `gureum deploy`: everything that a use case needs exists afterwards.

use std::io::{Stderr, StdinLock};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::blueprint::Goal;
use crate::desired::Degree;
use crate::event::{CommandWord, Known, OutcomeWord, Started};
use crate::execute;
use crate::journal::{self, Journal, Sqlite};
use crate::model::EnvironmentName;
use crate::model::messages::cli as m;
use crate::plan::Plan;
use crate::say;
use crate::terminal;

use super::args::{DeployArgs, Global};
use super::error::{CliError, exit};
use super::inputs::Layers;
use super::interrupts::Interrupts;
use super::planning::{self, Planned};
use super::run::{self, Past, Run};
use super::screen::Screen;
use super::session::Session;
use super::target::{self, Target, Unchosen};
use super::{history, places, plan, service, usecase};

/// Runs it.
pub fn run(global: &Global, args: &DeployArgs, screen: &Screen) -> Result<u8, CliError> {
    if args.dry_run {
        plan::on_cloud(global, &args.input, None, screen)?;
        return Ok(exit::DONE);
    }
    let layers = Layers::read(&args.input)?;
    let name = layers.name()?;
    // An input that cannot be right is told before anybody is asked anything.
    if let Some(id) = layers.usecase()? {
        usecase::load(id, global.blueprints.as_deref())?;
    }
    let state = places::state(global)?;
    let target = Target::find(global, Unchosen::Any, false)?;
    target.framed(screen, |screen| super::block_on(deploy(global, args, &layers, &name, &state, &target, screen)))
}

async fn deploy(
    global: &Global,
    args: &DeployArgs,
    layers: &Layers,
    name: &EnvironmentName,
    state: &Path,
    target: &Target,
    screen: &Screen,
) -> Result<u8, CliError> {
    let mut interrupts = Interrupts::listen()?;
    let session = interrupts.unless(Session::connect(target)).await?;
    let key = session.key(name);
    let folder = journal::folder(state, &key);
    let journal: Arc<Sqlite> = Arc::new(history::open(&folder, &key, &places::keys(global)?)?);
    let secrets = Arc::new(journal.secrets().await.map_err(|error| history::journal_error(&error))?);
    let doubt = Duration::from_secs(args.run.doubt);
    let past = Past { key: &key, journal: &journal, secrets: &secrets };
    let known = run::settle(&session, past, CommandWord::Deploy, doubt, &mut interrupts, screen).await?;
    let inputs = layers.over(history::recorded(&known)?, name)?;
    let loaded = planning::blueprint_for(&inputs, global.blueprints.as_deref())?;
    let facts = Known { fingerprints: secrets.fingerprints(), ..known.known() };
    let planning = planning::on_cloud(&session, loaded, inputs, &key, &facts, &secrets, args.input.replace_data);
    let planned = interrupts.unless(planning).await?;
    show(&planned, screen)?;
    may_begin(&planned.plan, args.accept_limitations)?;
    if planned.plan.steps.is_empty() {
        run::reconcile(&session, &journal, &planned.plan, &planned.snapshot).await?;
        let Some(verifier) = service::verifier(&session, target, &planned, &secrets) else { return Ok(exit::DONE) };
        return interrupts.unless(service::again(&session, &journal, &*verifier, &planned.plan, screen)).await;
    }
    if !args.run.yes {
        let look = screen.aside;
        let question = move |input: &mut StdinLock<'static>, output: &mut Stderr| {
            terminal::confirm(input, output, &look.word(&m::ASK_DEPLOY), &look)
        };
        ask(screen, &mut interrupts, question).await?;
        target.wake()?;
    }
    history::remember(&folder, &key)?;
    // Durable before anybody is given one.
    let secrets = execute::secrets_for(&planned.plan, &*journal, &*session.ids).await;
    let secrets = Arc::new(secrets.map_err(|error| history::journal_error(&error))?);
    let started = Started {
        command: CommandWord::Deploy,
        inputs: Some(serde_json::to_value(&planned.inputs).map_err(super::unserialisable)?),
        blueprint: Some(planned.blueprint.clone()),
        plan_digest: planned.plan.digest().map_err(super::unserialisable)?,
        steps: planned.plan.steps.len(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let verifier = service::verifier(&session, target, &planned, &secrets);
    let (plan, snapshot, durations) = (&planned.plan, &planned.snapshot, known.durations());
    let run = Run { session: &session, journal, plan, snapshot, started, durations, doubt, secrets, verifier };
    let (summary, url) = run::carry_out(run, &mut interrupts, screen).await;
    let mut next = Vec::new();
    let cloud = target::flag(global);
    if summary.outcome == OutcomeWord::Done {
        // In the embedded cloud nobody listens at that address.
        let told_ready = planned.inputs.until != Some(Goal::Active);
        next.extend(
            url.iter()
                .filter(|_| told_ready && !target.is_embedded())
                .map(|url| (format!("curl {url}"), say!(m::NEXT_SEE))),
        );
        if summary.verification.is_some() {
            next.push((format!("gureum verify {name}"), say!(m::NEXT_VERIFY)));
        }
        next.push((format!("gureum output {name}"), say!(m::NEXT_OUTPUT)));
        next.push((format!("gureum destroy {name}{cloud}"), say!(m::NEXT_DESTROY)));
    } else {
        // What was said now is recorded: it need not be said again.
        let accept = if args.accept_limitations { " --accept-limitations" } else { "" };
        next.push((format!("gureum deploy --name {name}{accept}{cloud}"), say!(m::NEXT_AGAIN)));
        let unwell = summary.verification.as_ref().and_then(|seen| seen.culprit());
        if let Some(hop) = unwell {
            next.push((format!("gureum verify {name}"), say!(m::NEXT_VERIFY)));
            if planned.chain.node(&hop.from).is_some() {
                next.push((format!("gureum logs {name} {}{cloud}", hop.from), say!(m::NEXT_LOGS)));
            }
        }
        next.push((format!("gureum events {name}"), say!(m::NEXT_EVENTS)));
    }
    next.push((format!("gureum status {name}"), say!(m::NEXT_STATUS)));
    // Where something failed nobody knows whether anything answers there; `gureum output` tells the address.
    let url = url.filter(|_| summary.outcome == OutcomeWord::Done);
    run::conclude(plan, &summary, url.as_deref(), next, screen)
}

/// The plan before a run: with `--json` on one line, as the first of the lines that follow.
fn show(planned: &Planned, screen: &Screen) -> Result<(), CliError> {
    if !screen.json {
        return plan::show(planned, screen);
    }
    screen.warn(&planned.warnings);
    show_json(&planned.plan, &planned.snapshot, screen)
}

/// A plan as one line of JSON.
pub fn show_json(plan: &Plan, snapshot: &crate::snapshot::Snapshot, screen: &Screen) -> Result<(), CliError> {
    let plan = crate::report::plan_json(plan, Some(&snapshot.facts)).map_err(super::unserialisable)?;
    screen.print_json(&serde_json::json!({ "plan": plan }), false)
}

/// What stops a deploy before its first write.
fn may_begin(plan: &Plan, accept_limitations: bool) -> Result<(), CliError> {
    let faults = &plan.preflight.faults;
    if !faults.is_empty() {
        return Err(CliError::refused(say!(m::PREFLIGHT, count = faults.len()))
            .details(faults.iter().cloned())
            .help(say!(m::PREFLIGHT_HELP)));
    }
    let missing: Vec<_> = plan.limitations.iter().filter(|limitation| limitation.degree == Degree::Missing).collect();
    // Where nothing is to be done nothing has to be accepted: it was before.
    if missing.is_empty() || accept_limitations || plan.steps.is_empty() {
        return Ok(());
    }
    let what: Vec<&str> = missing.iter().map(|limitation| limitation.of.as_str()).collect();
    Err(CliError::refused(say!(m::LIMITED, what = what.join(", ")))
        .details(missing.iter().map(|limitation| limitation.text.clone()))
        .help(say!(m::LIMITED_HELP)))
}

/// Asks on the terminal, and refuses where there is none.
pub async fn ask(
    screen: &Screen,
    interrupts: &mut Interrupts,
    question: impl FnOnce(&mut StdinLock<'static>, &mut Stderr) -> std::io::Result<bool> + Send + 'static,
) -> Result<(), CliError> {
    if !screen.asks {
        return Err(CliError::refused(say!(m::NO_TERMINAL)).help(say!(m::NO_TERMINAL_HELP)));
    }
    let asked = tokio::task::spawn_blocking(|| question(&mut std::io::stdin().lock(), &mut std::io::stderr()));
    let answer = async { Ok(asked.await.unwrap_or_else(|error| Err(std::io::Error::other(error)))) };
    match interrupts.unless(answer).await? {
        Ok(true) => Ok(()),
        Ok(false) => Err(CliError::refused(say!(m::DECLINED))),
        Err(error) => Err(CliError::refused(say!(m::CANNOT_READ, file = "standard input", why = error))),
    }
}
