//! What resources gave: ids and addresses by which later requests name them.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::driver::Created;
use crate::kind::Kind;
use crate::model::{Address, OutputRef, Properties, SecretName, Value};
use crate::plan::Plan;
use crate::snapshot::Observed;

/// Outputs by address, and all that is known to exist.
pub struct Outputs {
    by_address: BTreeMap<Address, BTreeMap<String, String>>,
    known: Arc<Vec<Observed>>,
    fingerprints: BTreeMap<SecretName, String>,
}

/// What nothing gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// What another resource's answer should have said.
    Output(Address),
    /// The fingerprint of a secret that the environment does not have.
    Fingerprint(SecretName),
}

impl Outputs {
    /// What exists before the first request, and the fingerprints of the environment's secrets.
    pub fn new(plan: &Plan, observed: Vec<Observed>, fingerprints: BTreeMap<SecretName, String>) -> Self {
        let mut by_address: BTreeMap<Address, BTreeMap<String, String>> = BTreeMap::new();
        for resource in &observed {
            if let Some(address) = &resource.address {
                let mut outputs = resource.outputs.clone();
                outputs.insert("id".to_owned(), resource.id.clone());
                by_address.insert(address.clone(), outputs);
            }
        }
        for (address, id) in &plan.unchanged {
            by_address.entry(address.clone()).or_default().insert("id".to_owned(), id.clone());
        }
        for (address, outputs) in &plan.outputs {
            by_address.entry(address.clone()).or_default().extend(outputs.clone());
        }
        Self { by_address, known: Arc::new(observed), fingerprints }
    }

    /// The id of what stands at that address.
    pub fn id(&self, address: &Address) -> Option<&str> {
        self.field(address, "id")
    }

    fn field(&self, address: &Address, field: &str) -> Option<&str> {
        self.by_address.get(address)?.get(field).map(String::as_str)
    }

    /// Everything that is known to exist.
    pub fn known(&self) -> Arc<Vec<Observed>> {
        Arc::clone(&self.known)
    }

    /// The properties with every reference filled in, or the first reference that nothing fills. Secrets stay names, and signed
    /// addresses what they are for, which must be there: only the request that is given one sees its value.
    pub fn resolve(&self, properties: &Properties) -> Result<Properties, Lacking> {
        let missing = Cell::new(None);
        let lookup = |output: &OutputRef| {
            let found = self.field(&output.address, &output.field).map(str::to_owned);
            if found.is_none() {
                missing.set(Some(output.address.clone()));
            }
            found
        };
        let fill = |value: &Value| value.resolved(&lookup).fingerprinted(&self.fingerprints);
        let filled: Properties = properties.iter().map(|(name, value)| (name.clone(), fill(value))).collect();
        let left = || filled.values().flat_map(Value::references).find(|address| self.id(address).is_none());
        if let Some(missing) = missing.take().or_else(left) {
            return Err(Lacking::Output(missing));
        }
        match filled.values().find_map(Value::needs_fingerprint) {
            Some(missing) => Err(Lacking::Fingerprint(missing.clone())),
            None => Ok(filled),
        }
    }

    /// Something was created, with what came with it.
    pub fn created(&mut self, kind: Kind, created: &Created, properties: Properties, run: &str) {
        let mut outputs = created.outputs.clone();
        outputs.insert("id".to_owned(), created.id.clone());
        self.by_address.insert(created.address.clone(), outputs);
        let new = Observed {
            kind,
            id: created.id.clone(),
            address: Some(created.address.clone()),
            properties,
            status: created.status.clone(),
            bears_data: false,
            created_at: None,
            run: Some(run.to_owned()),
            outputs: created.outputs.clone(),
        };
        let known = Arc::make_mut(&mut self.known);
        known.retain(|resource| resource.kind != kind || resource.id != created.id);
        known.push(new);
        for (address, id) in &created.brought {
            self.by_address.entry(address.clone()).or_default().insert("id".to_owned(), id.clone());
        }
    }

    /// A settled resource says more of itself.
    pub fn learned(&mut self, address: &Address, outputs: &BTreeMap<String, String>) {
        self.by_address.entry(address.clone()).or_default().extend(outputs.clone());
    }

    /// Something is gone. What else stands at its address stays.
    pub fn gone(&mut self, kind: Kind, address: &Address, id: &str) {
        if self.id(address) == Some(id) {
            self.by_address.remove(address);
        }
        Arc::make_mut(&mut self.known).retain(|resource| resource.kind != kind || resource.id != id);
    }
}
