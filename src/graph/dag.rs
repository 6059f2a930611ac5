//! The graph itself, on petgraph.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};

use super::Cycle;

/// A directed graph without cycles. Nodes are numbered from 0 in the order of their keys; every `Vec` below follows that.
#[derive(Clone, Debug)]
pub struct Graph<K> {
    inner: DiGraph<K, (), usize>,
    order: Vec<usize>,
}

impl<K: Ord + Clone> Graph<K> {
    /// From nodes and edges (before, after), in any order. Repetitions do not matter, and the ends of an edge are nodes
    /// whether or not they are listed.
    pub fn new(nodes: impl IntoIterator<Item = K>, edges: impl IntoIterator<Item = (K, K)>) -> Result<Self, Cycle<K>> {
        let mut edges: Vec<(K, K)> = edges.into_iter().collect();
        edges.sort_unstable();
        edges.dedup();
        let mut keys: Vec<K> = nodes.into_iter().collect();
        keys.extend(edges.iter().flat_map(|(before, after)| [before.clone(), after.clone()]));
        keys.sort_unstable();
        keys.dedup();

        let position = |key: &K| NodeIndex::new(keys.partition_point(|other| other < key));
        let ends: Vec<_> = edges.iter().map(|(before, after)| (position(before), position(after))).collect();
        let mut inner = DiGraph::with_capacity(keys.len(), ends.len());
        for key in keys {
            inner.add_node(key);
        }
        for (before, after) in ends {
            inner.add_edge(before, after, ());
        }
        let mut graph = Self { inner, order: Vec::new() };
        graph.order = graph.ready_order();
        if graph.order.len() == graph.len() { Ok(graph) } else { Err(graph.cycle()) }
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.inner.node_count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key of the node with that number.
    ///
    /// # Panics
    /// When there is no such node.
    pub fn key(&self, node: usize) -> &K {
        &self.inner[NodeIndex::new(node)]
    }

    /// The number of the node with that key.
    pub fn index(&self, key: &K) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.key(middle).cmp(key) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// What must come after this node, directly.
    pub fn successors(&self, node: usize) -> impl Iterator<Item = usize> {
        self.inner.neighbors_directed(NodeIndex::new(node), Direction::Outgoing).map(NodeIndex::index)
    }

    /// What must come before this node, directly.
    pub fn predecessors(&self, node: usize) -> impl Iterator<Item = usize> {
        self.inner.neighbors_directed(NodeIndex::new(node), Direction::Incoming).map(NodeIndex::index)
    }

    /// All nodes, each after everything that comes before it; where nothing else decides, smaller keys first.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// How many edges the longest way to each node has: 0 for what is ready from the beginning.
    pub fn depths(&self) -> Vec<usize> {
        let mut depths = vec![0; self.len()];
        for &node in &self.order {
            depths[node] = self.predecessors(node).map(|before| depths[before] + 1).max().unwrap_or(0);
        }
        depths
    }

    /// The weight of the heaviest way from each node to an end, itself included: who has most before it goes first.
    pub fn remaining(&self, weight: impl Fn(&K) -> u64) -> Vec<u64> {
        let mut remaining = vec![0; self.len()];
        for &node in self.order.iter().rev() {
            let rest = self.successors(node).map(|after| remaining[after]).max().unwrap_or(0);
            remaining[node] = weight(self.key(node)).saturating_add(rest);
        }
        remaining
    }

    /// The heaviest way through the whole graph, from its first node to its last; the smaller key where two weigh the same.
    pub fn critical_path(&self, weight: impl Fn(&K) -> u64) -> Vec<&K> {
        let remaining = self.remaining(weight);
        let heaviest = |nodes: &mut dyn Iterator<Item = usize>| nodes.max_by_key(|&n| (remaining[n], Reverse(n)));
        let mut path = Vec::new();
        let mut next = heaviest(&mut (0..self.len()));
        while let Some(node) = next {
            path.push(self.key(node));
            next = heaviest(&mut self.successors(node));
        }
        path
    }

    /// Kahn's order, smallest ready key first. What is on a cycle or behind one is not in it.
    fn ready_order(&self) -> Vec<usize> {
        let mut waiting: Vec<usize> = (0..self.len()).map(|node| self.predecessors(node).count()).collect();
        let mut ready: BinaryHeap<Reverse<usize>> =
            (0..self.len()).filter(|&node| waiting[node] == 0).map(Reverse).collect();
        let mut order = Vec::with_capacity(self.len());
        while let Some(Reverse(node)) = ready.pop() {
            order.push(node);
            for after in self.successors(node) {
                waiting[after] -= 1;
                if waiting[after] == 0 {
                    ready.push(Reverse(after));
                }
            }
        }
        order
    }

    /// One cycle of a graph that has one. Every node that the ready order lacks has another such node before it, so going
    /// backwards among them must come round.
    fn cycle(&self) -> Cycle<K> {
        let mut stuck = vec![true; self.len()];
        for &node in &self.order {
            stuck[node] = false;
        }
        let mut seen = vec![None; self.len()];
        let mut way = Vec::new();
        let mut next = stuck.iter().position(|&stuck| stuck);
        while let Some(node) = next {
            if let Some(start) = seen[node] {
                way.drain(..start);
                break;
            }
            seen[node] = Some(way.len());
            way.push(node);
            next = self.predecessors(node).filter(|&before| stuck[before]).min();
        }
        way.reverse();
        let smallest = (0..way.len()).min_by_key(|&place| way[place]).unwrap_or(0);
        way.rotate_left(smallest);
        let edges = (0..way.len()).map(|place| {
            let after = way[(place + 1) % way.len()];
            (self.key(way[place]).clone(), self.key(after).clone())
        });
        Cycle { edges: edges.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diamond() -> Graph<&'static str> {
        Graph::new(["lonely"], [("d", "z"), ("a", "c"), ("a", "d"), ("c", "z"), ("a", "c")]).expect("no cycle")
    }

    #[test]
    fn the_order_follows_edges_then_keys() {
        let graph = diamond();
        let order: Vec<_> = graph.order().iter().map(|&node| *graph.key(node)).collect();
        assert_eq!(order, ["a", "c", "d", "lonely", "z"]);
        assert_eq!(graph.depths(), [0, 1, 1, 0, 2]);
        assert_eq!((graph.index(&"d"), graph.index(&"e"), graph.len()), (Some(2), None, 5));
        assert_eq!(graph.successors(0).count(), 2, "an edge that stands twice is one");
    }

    #[test]
    fn the_heaviest_way_is_the_critical_path() {
        let graph = diamond();
        let weight = |key: &&str| match *key {
            "d" => 10,
            "lonely" => 11,
            _ => 1,
        };
        assert_eq!(graph.remaining(weight), [12, 2, 11, 11, 1]);
        assert_eq!(graph.critical_path(weight), [&"a", &"d", &"z"]);
        assert_eq!(graph.critical_path(|_| 1), [&"a", &"c", &"z"], "the smaller key where two weigh the same");
        assert!(Graph::<u8>::new([], []).expect("no cycle").critical_path(|_| 1).is_empty());
    }

    #[test]
    fn a_cycle_names_every_edge_and_nothing_else() {
        let edges = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "b"), ("d", "e"), ("e", "f")];
        let cycle = Graph::new([], edges).expect_err("a cycle");
        assert_eq!(cycle.edges, [("b", "c"), ("c", "d"), ("d", "b")]);
        assert_eq!(cycle.to_string(), "a cycle: b before c, c before d, d before b");
        let itself = Graph::new(["a"], [("a", "a")]).expect_err("a cycle");
        assert_eq!(itself.edges, [("a", "a")]);
    }

    #[test]
    fn a_long_chain_and_a_wide_fan_are_no_trouble() {
        let many = 100_000_u64;
        let chain = Graph::new(0..many, (1..many).map(|n| (n - 1, n))).expect("no cycle");
        assert_eq!(chain.remaining(|_| 2)[0], 2 * many);
        assert_eq!(chain.critical_path(|_| 1).len(), 100_000);
        let fan = Graph::new(0..many, (1..many).map(|n| (0, n))).expect("no cycle");
        assert_eq!(fan.depths().iter().sum::<usize>(), 99_999);
        let ring = Graph::new([], (0..many).map(|n| (n, (n + 1) % many))).expect_err("a cycle");
        assert_eq!(ring.edges.len(), 100_000);
    }
}
