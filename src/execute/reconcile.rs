//! What an observation tells the journal: what is there and was never heard of, what has settled meanwhile, what is gone. An
//! earlier run may have died before it could write it down, or somebody else has done it.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::{Condition, Finding, Happening, OperationWord, Standing, State, fold};
use crate::journal::Journal;
use crate::kind::Kind;
use crate::model::{Address, Service};
use crate::plan::{Plan, Work};
use crate::runtime::Clock;
use crate::snapshot::{Observed, Status};

use super::outcome::{self, Subject};
use super::settle::SettleError;

/// Writes down what the observation tells, where the plan has nothing to do: a run that carries a plan out does it itself.
pub async fn reconcile(
    plan: &Plan,
    observed: &[Observed],
    services: &BTreeSet<Service>,
    journal: &dyn Journal,
    clock: &dyn Clock,
    run: &str,
) -> Result<(), SettleError> {
    let told = told(&fold(&journal.events().await?)?, plan, observed, services);
    if !told.is_empty() {
        journal.append(clock.now_ms(), run, told).await?;
    }
    Ok(())
}

/// What an observation, and the plan that was made from it, tell the journal. What belongs to a service that the cloud does not have
/// today was not asked for.
pub fn told(state: &State, plan: &Plan, observed: &[Observed], services: &BTreeSet<Service>) -> Vec<Happening> {
    let mut told = Vec::new();
    let ids: BTreeSet<&str> = observed.iter().map(|it| it.id.as_str()).collect();
    let gone = |kind: Kind, id: &str| services.contains(&kind.spec().service) && !ids.contains(id);
    let mut known = BTreeSet::new();
    for (address, it) in state.resources.iter().filter(|(_, it)| it.condition != Condition::Deleted) {
        if let Some(id) = it.id.as_deref().filter(|id| gone(it.kind, id)) {
            known.insert(id);
            let subject = Subject::new(address, it.kind, OperationWord::Create);
            told.push(subject.looked(Some(id.to_owned()), Finding::Gone));
        }
    }
    for ((address, id), it) in state.deletions.iter().filter(|(_, it)| it.condition == Condition::Accepted) {
        if !known.contains(id.as_str()) && gone(it.kind, id) {
            told.push(Subject::new(address, it.kind, OperationWord::Delete).settled(id, BTreeMap::new()));
        }
    }
    // What is gone is told first: something else may stand at its address by now.
    let doomed = doomed(plan);
    for (address, it) in chosen(state, &doomed, observed) {
        told.extend(there(state.resources.get(address), plan, address, it, doomed.contains(it.id.as_str())));
    }
    told
}

/// What the plan deletes.
fn doomed(plan: &Plan) -> BTreeSet<&str> {
    let mut doomed = BTreeSet::new();
    for step in &plan.steps {
        if let Work::Delete { id, with, .. } = &step.work {
            doomed.extend(id.iter().chain(with.values()).map(String::as_str));
        }
    }
    doomed
}

/// By address the resource that stands there: of several one that stays, and of those the one that the journal knows.
fn chosen<'a>(state: &State, doomed: &BTreeSet<&str>, observed: &'a [Observed]) -> BTreeMap<&'a Address, &'a Observed> {
    let mut chosen: BTreeMap<&Address, &Observed> = BTreeMap::new();
    for it in observed {
        let Some(address) = &it.address else { continue };
        let known = state.resources.get(address).and_then(|standing| standing.id.as_deref());
        let rank = |it: &Observed| (!doomed.contains(it.id.as_str()), known == Some(it.id.as_str()));
        match chosen.get(address) {
            Some(other) if rank(other) >= rank(it) => {}
            _ => drop(chosen.insert(address, it)),
        }
    }
    chosen
}

/// What is to be said of something that is there.
fn there(standing: Option<&Standing>, plan: &Plan, address: &Address, it: &Observed, doomed: bool) -> Vec<Happening> {
    let settled = |operation: OperationWord| {
        let ready = it.status == Status::Ready;
        ready.then(|| Subject::new(address, it.kind, operation).settled(&it.id, it.outputs.clone()))
    };
    let found = || std::iter::once(outcome::found(it, address)).chain(settled(OperationWord::Create)).collect();
    match standing.filter(|standing| standing.condition != Condition::Deleted) {
        // Nobody knew whether it was made.
        Some(standing) if standing.operation == OperationWord::Create && standing.in_doubt() => found(),
        Some(standing) if standing.id.as_deref() == Some(it.id.as_str()) => match standing.condition {
            Condition::Accepted => settled(standing.operation).into_iter().collect(),
            Condition::Failed { .. } if plan.unchanged.contains_key(address) => found(),
            _ => Vec::new(),
        },
        _ if doomed => Vec::new(),
        _ => found(),
    }
}
