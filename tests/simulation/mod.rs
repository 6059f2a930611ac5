//! Stages in virtual time for tests: a cloud with a foreigner in it, before and after a calm deploy.

#![allow(dead_code, reason = "each test file uses its part")]

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use gureum::blueprint::Inputs;
use gureum::embedded::{Cloud, Settings};
use gureum::event::{Event, OutcomeWord, fold};
use gureum::execute::Summary;
use gureum::journal::Memory;
use gureum::model::Secrets;
use gureum::runtime::{Clock, VirtualClock};
use gureum::simulate::{Exchange, Machine, Process, Ran, Rows, RunError, Site, Truth, Usecase, foreigner};
use sha2::{Digest, Sha256};

/// Where virtual time begins: 2026-11-24.
pub const BEGIN: i64 = 1_795_500_000_000;

/// Runs in time that jumps to the next timer.
pub fn in_virtual_time<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(work)
}

/// Which command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    Deploy,
    Destroy,
}

/// A moment to begin from: the cloud as it is, and the operator's journal.
#[derive(Clone)]
pub struct Scene {
    pub usecase: Usecase,
    pub cloud: Cloud,
    pub now: i64,
    pub events: Vec<Event>,
    pub secrets: Secrets,
    /// The rows that are nobody's of ours.
    pub before: Rows,
    /// What a calm deploy adds.
    pub deployed: Vec<String>,
}

/// A machine at work on a site.
pub struct Stage {
    pub clock: VirtualClock,
    pub site: Arc<Site>,
    pub machine: Machine,
    pub before: Rows,
    pub deployed: Vec<String>,
}

impl Scene {
    /// A cloud with a foreigner only.
    pub fn new(id: &str) -> Self {
        Self::of(id, Usecase::new(id))
    }

    /// The same for an operator whose own part of user-data leaves no room for all that a server's components bring.
    pub fn with_much_to_say(id: &str) -> Self {
        Self::of(id, Usecase::with(much_to_say(id)))
    }

    fn of(id: &str, usecase: Usecase) -> Self {
        in_virtual_time(async {
            let settings = Settings { pace: PACE, ..Settings::default() };
            let clock = VirtualClock::starting_at(BEGIN);
            let site = Site::new(Cloud::seeded(settings, BEGIN), Arc::new(clock.clone()));
            foreigner(&site, &id.replace('.', "-"), id).await;
            clock.sleep(Duration::from_secs(60)).await;
            // What the foreigner began is over when it is looked at.
            site.as_user("tenant", "GET", "/load-balancer/v2/lbaas/loadbalancers", None);
            let cloud = site.cloud();
            let before = Rows::of(&cloud);
            let mut scene = Self {
                usecase,
                cloud,
                now: clock.now_ms(),
                events: Vec::new(),
                secrets: Secrets::default(),
                before,
                deployed: Vec::new(),
            };
            scene.deployed = scene.after_deploy().deployed;
            scene
        })
    }

    /// The same after a calm deploy.
    pub fn after_deploy(&self) -> Self {
        let scene = self.clone();
        // In a thread of its own: a runtime does not begin in another one.
        std::thread::spawn(move || {
            in_virtual_time(async {
                let stage = scene.stage();
                let ran = stage.machine.deploy(Process::default()).await.expect("nothing ends it").expect("it runs");
                done(&ran);
                stage.clock.sleep(Duration::from_secs(60)).await;
                let cloud = stage.site.cloud();
                let rows = Rows::of(&cloud);
                assert_eq!(
                    rows.touched_since(&scene.before),
                    Vec::<String>::new(),
                    "a calm deploy touches nothing foreign"
                );
                let (events, deployed) = (stage.machine.journal.all(), rows.new_since(&scene.before));
                let secrets = stage.machine.journal.all_secrets();
                Self { cloud, now: stage.clock.now_ms(), events, secrets, deployed, ..scene }
            })
        })
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// Begins from here, within a runtime.
    pub fn stage(&self) -> Stage {
        let clock = VirtualClock::starting_at(self.now);
        let site = Site::new(self.cloud.clone(), Arc::new(clock.clone()));
        let journal = Memory::with(self.events.clone()).holding(self.secrets.clone());
        let machine = Machine::after(Arc::clone(&site), self.usecase.clone(), journal);
        Stage { clock, site, machine, before: self.before.clone(), deployed: self.deployed.clone() }
    }
}

/// Inputs with a script of an operator's that takes most of the room: hex of digests, which cannot be packed much.
pub fn much_to_say(id: &str) -> Inputs {
    let digest = |n: u32| format!("# {:x}\n", Sha256::digest(n.to_string()));
    let script: String = std::iter::once("#!/bin/sh\nexit 0\n".to_owned()).chain((0..995).map(digest)).collect();
    let settings = gureum::blueprint::Settings { user_data: Some(script), ..Default::default() };
    Inputs { usecase: id.to_owned(), settings, ..Inputs::default() }
}

/// How much of the usual durations things take.
pub const PACE: f64 = 1.0;

/// It did everything, or had nothing to do.
pub fn done(ran: &Ran) {
    if let Some(fault) = undone(ran) {
        panic!("{fault}");
    }
}

/// Why a run is not done.
pub fn undone(ran: &Ran) -> Option<String> {
    let summary: &Summary = ran.summary.as_ref()?;
    (summary.outcome != OutcomeWord::Done).then(|| {
        format!(
            "the run ended {:?}: {:?} {:?}",
            summary.outcome,
            summary.because.as_ref().map(ToString::to_string),
            summary.failures
        )
    })
}

impl Stage {
    pub async fn run(&self, command: Command, process: Process) -> Option<Result<Ran, RunError>> {
        match command {
            Command::Deploy => self.machine.deploy(process).await,
            Command::Destroy => self.machine.destroy(process).await,
        }
    }

    /// A run that nothing ends: what is not as it should be.
    pub async fn again(&self, command: Command) -> Vec<String> {
        match self.run(command, Process::default()).await.expect("nothing ends it") {
            Ok(ran) => undone(&ran).into_iter().collect(),
            Err(error) => vec![format!("the run did not begin: {error}")],
        }
    }

    /// Everything that is on its way acts, and what it began ends.
    pub async fn calm(&self) {
        if let Some(last) = self.site.last_act() {
            self.clock.sleep(Duration::from_millis(u64::try_from(last - self.clock.now_ms()).unwrap_or(0))).await;
        }
        self.clock.sleep(Duration::from_secs(60)).await;
    }

    /// Every difference between what is and what should be after a command.
    pub async fn violations(&self, command: Command) -> Vec<String> {
        let seen = self.machine.look().await.expect("the cloud answers");
        let state = match fold(&self.machine.journal.all()) {
            Ok(state) => state,
            Err(error) => return vec![format!("the journal does not fold: {error}")],
        };
        let mut found = Truth::differences(&state, &seen);
        let rows = Rows::of(&self.site.cloud());
        found.extend(rows.touched_since(&self.before).into_iter().map(|it| format!("foreign: {it}")));
        let wanted: &[String] = if command == Command::Deploy { &self.deployed } else { &[] };
        let there = rows.new_since(&self.before);
        found.extend(without(&there, wanted).into_iter().map(|it| format!("too much: {it}")));
        found.extend(without(wanted, &there).into_iter().map(|it| format!("missing: {it}")));
        found
    }

    pub fn log(&self) -> Vec<Exchange> {
        self.site.log()
    }
}

/// The lines of one that the other does not have, each as often as it has them more.
fn without(lines: &[String], others: &[String]) -> Vec<String> {
    let mut others = others.to_vec();
    let mut rest = Vec::new();
    for line in lines {
        match others.iter().position(|other| other == line) {
            Some(place) => drop(others.swap_remove(place)),
            None => rest.push(line.clone()),
        }
    }
    rest
}
