//! What the cloud lets only one have at a time (an address in a subnet, a range in a network, a port of a balancer): who takes
//! one comes after who gives it up.

use std::collections::BTreeMap;

use crate::kind::Kind;
use crate::model::{Address, Properties, Value};

use super::diff::{Verdicts, resolve};
use super::draft::{Doing, Draft};
use super::going::Going;
use super::matching::Matching;
use super::wanted::Wanted;

/// Drafts by their numbers, and the addresses that they come after for this reason alone.
///
/// Two that exchange what they have would wait for each other: the caller drops these waits if they close a circle, and the
/// service's refusal, which is tried again, has to do.
pub(super) fn order(
    drafts: &[Draft],
    wanted: &Wanted<'_>,
    verdicts: &Verdicts,
    matching: &Matching<'_>,
    going: &Going,
) -> Vec<(usize, Address)> {
    let mut holders: BTreeMap<(Kind, &str, &Value), (&Address, bool)> = BTreeMap::new();
    for &number in going.reasons.keys() {
        let observed = matching.observed[number];
        // What is made again at its address waits for its own delete already, and others would wait for that create.
        if verdicts.of_observed(matching, number).is_none() {
            for (place, what) in keys(observed.kind, &observed.properties) {
                holders.insert((observed.kind, place, what), (&matching.names[going.carrier(number)], true));
            }
        }
    }
    for draft in drafts {
        if let (Doing::Update { differences, .. }, Some(place)) = (&draft.doing, draft.wanted)
            && let Some(number) = matching.at[place]
            && differences.iter().any(|difference| difference.property == "fixed_ips")
        {
            for (place, what) in keys(draft.kind, &matching.observed[number].properties) {
                holders.insert((draft.kind, place, what), (&draft.address, false));
            }
        }
    }
    if holders.is_empty() {
        return Vec::new();
    }
    let mut waits = Vec::new();
    for (number, draft) in drafts.iter().enumerate() {
        let (Some(place), creates) = (draft.wanted, matches!(draft.doing, Doing::Create(_))) else { continue };
        if !creates && !matches!(draft.doing, Doing::Update { .. }) {
            continue;
        }
        let resolved: Properties = (wanted.all[place].1.properties)
            .iter()
            .filter(|(name, _)| UNIQUE.contains(&name.as_str()))
            .map(|(name, value)| {
                (name.clone(), value.resolved(&|output| resolve(output, place, wanted, matching, verdicts)))
            })
            .collect();
        for (place, what) in keys(draft.kind, &resolved) {
            if let Some(&(holder, goes)) = holders.get(&(draft.kind, place, what))
                && *holder != draft.address
                && (creates || goes)
            {
                waits.push((number, holder.clone()));
            }
        }
    }
    waits
}

const UNIQUE: [&str; 5] = ["fixed_ips", "network_id", "cidr", "loadbalancer_id", "protocol_port"];

/// Where something is unique, and what.
fn keys(kind: Kind, properties: &Properties) -> Vec<(&str, &Value)> {
    let place = |name: &str| properties.get(name).and_then(Value::as_text);
    match kind {
        Kind::Port => {
            let items = properties.get("fixed_ips").map(Value::items).unwrap_or_default();
            items.iter().filter_map(fixed_ip).collect()
        }
        Kind::Subnet => place("network_id").zip(properties.get("cidr")).into_iter().collect(),
        Kind::Listener => place("loadbalancer_id").zip(properties.get("protocol_port")).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn fixed_ip(item: &Value) -> Option<(&str, &Value)> {
    match item {
        Value::Map(map) => Some((map.get("subnet_id")?.as_text()?, map.get("ip_address")?)),
        _ => None,
    }
}
