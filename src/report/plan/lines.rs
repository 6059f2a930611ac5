//! What happens to which resource: a plan's steps read resource by resource, a replacement once, in the order of the display.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::OperationWord;
use crate::kind::Kind;
use crate::model::messages::report as m;
use crate::model::{Address, Message};
use crate::plan::{Item, Plan, Reason, Step, Work};

use super::super::look::Paint;

/// How many of each there are in a plan, counted by resources and not by requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Created, and nothing was there.
    pub create: usize,
    /// Changed in place.
    pub update: usize,
    /// Deleted and created.
    pub replace: usize,
    /// Deleted for good.
    pub delete: usize,
    /// Waited for.
    pub wait: usize,
    /// As they should be.
    pub unchanged: usize,
}

impl Counts {
    /// Counts a plan's resources.
    pub fn of(plan: &Plan) -> Self {
        let mut counts = Self { unchanged: plan.unchanged.len(), ..Self::default() };
        for line in lines(plan) {
            match line.what {
                What::Replace => counts.replace += 1,
                What::Delete => counts.delete += 1 + line.with,
                What::Update => counts.update += 1,
                What::Wait => counts.wait += 1,
                What::Create => counts.create += 1,
            }
        }
        counts
    }
}

/// What is done to which resource, once for each item of the plan's steps.
pub fn items(plan: &Plan) -> BTreeSet<(Address, OperationWord)> {
    let mut items = BTreeSet::new();
    for step in &plan.steps {
        let (address, operation) = match &step.work {
            Work::Create(batch) => {
                items.extend(batch.items.iter().map(|item| (item.address.clone(), OperationWord::Create)));
                continue;
            }
            Work::Update { address, .. } => (address, OperationWord::Update),
            Work::Delete { address, .. } => (address, OperationWord::Delete),
            Work::Wait { address, .. } => (address, OperationWord::Wait),
        };
        items.insert((address.clone(), operation));
    }
    items
}

/// What happens to one resource, in the order in which it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    Replace,
    Delete,
    Update,
    Wait,
    Create,
}

impl What {
    pub(super) const ALL: [Self; 5] = [Self::Replace, Self::Delete, Self::Update, Self::Wait, Self::Create];

    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Replace => "-/+",
            Self::Delete => "-",
            Self::Update => "~",
            Self::Wait => ".",
            Self::Create => "+",
        }
    }

    pub(super) fn paint(self) -> Paint {
        match self {
            Self::Replace | Self::Delete => Paint::Bad,
            Self::Update | Self::Wait => Paint::Care,
            Self::Create => Paint::Good,
        }
    }

    pub(super) fn head(self) -> &'static Message {
        match self {
            Self::Replace => &m::HEAD_REPLACE,
            Self::Delete => &m::HEAD_DELETE,
            Self::Update => &m::HEAD_UPDATE,
            Self::Wait => &m::HEAD_WAIT,
            Self::Create => &m::HEAD_CREATE,
        }
    }
}

/// One resource of the plan.
pub(super) struct Line<'a> {
    pub(super) what: What,
    pub(super) kind: Kind,
    pub(super) address: &'a Address,
    pub(super) reason: Option<&'a Reason>,
    /// The properties that it will have, for those that are made.
    pub(super) item: Option<&'a Item>,
    /// How many go with it without a request of their own.
    pub(super) with: usize,
    /// Whether it comes with something that this plan makes.
    pub(super) born: bool,
}

/// Every resource that something happens to, a replacement once.
pub(super) fn lines(plan: &Plan) -> Vec<Line<'_>> {
    let created: BTreeSet<&Address> = plan.steps.iter().flat_map(created).collect();
    let mut deleted = BTreeSet::new();
    for step in &plan.steps {
        if let Work::Delete { address, id: Some(_), with, .. } = &step.work {
            deleted.insert(address);
            deleted.extend(with.keys());
        }
    }
    let mut lines = Vec::new();
    for step in &plan.steps {
        let line = |what, kind, address| Line {
            what,
            kind,
            address,
            reason: step.reasons.get(address),
            item: None,
            with: 0,
            born: false,
        };
        match &step.work {
            Work::Create(batch) => lines.extend(batch.items.iter().map(|item| {
                let what = if deleted.contains(&item.address) { What::Replace } else { What::Create };
                Line { item: Some(item), ..line(what, batch.kind, &item.address) }
            })),
            Work::Update { address, kind, .. } => lines.push(line(What::Update, *kind, address)),
            Work::Wait { address, kind, .. } => lines.push(line(What::Wait, *kind, address)),
            Work::Delete { address, kind, with, id, .. } => {
                let duplicate = matches!(step.reasons.get(address), Some(Reason::Duplicate { .. }));
                if duplicate || !created.contains(address) {
                    let gone = with.keys().filter(|below| !created.contains(below)).count();
                    lines.push(Line { with: gone, born: id.is_none(), ..line(What::Delete, *kind, address) });
                }
            }
        }
    }
    // Kinds in the order in which they are made, and for deletions in that in which they go.
    let order: BTreeMap<Kind, usize> = Kind::all().enumerate().map(|(i, kind)| (kind, i)).collect();
    let place = |line: &Line<'_>| match line.what {
        What::Delete => order.len() - order[&line.kind],
        _ => order[&line.kind],
    };
    lines.sort_by(|a, b| (a.what, place(a), a.address).cmp(&(b.what, place(b), b.address)));
    lines
}

fn created(step: &Step) -> impl Iterator<Item = &Address> {
    let items: &[Item] = if let Work::Create(batch) = &step.work { &batch.items } else { &[] };
    items.iter().map(|item| &item.address)
}
