//! From the addresses in `after` to the steps that they mean: the one place where this is decided.
//!
//! An address has at most two steps: its delete, and what makes it be there (create, update or wait). A step that deletes
//! waits for the delete of the address named, where there is one, and else for the other; every other step the other way
//! round. So the create of a replacement waits for its own address's delete, and what refers to a replaced resource is deleted
//! before it and created after it. The delete of what a group brings with it (without an id) waits for the group's create.

use std::collections::BTreeMap;

use crate::model::Address;

use super::{Plan, StepId, Until, Work};

/// One thing that a step waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitsFor {
    /// The earlier step.
    pub step: StepId,
    /// The item of it.
    pub address: Address,
    /// How far it must be.
    pub until: Until,
}

impl Plan {
    /// What each step waits for, by its number, sorted by address. An address in `after` that no step means (a fault that
    /// [`super::check`] names) is not here.
    pub fn waits(&self) -> Vec<Vec<WaitsFor>> {
        let places = Places::of_steps(self);
        let waits = |(number, step): (usize, &super::Step)| {
            let after = step.after.iter().filter_map(|(address, until)| {
                let earlier = places.find(address, number, deletes_by_id(&step.work))?;
                Some(WaitsFor { step: StepId(earlier), address: address.clone(), until: *until })
            });
            after.collect()
        };
        self.steps.iter().enumerate().map(waits).collect()
    }
}

/// Whether this is the delete of something that exists before the plan.
pub(super) fn deletes_by_id(work: &Work) -> bool {
    matches!(work, Work::Delete { id: Some(_), .. })
}

/// Where the steps of each address are.
#[derive(Default)]
pub(super) struct Places<'a> {
    makes: BTreeMap<&'a Address, usize>,
    deletes: BTreeMap<&'a Address, usize>,
}

impl<'a> Places<'a> {
    /// Of a finished plan.
    pub fn of_steps(plan: &'a Plan) -> Self {
        let mut places = Self::default();
        for (number, step) in plan.steps.iter().enumerate() {
            match &step.work {
                Work::Create(batch) => batch.items.iter().for_each(|item| places.makes(&item.address, number)),
                Work::Update { address, .. } | Work::Wait { address, .. } => places.makes(address, number),
                Work::Delete { address, .. } => places.deletes(address, number),
            }
        }
        places
    }

    /// Notes a create, update or wait.
    pub fn makes(&mut self, address: &'a Address, number: usize) {
        self.makes.insert(address, number);
    }

    /// Notes a delete.
    pub fn deletes(&mut self, address: &'a Address, number: usize) {
        self.deletes.insert(address, number);
    }

    /// Which one the step `from` means by that address.
    pub fn find(&self, address: &Address, from: usize, from_deletes_by_id: bool) -> Option<usize> {
        let make = self.makes.get(address).copied().filter(|&number| number != from);
        let delete = self.deletes.get(address).copied().filter(|&number| number != from);
        if from_deletes_by_id { delete.or(make) } else { make.or(delete) }
    }
}
