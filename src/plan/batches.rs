//! From drafts to numbered steps: what is ready together and has a bulk form becomes one request.
//!
//! Only drafts of one level (the longest way from the beginning) that wait for the same steps are batched. So a batch waits
//! only for lower levels, which makes a cycle impossible, and no item waits for anything that it would not wait for alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::kind::{Bulk, Kind};
use crate::model::Address;

use super::draft::{Doing, Draft, Order};
use super::references::outputs;
use super::{Batch, Item, Reason, Step, StepId, Until, Work};

/// How many items one request makes at most.
pub(super) const MOST_ITEMS: usize = 32;
/// How large one request is at most; oslo's own limit is 114,688 bytes.
pub(super) const MOST_BYTES: usize = 64 * 1024;

/// An upper bound of what an item adds to a request's body: a reference becomes an id of 36 characters.
pub(super) fn size(item: &Item) -> usize {
    let references = outputs(item.properties.values()).len();
    // A value always serialises: it has no maps with keys that are not text.
    let json = serde_json::to_string(&item.properties).map_or(MOST_BYTES, |json| json.len());
    json + 32 * references + 2
}

/// What drafts must have in common to be made by one request.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Together {
    kind: Kind,
    parent: Option<Address>,
    after: Vec<(usize, Until)>,
}

/// Batches and numbers: steps come after what they wait for, then in the order of kinds, then by address.
pub(super) fn steps(drafts: Vec<Draft>, order: &Order) -> Vec<Step> {
    let groups = groups(&drafts, order);
    let kinds: BTreeMap<Kind, usize> = Kind::all().enumerate().map(|(place, kind)| (kind, place)).collect();
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let mut grouped: Vec<_> = groups
        .into_iter()
        .filter_map(|numbers| {
            let level = order.levels[*numbers.first()?];
            let members: Vec<Draft> = numbers.iter().filter_map(|&number| drafts[number].take()).collect();
            let first = members.first()?;
            let deletes = matches!(first.doing, Doing::Delete { .. });
            Some(((level, !deletes, kinds.get(&first.kind).copied(), first.address.clone()), members))
        })
        .collect();
    grouped.sort_by(|(a, _), (b, _)| a.cmp(b));
    grouped.into_iter().enumerate().filter_map(|(id, (_, members))| step(StepId(id), members)).collect()
}

/// The numbers of the drafts that go together, for each group by address.
fn groups(drafts: &[Draft], order: &Order) -> Vec<Vec<usize>> {
    let levels = &order.levels;
    let mut by_level: Vec<usize> = (0..drafts.len()).collect();
    by_level.sort_by_key(|&number| (levels[number], &drafts[number].address));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut before: Vec<BTreeMap<usize, Until>> = Vec::new();
    let mut group_of = vec![0; drafts.len()];
    for level in by_level.chunk_by(|a, b| levels[*a] == levels[*b]) {
        let mut together: BTreeMap<Together, Vec<usize>> = BTreeMap::new();
        let first_of_level = groups.len();
        for &number in level {
            let draft = &drafts[number];
            let bulk = if let Doing::Create(_) = draft.doing { draft.kind.spec().bulk } else { Bulk::None };
            let parent = match bulk {
                Bulk::None => {
                    groups.push(vec![number]);
                    continue;
                }
                Bulk::Any => None,
                Bulk::SameParent => draft.address.parent(),
            };
            let mut after: BTreeMap<usize, Until> = BTreeMap::new();
            for &(earlier, until) in &order.after[number] {
                let entry = after.entry(group_of[earlier]).or_insert(until);
                *entry = (*entry).max(until);
            }
            let after = essential(&after, &before);
            together.entry(Together { kind: draft.kind, parent, after }).or_default().push(number);
        }
        for numbers in together.into_values() {
            groups.extend(chunks(drafts, numbers));
        }
        for (group, numbers) in groups.iter().enumerate().skip(first_of_level) {
            let mut waits = BTreeMap::new();
            for &number in numbers {
                group_of[number] = group;
                for &(earlier, until) in &order.after[number] {
                    let entry = waits.entry(group_of[earlier]).or_insert(until);
                    *entry = (*entry).max(until);
                }
            }
            before.push(waits);
        }
    }
    groups
}

/// Without what the others wait for anyway.
fn essential(after: &BTreeMap<usize, Until>, before: &[BTreeMap<usize, Until>]) -> Vec<(usize, Until)> {
    let settled = after.iter().filter(|(_, until)| **until == Until::Settled);
    let implied: BTreeSet<usize> = settled
        .flat_map(|(&group, _)| before[group].iter().filter(|(_, until)| **until == Until::Settled).map(|(&g, _)| g))
        .collect();
    after.iter().filter(|(group, _)| !implied.contains(group)).map(|(&group, &until)| (group, until)).collect()
}

/// Cut to what one request may hold.
fn chunks(drafts: &[Draft], numbers: Vec<usize>) -> Vec<Vec<usize>> {
    let mut chunks: Vec<Vec<usize>> = Vec::new();
    let mut bytes = 0;
    for number in numbers {
        let more = if let Doing::Create(item) = &drafts[number].doing { size(item) } else { 0 };
        match chunks.last_mut() {
            Some(chunk) if chunk.len() < MOST_ITEMS && bytes + more <= MOST_BYTES => {
                chunk.push(number);
                bytes += more;
            }
            _ => {
                chunks.push(vec![number]);
                bytes = more;
            }
        }
    }
    chunks
}

/// One step; `None` only of no drafts.
fn step(id: StepId, members: Vec<Draft>) -> Option<Step> {
    let mut after: BTreeMap<Address, Until> = BTreeMap::new();
    let mut reasons: BTreeMap<Address, Reason> = BTreeMap::new();
    let mut items = Vec::new();
    let mut work = None;
    let mut lane = None;
    let mut batch_of = None;
    for draft in members {
        for (address, until) in draft.after {
            let entry = after.entry(address).or_insert(until);
            *entry = (*entry).max(until);
        }
        reasons.insert(draft.address.clone(), draft.reason);
        lane = draft.lane;
        let (address, kind) = (draft.address, draft.kind);
        match draft.doing {
            Doing::Create(item) => {
                batch_of = Some(kind);
                items.push(item);
            }
            Doing::Update { id, properties, differences } => {
                work = Some(Work::Update { address, id, kind, properties, differences });
            }
            Doing::Wait { id, properties } => work = Some(Work::Wait { address, id, kind, properties }),
            Doing::Delete { id, properties, with } => {
                work = Some(Work::Delete { address, id, kind, properties, with });
            }
        }
    }
    let work = work.or_else(|| Some(Work::Create(Batch { kind: batch_of?, items })))?;
    Some(Step { id, work, lane, after, reasons })
}
