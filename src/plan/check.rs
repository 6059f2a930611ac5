//! The linter of plans: whatever made a plan, these hold for it. Tests look over every plan that they make, and so does the
//! command line before it carries one out.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::Graph;
use crate::kind::{Bulk, Kind};
use crate::model::messages::plan as m;
use crate::model::{Address, OutputRef, SignedUrl, Value};
use crate::say;

use super::batches::{MOST_BYTES, MOST_ITEMS, size};
use super::matching::{says_data, top};
use super::references::{outputs, signed};
use super::waits::{Places, WaitsFor, deletes_by_id};
use super::{Batch, Goal, Item, Plan, Reason, Step, Until, Work};

/// Everything that is wrong with the plan, in words; nothing for every plan that `plan/` makes.
pub fn check(plan: &Plan) -> Vec<String> {
    let mut faults = Vec::new();
    let places = Places::of_steps(plan);
    let waits = plan.waits();
    let mut seen = Seen::default();
    for (place, step) in plan.steps.iter().enumerate() {
        let number = step.id.0;
        if number != place {
            faults.push(say!(m::CHECK_ID, found = number, place = place).to_string());
        }
        if !addresses(step).eq(step.reasons.keys()) {
            faults.push(say!(m::CHECK_REASONS, step = place).to_string());
        }
        for address in step.after.keys() {
            if places.find(address, place, deletes_by_id(&step.work)).is_none() {
                faults.push(say!(m::CHECK_AFTER, step = place, address = address).to_string());
            }
        }
        seen.step(plan, place, step, &mut faults);
        lane(place, step, &mut faults);
        data(plan, place, step, &mut faults);
        if let Work::Create(batch) = &step.work {
            self::batch(place, batch, &mut faults);
        }
        references(plan, &places, place, step, &mut faults);
    }
    circle(plan, &waits, &mut faults);
    recreations(plan, &seen, &waits, &mut faults);
    faults
}

fn addresses(step: &Step) -> Box<dyn Iterator<Item = &Address> + '_> {
    match &step.work {
        Work::Create(batch) => Box::new(batch.items.iter().map(|item| &item.address)),
        Work::Update { address, .. } | Work::Delete { address, .. } | Work::Wait { address, .. } => {
            Box::new(std::iter::once(address))
        }
    }
}

/// Who does what to which address, so far.
#[derive(Default)]
struct Seen<'a> {
    makes: BTreeMap<&'a Address, usize>,
    deletes: BTreeMap<&'a Address, usize>,
    ids: BTreeMap<(Kind, &'a str), usize>,
}

impl<'a> Seen<'a> {
    fn step(&mut self, plan: &Plan, place: usize, step: &'a Step, faults: &mut Vec<String>) {
        let deletes = matches!(step.work, Work::Delete { .. });
        for address in addresses(step) {
            let done = if deletes { &mut self.deletes } else { &mut self.makes };
            if let Some(other) = done.insert(address, place) {
                faults.push(say!(m::CHECK_TWICE, step = place, address = address, other = other).to_string());
            }
            if plan.unchanged.contains_key(address) {
                faults.push(say!(m::CHECK_UNCHANGED, step = place, address = address).to_string());
            }
        }
        if let Work::Delete { address, id, kind, with, .. } = &step.work {
            let own = id.as_deref().map(|id| (address, *kind, id));
            let carried = with.iter().filter_map(|(address, id)| Some((address, Kind::of(address)?, id.as_str())));
            for (address, kind, id) in own.into_iter().chain(carried) {
                if let Some(other) = self.ids.insert((kind, id), place) {
                    faults.push(say!(m::CHECK_TWICE, step = place, address = address, other = other).to_string());
                }
            }
        }
    }
}

/// What goes one at a time has a lane, and what is made below one top-level address has that one's.
fn lane(place: usize, step: &Step, faults: &mut Vec<String>) {
    for address in addresses(step) {
        let exclusive = Kind::of(address).is_some_and(|kind| kind.spec().exclusive);
        // A delete's lane is that of what it stands below on the cloud, whose own address may not be told.
        let deletes = deletes_by_id(&step.work);
        let right = match &step.lane {
            Some(lane) => exclusive && lane.parent().is_none() && (deletes || *lane == top(address)),
            None => !exclusive,
        };
        if !right {
            faults.push(say!(m::CHECK_LANE, step = place, address = address).to_string());
        }
    }
}

/// A deploy deletes what holds data only to replace it, which the user allowed; a destroy only with the user's word.
fn data(plan: &Plan, place: usize, step: &Step, faults: &mut Vec<String>) {
    let Work::Delete { address, kind, properties, .. } = &step.work else { return };
    let bears = kind.bears_data_at(address) || says_data(properties);
    let replaced = || {
        let reason = step.reasons.get(address);
        matches!(reason, Some(Reason::Replaced(_) | Reason::Follows(_) | Reason::FailedBefore(_)))
    };
    let allowed = match plan.goal {
        Goal::Deploy => replaced(),
        // What never ran holds nothing.
        Goal::Destroy => matches!(step.reasons.get(address), Some(Reason::FailedBefore(_))),
        Goal::DestroyWithData => true,
    };
    if bears && !allowed {
        faults.push(say!(m::CHECK_DATA, step = place, address = address).to_string());
    }
}

fn batch(place: usize, batch: &Batch, faults: &mut Vec<String>) {
    let mut fault = |why: &str| faults.push(say!(m::CHECK_BATCH, step = place, why = why).to_string());
    if batch.items.is_empty() || batch.items.len() > MOST_ITEMS {
        fault("it makes nothing or more than one request may");
    }
    if batch.items.len() > 1 && batch.items.iter().map(size).sum::<usize>() > MOST_BYTES {
        fault("it is larger than a request may be");
    }
    if batch.items.iter().any(|item| Kind::of(&item.address) != Some(batch.kind)) {
        fault("it makes things of different kinds");
    }
    if !batch.items.is_sorted_by(|a, b| a.address < b.address) {
        fault("its items are not sorted");
    }
    let parents: BTreeSet<_> = batch.items.iter().map(|item| item.address.parent()).collect();
    match batch.kind.spec().bulk {
        Bulk::None if batch.items.len() > 1 => fault("its kind is made one at a time"),
        Bulk::SameParent if parents.len() > 1 => fault("its items stand below different parents"),
        Bulk::None | Bulk::SameParent | Bulk::Any => {}
    }
}

/// Whatever a request needs of others exists or is made before it.
fn references(plan: &Plan, places: &Places<'_>, place: usize, step: &Step, faults: &mut Vec<String>) {
    let mut one = |address: &Address, value: &Value| {
        let needed = outputs(Some(value)).into_iter().map(|OutputRef { address, field }| (address, field.as_str()));
        // A signed address is of something that has a name by then.
        let needed =
            needed.chain(signed(Some(value)).into_iter().flat_map(SignedUrl::needs).map(|needed| (needed, "id")));
        for (to, field) in needed {
            let exists = plan.outputs.get(to).is_some_and(|fields| fields.contains_key(field));
            if exists {
                continue;
            }
            // What a delete's place is does not count here: it makes nothing.
            let made = places.find(to, place, false).filter(|&at| !matches!(plan.steps[at].work, Work::Delete { .. }));
            if made.is_none() {
                faults.push(
                    say!(m::CHECK_REFERENCE, step = place, address = address, field = field, to = to).to_string(),
                );
            } else if step.after.get(to) != Some(&Until::Settled) {
                faults.push(say!(m::CHECK_EARLY, step = place, address = address, to = to).to_string());
            }
        }
    };
    match &step.work {
        Work::Create(batch) => {
            for Item { address, properties, .. } in &batch.items {
                for value in properties.values() {
                    one(address, value);
                }
            }
        }
        Work::Update { address, differences, .. } => {
            for difference in differences {
                one(address, &difference.should);
            }
        }
        Work::Delete { .. } | Work::Wait { .. } => {}
    }
}

fn circle(plan: &Plan, waits: &[Vec<WaitsFor>], faults: &mut Vec<String>) {
    let edges = waits.iter().enumerate().flat_map(|(later, waits)| waits.iter().map(move |wait| (wait.step.0, later)));
    if let Err(cycle) = Graph::new(0..plan.steps.len(), edges) {
        faults.push(say!(m::CHECK_CYCLE, edges = cycle).to_string());
    }
}

/// What is deleted and made again is made after it is gone, whether it is deleted itself or along with another.
fn recreations(plan: &Plan, seen: &Seen<'_>, waits: &[Vec<WaitsFor>], faults: &mut Vec<String>) {
    for (place, step) in plan.steps.iter().enumerate() {
        let Work::Delete { address, id: Some(_), with, .. } = &step.work else { continue };
        for address in std::iter::once(address).chain(with.keys()) {
            if let Some(&create) = seen.makes.get(address)
                && !comes_after(create, place, waits)
            {
                faults.push(say!(m::CHECK_RECREATE, step = create, address = address, other = place).to_string());
            }
        }
    }
}

/// Whether a step waits for another, itself or through others.
fn comes_after(later: usize, earlier: usize, waits: &[Vec<WaitsFor>]) -> bool {
    let mut seen = BTreeSet::from([later]);
    let mut queue = vec![later];
    while let Some(step) = queue.pop() {
        for wait in &waits[step] {
            if wait.step.0 == earlier {
                return true;
            }
            if seen.insert(wait.step.0) {
                queue.push(wait.step.0);
            }
        }
    }
    false
}
