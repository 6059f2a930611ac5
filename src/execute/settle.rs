//! Before a plan: what an earlier run asked for, and nobody knows whether it was done, is looked for until it is found or
//! can no longer act.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::cloud::{Cloud, CloudError};
use crate::event::{CommandWord, Doubt, Event, Finding, FoldError, Happening, Known, OperationWord, State, fold};
use crate::journal::{Journal, JournalError};
use crate::kind::{Kind, Settles};
use crate::model::{EnvironmentKey, Properties, Secrets};
use crate::runtime::Clock;
use crate::snapshot::{Observed, Status};

use super::hands::{DriverHands, Drivers, Hands};
use super::outcome::{self, Subject};
use super::patience::{longer, millis};
use super::settings::{Settings, Stop};

/// What settling doubts is given.
pub struct Settling {
    /// The cloud.
    pub cloud: Arc<Cloud>,
    /// Which driver does what: `driver::of`.
    pub drivers: Drivers,
    /// Which environment.
    pub environment: EnvironmentKey,
    /// Its history, open for writing.
    pub journal: Arc<dyn Journal>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The bounds; `doubt` is the one that matters.
    pub settings: Settings,
    /// What its guests' words are believed by.
    pub secrets: Arc<Secrets>,
    /// This run's id.
    pub run: String,
    /// For which command: a deploy need not wait for what cannot be made twice, but for what may still go; a destroy waits for
    /// everything that may appear, and deletes again what may not have gone.
    pub command: CommandWord,
    /// Every event, once it is durable.
    pub display: mpsc::UnboundedSender<Event>,
    /// Whether the user wants it to stop.
    pub stop: watch::Receiver<Stop>,
}

/// Doubts are not settled.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The history is not one that gureum wrote.
    #[error(transparent)]
    Fold(#[from] FoldError),
    /// The cloud cannot be asked.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// The user stopped it.
    #[error("stopped by the user")]
    Interrupted,
}

/// Settles what the journal has in doubt, and returns the state after it. Without doubts it asks the cloud nothing.
pub async fn settle_doubts(settling: Settling) -> Result<State, SettleError> {
    let Settling { cloud, drivers, environment, journal, clock, settings, secrets, run, command, display, stop } =
        settling;
    let hands = DriverHands { cloud, drivers, environment, run: run.clone(), secrets };
    Settler { hands: &hands, journal: &*journal, clock: &*clock, settings: &settings, run: &run, display, stop }
        .settle(command)
        .await
}

/// The same without its cloud.
pub struct Settler<'a> {
    pub hands: &'a dyn Hands,
    pub journal: &'a dyn Journal,
    pub clock: &'a dyn Clock,
    pub settings: &'a Settings,
    pub run: &'a str,
    pub display: mpsc::UnboundedSender<Event>,
    pub stop: watch::Receiver<Stop>,
}

/// A doubt that is looked after.
struct Open {
    doubt: Doubt,
    /// What a deletion makes go, and whether the cloud said that it will do it.
    going: Option<String>,
    accepted: bool,
}

impl Open {
    /// It is gone.
    fn gone(&self, id: &str) -> Vec<Happening> {
        let subject = Subject::new(&self.doubt.address, self.doubt.kind, OperationWord::Delete);
        let accepted = (!self.accepted).then(|| subject.clone().accepted(id));
        accepted.into_iter().chain([subject.settled(id, BTreeMap::new())]).collect()
    }
}

impl Settler<'_> {
    /// See [`settle_doubts`].
    pub async fn settle(mut self, command: CommandWord) -> Result<State, SettleError> {
        let mut state = fold(&self.journal.events().await?)?;
        let known = state.known();
        let mut parents = stubs(&known);
        let now = self.clock.now_ms();
        let (mut waiting, mut first) = (Vec::new(), Vec::new());
        for doubt in known.doubts {
            // A destroy deletes again; what a deploy finds must not go while it is counted on.
            if doubt.operation == OperationWord::Delete && command == CommandWord::Deploy {
                continue;
            }
            let twice = doubt.kind.spec().can_act_twice || command == CommandWord::Destroy;
            let until = self.until(&doubt);
            // What is only waited for was never sent, and cannot act.
            let sent = doubt.kind.spec().settles != Settles::InStages;
            if doubt.operation != OperationWord::Create || until <= now || !sent {
                let new = settled(&state, &doubt, Finding::Past);
                // Two deletions at one address are two doubts that look alike.
                first.extend(new.into_iter().filter(|it| !first.contains(it)).collect::<Vec<_>>());
            } else if twice {
                let subject = Subject::new(&doubt.address, doubt.kind, doubt.operation);
                first.push(subject.looked(None, Finding::Awaited { until }));
                waiting.push(Open { doubt, going: None, accepted: false });
            }
        }
        if command == CommandWord::Deploy {
            for ((address, id), it) in &state.deletions {
                let (address, kind, since) = (address.clone(), it.kind, it.accepted_at.unwrap_or(it.since));
                let doubt = Doubt { address, kind, operation: OperationWord::Delete, since };
                let until = self.until(&doubt);
                let looked =
                    |finding| Subject::new(&doubt.address, kind, doubt.operation).looked(Some(id.clone()), finding);
                if until > now {
                    first.push(looked(Finding::Awaited { until }));
                    waiting.push(Open { doubt, going: Some(id.clone()), accepted: !it.in_doubt() });
                } else if it.in_doubt() {
                    first.push(looked(Finding::Past));
                }
            }
        }
        self.append(&mut state, first).await?;
        let mut gap = Duration::from_secs(1);
        while !waiting.is_empty() {
            self.look(&mut state, &mut parents, &mut waiting).await?;
            let Some(last) = waiting.iter().map(|open| self.until(&open.doubt)).min() else { break };
            let left = Duration::from_millis(u64::try_from(last - self.clock.now_ms()).unwrap_or(0));
            tokio::select! {
                biased;
                stopped = self.stop.wait_for(|stop| *stop > Stop::Run) => if stopped.is_ok() {
                    return Err(SettleError::Interrupted);
                } else {
                    self.clock.sleep(gap.min(left)).await;
                },
                () = self.clock.sleep(gap.min(left)) => {}
            }
            gap = longer(gap);
        }
        Ok(state)
    }

    /// One look for all of them: what is found is taken up, and what had its time and is not there is no longer in doubt. Kinds
    /// follow each other so that what is found lets the next ones be told apart: an interface stands at its subnet's address.
    async fn look(
        &self,
        state: &mut State,
        parents: &mut Vec<Observed>,
        waiting: &mut Vec<Open>,
    ) -> Result<(), SettleError> {
        let kinds: BTreeSet<Kind> = waiting.iter().map(|open| open.doubt.kind).collect();
        let asked_at = self.clock.now_ms();
        let mut news = Vec::new();
        for kind in kinds {
            let shown = self.hands.list(kind, parents).await?;
            let ids: BTreeSet<String> = parents.iter().map(|it| it.id.clone()).collect();
            let there: BTreeSet<String> = shown.iter().map(|it| it.id.clone()).collect();
            let mut new: Vec<Observed> = shown.into_iter().filter(|it| !ids.contains(&it.id)).collect();
            waiting.retain(|open| {
                let doubt = &open.doubt;
                if doubt.kind != kind {
                    return true;
                }
                if let Some(id) = open.going.as_ref().filter(|id| !there.contains(*id)) {
                    news.extend(open.gone(id));
                    return false;
                }
                match new.iter().position(|it| it.address.as_ref() == Some(&doubt.address)) {
                    Some(place) if open.going.is_none() => {
                        let found = new.swap_remove(place);
                        news.push(outcome::found(&found, &doubt.address));
                        parents.push(found);
                        false
                    }
                    _ if self.until(doubt) <= asked_at => {
                        let finding = if open.going.is_some() { Finding::Past } else { Finding::Absent };
                        news.extend(settled(state, doubt, finding));
                        false
                    }
                    _ => true,
                }
            });
        }
        self.append(state, news).await
    }

    fn until(&self, doubt: &Doubt) -> i64 {
        doubt.since.saturating_add(millis(self.settings.doubt))
    }

    async fn append(&self, state: &mut State, what: Vec<Happening>) -> Result<(), SettleError> {
        if what.is_empty() {
            return Ok(());
        }
        for event in self.journal.append(self.clock.now_ms(), self.run, what).await? {
            state.apply(&event)?;
            // Nobody may be looking any more.
            let _ = self.display.send(event);
        }
        Ok(())
    }
}

/// It is no longer in doubt. A deletion is told by its id: two of them may be at one address.
fn settled(state: &State, doubt: &Doubt, finding: Finding) -> Vec<Happening> {
    let subject = Subject::new(&doubt.address, doubt.kind, doubt.operation);
    let looked = |id: Option<String>| subject.clone().looked(id, finding);
    if doubt.operation != OperationWord::Delete {
        return vec![looked(None)];
    }
    let at = state.deletions.iter().filter(|((address, _), it)| *address == doubt.address && it.since == doubt.since);
    at.filter(|(_, it)| it.in_doubt()).map(|((_, id), _)| looked(Some(id.clone()))).collect()
}

/// What the journal knows, as far as it leads to children and keys.
fn stubs(known: &Known) -> Vec<Observed> {
    let stub = |(address, it): (&crate::model::Address, &crate::event::KnownId)| Observed {
        kind: it.kind,
        id: it.id.clone(),
        address: Some(address.clone()),
        properties: Properties::new(),
        status: Status::Ready,
        bears_data: false,
        created_at: None,
        run: None,
        outputs: BTreeMap::new(),
    };
    known.ids.iter().map(stub).collect()
}
