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
        artifacts(draft, tier, &software);
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

/// Artifacts of which nobody says what they must be.
fn artifacts(draft: &mut Draft<'_>, tier: &Tier, software: &Software) {
    let blueprint = draft.blueprint;
    let system = blueprint.system_of(tier, draft.inputs);
    let linked = |role| reaches(blueprint, tier).any(|other| software[other].iter().any(|one| one.role == role));
    let all = software[&tier.name].iter().flat_map(|component| &component.systems[system].artifacts);
    for artifact in all.filter(|artifact| artifact.is_needed(linked)) {
        let fetch = fetches(artifact, &draft.inputs.settings);
        if fetch.sha256.is_none() {
            draft.limitation(Degree::Degraded, &tier.name, say!(m::NO_PIN, artifact = artifact.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::blueprint::Service;

    fn said(draft: &Draft<'_>) -> Vec<String> {
        draft.limitations.iter().map(|one| format!("{:?} {}: {}", one.degree, one.of, one.text)).collect()
    }

    #[test]
    fn what_needs_a_missing_component_is_missing_too_and_so_on() {
        let mut world = testing::shop();
        world.blueprint.tiers[3].service = Service::Named("kafka".into());
        let mut draft = world.draft();
        let software = choose(&mut draft);
        assert_eq!(
            said(&draft)[..2],
            [
                "Missing db: no component for kafka yet: its servers start without it",
                "Missing was: tomcat needs a database, which is missing: its servers start without it",
            ]
        );
        assert!(software["was"].is_empty() && software["db"].is_empty() && !software["kv"].is_empty());
        assert!(draft.faults.0.is_empty());
    }

    #[test]
    fn a_needed_role_that_no_link_leads_to_is_a_fault_with_what_would_do() {
        let mut world = testing::shop();
        world.blueprint.links.retain(|link| link.to != Endpoint::Tier("db".into()));
        let faults = world.faults();
        assert!(faults.contains("tomcat of was needs a database, and no link leads to one"), "{faults}");
        assert!(faults.contains("a tier of mariadb, postgresql"), "{faults}");
    }

    #[test]
    fn a_refused_combination_says_why_in_both_languages() {
        let refused = |one: &&Component| !one.refused.is_empty();
        let component = component::all().find(refused).expect("one is refused somewhere");
        let (system, why) = component.refused.iter().next().expect("one");
        let mut world = testing::shop();
        world.blueprint.tiers[0].service = Service::Named(component.name.clone());
        world.blueprint.tiers[0].system = Some(crate::blueprint::System(system.clone()));
        let mut draft = world.draft();
        choose(&mut draft);
        let found = draft.limitations.iter().find(|one| one.of == "web").expect("a limitation");
        assert!(found.text.to_string().contains(&why.en));
        assert!(found.text.in_language(crate::model::Language::Korean).contains(&why.ko));
        assert_eq!(found.degree, Degree::Missing);
    }

    #[test]
    fn secrets_are_each_tier_s_own_and_settings_that_nobody_takes_are_said() {
        let mut world = testing::shop();
        world.blueprint.tiers[1].settings.insert("colour".into(), "blue".into());
        let mut draft = world.draft();
        choose(&mut draft);
        let names: Vec<&str> = draft.secrets.keys().map(|name| name.0.as_str()).collect();
        for name in ["db.app_password", "db.root_password", "kv.password", "gw.api_key"] {
            assert!(names.contains(&name), "{name} is not in {names:?}");
        }
        assert!(said(&draft).contains(&"Degraded was: tomcat does not take the setting colour yet".to_owned()));
    }
}
