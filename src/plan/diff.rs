//! What is to become of each desired resource: each property compared by its kind's table, and replacements followed along
//! the references.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::desired::Resource;
use crate::graph::{Cycle, Graph};
use crate::kind::{Change, Compare, Kind, METADATA_RUN, METADATA_SECRET, METADATA_USER_DATA, Property};
use crate::model::messages::plan as m;
use crate::model::{Address, OutputRef, Text, Value};
use crate::say;
use crate::snapshot::{CloudFacts, Status};

use super::compare::same;
use super::matching::Matching;
use super::references::outputs;
use super::wanted::Wanted;
use super::{DeployOptions, Difference, Reason};

/// What is to become of a desired resource.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// It does not exist.
    Create,
    /// It is as it should be, or nothing may be done to it.
    Keep,
    /// It exists and has not settled: the cloud's word.
    Wait(String),
    /// These differ and can be mended.
    Update(Vec<Difference>),
    /// It is deleted and made again.
    Replace(Reason),
}

impl Verdict {
    /// Whether what stands there will have another id than now.
    pub fn renews(&self) -> bool {
        matches!(self, Self::Create | Self::Replace(_))
    }
}

/// What is to become of all of them.
#[derive(Default)]
pub(super) struct Verdicts {
    /// By the numbers of what is wanted.
    of: Vec<Option<Verdict>>,
    /// Differences that are only shown.
    pub reported: Vec<Difference>,
    /// What holds data and would have to be replaced, and why it stays.
    pub refused: BTreeMap<usize, Text>,
    /// The same for the preflight.
    pub faults: Vec<Text>,
}

impl Verdicts {
    /// About that one; `None` where nothing was decided, because what is wanted refers to itself.
    pub fn of(&self, wanted: usize) -> Option<&Verdict> {
        self.of.get(wanted)?.as_ref()
    }

    /// About what is observed, where it is at its place and wanted.
    pub fn of_observed(&self, matching: &Matching<'_>, number: usize) -> Option<&Verdict> {
        self.of(matching.wanted[number]?)
    }

    fn renews(&self, wanted: usize) -> bool {
        self.of(wanted).is_some_and(Verdict::renews)
    }
}

/// References that keep what they refer to from being deleted, and which an update can change only once the new one is
/// there: whoever refers so to a replaced resource is replaced too.
fn holds_fast(kind: Kind, property: &str) -> bool {
    kind == Kind::Port && matches!(property, "fixed_ips" | "security_groups")
}

/// Decides about every desired resource, each after all it refers to.
pub(super) fn verdicts(
    wanted: &Wanted<'_>,
    matching: &Matching<'_>,
    options: DeployOptions,
    facts: &CloudFacts,
) -> Verdicts {
    let mut verdicts = Verdicts::default();
    let references = wanted.uses.iter().enumerate().flat_map(|(user, uses)| uses.iter().map(move |&used| (used, user)));
    let graph = match Graph::new(0..wanted.all.len(), references) {
        Ok(graph) => graph,
        Err(Cycle { edges }) => {
            let name = |number: usize| wanted.all[number].0.clone();
            let cycle = Cycle { edges: edges.into_iter().map(|(a, b)| (name(a), name(b))).collect() };
            verdicts.faults.push(say!(m::CIRCLE, edges = cycle));
            return verdicts;
        }
    };
    verdicts.of = vec![None; wanted.all.len()];
    for &place in graph.order() {
        let verdict = verdict(place, wanted, matching, options, facts, &mut verdicts);
        verdicts.of[place] = Some(verdict);
    }
    verdicts
}

fn verdict(
    place: usize,
    wanted: &Wanted<'_>,
    matching: &Matching<'_>,
    options: DeployOptions,
    facts: &CloudFacts,
    verdicts: &mut Verdicts,
) -> Verdict {
    let Some(number) = matching.at[place] else { return Verdict::Create };
    let (address, resource) = wanted.all[place];
    let observed = matching.observed[number];
    let holds_data = (resource.bears_data || matching.bears_data(number)) && !matching.never_ran(number);
    let may_replace = options.replace_data || !holds_data;
    if let Status::Failed(why) = &observed.status {
        if may_replace {
            return Verdict::Replace(Reason::FailedBefore(why.clone()));
        }
        verdicts.faults.push(say!(m::DATA_FAILED, address = address, why = why));
        verdicts.refused.insert(place, say!(m::KEPT_FAILED));
        return Verdict::Keep;
    }
    let found = differences(place, number, wanted, matching, verdicts);
    // What has not settled does not show all of itself yet: only what it refers to is compared, the rest by the next run.
    let pending = matches!(observed.status, Status::Pending(_));
    let relevant = |differs: &Differs| !pending || differs.follows.is_some();
    let (replace, update): (Vec<_>, Vec<_>) = found.into_iter().filter(relevant).partition(|differs| differs.replaces);
    if !replace.is_empty() {
        let follows = replace.iter().map(|differs| differs.follows.clone()).collect::<Option<Vec<_>>>();
        let differences: Vec<_> = replace.into_iter().map(|differs| differs.difference).collect();
        if may_replace {
            return Verdict::Replace(match follows.and_then(|follows| follows.into_iter().next()) {
                Some(first) => Reason::Follows(first),
                None => Reason::Replaced(differences),
            });
        }
        verdicts.faults.push(say!(m::DATA_DIFFERS, address = address, differences = in_words(&differences, facts)));
        verdicts.refused.insert(place, say!(m::KEPT_DIFFERS));
        return Verdict::Keep;
    }
    match &observed.status {
        _ if !update.is_empty() => Verdict::Update(update.into_iter().map(|differs| differs.difference).collect()),
        Status::Pending(word) => Verdict::Wait(word.clone()),
        Status::Ready | Status::Failed(_) => Verdict::Keep,
    }
}

/// One difference, and what it asks for.
struct Differs {
    difference: Difference,
    replaces: bool,
    /// The replaced resource that it comes from, where it comes from one.
    follows: Option<Address>,
}

fn differences(
    place: usize,
    number: usize,
    wanted: &Wanted<'_>,
    matching: &Matching<'_>,
    verdicts: &mut Verdicts,
) -> Vec<Differs> {
    let (address, resource) = wanted.all[place];
    let observed = matching.observed[number];
    let mut found = Vec::new();
    for property in resource.kind.spec().properties {
        let Some(as_written) = resource.properties.get(property.name) else { continue };
        if property.change == Change::Never {
            continue;
        }
        let should = if wanted.uses[place].is_empty() || outputs(Some(as_written)).is_empty() {
            Cow::Borrowed(as_written)
        } else {
            Cow::Owned(as_written.resolved(&|output| resolve(output, place, wanted, matching, verdicts)))
        };
        let should = should.as_ref();
        let is = observed.properties.get(property.name);
        let difference = |name: String, is: Option<&Value>, should: &Value| Difference {
            address: address.clone(),
            property: name,
            is: is.cloned(),
            should: should.clone(),
        };
        if property.change == Change::Reported {
            if is.is_some_and(|is| !same(property.compare, is, should)) {
                verdicts.reported.push(difference(property.name.to_owned(), is, as_written));
            }
        } else if let (Kind::Server, "metadata", Value::Map(keys)) = (resource.kind, property.name, should) {
            let shown = |key: &str| if let Some(Value::Map(is)) = is { is.get(key) } else { None };
            for (key, should) in keys.iter().filter(|(key, _)| *key != METADATA_RUN) {
                let is = shown(key);
                if same(Compare::Exact, is.unwrap_or(&Value::Null), should) {
                    continue;
                }
                let difference = difference(format!("metadata.{key}"), is, should);
                // What a server was given at its first boot no request changes: to write it down otherwise would be a lie.
                if key == METADATA_USER_DATA || key.starts_with(METADATA_SECRET) {
                    verdicts.reported.push(difference);
                } else {
                    found.push(Differs { difference, replaces: false, follows: None });
                }
            }
        } else if !same(comparison(property, resource), is.unwrap_or(&Value::Null), should) {
            let of = |to: &Address| verdicts.of(wanted.used(place, to)?);
            let follows = should.references().into_iter().find(|to| of(to).is_some_and(Verdict::renews));
            let replaced = |to: &Address| matches!(of(to), Some(Verdict::Replace(_)));
            let fast = holds_fast(resource.kind, property.name) && should.references().iter().any(replaced);
            let replaces = property.change == Change::Replace || fast;
            found.push(Differs { difference: difference(property.name.to_owned(), is, should), replaces, follows });
        }
    }
    found
}

fn comparison(property: &Property, resource: &Resource) -> Compare {
    if resource.at_least.contains(property.name) { Compare::AtLeast } else { property.compare }
}

/// The output of something that exists and stays the same, as the one at that place refers to it.
pub(super) fn resolve(
    output: &OutputRef,
    place: usize,
    wanted: &Wanted<'_>,
    matching: &Matching<'_>,
    verdicts: &Verdicts,
) -> Option<String> {
    let number = match wanted.used(place, &output.address) {
        Some(used) if verdicts.renews(used) => return None,
        Some(used) => matching.at[used]?,
        None => matching.named(&output.address)?,
    };
    let observed = matching.observed[number];
    if output.field == "id" { Some(observed.id.clone()) } else { observed.outputs.get(&output.field).cloned() }
}

/// With names where the cloud's facts have them.
fn in_words(differences: &[Difference], facts: &CloudFacts) -> String {
    let mut words = String::new();
    for difference in differences {
        let comma = if words.is_empty() { "" } else { ", " };
        let named = |value: &Value| match value {
            Value::Text(text) => facts.name_of(&difference.property, text).unwrap_or(text).to_owned(),
            other => plain(other),
        };
        let is = difference.is.as_ref().map_or_else(|| "nothing".to_owned(), named);
        // Writing into a String cannot fail.
        let _ = write!(words, "{comma}`{}`: {is} → {}", difference.property, named(&difference.should));
    }
    words
}

fn plain(value: &Value) -> String {
    match value {
        Value::Output(output) => output.address.to_string(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}
