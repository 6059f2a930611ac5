//! The names that a blueprint gives. They are collected first, so that a fault inside a tier does not make
//! every link to it a fault too.

use crate::blueprint::read::{Map, Reader};
use crate::blueprint::types::Endpoint;
use crate::blueprint::yaml::{Data, Node};
use crate::model::Span;
use crate::model::messages::blueprint as m;
use crate::say;

/// Names that links or gureum itself use with a meaning of their own.
const RESERVED: [&str; 2] = [INTERNET, "bastion"];
const INTERNET: &str = "internet";

/// Every name of the file by what it names.
pub(super) struct Names<'n> {
    pub zones: Vec<&'n str>,
    pub choices: Vec<&'n str>,
    pub tiers: Vec<&'n str>,
    pub balancers: Vec<&'n str>,
    pub external: Vec<&'n str>,
}

impl<'n> Names<'n> {
    /// Collects them. Notes the faults of zones' names, and a name that two of tiers, balancers and external services share: links
    /// would not tell them apart.
    pub fn collect(r: &mut Reader, top: &Map<'n>) -> Self {
        let mut zones = Vec::new();
        for node in r.list(top.get("zones")) {
            if let Some(name) = r.text(node) {
                r.name(name, &node.span);
                if zones.contains(&name) {
                    r.fault(&node.span, say!(m::LISTED_TWICE, path = node.path, word = name), None);
                } else {
                    zones.push(name);
                }
            }
        }
        let mut seen: Vec<(&str, &Span)> = Vec::new();
        let mut ends = |key| -> Vec<&'n str> {
            let mut names: Vec<&'n str> = Vec::new();
            for (name, span) in keys(top.get(key)) {
                if names.contains(&name) {
                    continue; // Told as a key that stands twice.
                }
                if RESERVED.contains(&name) {
                    r.fault(span, say!(m::RESERVED_NAME, name = name), None);
                }
                if let Some((_, first)) = seen.iter().find(|(other, _)| *other == name) {
                    r.fault(span, say!(m::TWICE, name = name), Some(say!(m::TWICE_HELP, line = first.line)));
                }
                names.push(name);
                seen.push((name, span));
            }
            names
        };
        let (tiers, balancers, external) = (ends("tiers"), ends("balancers"), ends("external"));
        let choices = keys(top.get("choices")).map(|(name, _)| name).collect();
        Self { zones, choices, tiers, balancers, external }
    }

    /// An end of a link.
    pub fn end(&self, r: &mut Reader, node: &Node) -> Option<Endpoint> {
        let all = [INTERNET].into_iter().chain(self.named());
        let name = r.word(node, &m::UNKNOWN_END, all)?;
        Some(self.known_end(name))
    }

    /// A tier.
    pub fn tier(&self, r: &mut Reader, node: &Node) -> Option<String> {
        r.word(node, &m::UNKNOWN_TIER, self.tiers.iter().copied()).map(str::to_owned)
    }

    /// A zone.
    pub fn zone(&self, r: &mut Reader, node: &Node) -> Option<String> {
        r.word(node, &m::UNKNOWN_ZONE, self.zones.iter().copied()).map(str::to_owned)
    }

    /// A list of tiers.
    pub fn some_tiers(&self, r: &mut Reader, node: Option<&Node>) -> Vec<String> {
        r.words(node, &m::UNKNOWN_TIER, self.tiers.iter().copied()).into_iter().map(str::to_owned).collect()
    }

    /// What a name means that has been found among those that a link may use.
    pub fn known_end(&self, name: &str) -> Endpoint {
        let name = name.to_owned();
        if name == INTERNET {
            Endpoint::Internet
        } else if self.tiers.contains(&name.as_str()) {
            Endpoint::Tier(name)
        } else if self.balancers.contains(&name.as_str()) {
            Endpoint::Balancer(name)
        } else {
            Endpoint::External(name)
        }
    }

    fn named(&self) -> impl Iterator<Item = &'n str> + Clone {
        self.tiers.iter().chain(&self.balancers).chain(&self.external).copied()
    }
}

fn keys(node: Option<&Node>) -> impl Iterator<Item = (&str, &Span)> {
    let entries = match node.map(|node| &node.data) {
        Some(Data::Map(entries)) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|(key, _)| (key.text.as_str(), &key.span))
}
