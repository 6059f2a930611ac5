//! What a tier's servers are: how many, on which system, image and flavor, with which components.

use std::collections::BTreeMap;

use crate::blueprint::{Blueprint, Inputs, Service, Tier};
use crate::component::{self, Component};
use crate::model::messages::desired as m;
use crate::model::{Diagnostic, Size};
use crate::say;
use crate::snapshot::{Flavor, Image};

use super::draft::Draft;
use super::types::Degree;
use super::{flavors, images};

/// A tier, decided.
#[derive(Clone, Debug)]
pub(super) struct Decided<'a> {
    pub tier: &'a Tier,
    pub count: u32,
    pub machine: Machine<'a>,
    pub components: Vec<&'static Component>,
}

/// What a server is made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine<'a> {
    pub system: &'a str,
    pub image: &'a Image,
    pub flavor: &'a Flavor,
}

/// Every tier whose image and flavor are there; for the others there are faults.
pub(super) fn decide<'a>(draft: &mut Draft<'a>) -> Vec<Decided<'a>> {
    let blueprint = draft.blueprint;
    blueprint.tiers.iter().filter_map(|tier| decide_one(draft, tier)).collect()
}

fn decide_one<'a>(draft: &mut Draft<'a>, tier: &'a Tier) -> Option<Decided<'a>> {
    let said = draft.inputs.tiers.get(&tier.name);
    let count = said.and_then(|said| said.count).unwrap_or(tier.count.default);
    if !(tier.count.min..=tier.count.max).contains(&count) {
        let (min, max) = (tier.count.min, tier.count.max);
        draft.fault(
            Diagnostic::error(say!(m::COUNT, tier = tier.name, count = count, min = min, max = max)).help(say!(
                m::COUNT_HELP,
                tier = tier.name,
                min = min,
                max = max
            )),
        );
    }
    let system = tier.system.as_ref().map_or_else(|| environment_system(draft), |system| Some(system.0.as_str()))?;
    let components = components(draft, tier, system);
    let wanted = said.and_then(|said| said.size).or(draft.inputs.flavor).unwrap_or(tier.size);
    let size = raised(draft, tier, wanted, &components);
    let machine = machine(draft, system, size)?;
    Some(Decided { tier, count, machine, components })
}

/// The system of every server that has none of its own.
pub(super) fn environment_system<'a>(draft: &mut Draft<'a>) -> Option<&'a str> {
    let first = draft.blueprint.systems.first().map(|system| system.0.as_str());
    let system = draft.inputs.os.as_deref().or(first);
    if system.is_none() {
        let known = component::systems().keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        draft.fault(Diagnostic::error(say!(m::NO_SYSTEM)).help(say!(m::NO_SYSTEM_HELP, known = known)));
    }
    system
}

/// Image and flavor for a system and a size; an ended system is noted.
pub(super) fn machine<'a>(draft: &mut Draft<'a>, system: &'a str, size: Size) -> Option<Machine<'a>> {
    if let Some(known) = component::system(system)
        && let (Some(ended), Some(current)) = (&known.ended, &known.current)
    {
        draft.note(say!(m::ENDED, title = known.title, ended = ended, current = current));
    }
    let (settings, facts) = (&draft.inputs.settings, draft.facts);
    let image = images::choose(system, settings.images.get(system).map(String::as_str), &facts.images);
    let image = draft.take(image)?;
    let flavor = flavors::choose(size, settings.flavors.get(&size).map(String::as_str), image, &facts.flavors);
    let flavor = draft.take(flavor)?;
    Some(Machine { system, image, flavor })
}

/// The service that runs on a tier, where one is chosen the chosen one: by the tier's own input, else by that of another tier
/// with the same choice, for a choice is made once.
pub(super) fn service<'a>(blueprint: &'a Blueprint, inputs: &'a Inputs, tier: &'a Tier) -> Option<&'a str> {
    let choice = match &tier.service {
        Service::Named(name) => return Some(name),
        Service::Chosen(choice) => choice,
    };
    let said = |tier: &Tier| inputs.tiers.get(&tier.name).and_then(|said| said.service.as_deref());
    let same = |other: &&Tier| matches!(&other.service, Service::Chosen(name) if name == choice);
    said(tier)
        .or_else(|| blueprint.tiers.iter().filter(same).find_map(said))
        .or_else(|| blueprint.choice(choice)?.one_of.first().map(String::as_str))
}

fn components(draft: &mut Draft<'_>, tier: &Tier, system: &str) -> Vec<&'static Component> {
    let services: Vec<&str> =
        service(draft.blueprint, draft.inputs, tier).into_iter().chain(tier.also.iter().map(String::as_str)).collect();
    let mut components = Vec::new();
    for service in services {
        match component::find(service) {
            None => draft.limitation(Degree::Missing, &tier.name, say!(m::NO_COMPONENT, service = service)),
            Some(component) if !component.systems.contains_key(system) => {
                let text = say!(m::NOT_ON_SYSTEM, service = service, system = system);
                draft.limitation(Degree::Missing, &tier.name, text);
            }
            Some(component) => components.push(component),
        }
    }
    // No component takes settings yet; what has none says so already.
    if let Some(component) = components.first() {
        for setting in tier.settings.keys() {
            let text = say!(m::SETTING_UNUSED, service = component.name, setting = setting);
            draft.limitation(Degree::Degraded, &tier.name, text);
        }
    }
    components
}

fn raised(draft: &mut Draft<'_>, tier: &Tier, wanted: Size, components: &[&'static Component]) -> Size {
    let Some(largest) = components.iter().max_by_key(|component| component.minimum) else { return wanted };
    if largest.minimum > wanted {
        let (to, component) = (largest.minimum, &largest.name);
        draft.note(say!(m::RAISED, tier = tier.name, from = wanted, to = to, component = component));
    }
    wanted.max(largest.minimum)
}

/// Counts by tier, of those that are decided.
pub(super) fn counts(tiers: &[Decided<'_>]) -> BTreeMap<String, u32> {
    tiers.iter().map(|decided| (decided.tier.name.clone(), decided.count)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::blueprint::TierInputs;

    #[test]
    fn sizes_come_from_the_tier_then_the_flag_then_the_blueprint() {
        let mut world = testing::shop();
        let flavor = |world: &testing::World, tier: usize| decide(&mut world.draft())[tier].machine.flavor.name.clone();
        assert_eq!(flavor(&world, 3), "large");
        world.inputs.flavor = Some(Size::Small);
        assert_eq!(flavor(&world, 3), "small");
        world.inputs.tiers.insert("db".into(), TierInputs { size: Some(Size::Medium), ..TierInputs::default() });
        assert_eq!((flavor(&world, 3), flavor(&world, 0)), ("medium".into(), "small".into()));
    }

    #[test]
    fn a_choice_is_made_once_for_all_tiers_that_share_it() {
        let mut world = testing::shop();
        let taken = |world: &testing::World, tier: usize| {
            service(&world.blueprint, &world.inputs, &world.blueprint.tiers[tier]).map(str::to_owned)
        };
        assert_eq!(taken(&world, 1).as_deref(), Some("tomcat"));
        world.blueprint.tiers[2].service = Service::Chosen("was".into());
        world.inputs.tiers.insert("was".into(), TierInputs { service: Some("jboss".into()), ..TierInputs::default() });
        assert_eq!(taken(&world, 1).as_deref(), Some("jboss"));
        assert_eq!(taken(&world, 2).as_deref(), Some("jboss"));
    }

    #[test]
    fn all_faults_are_found_and_the_same_one_is_said_once() {
        let mut world = testing::shop();
        world.inputs.os = Some("debian-12".into());
        world.facts.images.retain(|image| image.os_distro.as_deref() != Some("debian"));
        world.inputs.tiers.insert("web".into(), TierInputs { count: Some(9), ..TierInputs::default() });
        let mut draft = world.draft();
        assert!(decide(&mut draft).is_empty());
        let faults: Vec<String> = draft.faults.0.iter().map(|fault| fault.text.to_string()).collect();
        assert_eq!(faults, ["web: 9 servers, and the blueprint allows 2 to 6", "no image for debian-12 on this cloud"]);
    }

    #[test]
    fn ended_systems_are_noted_once_and_missing_components_are_limitations() {
        let world = testing::shop();
        let mut draft = world.draft();
        decide(&mut draft);
        let notes: Vec<String> = draft.notes.iter().map(ToString::to_string).collect();
        assert_eq!(notes, ["support of Ubuntu 16.04 ended (2026-04, with Ubuntu's ESM); current: ubuntu-24.04"]);
        let missing: Vec<&str> = draft.limitations.iter().map(|limitation| limitation.of.as_str()).collect();
        assert_eq!(missing, ["was", "gw", "db", "kv"]);
    }

    #[test]
    fn a_component_s_minimum_raises_the_size() {
        static GREEDY: std::sync::LazyLock<Component> = std::sync::LazyLock::new(|| Component {
            minimum: Size::Large,
            ..component::find("nginx").expect("a component").clone()
        });
        let world = testing::shop();
        let mut draft = world.draft();
        assert_eq!(raised(&mut draft, &world.blueprint.tiers[0], Size::Small, &[&*GREEDY]), Size::Large);
        assert_eq!(draft.notes[0].to_string(), "web: raised small → large, the least that nginx works with");
        assert_eq!(raised(&mut draft, &world.blueprint.tiers[0], Size::Xlarge, &[&*GREEDY]), Size::Xlarge);
        assert_eq!(draft.notes.len(), 1);
    }
}
