//! The one place that knows how far everything is: it hears what happened, records it, and starts what may start.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::driver::{Created, ReadyChange};
use crate::event::{Durations, Event, Happening, fold};
use crate::kind::Kind;
use crate::model::messages::execute as m;
use crate::model::{Address, Properties, Text};
use crate::plan::Plan;
use crate::say;
use crate::verify::Verify;

use super::create::{Creation, create};
use super::delete::{Deletion, delete};
use super::hands::Hands;
use super::late::{Earlier, search};
use super::note::{Desk, Known, Note};
use super::outputs::Outputs;
use super::reconcile;
use super::record::Record;
use super::schedule::Schedule;
use super::settings::Stop;
use super::summary::{Finish, Summary};
use super::update::update;
use super::wait::{Group, Waiter, Waiters};
use super::world::Bare;

/// Why nothing more is started.
#[derive(Clone, Debug)]
pub enum Halt {
    /// The user wants it.
    Interrupted,
    /// The journal cannot be written.
    Journal(String),
    /// Another run works on this environment.
    OtherWriter { run: String, address: Address, id: String },
    /// The plan or the history is not one that can be carried out.
    Impossible(crate::model::Text),
}

/// A request to send as soon as its intention is durable.
pub enum Launch {
    Create(Creation),
    Update { step: usize, kind: Kind, known: Known, change: ReadyChange },
    Delete(Deletion),
}

/// An item whose request was or will be sent.
pub struct Item {
    /// Its properties with every reference filled in.
    pub properties: Properties,
    /// When its step began, and when its request was first answered.
    pub begin: i64,
    pub answered: Option<i64>,
    /// Whether its request has left.
    pub sent: bool,
    /// How often it was made again.
    pub remakes: u32,
    /// Until when a request for it whose answer was lost in this run may still act.
    pub late: Option<i64>,
    /// What takes its place as soon as the one in ERROR is gone.
    pub instead: Option<Created>,
}

/// Counts and times for the summary.
#[derive(Default)]
pub struct Tally {
    pub done: usize,
    pub failed: usize,
    pub skipped: usize,
    pub unfinished: usize,
    pub failures: Vec<(Address, String)>,
    pub finishes: Vec<Finish>,
}

/// Owns everything that changes during a run.
pub struct Dispatcher<'a> {
    pub plan: &'a Plan,
    pub desk: Desk,
    pub record: Record,
    pub schedule: Schedule,
    pub outputs: Outputs,
    pub waiters: Waiters,
    pub durations: Durations,
    pub items: BTreeMap<(usize, Address), Item>,
    pub tally: Tally,
    pub halt: Option<Halt>,
    /// Ids that the journal or the observation explains.
    pub explained: BTreeSet<String>,
    pub launches: Vec<Launch>,
    pub started_at: i64,
    tasks: JoinSet<()>,
    notes: mpsc::UnboundedReceiver<Note>,
    end: watch::Sender<bool>,
    pub stop: watch::Receiver<Stop>,
    pub verifier: Option<Arc<dyn Verify>>,
}

/// Carries a plan out by these hands.
pub async fn carry_out(plan: &Plan, hands: Arc<dyn Hands>, run: Bare) -> Summary {
    let started_at = run.clock.now_ms();
    let id: Arc<str> = run.run.into();
    let mut record = Record::new(Arc::clone(&run.journal), Arc::clone(&run.clock), Arc::clone(&id), run.display);
    let history = match run.journal.events().await {
        Ok(history) => history,
        Err(error) => return Summary::nothing(&*hands, say!(m::JOURNAL_FAILED, error = error)),
    };
    let state = match fold(&history) {
        Ok(state) => state,
        Err(error) => return Summary::nothing(&*hands, say!(m::HISTORY, error = error)),
    };
    record.outcome(Happening::Started(run.started));
    for happening in reconcile::told(&state, plan, &run.observed, &run.services) {
        record.outcome(happening);
    }
    let (schedule, cycle) = Schedule::new(plan, &run.durations, run.settings.in_flight);
    let halt = cycle.map(|cycle| Halt::Impossible(say!(m::PLAN_CYCLE, cycle = cycle)));
    let (tell, notes) = mpsc::unbounded_channel();
    let (end, ending) = watch::channel(false);
    let mut explained = ids_of(&history);
    let earlier = Arc::new(Earlier::of(&history, run.settings.doubt));
    explained.extend(run.observed.iter().map(|resource| resource.id.clone()));
    let settings = Arc::new(run.settings);
    let desk = Desk { hands, clock: run.clock, ids: run.ids, settings, run: id, earlier, notes: tell, ending };
    let dispatcher = Dispatcher {
        plan,
        desk,
        record,
        schedule,
        outputs: Outputs::new(plan, run.observed, run.fingerprints),
        waiters: Waiters::default(),
        durations: run.durations,
        items: BTreeMap::new(),
        tally: Tally::default(),
        halt,
        explained,
        launches: Vec::new(),
        started_at,
        tasks: JoinSet::new(),
        notes,
        end,
        stop: run.stop,
        verifier: run.verifier,
    };
    dispatcher.run().await
}

/// The ids that a history explains.
fn ids_of(history: &[Event]) -> BTreeSet<String> {
    let ids = history.iter().filter_map(|event| match &event.what {
        Happening::Accepted { id, .. } | Happening::Settled { id, .. } => Some(id.clone()),
        _ => None,
    });
    ids.collect()
}

impl Dispatcher<'_> {
    async fn run(mut self) -> Summary {
        let mut nobody_stops = false;
        loop {
            self.heed_stop();
            while self.halt.is_none() {
                let starting = self.schedule.start(|service| self.desk.hands.at_once(service));
                if starting.is_empty() {
                    break;
                }
                for step in starting {
                    self.begin(step);
                }
            }
            self.write_and_launch().await;
            self.end.send_replace(self.halt.is_some());
            let due = self.waiters.next_due().filter(|_| self.halt.is_none());
            let over = self.schedule.finished() || self.halt.is_some() || due.is_none();
            if *self.stop.borrow() == Stop::Now || (over && self.tasks.is_empty() && self.notes.is_empty()) {
                return self.close().await;
            }
            let left = due.map_or(0, |due| u64::try_from(due - self.desk.clock.now_ms()).unwrap_or(0));
            let clock = Arc::clone(&self.desk.clock);
            tokio::select! {
                biased;
                changed = self.stop.changed(), if !nobody_stops => nobody_stops = changed.is_err(),
                Some(note) = self.notes.recv() => {
                    self.handle(note);
                    while let Ok(note) = self.notes.try_recv() {
                        self.handle(note);
                    }
                }
                Some(ended) = self.tasks.join_next(), if !self.tasks.is_empty() => {
                    if let Some(panic) = ended.err().and_then(|error| error.try_into_panic().ok()) {
                        std::panic::resume_unwind(panic);
                    }
                }
                () = clock.sleep(Duration::from_millis(left)), if due.is_some() => self.poll(),
            }
        }
    }

    fn heed_stop(&mut self) {
        if *self.stop.borrow() > Stop::Run && self.halt.is_none() {
            self.halt = Some(Halt::Interrupted);
        }
    }

    /// Makes everything durable that became known or is about to be sent, and only then sends it.
    async fn write_and_launch(&mut self) {
        if self.halt.is_some() {
            self.record.drop_intents();
            self.launches.clear();
        }
        if let Err(why) = self.record.write().await {
            self.launches.clear();
            // Whatever else ended the run: that it is not written down is what the user must know.
            self.halt = Some(Halt::Journal(why));
        }
        for launch in std::mem::take(&mut self.launches) {
            self.launch(launch);
        }
    }

    fn launch(&mut self, launch: Launch) {
        let desk = self.desk.clone();
        let mut sent = |step: usize, address: &Address| {
            if let Some(item) = self.items.get_mut(&(step, address.clone())) {
                item.sent = true;
            }
        };
        match launch {
            Launch::Create(creation) => {
                creation.items.iter().for_each(|item| sent(creation.step, &item.address));
                self.tasks.spawn(create(desk, creation));
            }
            Launch::Update { step, kind, known, change } => {
                sent(step, &change.address);
                self.tasks.spawn(update(desk, step, kind, known, change));
            }
            Launch::Delete(deletion) => {
                sent(deletion.step, &deletion.address);
                self.tasks.spawn(delete(desk, deletion));
            }
        }
    }

    /// Looks for another one of ours at the address of what is in ERROR. It changes nothing, so it is not written down before.
    pub fn search(&mut self, step: usize, address: &Address, kind: Kind, id: String, fault: String) {
        let late = self.items.get(&(step, address.clone())).and_then(|item| item.late);
        let until = late.max(self.desk.earlier.until(address));
        let (desk, known, address) = (self.desk.clone(), self.outputs.known(), address.clone());
        self.tasks.spawn(async move {
            let found = search(&desk, kind, &known, &address, until).await;
            desk.tell(Note::Searched { step, address, id, fault, found });
        });
    }

    /// Asks for the last that can be learned of one that is no longer waited for, and then lets it fail.
    pub fn ask_last_words(&mut self, waiter: Waiter, said: Text) {
        let (desk, known) = (self.desk.clone(), self.outputs.known());
        self.tasks.spawn(async move {
            let Waiter { waiting, step, operation, .. } = waiter;
            let error = match desk.hands.last_words(&known, &waiting).await {
                Some(lines) => say!(m::LAST_WORDS, said = said, lines = lines).to_string(),
                None => said.to_string(),
            };
            let (address, id) = (waiting.address, Some(waiting.id));
            desk.tell(Note::Failed { step, address, operation, id, error, in_doubt: false });
        });
    }

    /// Asks after every group in which somebody is due.
    fn poll(&mut self) {
        for (group, waiting) in self.waiters.take_due(self.desk.clock.now_ms()) {
            let (desk, known): (Desk, Known) = (self.desk.clone(), self.outputs.known());
            self.tasks.spawn(async move {
                let asked = waiting.iter().map(|it| it.address.clone()).collect();
                let Group { kind, .. } = group;
                let answer = desk.hands.progress(kind, &known, &waiting).await;
                desk.tell(Note::Polled { group, asked, answer });
            });
        }
    }
}
