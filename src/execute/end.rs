//! The end of a run: what was not tried, the last event, and the summary.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::event::{Happening, Hop, OutcomeWord, Verdict, Verification};
use crate::model::Text;
use crate::model::messages::{execute as m, verify as v};
use crate::say;
use crate::verify::{Verify, until};

use super::dispatcher::{Dispatcher, Halt};
use super::hands::Hands;
use super::outcome::Subject;
use super::schedule::kind;
use super::settings::Stop;
use super::summary::{Summary, critical_path};

impl Dispatcher<'_> {
    /// Writes the last events and adds everything up.
    pub async fn close(mut self) -> Summary {
        let mut last = Vec::new();
        for (step, planned) in self.plan.steps.iter().enumerate() {
            for address in self.schedule.open(step) {
                let sent = self.items.get(&(step, address.clone())).is_some_and(|item| item.sent);
                if sent {
                    self.tally.unfinished += 1;
                } else {
                    let subject = Subject::new(address, kind(&planned.work), self.operation_of(step));
                    last.push(subject.skipped(address));
                    self.tally.skipped += 1;
                }
            }
        }
        let (mut outcome, mut exit_code, mut because) = self.verdict();
        let mut verification = None;
        if outcome == OutcomeWord::Done
            && let Some(verifier) = self.verifier.take()
        {
            match self.verified(&*verifier).await {
                Some(seen) => {
                    if seen.verdict() == Verdict::Fails {
                        let hop = seen.culprit().map_or_else(|| "internet".to_owned(), Hop::name);
                        (outcome, exit_code, because) = (OutcomeWord::Partly, PARTLY, Some(say!(v::FAILED, hop = hop)));
                    }
                    last.push(Happening::Verified { seen: seen.clone(), until: None });
                    verification = Some(seen);
                }
                None => {
                    (outcome, exit_code, because) = (OutcomeWord::Interrupted, INTERRUPTED, Some(say!(m::INTERRUPTED)));
                }
            }
        }
        last.push(Happening::Ended { outcome, exit_code, because: because.as_ref().map(Text::to_string) });
        let mut unrecorded = Vec::new();
        if let Err(error) = self.record.close(last).await {
            unrecorded = self.record.unrecorded();
            let ids: Vec<String> = unrecorded.iter().map(|(address, _, id)| format!("{address} ({id})")).collect();
            (outcome, exit_code) = (OutcomeWord::Partly, PARTLY);
            because = Some(if ids.is_empty() {
                say!(m::JOURNAL_FAILED, error = error)
            } else {
                say!(m::UNRECORDED, error = error, ids = ids.join(", "))
            });
        }
        let makespan = self.desk.clock.now_ms() - self.started_at;
        Summary {
            outcome,
            exit_code,
            makespan_ms: u64::try_from(makespan).unwrap_or_default(),
            critical_path: critical_path(self.plan, self.started_at, &self.tally.finishes),
            done: self.tally.done,
            failed: self.tally.failed,
            skipped: self.tally.skipped,
            unfinished: self.tally.unfinished,
            failures: self.tally.failures,
            statistics: self.desk.hands.statistics(),
            verification,
            because,
            unrecorded,
        }
    }

    /// Whether the service answers; it is asked again for a while. None where the user stops that.
    async fn verified(&mut self, verifier: &dyn Verify) -> Option<Verification> {
        let (outputs, clock) = (self.outputs.all().clone(), Arc::clone(&self.desk.clock));
        let (tell, mut told) = mpsc::unbounded_channel();
        let asking = until(verifier, &outputs, &*clock, move |seen, until| {
            // The receiver lives as long as this.
            let _ = tell.send((seen.clone(), until));
        });
        tokio::pin!(asking);
        let mut nobody_stops = false;
        loop {
            tokio::select! {
                biased;
                changed = self.stop.changed(), if !nobody_stops => {
                    nobody_stops = changed.is_err();
                    if *self.stop.borrow() > Stop::Run {
                        return None;
                    }
                }
                Some((seen, until)) = told.recv() => {
                    self.record.outcome(Happening::Verified { seen, until: Some(until) });
                    // What cannot be written now is written, or told of, at the end: nothing depends on it.
                    let _ = self.record.write().await;
                }
                seen = &mut asking => return Some(seen),
            }
        }
    }

    fn verdict(&self) -> (OutcomeWord, u8, Option<Text>) {
        let (failed, skipped) = (self.tally.failed, self.tally.skipped);
        match &self.halt {
            Some(Halt::Interrupted) => (OutcomeWord::Interrupted, INTERRUPTED, Some(say!(m::INTERRUPTED))),
            Some(Halt::Journal(error)) => (OutcomeWord::Partly, PARTLY, Some(say!(m::JOURNAL_FAILED, error = error))),
            Some(Halt::Impossible(text)) => (OutcomeWord::Partly, PARTLY, Some(text.clone())),
            Some(Halt::OtherWriter { run, address, id }) => {
                let name = &self.plan.environment.name;
                let text = say!(m::OTHER_WRITER, name = name, address = address, id = id, run = run);
                (OutcomeWord::Partly, PARTLY, Some(text))
            }
            None if failed + skipped == 0 => (OutcomeWord::Done, 0, None),
            None => (OutcomeWord::Partly, PARTLY, Some(say!(m::SOME_FAILED, failed = failed, skipped = skipped))),
        }
    }
}

const PARTLY: u8 = 4;
const INTERRUPTED: u8 = 130;

impl Summary {
    /// Of a run that could not begin.
    pub fn nothing(hands: &dyn Hands, because: Text) -> Self {
        Self {
            outcome: OutcomeWord::Partly,
            exit_code: PARTLY,
            makespan_ms: 0,
            critical_path: Vec::new(),
            done: 0,
            failed: 0,
            skipped: 0,
            unfinished: 0,
            failures: Vec::new(),
            statistics: hands.statistics(),
            verification: None,
            because: Some(because),
            unrecorded: Vec::new(),
        }
    }
}
