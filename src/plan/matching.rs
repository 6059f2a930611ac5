//! Which observed resource stands at which address, which are doubles, and who refers to whom on the cloud.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::event::Known;
use crate::kind::{Kind, METADATA_DATA};
use crate::model::{Address, Properties, Value};
use crate::snapshot::{Observed, Snapshot, Status};

use super::wanted::Wanted;

/// How an observed resource relates to the address that it claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is the one at its address.
    Only,
    /// Another one, with this number, is the one at its address.
    DoubleOf(usize),
    /// Its address cannot be told.
    Unknown,
}

/// What is observed, in an order that does not depend on the snapshot's.
pub(super) struct Matching<'a> {
    /// The resources; every number below is a place in this list.
    pub observed: Vec<&'a Observed>,
    /// What a plan calls each: its address, or, where that is taken or unknown, its kind's word and its id. Each stands once.
    pub names: Vec<Address>,
    /// How each relates to the address that it claims.
    pub standing: Vec<Standing>,
    /// What of the wanted each is, where it is the one at its address.
    pub wanted: Vec<Option<usize>>,
    /// Which is the one at each wanted one's address.
    pub at: Vec<Option<usize>>,
    /// What each refers to, and by which property. Never itself.
    pub refers: Vec<Vec<(&'a str, usize)>>,
    /// What refers to each, and by which property.
    pub referred: Vec<Vec<(&'a str, usize)>>,
}

impl<'a> Matching<'a> {
    /// Matches. Where the journal knows an id, its address counts: a changed name is a difference, not another resource.
    pub fn new(snapshot: &'a Snapshot, known: &Known, wanted: &Wanted<'_>) -> Self {
        let mut observed: Vec<&Observed> = snapshot.resources.iter().collect();
        observed.sort_by(|a, b| (a.kind, &a.id, &a.address).cmp(&(b.kind, &b.id, &b.address)));
        observed.dedup_by(|a, b| (a.kind, &a.id) == (b.kind, &b.id));

        let remembered: BTreeMap<(Kind, &str), &Address> =
            known.ids.iter().map(|(address, known)| ((known.kind, known.id.as_str()), address)).collect();
        let claimed: Vec<Option<&Address>> = observed
            .iter()
            .map(|one| remembered.get(&(one.kind, one.id.as_str())).copied().or(one.address.as_ref()))
            .zip(&observed)
            .map(|(address, one)| address.filter(|address| Kind::of(address) == Some(one.kind)))
            .collect();

        let (refers, referred) = references(&observed);
        let used = used_by_servers(&observed, &refers, &referred);
        let mut standing = vec![Standing::Unknown; observed.len()];
        let mut at = vec![None; wanted.all.len()];
        let mut is_wanted = vec![None; observed.len()];
        let claims = claimed.iter().enumerate().filter_map(|(number, address)| Some(((*address)?, number)));
        let mut claims: Vec<(&Address, usize)> = claims.collect();
        claims.sort_unstable();
        for same in claims.chunk_by(|(a, _), (b, _)| a == b) {
            let usage = |n: usize| (used[n], !referred[n].is_empty());
            let best = same.iter().min_by_key(|&&(_, n)| preference(observed[n], usage(n)));
            let Some(&(address, kept)) = best else { continue };
            for &(_, number) in same {
                standing[number] = if number == kept { Standing::Only } else { Standing::DoubleOf(kept) };
            }
            is_wanted[kept] = wanted.number(address);
            if let Some(place) = is_wanted[kept] {
                at[place] = Some(kept);
            }
        }
        let names = (0..observed.len())
            .map(|number| match (standing[number], claimed[number]) {
                (Standing::Only, Some(address)) => address.clone(),
                _ => Address::new(observed[number].kind.spec().word, &observed[number].id),
            })
            .collect();
        Self { observed, names, standing, wanted: is_wanted, at, refers, referred }
    }

    /// Its address, where it can be told; a double has that of the one that it doubles.
    pub fn address(&self, number: usize) -> Option<&Address> {
        match self.standing[number] {
            Standing::Only => Some(&self.names[number]),
            Standing::DoubleOf(kept) => Some(&self.names[kept]),
            Standing::Unknown => None,
        }
    }

    /// The one at an address that nobody wants: no blueprint refers to any such, so it may take looking through all.
    pub fn named(&self, address: &Address) -> Option<usize> {
        (0..self.observed.len()).find(|&number| self.address(number) == Some(address))
    }

    /// Whether it holds data that outlives mistakes, as the cloud shows it.
    pub fn bears_data(&self, number: usize) -> bool {
        let one = self.observed[number];
        // One whose address cannot be told has another's: its kind decides.
        one.bears_data || one.kind.bears_data_at(&self.names[number])
    }

    /// It is marked as bearing data, and the cloud shows that it never ran: there is nothing to lose.
    pub fn never_ran(&self, number: usize) -> bool {
        says_data(&self.observed[number].properties) && !self.bears_data(number)
    }

    /// What it refers to by that property.
    pub fn by_property(&self, number: usize, property: &str) -> impl Iterator<Item = usize> {
        self.refers[number].iter().filter(move |(name, _)| *name == property).map(|&(_, to)| to)
    }

    /// The plan's name of what stands above all that it is part of: the load balancer of a member.
    pub fn root(&self, number: usize) -> Address {
        let mut root = number;
        // Bounded by the depth of addresses; the count guards against a cloud whose parents run in a circle.
        for _ in 0..4 {
            let parent =
                self.observed[root].kind.spec().parent.and_then(|property| self.by_property(root, property).next());
            match parent {
                Some(parent) => root = parent,
                None => break,
            }
        }
        top(&self.names[root])
    }
}

/// The top-level address of that one.
pub(super) fn top(address: &Address) -> Address {
    let mut top = address.clone();
    while let Some(parent) = top.parent() {
        top = parent;
    }
    top
}

/// Of two at one address the smaller one is kept: not in ERROR, used by a server at any distance (which then keeps its port),
/// referred to by others, older, smaller id.
fn preference(one: &Observed, used: (bool, bool)) -> impl Ord {
    let failed = matches!(one.status, Status::Failed(_));
    let created = one.created_at.as_deref();
    (failed, Reverse(used), created.is_none(), created, &one.id)
}

/// What servers that are not in ERROR need: what they refer to at any distance, with its parts (a group's rules, a router's
/// interfaces) and the interfaces in its subnets.
fn used_by_servers(observed: &[&Observed], refers: &References<'_>, referred: &References<'_>) -> Vec<bool> {
    let servers = observed.iter().enumerate().filter(|(_, one)| one.kind == Kind::Server);
    let works = |(number, one): (usize, &&Observed)| (!matches!(one.status, Status::Failed(_))).then_some(number);
    let mut queue: Vec<usize> = servers.filter_map(works).collect();
    let mut used = vec![false; observed.len()];
    while let Some(number) = queue.pop() {
        let needs = |&&(property, by): &&(&str, usize)| {
            let spec = observed[by].kind.spec();
            spec.parent == Some(property) || spec.kind == Kind::RouterInterface
        };
        for &(_, to) in refers[number].iter().chain(referred[number].iter().filter(needs)) {
            if !std::mem::replace(&mut used[to], true) {
                queue.push(to);
            }
        }
    }
    used
}

type References<'a> = Vec<Vec<(&'a str, usize)>>;

/// Ids of observed resources that stand in the properties of others, forwards and backwards.
fn references<'a>(observed: &[&'a Observed]) -> (References<'a>, References<'a>) {
    let ids: BTreeMap<&str, usize> = observed.iter().enumerate().rev().map(|(n, one)| (one.id.as_str(), n)).collect();
    let mut refers = vec![Vec::new(); observed.len()];
    let mut referred = vec![Vec::new(); observed.len()];
    let mut found = BTreeSet::new();
    for (number, one) in observed.iter().enumerate() {
        for (property, value) in &one.properties {
            if matches!(property.as_str(), "name" | "description" | "metadata" | "tags") {
                continue; // These are people's words and our own, never references.
            }
            found.clear();
            texts(value, &mut |text| {
                if let Some(&to) = ids.get(text).filter(|&&to| to != number) {
                    found.insert(to);
                }
            });
            for &to in &found {
                refers[number].push((property.as_str(), to));
                referred[to].push((property.as_str(), number));
            }
        }
    }
    (refers, referred)
}

/// Whether observed properties are those of a server that is marked as bearing data.
pub(super) fn says_data(properties: &Properties) -> bool {
    match properties.get("metadata") {
        Some(Value::Map(metadata)) => metadata.get(METADATA_DATA).and_then(Value::as_text) == Some("true"),
        _ => false,
    }
}

fn texts<'a>(value: &'a Value, each: &mut impl FnMut(&'a str)) {
    match value {
        Value::Text(text) => each(text),
        Value::List(items) => items.iter().for_each(|item| texts(item, each)),
        Value::Map(map) => map.values().for_each(|item| texts(item, each)),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Output(_)
        | Value::Secret(_)
        | Value::Fingerprint(_)
        | Value::Composed(_) => {}
    }
}
