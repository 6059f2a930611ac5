//! Secrets by their fingerprints: those that are known are put into what should be, and a server or a claim that holds
//! another one than the journal is a fault: nobody can tell a running server a new one, and what another journal claims is its own.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::desired::{Desired, Resource};
use crate::event::Known;
use crate::kind::METADATA_SECRET;
use crate::model::messages::plan as m;
use crate::model::{SecretName, Text, Value};
use crate::say;
use crate::snapshot::Observed;

use super::diff::{Verdict, Verdicts};
use super::matching::Matching;
use super::wanted::Wanted;

/// What should be, with the fingerprints that are known. What is still to be made stays a reference.
pub(super) fn filled<'a>(desired: &'a Desired, known: &Known) -> Cow<'a, Desired> {
    let needs = |value: &Value| value.needs_fingerprint().is_some();
    let any = |resource: &Resource| resource.properties.values().any(needs);
    if known.fingerprints.is_empty() || !desired.resources.values().any(any) {
        return Cow::Borrowed(desired);
    }
    let mut filled = desired.clone();
    for resource in filled.resources.values_mut().filter(|resource| any(resource)) {
        for value in Arc::make_mut(&mut resource.properties).values_mut().filter(|value| needs(value)) {
            *value = value.fingerprinted(&known.fingerprints);
        }
    }
    Cow::Owned(filled)
}

/// The fingerprints of the secrets that a server or a claim holds, as its metadata tells.
pub fn held(observed: &Observed) -> BTreeMap<SecretName, String> {
    let Some(Value::Map(metadata)) = observed.properties.get("metadata") else {
        return BTreeMap::new();
    };
    let one = |(key, value): (&String, &Value)| {
        Some((SecretName(key.strip_prefix(METADATA_SECRET)?.to_owned()), value.as_text()?.to_owned()))
    };
    metadata.iter().filter_map(one).collect()
}

/// Everything that stays and holds a secret that the journal lacks or has otherwise.
pub(super) fn faults(wanted: &Wanted<'_>, matching: &Matching<'_>, verdicts: &Verdicts, known: &Known) -> Vec<Text> {
    let mut faults = Vec::new();
    for (place, (address, _)) in wanted.all.iter().enumerate() {
        let Some(number) = matching.at[place] else { continue };
        if verdicts.of(place).is_none_or(Verdict::renews) {
            continue;
        }
        let data = if matching.bears_data(number) { " --delete-data" } else { "" };
        for (name, fingerprint) in held(matching.observed[number]) {
            let words = match known.fingerprints.get(&name) {
                Some(ours) if *ours == fingerprint => continue,
                Some(_) => &m::SECRET_DIFFERS,
                None => &m::SECRET_MISSING,
            };
            faults.push(say!(*words, address = address, name = name.0, data = data));
        }
    }
    faults
}
