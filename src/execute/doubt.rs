//! Looking for what a request whose answer was lost may have made.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::driver::{Created, ReadyItem};
use crate::kind::Kind;
use crate::snapshot::Observed;

use super::note::{Desk, Known};
use super::patience::longer;

/// What was found.
pub struct Looked {
    /// What exists, taken up.
    pub found: Vec<Created>,
    /// What does not.
    pub rest: Vec<ReadyItem>,
    /// What is known of the rest.
    pub absence: Absence,
}

/// What is known of what was not found.
pub enum Absence {
    /// It is not there, and what may still act has had its time.
    Certain,
    /// The run ends.
    Stopped,
    /// The cloud could not be asked: its words.
    Unreadable(String),
}

/// Looks for these, at growing intervals, until all are found or the time is over.
pub async fn look(desk: &Desk, kind: Kind, known: &Known, items: Vec<ReadyItem>, until: i64) -> Looked {
    let before: BTreeSet<&str> = known.iter().filter(|it| it.kind == kind).map(|it| it.id.as_str()).collect();
    let (mut found, mut rest) = (Vec::new(), items);
    let mut gap = Duration::from_secs(1);
    loop {
        let left = Duration::from_millis(u64::try_from(until - desk.clock.now_ms()).unwrap_or(0));
        if !desk.pause(gap.min(left)).await {
            return Looked { found, rest, absence: Absence::Stopped };
        }
        gap = longer(gap);
        let asked_at = desk.clock.now_ms();
        let answer = desk.hands.list(kind, known).await;
        if let Ok(observed) = &answer {
            let mut new = newest(&desk.run, &before, observed);
            let first = found.len();
            rest.retain(|item| match new.remove(&item.address).and_then(taken_up) {
                Some(it) => {
                    found.push(it);
                    false
                }
                None => true,
            });
            if kind == Kind::SecurityGroup && found.len() > first {
                bring(desk, known, observed, &mut found[first..]).await;
            }
        }
        if rest.is_empty() {
            return Looked { found, rest, absence: Absence::Certain };
        }
        if asked_at >= until {
            let absence = answer.map_or_else(|error| Absence::Unreadable(error.to_string()), |_| Absence::Certain);
            return Looked { found, rest, absence };
        }
    }
}

/// By address, what was not there before and no other run made; of two the one that is not in ERROR, then the oldest.
fn newest<'a>(
    run: &str,
    before: &BTreeSet<&str>,
    observed: &'a [Observed],
) -> BTreeMap<crate::model::Address, &'a Observed> {
    let ours = |it: &&Observed| it.run.as_deref().is_none_or(|made_by| made_by == run);
    let mut candidates: Vec<&Observed> =
        observed.iter().filter(|it| !before.contains(it.id.as_str())).filter(ours).collect();
    let failed = |it: &Observed| matches!(it.status, crate::snapshot::Status::Failed(_));
    candidates.sort_by_key(|it| std::cmp::Reverse((failed(it), it.created_at.clone(), it.id.clone())));
    candidates.into_iter().filter_map(|it| Some((it.address.clone()?, it))).collect()
}

/// As if a create had been answered with it.
pub fn taken_up(it: &Observed) -> Option<Created> {
    Some(Created {
        address: it.address.clone()?,
        id: it.id.clone(),
        status: it.status.clone(),
        outputs: it.outputs.clone(),
        brought: BTreeMap::new(),
        request_id: None,
        adopted: true,
    })
}

/// A group's answer would have named its own rules; a list of groups does not. Without an answer there are none: a step
/// that needs one then says that it is missing.
async fn bring(desk: &Desk, known: &Known, groups: &[Observed], found: &mut [Created]) {
    let mut known = known.to_vec();
    known.extend(groups.iter().filter(|group| found.iter().any(|it| it.id == group.id)).cloned());
    let rules = desk.hands.list(Kind::SecurityGroupRule, &known).await.unwrap_or_default();
    for (address, id) in rules.into_iter().filter_map(|rule| Some((rule.address?, rule.id))) {
        if let Some(group) = found.iter_mut().find(|group| address.is_below(&group.address)) {
            group.brought.insert(address, id);
        }
    }
}
