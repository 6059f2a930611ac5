//! The error for a graph that runs in a circle.

use std::fmt;

/// A cycle, edge by edge: each pair's first must come before its second, and the last pair leads back to the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle<K> {
    /// The edges, starting at the smallest key; a single one when a node comes before itself.
    pub edges: Vec<(K, K)>,
}

impl<K: fmt::Display> fmt::Display for Cycle<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cycle: ")?;
        for (position, (before, after)) in self.edges.iter().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(f, "{comma}{before} before {after}")?;
        }
        Ok(())
    }
}

impl<K: fmt::Display + fmt::Debug> std::error::Error for Cycle<K> {}
