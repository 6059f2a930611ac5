//! What follows from what happened.

use std::collections::BTreeMap;

use crate::cloud::CloudError;
use crate::driver::{Created, Gone, Progress, ReadyItem};
use crate::event::{Happening, OperationWord};
use crate::kind::Settles;
use crate::model::messages::execute as m;
use crate::model::{Address, Value};
use crate::plan::{Step, Work};
use crate::say;
use crate::snapshot::{Observed, Status};

use super::dispatcher::{Dispatcher, Halt};
use super::hands::Polled;
use super::note::Note;
use super::outcome::{self, Subject};
use super::outputs::Lacking;
use super::schedule::{addresses, kind};
use super::summary::Finish;

impl Dispatcher<'_> {
    /// One note.
    pub fn handle(&mut self, note: Note) {
        match note {
            Note::Answered(step) => self.answered(step),
            Note::Retried { address, kind, error, until } => {
                self.record.outcome(Happening::Retried { address, kind, error, until });
            }
            Note::Created { step, created, late } => {
                if let Some(item) = self.items.get_mut(&(step, created.address.clone())) {
                    item.late = item.late.max(late);
                }
                self.created(step, created);
            }
            Note::Searched { step, address, id, fault, found } => self.searched(step, &address, id, fault, found),
            Note::Updated { step, address } => {
                let Work::Update { id, kind, .. } = &self.plan.steps[step].work else { return };
                self.record.outcome(Subject::new(&address, *kind, OperationWord::Update).accepted(id));
                if kind.spec().settles == Settles::AtOnce {
                    self.settle(step, &address, OperationWord::Update, id, BTreeMap::new());
                } else {
                    self.wait(step, &address, OperationWord::Update, id);
                }
            }
            Note::Deleted { step, address, id, gone } => {
                let kind = kind(&self.plan.steps[step].work);
                self.record.outcome(Subject::new(&address, kind, OperationWord::Delete).accepted(&id));
                match gone {
                    Gone::Now => self.settle(step, &address, OperationWord::Delete, &id, BTreeMap::new()),
                    Gone::Later => self.wait(step, &address, OperationWord::Delete, &id),
                }
            }
            Note::Failed { step, address, operation, id, error, in_doubt } => {
                self.fail_at(step, &address, operation, id, error, in_doubt);
            }
            Note::Unsent { step, address } => {
                let subject = Subject::new(&address, kind(&self.plan.steps[step].work), OperationWord::Create);
                self.record.outcome(subject.failed(None, say!(m::NOT_SENT).to_string(), false));
                self.tally.skipped += 1;
                self.skip_dependents(step, &address);
            }
            Note::Seen(others) => self.look_for_other_writer(&others),
            Note::Polled { group, asked, answer } => {
                self.waiters.answered(&group, &asked, self.desk.clock.now_ms());
                self.polled(&asked, answer);
            }
        }
    }

    /// The step's request has been answered.
    pub fn answered(&mut self, step: usize) {
        let now = self.desk.clock.now_ms();
        for address in addresses(&self.plan.steps[step].work) {
            if let Some(item) = self.items.get_mut(&(step, address)) {
                item.answered.get_or_insert(now);
            }
        }
        self.schedule.answered(step);
    }

    fn created(&mut self, step: usize, created: Created) {
        let kind = kind(&self.plan.steps[step].work);
        let address = created.address.clone();
        let Some(item) = self.items.get(&(step, address.clone())) else { return };
        for happening in outcome::created(kind, &created) {
            self.record.outcome(happening);
        }
        self.outputs.created(kind, &created, item.properties.clone(), &self.desk.run);
        self.stands(step, created);
    }

    /// What was created or taken up goes its way.
    fn stands(&mut self, step: usize, created: Created) {
        let address = created.address;
        match created.status {
            Status::Ready => self.settle(step, &address, OperationWord::Create, &created.id, created.outputs),
            Status::Pending(_) => self.wait(step, &address, OperationWord::Create, &created.id),
            Status::Failed(fault) => self.in_error(step, &address, &created.id, fault),
        }
    }

    /// An item's operation has come to its good end.
    fn settle(
        &mut self,
        step: usize,
        address: &Address,
        operation: OperationWord,
        id: &str,
        outputs: BTreeMap<String, String>,
    ) {
        let work = &self.plan.steps[step].work;
        let kind = kind(work);
        if operation == OperationWord::Delete {
            self.outputs.gone(kind, address, id);
        } else {
            self.outputs.learned(address, &outputs);
        }
        self.record.outcome(Subject::new(address, kind, operation).settled(id, outputs));
        match work {
            // What was in ERROR is gone: once more. When the run ends instead, the next one makes it.
            Work::Create(batch) if operation == OperationWord::Delete => {
                let item = self.items.get_mut(&(step, address.clone()));
                if let Some(instead) = item.and_then(|item| item.instead.take()) {
                    return self.stands(step, instead);
                }
                let item = self.items.get(&(step, address.clone()));
                let bears_data = batch.items.iter().any(|it| it.address == *address && it.bears_data);
                if let Some(properties) = item.map(|item| item.properties.clone()) {
                    let again = ReadyItem { address: address.clone(), properties, bears_data };
                    self.mark_unsent(step, address);
                    self.launch_create(step, kind, vec![again]);
                }
                return;
            }
            Work::Delete { with, .. } => {
                for (address, id) in with {
                    let kind = crate::kind::Kind::of(address).unwrap_or(kind);
                    self.outputs.gone(kind, address, id);
                    let subject = Subject::new(address, kind, OperationWord::Delete);
                    self.record.outcome(subject.settled(id, BTreeMap::new()));
                }
            }
            Work::Create(_) | Work::Update { .. } | Work::Wait { .. } => {}
        }
        self.finish(step, address);
        self.tally.done += 1;
        self.schedule.settled(step, address);
    }

    /// What this run made is in ERROR: perhaps another one of ours holds its place. What stands below something else may be
    /// in ERROR because of that, so it is left to the next plan; so is what would only fail again.
    fn in_error(&mut self, step: usize, address: &Address, id: &str, fault: String) {
        let work = &self.plan.steps[step].work;
        let kind = kind(work);
        let own_lane = self.plan.steps[step].lane.as_ref().is_none_or(|lane| lane == address);
        if self.halt.is_none() && matches!(work, Work::Create(_)) && own_lane && kind.spec().made_again {
            self.search(step, address, kind, id.to_owned(), fault);
        } else {
            self.fail(step, address, Some(id.to_owned()), fault, false);
        }
    }

    /// Away with what is in ERROR. Another one of ours takes its place where there is one; else it is made once more, a
    /// bounded number of times.
    fn searched(&mut self, step: usize, address: &Address, id: String, fault: String, found: Option<Created>) {
        let kind = kind(&self.plan.steps[step].work);
        let limit = self.desk.settings.remakes;
        match self.items.get_mut(&(step, address.clone())) {
            Some(item) if found.is_some() || (self.halt.is_none() && item.remakes < limit) => {
                let properties = item.properties.clone();
                self.record.outcome(Subject::new(address, kind, OperationWord::Create).failed(
                    Some(id.clone()),
                    fault,
                    false,
                ));
                match found {
                    Some(found) => {
                        for happening in outcome::created(kind, &found) {
                            self.record.outcome(happening);
                        }
                        self.outputs.created(kind, &found, properties.clone(), &self.desk.run);
                        item.instead = Some(found);
                    }
                    None => item.remakes += 1,
                }
                self.begin_delete(step, address, kind, id, properties);
            }
            _ => self.fail(step, address, Some(id), fault, false),
        }
    }

    /// An item cannot be tried: nothing gave what it needs.
    pub fn lacks(&mut self, step: usize, address: &Address, missing: &Lacking) {
        let subject = Subject::new(address, kind(&self.plan.steps[step].work), self.operation_of(step));
        self.tally.failed += 1;
        let words = match missing {
            Lacking::Output(of) => {
                self.record.outcome(subject.skipped(of));
                say!(m::NO_OUTPUT, address = of).to_string()
            }
            Lacking::Fingerprint(of) => {
                self.record.outcome(subject.skipped(address));
                say!(m::NO_SECRET, name = of.0).to_string()
            }
        };
        self.tally.failures.push((address.clone(), words));
        self.skip_dependents(step, address);
    }

    /// An item has failed at what its step does.
    fn fail(&mut self, step: usize, address: &Address, id: Option<String>, error: String, in_doubt: bool) {
        self.fail_at(step, address, self.operation_of(step), id, error, in_doubt);
    }

    fn fail_at(
        &mut self,
        step: usize,
        address: &Address,
        operation: OperationWord,
        id: Option<String>,
        error: String,
        in_doubt: bool,
    ) {
        let kind = kind(&self.plan.steps[step].work);
        self.record.outcome(Subject::new(address, kind, operation).failed(id, error.clone(), in_doubt));
        self.finish(step, address);
        self.tally.failed += 1;
        self.tally.failures.push((address.clone(), error));
        self.skip_dependents(step, address);
    }

    fn finish(&mut self, step: usize, address: &Address) {
        let end = self.desk.clock.now_ms();
        if let Some(item) = self.items.get(&(step, address.clone())) {
            let (begin, answered) = (item.begin, item.answered.unwrap_or(end));
            let operation = self.operation_of(step);
            self.tally.finishes.push(Finish { address: address.clone(), step, operation, begin, answered, end });
        }
    }

    /// Whatever wanted it to settle is not tried; of a batch, the items that refer to it, or all when none does.
    fn skip_dependents(&mut self, step: usize, because: &Address) {
        let mut failed = vec![(step, because.clone())];
        while let Some((step, address)) = failed.pop() {
            for dependent in self.schedule.failed(step, &address) {
                for skipped in concerned(&self.plan.steps[dependent], &address) {
                    if !self.schedule.open(dependent).contains(&skipped) {
                        continue;
                    }
                    let work = &self.plan.steps[dependent].work;
                    let subject = Subject::new(&skipped, kind(work), self.operation_of(dependent));
                    self.record.outcome(subject.skipped(because));
                    self.tally.skipped += 1;
                    failed.push((dependent, skipped));
                }
                self.schedule.unblock(dependent);
            }
        }
    }

    fn polled(&mut self, asked: &[Address], answer: Result<Polled, CloudError>) {
        let (mut progress, others) = match answer {
            Ok(answer) => answer,
            Err(error) => return self.unreadable(asked, &error),
        };
        self.look_for_other_writer(&others);
        for address in asked {
            self.progressed(address, progress.remove(address));
        }
    }

    /// How one waiter is doing. An answer that does not name it says nothing.
    fn progressed(&mut self, address: &Address, progress: Option<Progress>) {
        let (now, settings) = (self.desk.clock.now_ms(), self.desk.settings.clone());
        let Some(waiter) = self.waiters.get_mut(address) else { return };
        if let Some(word) = waiter.news(progress.as_ref()) {
            self.record.outcome(Happening::Guest { address: address.clone(), word });
        }
        let (step, operation, id) = (waiter.step, waiter.operation, waiter.waiting.id.clone());
        let in_stages = waiter.waiting.kind.spec().settles == Settles::InStages;
        let deleting = operation == OperationWord::Delete;
        let stuck = |state: &str| say!(m::STUCK, state = state, seconds = settings.wait_limit.as_secs()).to_string();
        let failure = match progress {
            Some(Progress::Gone) if deleting => {
                self.waiters.remove(address);
                return self.settle(step, address, operation, &id, BTreeMap::new());
            }
            // A list may lag behind the answer to a creation.
            Some(Progress::Gone) => waiter.still("gone", now, settings.grace).then(|| say!(m::VANISHED).to_string()),
            Some(Progress::There(Status::Ready, outputs)) if !deleting => {
                self.waiters.remove(address);
                return self.settle(step, address, operation, &id, outputs);
            }
            Some(Progress::There(Status::Failed(fault), _)) if operation == OperationWord::Create => {
                self.waiters.remove(address);
                return self.in_error(step, address, &id, fault);
            }
            Some(Progress::There(Status::Failed(fault), _)) if !deleting => Some(fault),
            // It may have been in ERROR before, and stay in it until it is gone.
            Some(Progress::There(Status::Failed(fault), _)) => {
                waiter.still(&fault, now, settings.grace).then(|| say!(m::NOT_DELETED, state = fault).to_string())
            }
            // Every report begins anew, also one of the same stage.
            Some(Progress::There(Status::Pending(stage), _)) if in_stages => {
                let state = format!("{stage} {}", waiter.report());
                if waiter.still(&state, now, waiter.limit(settings.wait_limit)) {
                    return self.fell_silent(address, &stage);
                }
                None
            }
            Some(Progress::There(Status::Pending(state), _)) => {
                waiter.still(&state, now, settings.wait_limit).then(|| stuck(&state))
            }
            Some(Progress::There(Status::Ready, _)) => {
                waiter.still("ready", now, settings.wait_limit).then(|| stuck("there"))
            }
            None => waiter.still("unknown", now, settings.wait_limit).then(|| stuck("unknown")),
        };
        if let Some(error) = failure {
            self.waiters.remove(address);
            self.fail_at(step, address, operation, Some(id), error, false);
        }
    }

    /// It has said nothing new for too long: the last that can be learned of it is asked for, and told.
    fn fell_silent(&mut self, address: &Address, stage: &str) {
        let Some(waiter) = self.waiters.remove(address) else { return };
        let seconds = waiter.limit(self.desk.settings.wait_limit).as_secs();
        let heard = !waiter.report().is_empty();
        let said = if heard {
            say!(m::FELL_SILENT, stage = stage, seconds = seconds)
        } else {
            say!(m::NEVER_SAID, seconds = seconds)
        };
        self.ask_last_words(waiter, said);
    }

    /// The question got no answer, though it was asked more than once: patience, within a bound.
    fn unreadable(&mut self, asked: &[Address], error: &CloudError) {
        let (now, limit) = (self.desk.clock.now_ms(), self.desk.settings.conflict_limit);
        for address in asked {
            let Some(waiter) = self.waiters.get_mut(address) else { continue };
            let (step, operation, id) = (waiter.step, waiter.operation, waiter.waiting.id.clone());
            if waiter.still("unreadable", now, limit) {
                self.waiters.remove(address);
                let error = say!(m::UNREADABLE, seconds = limit.as_secs(), error = error).to_string();
                self.fail_at(step, address, operation, Some(id), error, false);
            }
        }
    }

    /// Something of ours that neither this run nor the history explains was made by another writer. Of two the later one
    /// yields, so that one of them goes on; where there can be only one, whoever did not make it.
    fn look_for_other_writer(&mut self, others: &[Observed]) {
        for other in others {
            let Some(run) = &other.run else { continue };
            let unique = !other.kind.spec().can_act_twice;
            // The id of what can be there only once is a name, which says nothing of who made it.
            let explained = self.explained.contains(&other.id) && !unique;
            let foreign = **run != *self.desk.run && !self.desk.earlier.runs.contains(run) && !explained;
            let yields = **run < *self.desk.run || unique;
            if foreign && yields && self.halt.is_none() {
                let address = other.address.clone().unwrap_or_else(|| Address::new(other.kind.spec().word, &other.id));
                self.halt = Some(Halt::OtherWriter { run: run.clone(), address, id: other.id.clone() });
            }
        }
    }

    fn mark_unsent(&mut self, step: usize, address: &Address) {
        if let Some(item) = self.items.get_mut(&(step, address.clone())) {
            item.sent = false;
        }
    }
}

/// The items of a step that cannot be done without that address.
fn concerned(step: &Step, address: &Address) -> Vec<Address> {
    if let Work::Create(batch) = &step.work {
        let refers = |value: &Value| value.references().contains(address);
        let direct = batch.items.iter().filter(|item| item.properties.values().any(refers));
        let direct: Vec<Address> = direct.map(|item| item.address.clone()).collect();
        if !direct.is_empty() {
            return direct;
        }
    }
    addresses(&step.work)
}
