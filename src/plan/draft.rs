//! Steps before they are batched: one for each thing that is done to one resource.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::graph::{Cycle, Graph};
use crate::kind::{Change, Kind, born_rules};
use crate::model::{Address, Properties};

use super::diff::{Verdict, Verdicts};
use super::going::Going;
use super::matching::{Matching, top};
use super::waits::Places;
use super::wanted::Wanted;
use super::{Difference, Item, Reason, Until};

/// One thing to do with one resource.
#[derive(Debug)]
pub(super) struct Draft {
    pub doing: Doing,
    /// The number of what is wanted there, where it is made, changed or waited for.
    pub wanted: Option<usize>,
    pub address: Address,
    pub kind: Kind,
    pub lane: Option<Address>,
    pub after: BTreeMap<Address, Until>,
    pub reason: Reason,
}

/// What is done.
#[derive(Debug)]
pub(super) enum Doing {
    Create(Item),
    Update { id: String, properties: Properties, differences: Vec<Difference> },
    Wait { id: String, properties: Properties },
    Delete { id: Option<String>, properties: Properties, with: BTreeMap<Address, String> },
}

impl Draft {
    fn new(address: &Address, kind: Kind, doing: Doing, reason: Reason) -> Self {
        let lane = kind.spec().exclusive.then(|| top(address));
        Self { doing, wanted: None, address: address.clone(), kind, lane, after: BTreeMap::new(), reason }
    }

    /// Whether it deletes something that exists before the plan.
    pub fn deletes_by_id(&self) -> bool {
        matches!(self.doing, Doing::Delete { id: Some(_), .. })
    }

    /// Lets it come after what is done to that address; the longer wait counts.
    pub fn wait_for(&mut self, address: &Address, until: Until) {
        let entry = self.after.entry(address.clone()).or_insert(until);
        *entry = (*entry).max(until);
    }
}

/// Creates, updates and waits for what is desired, and the deletes of born rules that are not.
pub(super) fn makes(wanted: &Wanted<'_>, matching: &Matching<'_>, verdicts: &Verdicts) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut brought = BTreeSet::new();
    for (place, &(address, resource)) in wanted.all.iter().enumerate() {
        if resource.kind == Kind::SecurityGroup && verdicts.of(place).is_some_and(Verdict::renews) {
            brought.extend(born_rules(address).into_iter().map(|(rule, _)| rule));
        }
    }
    for (place, &(address, resource)) in wanted.all.iter().enumerate() {
        let existing = matching.at[place].map(|number| matching.observed[number]);
        let (doing, reason) = match (verdicts.of(place), existing) {
            (None | Some(Verdict::Keep), _) => continue,
            (Some(Verdict::Wait(word)), Some(existing)) => {
                let (id, mut properties) = (existing.id.clone(), existing.properties.clone());
                // What is given once the cloud does not show.
                for property in resource.kind.spec().properties.iter().filter(|it| it.change == Change::Never) {
                    let given = resource.properties.get(property.name).map(|it| (property.name.to_owned(), it.clone()));
                    properties.extend(given);
                }
                (Doing::Wait { id, properties }, Reason::Unsettled(word.clone()))
            }
            (Some(Verdict::Update(differences)), Some(existing)) => {
                let (id, differences) = (existing.id.clone(), differences.clone());
                let reason = Reason::Differs(differences.clone());
                (Doing::Update { id, properties: (*resource.properties).clone(), differences }, reason)
            }
            (Some(verdict), _) => {
                if brought.contains(address) {
                    continue;
                }
                let reason = if let Verdict::Replace(reason) = verdict { reason.clone() } else { Reason::Missing };
                let bears_data = resource.bears_data || resource.kind.bears_data_at(address);
                let (address, properties, brings) =
                    (address.clone(), Arc::clone(&resource.properties), BTreeSet::new());
                let mut item = Item { address, properties, brings, bears_data };
                if resource.kind == Kind::SecurityGroup {
                    for (rule, properties) in born_rules(&item.address) {
                        if wanted.number(&rule).is_some() {
                            item.brings.insert(rule);
                        } else {
                            drafts.push(unwanted_birth(&item.address, &rule, properties));
                        }
                    }
                }
                (Doing::Create(item), reason)
            }
        };
        drafts.push(Draft { wanted: Some(place), ..Draft::new(address, resource.kind, doing, reason) });
    }
    drafts
}

/// The delete of a rule that a new group brings with it and nobody wants.
fn unwanted_birth(group: &Address, rule: &Address, properties: Properties) -> Draft {
    let doing = Doing::Delete { id: None, properties, with: BTreeMap::new() };
    let mut draft = Draft::new(rule, Kind::SecurityGroupRule, doing, Reason::NotWanted);
    draft.wait_for(group, Until::Settled);
    draft
}

/// The deletes of what goes, except what goes along with another.
pub(super) fn deletes(matching: &Matching<'_>, going: &Going) -> Vec<Draft> {
    let mut with: BTreeMap<usize, BTreeMap<Address, String>> = BTreeMap::new();
    for (&carried, &carrier) in &going.carriers {
        let observed = matching.observed[carried];
        with.entry(carrier).or_default().insert(matching.names[carried].clone(), observed.id.clone());
    }
    let own = going.reasons.iter().filter(|(number, _)| !going.carriers.contains_key(number));
    own.map(|(&number, reason)| {
        let observed = matching.observed[number];
        let doing = Doing::Delete {
            id: Some(observed.id.clone()),
            properties: observed.properties.clone(),
            with: with.remove(&number).unwrap_or_default(),
        };
        let mut draft = Draft::new(&matching.names[number], observed.kind, doing, reason.clone());
        draft.lane = observed.kind.spec().exclusive.then(|| matching.root(number));
        draft
    })
    .collect()
}

/// The order of drafts; they go by their places in the list.
#[derive(Default)]
pub(super) struct Order {
    /// What each comes after, by address, and how far that must be.
    pub after: Vec<Vec<(usize, Until)>>,
    /// How many others come before each, on the longest way.
    pub levels: Vec<usize>,
}

impl Order {
    /// Finds the drafts that are waited for.
    pub fn of(drafts: &[Draft]) -> Result<Self, Cycle<Address>> {
        let places = places(drafts);
        let after: Vec<Vec<(usize, Until)>> = (drafts.iter().enumerate())
            .map(|(number, draft)| {
                let find = |address| places.find(address, number, draft.deletes_by_id());
                draft.after.iter().filter_map(|(address, &until)| Some((find(address)?, until))).collect()
            })
            .collect();
        let edges = after.iter().enumerate().flat_map(|(later, all)| all.iter().map(move |&(one, _)| (one, later)));
        let name = |number: usize| drafts[number].address.clone();
        match Graph::new(0..drafts.len(), edges) {
            Ok(graph) => Ok(Self { levels: graph.depths(), after }),
            Err(cycle) => Err(Cycle { edges: cycle.edges.into_iter().map(|(a, b)| (name(a), name(b))).collect() }),
        }
    }
}

/// Where the drafts of each address are.
fn places(drafts: &[Draft]) -> Places<'_> {
    let mut places = Places::default();
    for (number, draft) in drafts.iter().enumerate() {
        match draft.doing {
            Doing::Delete { .. } => places.deletes(&draft.address, number),
            _ => places.makes(&draft.address, number),
        }
    }
    places
}
