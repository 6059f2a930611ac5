//! The plan that makes everything desired exist.

use std::collections::BTreeMap;

use crate::desired::Desired;
use crate::event::Known;
use crate::kind::Kind;
use crate::model::messages::plan as m;
use crate::model::{Address, Text};
use crate::say;
use crate::snapshot::Snapshot;

use super::diff::{Verdict, Verdicts, verdicts};
use super::going::Going;
use super::matching::{Matching, Standing};
use super::preflight::preflight;
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
    let matching = Matching::new(snapshot, known);
    let filled = secrets::filled(desired, known);
    let desired = filled.as_ref();
    let mut verdicts = verdicts(desired, &matching, *options, &snapshot.facts);
    let secrets = secrets::faults(&matching, &verdicts, known);
    verdicts.faults.extend(secrets);
    let going = if verdicts.of.is_empty() && !desired.resources.is_empty() {
        Going::default() // A circle: nothing was decided, so nothing goes.
    } else {
        going(&matching, &verdicts)
    };

    let mut drafts = draft::makes(desired, &matching, &verdicts);
    order::order_makes(&mut drafts, desired, &verdicts, &matching, &going);
    let mut deletes = draft::deletes(&matching, &going);
    order::order_deletes(&mut deletes, &verdicts, &matching, &going);
    drafts.append(&mut deletes);
    let levels = levels(&mut drafts, &verdicts, &matching, &going).unwrap_or_else(|circle| {
        verdicts.faults.push(circle);
        drafts.clear(); // The fault refuses the plan; there is no order to show it in.
        Vec::new()
    });
    let steps = batches::steps(drafts, &levels);

    let stays = |address: &Address| {
        let verdict = verdicts.of.get(address)?;
        let number = *matching.at.get(address)?;
        (!matches!(verdict, Verdict::Create | Verdict::Replace(_))).then_some((verdict, matching.observed[number]))
    };
    let mut unchanged = BTreeMap::new();
    let mut outputs = BTreeMap::new();
    for address in desired.resources.keys() {
        let Some((verdict, observed)) = stays(address) else { continue };
        let mut fields = observed.outputs.clone();
        fields.insert("id".to_owned(), observed.id.clone());
        outputs.insert(address.clone(), fields);
        if *verdict == Verdict::Keep && !verdicts.refused.contains_key(address) {
            unchanged.insert(address.clone(), observed.id.clone());
        }
    }
    verdicts.reported.sort_by(|a, b| (&a.address, &a.property).cmp(&(&b.address, &b.property)));
    let preflight = preflight(&steps, desired, &matching, &going, &snapshot.facts, verdicts.faults);
    let all = desired.resources.values().map(|resource| (resource.kind, &resource.properties));
    Plan {
        format: FORMAT,
        environment: desired.environment.clone(),
        goal: Goal::Deploy,
        steps,
        unchanged,
        kept: going.kept,
        reported: verdicts.reported,
        limitations: desired.limitations.clone(),
        notes: desired.notes.clone(),
        totals: totals::totals(all, &snapshot.facts),
        preflight,
        outputs,
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
                let address = &matching.names[number];
                match verdicts.of.get(address) {
                    Some(Verdict::Replace(reason)) => {
                        replaced.insert(number, reason.clone());
                    }
                    Some(_) => {
                        if let Some(why) = verdicts.refused.get(address) {
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
    let stays = |server: usize| {
        let verdict = verdicts.of.get(&matching.names[server]);
        verdict.is_some_and(|verdict| !matches!(verdict, Verdict::Create | Verdict::Replace(_)))
    };
    matching.observed[number].kind == Kind::Guest && matching.by_property(number, "server_id").any(stays)
}

/// The drafts' levels, with the waits for what is unique if they close no circle. A circle without them is a fault.
fn levels(
    drafts: &mut [draft::Draft],
    verdicts: &Verdicts,
    matching: &Matching<'_>,
    going: &Going,
) -> Result<Vec<usize>, Text> {
    let waits = unique::order(drafts, verdicts, matching, going);
    let before: Vec<_> = waits.iter().map(|(number, _)| (*number, drafts[*number].after.clone())).collect();
    for (number, holder) in &waits {
        drafts[*number].wait_for(holder, super::Until::Settled);
    }
    if let Ok(levels) = draft::levels(drafts) {
        return Ok(levels);
    }
    for (number, after) in before {
        drafts[number].after = after;
    }
    draft::levels(drafts).map_err(|cycle| say!(m::CIRCLE, edges = cycle))
}
