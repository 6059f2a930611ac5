//! What of the observed goes, what goes along with it, and what stays because something that stays needs it.

use std::collections::{BTreeMap, VecDeque};

use crate::kind::Kind;
use crate::model::Text;
use crate::model::messages::plan as m;
use crate::say;

use super::matching::Matching;
use super::{Kept, Reason};

/// What goes and what stays, by the numbers of the matching.
#[derive(Default)]
pub(super) struct Going {
    /// What goes, and why.
    pub reasons: BTreeMap<usize, Reason>,
    /// What of these goes along with another one's deletion, without a request of its own: with the topmost such one.
    pub carriers: BTreeMap<usize, usize>,
    /// What stays although nobody asked for it, and why.
    pub kept: Vec<Kept>,
}

impl Going {
    /// `replaced` goes in any case; of `unwanted`, what `stays` refers to, at any distance, stays too.
    pub fn new(
        matching: &Matching<'_>,
        replaced: BTreeMap<usize, Reason>,
        mut unwanted: BTreeMap<usize, Reason>,
        mut stays: BTreeMap<usize, Text>,
    ) -> Self {
        let mut queue: VecDeque<usize> = stays.keys().copied().collect();
        while let Some(number) = queue.pop_front() {
            let used =
                matching.refers[number].iter().map(|&(_, to)| (to, say!(m::KEPT_USED, by = matching.names[number])));
            let told = words(matching, number).map(|word| (word, say!(m::KEPT_PART, of = matching.names[number])));
            for (to, why) in used.chain(told) {
                if unwanted.remove(&to).is_some() {
                    stays.insert(to, why);
                    queue.push_back(to);
                }
            }
        }
        keep_rules(matching, &mut unwanted, &mut stays);
        let mut reasons = replaced;
        reasons.append(&mut unwanted);
        let carriers = reasons.keys().filter_map(|&n| Some((n, carrier(matching, &reasons, n)?))).collect();
        let mut kept: Vec<Kept> = stays
            .into_iter()
            // That what they are about stays says all.
            .filter(|(number, _)| !matching.observed[*number].kind.is_word())
            .map(|(number, why)| {
                let observed = matching.observed[number];
                let address = matching.address(number).cloned();
                Kept { kind: observed.kind, address, id: observed.id.clone(), why }
            })
            .collect();
        kept.sort_by(|a, b| (a.kind, &a.address, &a.id).cmp(&(b.kind, &b.address, &b.id)));
        Self { reasons, carriers, kept }
    }

    /// The one whose request deletes it: itself, or what it goes along with.
    pub fn carrier(&self, number: usize) -> usize {
        self.carriers.get(&number).copied().unwrap_or(number)
    }
}

/// What is said of it: a guest's word, a container's claim. It is said once: whoever wants to know later needs it still.
fn words<'a>(matching: &'a Matching<'_>, of: usize) -> impl Iterator<Item = usize> + 'a {
    let said = |&&(property, by): &&(&str, usize)| {
        let spec = matching.observed[by].kind.spec();
        spec.kind.is_word() && spec.parent == Some(property)
    };
    matching.referred[of].iter().filter(said).map(|&(_, by)| by)
}

/// A group that stays works only with its rules. A rule that names a group that goes would go with that one.
fn keep_rules(matching: &Matching<'_>, unwanted: &mut BTreeMap<usize, Reason>, stays: &mut BTreeMap<usize, Text>) {
    let rules: Vec<(usize, Text)> = unwanted
        .keys()
        .filter(|&&number| matching.observed[number].kind == Kind::SecurityGroupRule)
        .filter(|&&number| matching.refers[number].iter().all(|(_, to)| !unwanted.contains_key(to)))
        .filter_map(|&number| {
            let group = matching.by_property(number, "security_group_id").find(|group| stays.contains_key(group))?;
            Some((number, say!(m::KEPT_PART, of = matching.names[group])))
        })
        .collect();
    for (number, why) in rules {
        unwanted.remove(&number);
        stays.insert(number, why);
    }
}

/// The topmost resource whose deletion takes this one with it.
fn carrier(matching: &Matching<'_>, reasons: &BTreeMap<usize, Reason>, number: usize) -> Option<usize> {
    let mut carrier = None;
    let mut at = number;
    // Bounded: a member goes with its pool, the pool with its balancer.
    for _ in 0..4 {
        let property = matching.observed[at].kind.spec().deleted_with;
        let Some(parent) = property.and_then(|p| matching.by_property(at, p).find(|to| reasons.contains_key(to)))
        else {
            break;
        };
        carrier = Some(parent);
        at = parent;
    }
    carrier
}
