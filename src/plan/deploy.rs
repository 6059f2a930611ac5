//! The plan that makes everything desired exist.

use std::collections::BTreeMap;

use crate::desired::Desired;
use crate::event::Known;
use crate::kind::Kind;
use crate::model::Text;
use crate::model::messages::plan as m;
use crate::say;
use crate::snapshot::Snapshot;

use super::diff::{Verdict, Verdicts, verdicts};
use super::going::Going;
use super::matching::{Matching, Standing};
use super::preflight::preflight;
use super::wanted::Wanted;
use super::{FORMAT, Goal, Plan, Reason, batches, draft, order, secrets, totals, unique};

/// What the user decided about a deploy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeployOptions {
    /// Whether resources that hold data may be replaced (`--replace-data`).
    pub replace_data: bool,
}

/// What is to be done so that everything desired exists and nothing else of the environment does, except what holds data or
/// cannot be told.
pub fn deploy(desired: &Desired, snapshot: &Snapshot, known: &Known, options: &DeployOptions) -> Plan {
    let filled = secrets::filled(desired, known);
    let desired = filled.as_ref();
    let wanted = Wanted::new(desired);
    let matching = Matching::new(snapshot, known, &wanted);
    let mut verdicts = verdicts(&wanted, &matching, *options, &snapshot.facts);
    let secrets = secrets::faults(&wanted, &matching, &verdicts, known);
    verdicts.faults.extend(secrets);
    let going = if verdicts.of(0).is_none() && !wanted.all.is_empty() {
        Going::default() // A circle: nothing was decided, so nothing goes.
    } else {
        going(&matching, &verdicts)
    };

    let mut drafts = draft::makes(&wanted, &matching, &verdicts);
    order::order_makes(&mut drafts, &wanted, &verdicts, &matching, &going);
    let mut deletes = draft::deletes(&matching, &going);
    order::order_deletes(&mut deletes, &verdicts, &matching, &going);
    drafts.append(&mut deletes);
    let order = ordered(&mut drafts, &wanted, &verdicts, &matching, &going).unwrap_or_else(|circle| {
        verdicts.faults.push(circle);
        drafts.clear(); // The fault refuses the plan; there is no order to show it in.
        draft::Order::default()
    });
    let steps = batches::steps(drafts, &order);

    // Maps are made of sorted lists at once, which is cheaper than one by one.
    let mut unchanged = Vec::new();
    let mut outputs = Vec::new();
    for (place, &(address, _)) in wanted.all.iter().enumerate() {
        let Some(verdict) = verdicts.of(place).filter(|verdict| !verdict.renews()) else { continue };
        let Some(observed) = matching.at[place].map(|number| matching.observed[number]) else { continue };
        let mut fields = observed.outputs.clone();
        fields.insert("id".to_owned(), observed.id.clone());
        outputs.push((address.clone(), fields));
        if *verdict == Verdict::Keep && !verdicts.refused.contains_key(&place) {
            unchanged.push((address.clone(), observed.id.clone()));
        }
    }
    verdicts.reported.sort_by(|a, b| (&a.address, &a.property).cmp(&(&b.address, &b.property)));
    let preflight = preflight(&steps, desired, &matching, &going, &snapshot.facts, verdicts.faults);
    let all = desired.resources.values().map(|resource| (resource.kind, &*resource.properties));
    Plan {
        format: FORMAT,
        environment: desired.environment.clone(),
        goal: Goal::Deploy,
        steps,
        unchanged: unchanged.into_iter().collect(),
        kept: going.kept,
        reported: verdicts.reported,
        limitations: desired.limitations.clone(),
        notes: desired.notes.clone(),
        totals: totals::totals(all, &snapshot.facts),
        preflight,
        outputs: outputs.into_iter().collect(),
        entry: desired.entry.clone(),
        secrets: desired.secrets.clone(),
    }
}

/// What is replaced, what nobody wants, and what of the latter stays.
fn going(matching: &Matching<'_>, verdicts: &Verdicts) -> Going {
    let mut replaced = BTreeMap::new();
    let mut unwanted = BTreeMap::new();
    let mut stays = BTreeMap::new();
    for number in 0..matching.observed.len() {
        match matching.standing[number] {
            Standing::Only => {
                match verdicts.of_observed(matching, number) {
                    Some(Verdict::Replace(reason)) => {
                        replaced.insert(number, reason.clone());
                    }
                    Some(_) => {
                        if let Some(why) = matching.wanted[number].and_then(|place| verdicts.refused.get(&place)) {
                            stays.insert(number, why.clone());
                        }
                    }
                    None if matching.bears_data(number) => {
                        stays.insert(number, say!(m::KEPT_NOT_WANTED));
                    }
                    // A run that does not wait for it leaves its word to one that does.
                    None if told_by_one_that_stays(matching, verdicts, number) => {
                        stays.insert(number, say!(m::KEPT_NOT_WANTED));
                    }
                    None => {
                        unwanted.insert(number, Reason::NotWanted);
                    }
                }
            }
            Standing::DoubleOf(kept) if matching.bears_data(number) => {
                let (address, kept) = (&matching.names[kept], &matching.observed[kept].id);
                stays.insert(number, say!(m::KEPT_DOUBLE, address = address, kept = kept));
            }
            Standing::DoubleOf(kept) => {
                unwanted.insert(number, Reason::Duplicate { kept: matching.observed[kept].id.clone() });
            }
            Standing::Unknown => {
                stays.insert(number, say!(m::KEPT_UNKNOWN));
            }
        }
    }
    Going::new(matching, replaced, unwanted, stays)
}

/// Whether it is a guest of a server that is wanted and not replaced.
fn told_by_one_that_stays(matching: &Matching<'_>, verdicts: &Verdicts, number: usize) -> bool {
    let stays = |server: usize| verdicts.of_observed(matching, server).is_some_and(|verdict| !verdict.renews());
    matching.observed[number].kind == Kind::Guest && matching.by_property(number, "server_id").any(stays)
}

/// The drafts' order, with the waits for what is unique if they close no circle. A circle without them is a fault.
fn ordered(
    drafts: &mut [draft::Draft],
    wanted: &Wanted<'_>,
    verdicts: &Verdicts,
    matching: &Matching<'_>,
    going: &Going,
) -> Result<draft::Order, Text> {
    let waits = unique::order(drafts, wanted, verdicts, matching, going);
    let before: Vec<_> = waits.iter().map(|(number, _)| (*number, drafts[*number].after.clone())).collect();
    for (number, holder) in &waits {
        drafts[*number].wait_for(holder, super::Until::Settled);
    }
    if let Ok(order) = draft::Order::of(drafts) {
        return Ok(order);
    }
    for (number, after) in before {
        drafts[number].after = after;
    }
    draft::Order::of(drafts).map_err(|cycle| say!(m::CIRCLE, edges = cycle))
}
