//! Which step may start: everything before it is far enough, its lane is free, its service is not too busy; those with the
//! longest way before them first. It knows nothing of requests.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::event::{Durations, OperationWord};
use crate::graph::Graph;
use crate::kind::Kind;
use crate::model::{Address, Service};
use crate::plan::{Plan, Until, Work};

/// The plan's steps and how far they are. Steps are named by their position in the plan.
pub struct Schedule {
    nodes: Vec<Node>,
    ready: BTreeSet<(Reverse<u64>, usize)>,
    lanes: BTreeMap<Address, usize>,
    in_flight: BTreeMap<Service, usize>,
    limit: usize,
}

struct Node {
    kind: Kind,
    lane: Option<Address>,
    priority: u64,
    /// How many conditions are not met.
    blockers: usize,
    /// Who waits for one of this step's addresses, and how far.
    dependents: Vec<(usize, Address, Until)>,
    /// Items that have not come to an end: not settled, failed or skipped.
    open: BTreeSet<Address>,
    started: bool,
    answered: bool,
}

impl Schedule {
    /// Everything that is to be done, and for a plan that waits for itself why it cannot be, edge by edge.
    pub fn new(plan: &Plan, durations: &Durations, limit: usize) -> (Self, Option<String>) {
        let edges = edges(plan);
        let weight = |step: &usize| {
            let step = &plan.steps[*step];
            durations.whole(kind(&step.work), operation(&step.work))
        };
        let graph = Graph::new(0..plan.steps.len(), edges.iter().map(|edge| (edge.before, edge.after)));
        let (priorities, cycle) = match graph {
            Ok(graph) => (graph.remaining(weight), None),
            Err(cycle) => (vec![0; plan.steps.len()], Some(cycle.to_string())),
        };
        let mut nodes: Vec<Node> = (plan.steps.iter().zip(priorities))
            .map(|(step, priority)| Node {
                kind: kind(&step.work),
                lane: step.lane.clone(),
                priority,
                blockers: 0,
                dependents: Vec::new(),
                open: addresses(&step.work).into_iter().collect(),
                started: false,
                answered: false,
            })
            .collect();
        for edge in edges {
            nodes[edge.after].blockers += 1;
            nodes[edge.before].dependents.push((edge.after, edge.address, edge.until));
        }
        let free = nodes.iter().enumerate().filter(|(_, node)| node.blockers == 0);
        let ready = free.map(|(step, node)| (Reverse(node.priority), step)).collect();
        (Self { nodes, ready, lanes: BTreeMap::new(), in_flight: BTreeMap::new(), limit }, cycle)
    }

    /// The steps that may start now, marked as started: of each service no more than it takes at once, so that what is ready
    /// later and has a longer way before it never stands behind what was only earlier.
    pub fn start(&mut self, at_once: impl Fn(Service) -> usize) -> Vec<usize> {
        let mut starting = Vec::new();
        for &(_, step) in &self.ready {
            let node = &self.nodes[step];
            let service = node.kind.spec().service;
            let busy = self.in_flight.entry(service).or_default();
            let lane_is_free = node.lane.as_ref().is_none_or(|lane| !self.lanes.contains_key(lane));
            if *busy < self.limit.min(at_once(service)) && lane_is_free {
                *busy += 1;
                if let Some(lane) = &node.lane {
                    self.lanes.insert(lane.clone(), step);
                }
                starting.push(step);
            }
        }
        for step in &starting {
            self.ready.remove(&(Reverse(self.nodes[*step].priority), *step));
            self.nodes[*step].started = true;
        }
        starting
    }

    /// The step's request has been answered: another one may go to that service, and those that only wanted this may start.
    pub fn answered(&mut self, step: usize) {
        if self.nodes[step].answered {
            return;
        }
        self.nodes[step].answered = true;
        if self.nodes[step].started
            && let Some(busy) = self.in_flight.get_mut(&self.nodes[step].kind.spec().service)
        {
            *busy = busy.saturating_sub(1);
        }
        let waiting = self.nodes[step].dependents.iter().filter(|(_, _, until)| *until == Until::Answered);
        for dependent in waiting.map(|(dependent, _, _)| *dependent).collect::<Vec<_>>() {
            self.unblock(dependent);
        }
    }

    /// An item has settled.
    pub fn settled(&mut self, step: usize, address: &Address) {
        for dependent in self.close(step, address) {
            self.unblock(dependent);
        }
    }

    /// An item has failed or was skipped. Returns the steps that wanted it to settle; each is to be told by [`Self::unblock`]
    /// or by skipping its items.
    pub fn failed(&mut self, step: usize, address: &Address) -> Vec<usize> {
        self.close(step, address)
    }

    /// One condition of the step is met, or no longer matters.
    pub fn unblock(&mut self, step: usize) {
        let node = &mut self.nodes[step];
        node.blockers = node.blockers.saturating_sub(1);
        if node.blockers == 0 && !node.started && !node.open.is_empty() {
            self.ready.insert((Reverse(node.priority), step));
        }
    }

    /// The items of a step that have not come to an end.
    pub fn open(&self, step: usize) -> &BTreeSet<Address> {
        &self.nodes[step].open
    }

    /// Whether everything has come to an end.
    pub fn finished(&self) -> bool {
        self.nodes.iter().all(|node| node.open.is_empty())
    }

    /// Takes an item off; frees the lane with the last one. Returns who wanted it to settle.
    fn close(&mut self, step: usize, address: &Address) -> Vec<usize> {
        if !self.nodes[step].open.remove(address) {
            return Vec::new();
        }
        if self.nodes[step].open.is_empty() {
            self.ready.remove(&(Reverse(self.nodes[step].priority), step));
            self.answered(step);
            self.lanes.retain(|_, holder| *holder != step);
        }
        let wanted = self.nodes[step].dependents.iter();
        wanted.filter(|(_, of, until)| of == address && *until == Until::Settled).map(|(step, _, _)| *step).collect()
    }
}

struct Edge {
    before: usize,
    after: usize,
    address: Address,
    until: Until,
}

/// Between steps.
fn edges(plan: &Plan) -> Vec<Edge> {
    let waits = plan.waits().into_iter().enumerate();
    let edges = waits.flat_map(|(after, waits)| {
        waits.into_iter().map(move |it| Edge { before: it.step.0, after, address: it.address, until: it.until })
    });
    edges.collect()
}

/// What a step works on.
pub fn kind(work: &Work) -> Kind {
    match work {
        Work::Create(batch) => batch.kind,
        Work::Update { kind, .. } | Work::Delete { kind, .. } | Work::Wait { kind, .. } => *kind,
    }
}

/// What a step does.
pub fn operation(work: &Work) -> OperationWord {
    match work {
        Work::Create(_) => OperationWord::Create,
        Work::Update { .. } => OperationWord::Update,
        Work::Delete { .. } => OperationWord::Delete,
        Work::Wait { .. } => OperationWord::Wait,
    }
}

/// The addresses of a step's own items.
pub fn addresses(work: &Work) -> Vec<Address> {
    match work {
        Work::Create(batch) => batch.items.iter().map(|item| item.address.clone()).collect(),
        Work::Update { address, .. } | Work::Delete { address, .. } | Work::Wait { address, .. } => {
            vec![address.clone()]
        }
    }
}
