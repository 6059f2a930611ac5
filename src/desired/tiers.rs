//! What a tier's servers are: how many, on which system, image and flavor, with which components.

use std::collections::BTreeMap;

use crate::blueprint::Tier;
use crate::component::{self, Component, Minimum};
use crate::model::Size;
use crate::model::messages::desired as m;
use crate::say;
use crate::snapshot::{Flavor, Image};

use super::draft::Draft;
use super::flavors::{self, Load};
use super::images;
use super::software::{self, Software};

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
    let software = software::choose(draft);
    blueprint.tiers.iter().filter_map(|tier| decide_one(draft, tier, &software)).collect()
}

fn decide_one<'a>(draft: &mut Draft<'a>, tier: &'a Tier, software: &Software) -> Option<Decided<'a>> {
    let (blueprint, inputs) = (draft.blueprint, draft.inputs);
    let system = blueprint.system_of(tier, inputs);
    let components = software.get(&tier.name).cloned().unwrap_or_default();
    let wanted = blueprint.size_of(tier, inputs);
    let size = raised(draft, tier, wanted, &components);
    let machine = machine(draft, system, size, &minimum(&components), &tier.name)?;
    Some(Decided { tier, count: blueprint.count_of(tier, inputs), machine, components })
}

/// Image and flavor for a system and a size, with what runs there; an ended system is noted.
pub(super) fn machine<'a>(
    draft: &mut Draft<'a>,
    system: &'a str,
    size: Size,
    needs: &(Minimum, String),
    tier: &str,
) -> Option<Machine<'a>> {
    if let Some(known) = component::system(system)
        && let (Some(ended), Some(current)) = (&known.ended, &known.current)
    {
        draft.note(say!(m::ENDED, title = known.title, ended = ended, current = current));
    }
    let (settings, facts) = (&draft.inputs.settings, draft.facts);
    let image = images::choose(system, settings.images.get(system).map(String::as_str), &facts.images);
    let image = draft.take(image)?;
    let setting = settings.flavors.get(&size).map(String::as_str);
    let (least, components) = needs;
    let bare = Load::of(image);
    let mut load = bare.clone();
    if !components.is_empty() {
        load.of = format!("{} + {components}", load.of);
        load.ram_mib = load.ram_mib.max(least.ram_mib);
        load.disk_gib = load.disk_gib.max(least.disk_gib);
    }
    // One flavor's name is the user's own word, which wins; that it is little is said.
    let own_word = setting.is_some_and(|pattern| !pattern.contains('*'));
    let flavor = flavors::choose(size, setting, if own_word { &bare } else { &load }, &facts.flavors);
    let flavor = draft.take(flavor)?;
    if !flavors::holds_load(flavor, &load) {
        let (ram, disk) = (load.ram_mib, load.disk_gib);
        let components = components.as_str();
        draft.note(say!(
            m::SMALL_FLAVOR,
            tier = tier,
            flavor = flavor.name,
            ram = ram,
            disk = disk,
            components = components
        ));
    } else if !own_word
        && let Ok(before) = flavors::choose(size, setting, &bare, &facts.flavors)
        && before.id != flavor.id
    {
        let (from, to, ram, disk) = (&before.name, &flavor.name, load.ram_mib, load.disk_gib);
        let components = components.as_str();
        draft.note(say!(
            m::LARGER_FLAVOR,
            tier = tier,
            from = from,
            to = to,
            ram = ram,
            disk = disk,
            components = components
        ));
    }
    Some(Machine { system, image, flavor })
}

/// The least that these work with on one server, and their names. Each needs its own memory; a disk has room for several.
fn minimum(components: &[&'static Component]) -> (Minimum, String) {
    let minimum = Minimum {
        ram_mib: components.iter().map(|component| component.minimum.ram_mib).sum(),
        disk_gib: components.iter().map(|component| component.minimum.disk_gib).max().unwrap_or(0),
    };
    let names: Vec<&str> = components.iter().map(|component| component.name.as_str()).collect();
    (minimum, names.join(" + "))
}

fn raised(draft: &mut Draft<'_>, tier: &Tier, wanted: Size, components: &[&'static Component]) -> Size {
    let (least, names) = minimum(components);
    let holds = |size: &Size| *size >= wanted && size.ram_mib() >= least.ram_mib;
    // Beyond the largest size the flavors decide.
    let size = Size::ALL.into_iter().find(holds).unwrap_or(Size::Xlarge);
    if size > wanted {
        draft.note(say!(m::RAISED, tier = tier.name, from = wanted, to = size, component = names));
    }
    size
}

/// Counts by tier, of those that are decided.
pub(super) fn counts(tiers: &[Decided<'_>]) -> BTreeMap<String, u32> {
    tiers.iter().map(|decided| (decided.tier.name.clone(), decided.count)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::blueprint::{Service, TierInputs};

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
        let mut world = testing::shop();
        let cache = world.blueprint.tiers.iter_mut().find(|tier| tier.name == "kv").expect("the shop has a cache");
        cache.service = Service::Named("kafka".into());
        let mut draft = world.draft();
        decide(&mut draft);
        let notes: Vec<String> = draft.notes.iter().map(ToString::to_string).collect();
        assert_eq!(notes, ["support of Ubuntu 16.04 ended (2026-04, with Ubuntu's ESM); current: ubuntu-24.04"]);
        let missing: Vec<&str> = draft.limitations.iter().map(|limitation| limitation.of.as_str()).collect();
        assert_eq!(missing, ["kv"]);
    }

    #[test]
    fn a_component_s_minimum_raises_the_size() {
        static GREEDY: std::sync::LazyLock<Component> = std::sync::LazyLock::new(|| Component {
            minimum: Minimum { ram_mib: 5000, disk_gib: 30 },
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
