//! Which components run on which tier, and what is missing of them.

use std::collections::BTreeMap;

use crate::blueprint::{Blueprint, Endpoint, Tier};
use crate::component::{self, Component, Role, fetches};
use crate::model::messages::desired as m;
use crate::model::{Diagnostic, SecretName, SecretShape};
use crate::say;

use super::draft::Draft;
use super::types::Degree;

/// By tier, in the order in which they are installed.
pub(super) type Software = BTreeMap<String, Vec<&'static Component>>;

/// The components of every tier, their limitations and their secrets.
pub(super) fn choose(draft: &mut Draft<'_>) -> Software {
    let blueprint = draft.blueprint;
    let mut software = Software::new();
    // Tiers on which something that was asked for does not run.
    let mut lacking: Vec<&str> = Vec::new();
    for tier in &blueprint.tiers {
        let asked = 1 + tier.also.len();
        let components = of_tier(draft, tier);
        if components.len() < asked {
            lacking.push(&tier.name);
        }
        software.insert(tier.name.clone(), components);
    }
    // What lacks something is lacking itself, for those who need it: so until nothing changes.
    while let Some((tier, component, role)) = unmet(blueprint, &software) {
        if reaches(blueprint, tier).any(|other| lacking.contains(&other)) {
            draft.limitation(
                Degree::Missing,
                &tier.name,
                say!(m::NEEDS_MISSING, service = component.name, role = role),
            );
        } else {
            let text = say!(m::NEEDS_LINK, service = component.name, tier = tier.name, role = role);
            let have = |found: &&Component| found.role == role;
            let candidates: Vec<&str> = component::all().filter(have).map(|found| found.name.as_str()).collect();
            let help = say!(m::NEEDS_LINK_HELP, tier = tier.name, candidates = candidates.join(", "));
            draft.fault(Diagnostic::error(text).at(&tier.span).help(help));
        }
        lacking.push(&tier.name);
        software.entry(tier.name.clone()).or_default().retain(|other| other.name != component.name);
    }
    for tier in &blueprint.tiers {
        let components = &software[&tier.name];
        settings(draft, tier, components);
        artifacts(draft, tier, components);
        for component in components {
            for (name, shape) in &component.secrets {
                let name = SecretName(format!("{}.{name}", tier.name));
                let longest = |there: SecretShape| SecretShape { length: there.length.max(shape.length) };
                let shape = draft.secrets.get(&name).copied().map_or(*shape, longest);
                draft.secrets.insert(name, shape);
            }
        }
    }
    software
}

fn of_tier(draft: &mut Draft<'_>, tier: &Tier) -> Vec<&'static Component> {
    let system = draft.blueprint.system_of(tier, draft.inputs);
    let service = draft.blueprint.service_of(tier, draft.inputs);
    let mut components = Vec::new();
    for service in std::iter::once(service).chain(tier.also.iter().map(String::as_str)) {
        let missing = match component::find(service) {
            None => say!(m::NO_COMPONENT, service = service),
            Some(component) => match component.refused.get(system) {
                Some(why) => say!(m::REFUSED, service = service, system = system, ko = why.ko, en = why.en),
                None if !component.systems.contains_key(system) => {
                    say!(m::NOT_ON_SYSTEM, service = service, system = system)
                }
                None => {
                    components.push(component);
                    continue;
                }
            },
        };
        draft.limitation(Degree::Missing, &tier.name, missing);
    }
    components
}

/// The first component with a role that it needs and does not reach.
fn unmet<'a>(blueprint: &'a Blueprint, software: &Software) -> Option<(&'a Tier, &'static Component, Role)> {
    blueprint.tiers.iter().find_map(|tier| {
        let components = &software[&tier.name];
        components.iter().find_map(|component| {
            let met = |role: Role| {
                let beside = components.iter().any(|other| other.role == role && other.name != component.name);
                let there = |other: &str| software.get(other).is_some_and(|all| all.iter().any(|one| one.role == role));
                beside || reaches(blueprint, tier).any(there)
            };
            component.needs.iter().find(|role| !met(**role)).map(|role| (tier, *component, *role))
        })
    })
}

/// The tiers that links lead to, through load balancers too.
pub(super) fn reaches<'a>(blueprint: &'a Blueprint, tier: &'a Tier) -> impl Iterator<Item = &'a str> {
    let from_it = |from: &Endpoint| matches!(from, Endpoint::Tier(name) if *name == tier.name);
    blueprint.links.iter().filter(move |link| from_it(&link.from)).flat_map(move |link| match &link.to {
        Endpoint::Tier(name) => vec![name.as_str()],
        Endpoint::Balancer(name) => blueprint
            .balancers
            .iter()
            .filter(|balancer| balancer.name == *name)
            .flat_map(|balancer| balancer.listeners.iter().map(|listener| listener.to.as_str()))
            .collect(),
        Endpoint::Internet | Endpoint::External(_) => Vec::new(),
    })
}

fn settings(draft: &mut Draft<'_>, tier: &Tier, components: &[&Component]) {
    // What has no component says so already.
    let Some(first) = components.first() else { return };
    for setting in tier.settings.keys() {
        if !components.iter().any(|component| component.settings.contains_key(setting)) {
            let text = say!(m::SETTING_UNUSED, service = first.name, setting = setting);
            draft.limitation(Degree::Degraded, &tier.name, text);
        }
    }
}

/// Artifacts that cannot be fetched, or not be told from others.
fn artifacts(draft: &mut Draft<'_>, tier: &Tier, components: &[&Component]) {
    let system = draft.blueprint.system_of(tier, draft.inputs);
    for artifact in components.iter().flat_map(|component| &component.systems[system].artifacts) {
        let fetch = fetches(artifact, &draft.inputs.settings);
        if fetch.url.is_none() {
            draft.limitation(Degree::Degraded, &tier.name, say!(m::NO_SOURCE, artifact = artifact.name));
        } else if fetch.sha256.is_none() {
            draft.limitation(Degree::Degraded, &tier.name, say!(m::NO_PIN, artifact = artifact.name));
        }
    }
}
