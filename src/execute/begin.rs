//! Beginning a step: its references are filled in, its intention is written down, its request made ready.

use crate::driver::{ReadyChange, ReadyItem, Waiting};
use crate::event::OperationWord;
use crate::kind::Kind;
use crate::model::{Address, Properties, Value};
use crate::plan::{Batch, Difference, Work};

use super::create::Creation;
use super::delete::Deletion;
use super::dispatcher::{Dispatcher, Item, Launch};
use super::outcome::Subject;
use super::outputs::Lacking;
use super::schedule::{kind, operation};
use super::wait::Waiter;

impl Dispatcher<'_> {
    /// Begins a step that may start.
    pub fn begin(&mut self, step: usize) {
        let plan = self.plan;
        match &plan.steps[step].work {
            Work::Create(batch) => self.begin_create(step, batch),
            Work::Update { address, id, kind, properties, differences } => {
                let Some(properties) = self.resolve(step, address, properties) else { return };
                let detail = differences.iter().map(|it| it.property.as_str()).collect::<Vec<_>>().join(", ");
                let subject = Subject::new(address, *kind, OperationWord::Update);
                self.record.intent(subject.intended(Some(id.clone()), Some(detail)));
                let changed = top_level(differences);
                let change = ReadyChange { address: address.clone(), id: id.clone(), properties, changed };
                self.launches.push(Launch::Update { step, kind: *kind, known: self.outputs.known(), change });
            }
            Work::Delete { address, id, kind, properties, .. } => {
                let Some(properties) = self.resolve(step, address, properties) else { return };
                let id = id.clone().or_else(|| self.outputs.id(address).map(str::to_owned));
                match id {
                    Some(id) => self.begin_delete(step, address, *kind, id, properties),
                    None => self.lacks(step, address, &Lacking::Output(address.clone())),
                }
            }
            Work::Wait { address, id, kind, properties } => {
                if self.resolve(step, address, properties).is_some() {
                    let subject = Subject::new(address, *kind, OperationWord::Wait);
                    self.record.outcome(subject.accepted(id));
                    self.wait(step, address, OperationWord::Wait, id);
                    if let Some(item) = self.items.get_mut(&(step, address.clone())) {
                        item.sent = true;
                    }
                    self.answered(step);
                }
            }
        }
    }

    fn begin_create(&mut self, step: usize, batch: &Batch) {
        let mut items = Vec::new();
        for item in &batch.items {
            // Some may have been skipped.
            if !self.schedule.open(step).contains(&item.address) {
                continue;
            }
            if let Some(properties) = self.resolve(step, &item.address, &item.properties) {
                let (address, bears_data) = (item.address.clone(), item.bears_data);
                items.push(ReadyItem { address, properties, bears_data });
            }
        }
        if !items.is_empty() {
            self.launch_create(step, batch.kind, items);
        }
    }

    /// Writes the intentions down and makes the request ready.
    pub fn launch_create(&mut self, step: usize, kind: Kind, items: Vec<ReadyItem>) {
        for item in &items {
            self.record.intent(Subject::new(&item.address, kind, OperationWord::Create).intended(None, None));
        }
        self.launches.push(Launch::Create(Creation { step, kind, items, known: self.outputs.known() }));
    }

    /// Writes the intention down and makes the request ready.
    pub fn begin_delete(&mut self, step: usize, address: &Address, kind: Kind, id: String, properties: Properties) {
        self.record.intent(Subject::new(address, kind, OperationWord::Delete).intended(Some(id.clone()), None));
        let (address, known) = (address.clone(), self.outputs.known());
        self.launches.push(Launch::Delete(Deletion { step, address, kind, id, properties, known }));
    }

    /// Fills the references in; the item fails where one cannot be.
    fn resolve(&mut self, step: usize, address: &Address, properties: &Properties) -> Option<Properties> {
        let begin = self.desk.clock.now_ms();
        match self.outputs.resolve(properties) {
            Ok(properties) => {
                let properties_too = properties.clone();
                let item = Item {
                    properties: properties_too,
                    begin,
                    answered: None,
                    sent: false,
                    remakes: 0,
                    late: None,
                    instead: None,
                };
                self.items.insert((step, address.clone()), item);
                Some(properties)
            }
            Err(missing) => {
                self.lacks(step, address, &missing);
                None
            }
        }
    }

    /// From now on it is waited for.
    pub fn wait(&mut self, step: usize, address: &Address, operation: OperationWord, id: &str) {
        let kind = kind(&self.plan.steps[step].work);
        let Some(item) = self.items.get(&(step, address.clone())) else { return };
        let properties = item.properties.clone();
        let lane_id = self.lane_id(step, address, id, &properties);
        let waiting = Waiting { address: address.clone(), kind, id: id.to_owned(), lane_id, properties };
        let usual = self.durations.settling(kind, operation);
        self.waiters.add(Waiter::new(waiting, step, operation, self.desk.clock.now_ms(), usual));
    }

    /// The id of what the step's lane is named for.
    fn lane_id(&self, step: usize, address: &Address, id: &str, properties: &Properties) -> Option<String> {
        let lane = self.plan.steps[step].lane.as_ref()?;
        if lane == address {
            return Some(id.to_owned());
        }
        let parent = || properties.get("loadbalancer_id").and_then(Value::as_text);
        self.outputs.id(lane).or_else(parent).map(str::to_owned)
    }

    /// What the step does to its items.
    pub fn operation_of(&self, step: usize) -> OperationWord {
        operation(&self.plan.steps[step].work)
    }
}

/// The table's names of what differs.
fn top_level(differences: &[Difference]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for difference in differences {
        let name = difference.property.split('.').next().unwrap_or(&difference.property);
        if names.iter().all(|known| known != name) {
            names.push(name.to_owned());
        }
    }
    names
}
