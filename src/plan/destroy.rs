//! The plan that leaves nothing but data. It works from what the cloud shows, with the local state lost.

use std::collections::BTreeMap;

use crate::event::Known;
use crate::model::messages::plan as m;
use crate::say;
use crate::snapshot::{Snapshot, Status};

use super::diff::Verdicts;
use super::going::Going;
use super::matching::Matching;
use super::wanted::Wanted;
use super::{FORMAT, Goal, Plan, Preflight, Reason, batches, draft, order, totals};

/// What is to be done so that nothing of the environment is left; without `with_data` except what holds data and all that it
/// refers to.
pub fn destroy(snapshot: &Snapshot, known: &Known, with_data: bool) -> Plan {
    let matching = Matching::new(snapshot, known, &Wanted::default());
    let mut unwanted = BTreeMap::new();
    let mut stays = BTreeMap::new();
    for number in 0..matching.observed.len() {
        let reason = match &matching.observed[number].status {
            Status::Failed(why) if matching.never_ran(number) => Reason::FailedBefore(why.clone()),
            _ => Reason::Destroyed,
        };
        if matching.bears_data(number) && !with_data {
            stays.insert(number, say!(m::KEPT_DATA));
        } else {
            unwanted.insert(number, reason);
        }
    }
    let going = Going::new(&matching, BTreeMap::new(), unwanted, stays);
    let mut preflight = Preflight::default();
    let mut drafts = draft::deletes(&matching, &going);
    order::order_deletes(&mut drafts, &Verdicts::default(), &matching, &going);
    let order = draft::Order::of(&drafts).unwrap_or_else(|cycle| {
        preflight.faults.push(say!(m::CIRCLE, edges = cycle));
        drafts.clear(); // The fault refuses the plan; there is no order to show it in.
        draft::Order::default()
    });
    let left = (0..matching.observed.len()).filter(|number| !going.reasons.contains_key(number));
    let left = left.map(|number| (matching.observed[number].kind, &matching.observed[number].properties));
    Plan {
        format: FORMAT,
        environment: snapshot.environment.clone(),
        goal: if with_data { Goal::DestroyWithData } else { Goal::Destroy },
        steps: batches::steps(drafts, &order),
        unchanged: BTreeMap::new(),
        totals: totals::totals(left, &snapshot.facts),
        kept: going.kept,
        reported: Vec::new(),
        limitations: Vec::new(),
        notes: Vec::new(),
        preflight,
        outputs: BTreeMap::new(),
        entry: None,
        secrets: BTreeMap::new(),
    }
}
