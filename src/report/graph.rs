//! What refers to what, as DOT (Graphviz) and Mermaid. An arrow leads from what comes first to what needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::desired::Desired;
use crate::kind::Kind;
use crate::model::{Address, Value};
use crate::plan::{Plan, Work};

use super::words;

/// Nodes and arrows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    nodes: BTreeMap<Address, String>,
    arrows: BTreeSet<(Address, Address)>,
}

impl Picture {
    /// What should exist, and which of it refers to which.
    pub fn of_desired(desired: &Desired) -> Self {
        let mut picture = Self::default();
        for (address, resource) in &desired.resources {
            picture.nodes.insert(address.clone(), label(resource.kind, address));
            let references = resource.properties.values().flat_map(Value::references);
            for before in references.chain(address.parent()) {
                if desired.resources.contains_key(&before) {
                    picture.arrows.insert((before, address.clone()));
                }
            }
        }
        picture
    }

    /// A plan's resources, and which of them waits for which.
    pub fn of_plan(plan: &Plan) -> Self {
        let mut picture = Self::default();
        for step in &plan.steps {
            let of: Vec<(Kind, &Address)> = match &step.work {
                Work::Create(batch) => batch.items.iter().map(|item| (batch.kind, &item.address)).collect(),
                Work::Update { address, kind, .. }
                | Work::Delete { address, kind, .. }
                | Work::Wait { address, kind, .. } => vec![(*kind, address)],
            };
            for (kind, address) in of {
                picture.nodes.insert(address.clone(), label(kind, address));
                let before = step.after.keys().filter(|before| *before != address);
                picture.arrows.extend(before.map(|before| (before.clone(), address.clone())));
            }
        }
        picture
    }

    /// For Graphviz: `dot -Tsvg`.
    pub fn dot(&self) -> String {
        let mut out = String::from("digraph gureum {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n");
        for (address, label) in &self.nodes {
            let label = quoted(label).replace('\n', "\\n");
            writeln!(out, "  \"{}\" [label=\"{label}\"];", quoted(address.as_str())).expect(INFALLIBLE);
        }
        for (before, after) in &self.arrows {
            writeln!(out, "  \"{}\" -> \"{}\";", quoted(before.as_str()), quoted(after.as_str())).expect(INFALLIBLE);
        }
        out.push_str("}\n");
        out
    }

    /// For Mermaid: Markdown viewers draw it.
    pub fn mermaid(&self) -> String {
        let mut out = String::from("flowchart LR\n");
        let numbers: BTreeMap<&Address, usize> = self.nodes.keys().zip(0..).collect();
        for (address, label) in &self.nodes {
            let label = label.replace('"', "&quot;").replace('\n', "<br>");
            writeln!(out, "  n{}[\"{label}\"]", numbers[address]).expect(INFALLIBLE);
        }
        for (before, after) in &self.arrows {
            if let (Some(before), Some(after)) = (numbers.get(before), numbers.get(after)) {
                writeln!(out, "  n{before} --> n{after}").expect(INFALLIBLE);
            }
        }
        out
    }
}

const INFALLIBLE: &str = "writing to a string cannot fail";

fn label(kind: Kind, address: &Address) -> String {
    format!("{kind}\n{}", words::short(address))
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn both_forms_have_every_node_and_arrow() {
        let picture = Picture::of_plan(&fixture::plan());
        let dot = picture.dot();
        assert!(dot.starts_with("digraph") && dot.ends_with("}\n"), "{dot}");
        assert!(dot.contains("\"network.web\" -> \"subnet.web\";"), "{dot}");
        assert!(dot.contains("[label=\"server\\nweb-1\"]"), "{dot}");
        let mermaid = picture.mermaid();
        assert_eq!(mermaid.matches(" --> ").count(), dot.matches(" -> ").count());
        assert_eq!(mermaid.matches("[\"").count(), 6, "{mermaid}");
    }
}
