//! Runs in virtual time, on a small cloud that can be told to misbehave.

mod crash;
mod drivers;
mod fake;
mod faults;
mod guests;
mod late;
mod order;
mod settle;
mod stops;
mod verified;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::event::{CommandWord, Durations, Event, Happening, Started};
use crate::journal::Memory;
use crate::kind::Kind;
use crate::model::{Address, EnvironmentKey, EnvironmentName, Properties, Secrets, Service, Value};
use crate::plan::{Batch, Goal, Item, Plan, Preflight, Step, StepId, Totals, Until, Work};
use crate::runtime::CountingIds;
use crate::snapshot::Observed;
use crate::verify::Verify;

use super::dispatcher::carry_out;
use super::settings::{Settings, Stop};
use super::summary::Summary;
use super::world::Bare;
use fake::Fake;

fn at(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

fn environment() -> EnvironmentKey {
    let name = EnvironmentName::parse("shop").expect("a name");
    EnvironmentKey { project_id: "p".into(), region: "R".into(), name }
}

pub(super) fn plan_of(steps: Vec<Step>) -> Plan {
    let number = |(index, step): (usize, Step)| Step { id: StepId(index), ..step };
    Plan {
        format: 1,
        environment: environment(),
        goal: Goal::Deploy,
        steps: steps.into_iter().enumerate().map(number).collect(),
        unchanged: BTreeMap::new(),
        kept: Vec::new(),
        reported: Vec::new(),
        limitations: Vec::new(),
        notes: Vec::new(),
        totals: Totals::default(),
        preflight: Preflight::default(),
        outputs: BTreeMap::new(),
        entry: None,
        secrets: BTreeMap::new(),
    }
}

fn step(work: Work) -> Step {
    Step { id: StepId(0), work, lane: None, after: BTreeMap::new(), reasons: BTreeMap::new() }
}

/// Creates these; each refers to what it is `of`.
fn create(items: &[(&str, &[&str])]) -> Step {
    let item = |(address, of): &(&str, &[&str])| {
        let reference = |it: &&str| (format!("{it}_id"), Value::id_of(&at(it)));
        let mut properties: Properties = of.iter().map(reference).collect();
        properties.insert("name".into(), Value::from(*address));
        Item { address: at(address), properties: properties.into(), brings: BTreeSet::new(), bears_data: false }
    };
    let kind = Kind::of(&at(items[0].0)).expect("a kind's word");
    let after = items.iter().flat_map(|(_, of)| of.iter().map(|it| (at(it), Until::Settled))).collect();
    let items = items.iter().map(item).collect();
    Step { after, ..step(Work::Create(Batch { kind, items })) }
}

fn delete(address: &str, id: &str) -> Step {
    let (address, id) = (at(address), Some(id.to_owned()));
    let kind = Kind::of(&address).expect("a kind's word");
    step(Work::Delete { address, id, kind, properties: Properties::new(), with: BTreeMap::new() })
}

impl Step {
    fn then(mut self, address: &str, until: Until) -> Self {
        self.after.insert(at(address), until);
        self
    }

    fn lane(mut self, address: &str) -> Self {
        self.lane = Some(at(address));
        self
    }
}

fn started() -> Started {
    let (command, plan_digest, version) = (CommandWord::Deploy, String::new(), "1".into());
    Started { command, inputs: None, blueprint: None, plan_digest, steps: 0, version }
}

/// One run, and what is left of it.
struct Stage {
    fake: Arc<Fake>,
    journal: Arc<Memory>,
    run: String,
    observed: Vec<Observed>,
    settings: Settings,
    durations: Durations,
    services: BTreeSet<Service>,
    verifier: Option<Arc<dyn Verify>>,
    secrets: Secrets,
    stop: watch::Sender<Stop>,
}

impl Stage {
    fn new() -> Self {
        Self {
            fake: Fake::new(),
            journal: Arc::new(Memory::new()),
            run: "r2".into(),
            observed: Vec::new(),
            settings: Settings::default(),
            secrets: Secrets::default(),
            durations: Durations::default(),
            services: Kind::all().map(|kind| kind.spec().service).collect(),
            verifier: None,
            stop: watch::channel(Stop::Run).0,
        }
    }

    async fn run(&self, plan: &Plan) -> Summary {
        let (display, mut shown) = mpsc::unbounded_channel();
        let run = Bare {
            journal: self.journal.clone(),
            clock: self.fake.clock(),
            ids: Arc::new(CountingIds::default()),
            run: self.run.clone(),
            started: started(),
            observed: self.observed.clone(),
            durations: self.durations.clone(),
            services: self.services.clone(),
            fingerprints: self.secrets.fingerprints(),
            settings: self.settings.clone(),
            verifier: self.verifier.clone(),
            display,
            stop: self.stop.subscribe(),
        };
        self.fake.set_run(&self.run);
        let before = self.journal.all().len();
        let summary = carry_out(plan, self.fake.clone(), run).await;
        let mut seen = Vec::new();
        while let Ok(event) = shown.try_recv() {
            seen.push(event);
        }
        assert_eq!(seen, self.journal.all()[before..], "the displays see what is durable, and all of it");
        crate::event::fold(&self.journal.all()).expect("what a run writes folds");
        summary
    }

    fn events(&self) -> Vec<Event> {
        self.journal.all()
    }

    /// Events as words: `intended create server.web-1`.
    fn story(&self) -> Vec<String> {
        self.events().iter().map(|event| told(&event.what)).collect()
    }
}

fn told(what: &Happening) -> String {
    let word = |operation: &crate::event::OperationWord| format!("{operation:?}").to_lowercase();
    match what {
        Happening::Started(_) => "started".into(),
        Happening::Intended { address, operation, .. } => format!("intended {} {address}", word(operation)),
        Happening::Accepted { address, operation, adopted: false, .. } => {
            format!("accepted {} {address}", word(operation))
        }
        Happening::Accepted { address, operation, .. } => format!("adopted {} {address}", word(operation)),
        Happening::Settled { address, operation, .. } => format!("settled {} {address}", word(operation)),
        Happening::Failed { address, operation, in_doubt: true, .. } => {
            format!("in doubt {} {address}", word(operation))
        }
        Happening::Failed { address, operation, .. } => format!("failed {} {address}", word(operation)),
        Happening::Skipped { address, because, .. } => format!("skipped {address} because {because}"),
        Happening::Retried { address, .. } => format!("retried {address}"),
        Happening::Looked { address, finding, .. } => format!("looked for {address}: {finding:?}").to_lowercase(),
        Happening::Guest { address, word } => format!("guest {address} {word:?}").to_lowercase(),
        Happening::Verified { seen, .. } => format!("verified {:?}", seen.verdict()),
        Happening::Ended { exit_code, .. } => format!("ended {exit_code}"),
    }
}
