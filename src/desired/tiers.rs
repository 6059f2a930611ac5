//! What a tier's servers are: how many, on which system, image and flavor, with which components.

use std::collections::BTreeMap;

use crate::blueprint::Tier;
use crate::component::{self, Component};
use crate::model::Size;
use crate::model::messages::desired as m;
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
    let (blueprint, inputs) = (draft.blueprint, draft.inputs);
    let system = blueprint.system_of(tier, inputs);
    let components = components(draft, tier, system);
    let size = raised(draft, tier, blueprint.size_of(tier, inputs), &components);
    let machine = machine(draft, system, size)?;
    Some(Decided { tier, count: blueprint.count_of(tier, inputs), machine, components })
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

fn components(draft: &mut Draft<'_>, tier: &Tier, system: &str) -> Vec<&'static Component> {
    let service = draft.blueprint.service_of(tier, draft.inputs);
    let mut components = Vec::new();
    for service in std::iter::once(service).chain(tier.also.iter().map(String::as_str)) {
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
    fn the_same_fault_of_several_tiers_is_said_once() {
        let mut world = testing::shop();
        world.inputs.os = Some("debian-12".into());
        world.facts.images.retain(|image| image.os_distro.as_deref() != Some("debian"));
        let mut draft = world.draft();
        assert!(decide(&mut draft).is_empty());
        let faults: Vec<String> = draft.faults.0.iter().map(|fault| fault.text.to_string()).collect();
        assert_eq!(faults, ["no image for debian-12 on this cloud"]);
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
