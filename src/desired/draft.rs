//! What the parts of a blueprint add to, and the inputs that they all read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::blueprint::{Blueprint, Inputs};
use crate::kind::Kind;
use crate::model::messages::desired as m;
use crate::model::{
    Address, Diagnostic, Diagnostics, EnvironmentKey, OutputRef, Properties, SecretName, SecretShape, Text, Value,
};
use crate::say;
use crate::snapshot::CloudFacts;

use super::types::{Degree, Limitation, Resource};

pub(super) struct Draft<'a> {
    pub blueprint: &'a Blueprint,
    pub inputs: &'a Inputs,
    pub environment: &'a EnvironmentKey,
    pub facts: &'a CloudFacts,
    pub resources: BTreeMap<Address, Resource>,
    pub limitations: Vec<Limitation>,
    pub notes: Vec<Text>,
    pub faults: Diagnostics,
    pub entry: Option<OutputRef>,
    pub secrets: BTreeMap<SecretName, SecretShape>,
}

impl<'a> Draft<'a> {
    pub fn new(
        blueprint: &'a Blueprint,
        inputs: &'a Inputs,
        environment: &'a EnvironmentKey,
        facts: &'a CloudFacts,
    ) -> Self {
        Self {
            blueprint,
            inputs,
            environment,
            facts,
            resources: BTreeMap::new(),
            limitations: Vec::new(),
            notes: Vec::new(),
            faults: Diagnostics::default(),
            entry: None,
            secrets: BTreeMap::new(),
        }
    }

    /// One more resource. The same one twice is one (two links that say the same); two that differ are a fault.
    pub fn add(&mut self, address: Address, properties: Properties) {
        self.add_with(address, properties, &[], false);
    }

    /// The same with what only some kinds have: properties that the cloud may add to, and whether it holds data.
    pub fn add_with(&mut self, address: Address, properties: Properties, at_least: &[&str], bears_data: bool) {
        let kind = Kind::of(&address).expect("the address was made with a kind's own word");
        let bears_data = bears_data || kind.bears_data_at(&address);
        let at_least: BTreeSet<String> = at_least.iter().map(|&name| name.to_owned()).collect();
        let resource = Resource { kind, properties: Arc::new(properties), at_least, bears_data };
        match self.resources.get(&address) {
            Some(there) if *there != resource => {
                self.faults.push(Diagnostic::error(say!(m::TWICE, address = address)).help(say!(m::TWICE_HELP)));
            }
            _ => {
                self.resources.insert(address, resource);
            }
        }
    }

    /// What the inner result gives, or nothing and one more fault.
    pub fn take<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|fault| self.fault(fault)).ok()
    }

    /// One more fault; one that is there already is not said again.
    pub fn fault(&mut self, fault: Diagnostic) {
        if !self.faults.0.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// One more note; one that is there already is not said again.
    pub fn note(&mut self, note: Text) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    pub fn limitation(&mut self, degree: Degree, of: impl Into<String>, text: Text) {
        self.limitations.push(Limitation { degree, of: of.into(), text });
    }

    /// Name and description of a kind whose mark stands in its description.
    pub fn named(&self, local: &str) -> Properties {
        properties([
            ("name", Value::from(self.environment.resource_name(local))),
            ("description", Value::from(self.environment.mark())),
        ])
    }
}

/// Properties from pairs.
pub(super) fn properties<const N: usize>(pairs: [(&str, Value); N]) -> Properties {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A map as a value.
pub(super) fn map<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    Value::Map(properties(pairs))
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn the_same_twice_is_one_and_two_that_differ_are_a_fault() {
        let world = testing::shop();
        let mut draft = world.draft();
        let group = Address::new("group", "web");
        draft.add(group.clone(), draft.named("web"));
        draft.add(group.clone(), draft.named("web"));
        assert!(draft.faults.0.is_empty());
        draft.add(group, draft.named("was"));
        assert_eq!(draft.faults.0[0].text.to_string(), "group.web is asked for twice");
    }
}
