//! The arrow from blueprint, inputs and facts to what should exist.

use crate::blueprint::{Blueprint, Inputs, check_inputs};
use crate::model::{Diagnostics, EnvironmentKey};
use crate::snapshot::CloudFacts;

use super::addresses::Addresses;
use super::draft::Draft;
use super::types::Desired;
use super::{balancers, bastion, limitations, networks, places, security, servers, storage, tiers};

/// What should exist of `blueprint` with `inputs` in `environment`, on a cloud with these facts.
///
/// Its errors are all that stand in the way: every image, flavor, network and address that cannot be found or decided, each
/// with what to do.
pub fn desired(
    blueprint: &Blueprint,
    inputs: &Inputs,
    environment: &EnvironmentKey,
    facts: &CloudFacts,
) -> Result<Desired, Diagnostics> {
    let mut draft = Draft::new(blueprint, inputs, environment, facts);
    // Counts beyond a tier's would take the addresses of the next one.
    draft.faults = check_inputs(blueprint, inputs);
    let settings = &inputs.settings;
    let external = places::external_network(settings.external_network.as_deref(), &facts.external_networks);
    let external = draft.take(external);
    let zone = places::availability_zone(settings.availability_zone.as_deref(), &facts.availability_zones);
    let zone = draft.take(zone).flatten();
    let tiers = tiers::decide(&mut draft);
    limitations::add(&mut draft, &tiers::counts(&tiers));
    let addresses = Addresses::of(blueprint, settings).map_err(|faults| draft.faults.0.extend(faults.0)).ok();
    // Without either of them nothing can be placed; what else is wrong has been found by now.
    let (Some(external), Some(addresses)) = (external, addresses) else { return Err(draft.faults) };
    networks::add(&mut draft, &addresses, external);
    security::add(&mut draft, &addresses);
    balancers::add(&mut draft, &addresses, &tiers, &external.id);
    servers::add(&mut draft, &addresses, &tiers, &external.id, zone.as_deref());
    if let Some(from) = settings.ssh_from {
        bastion::add(&mut draft, &addresses, from, &external.id, zone.as_deref());
    }
    storage::add(&mut draft);
    let Draft { resources, limitations, notes, faults, entry, secrets, .. } = draft;
    faults.or(Desired {
        environment: environment.clone(),
        resources,
        limitations,
        notes,
        warnings: Diagnostics::default(),
        entry,
        secrets,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::testing;
    use crate::kind::Kind;

    #[test]
    fn every_property_stands_in_its_kind_s_table_and_every_reference_leads_somewhere() {
        let mut world = testing::shop();
        world.inputs.settings.ssh_from = Some("203.0.113.0/24".parse().expect("a range"));
        world.with_much_for("gw");
        let desired = world.desired();
        for (address, resource) in &desired.resources {
            for (name, value) in &*resource.properties {
                assert!(resource.kind.spec().property(name).is_some(), "{address}: {name}");
                for reference in value.references() {
                    assert!(desired.resources.contains_key(&reference), "{address}.{name} → {reference}");
                }
            }
            assert_eq!(Kind::of(address), Some(resource.kind));
        }
        let mut kinds: BTreeSet<Kind> = desired.resources.values().map(|resource| resource.kind).collect();
        // Whether its servers are waited for is the goal's matter.
        kinds.insert(Kind::Guest);
        assert_eq!(kinds.len(), Kind::EVERY.len(), "the shop has every kind");
    }

    #[test]
    fn the_same_inputs_give_the_same_bytes() {
        let world = testing::shop();
        let bytes = || serde_json::to_string(&world.desired()).expect("serialises");
        assert_eq!(bytes(), bytes());
    }

    #[test]
    fn faults_of_different_parts_come_together() {
        let mut world = testing::shop();
        world.facts.external_networks.clear();
        world.facts.images.clear();
        world.inputs.settings.availability_zone = Some("mars".into());
        let nine = crate::blueprint::TierInputs { count: Some(9), ..Default::default() };
        world.inputs.tiers.insert("web".into(), nine);
        world.inputs.settings.cidr = Some("10.0.0.0/24".parse().expect("a range"));
        let faults = world.faults();
        for part in [
            "no external network",
            "no image for ubuntu-16.04",
            "availability zone `mars`",
            "web.count",
            "10.0.0.0/24 is too small",
        ] {
            assert!(faults.contains(part), "{part} is not in\n{faults}");
        }
    }
}
