//! The environment of the tests: a shop by use case 2.6 (a balancer, five tiers in three zones, a container), and a cloud that
//! holds it.

use std::collections::BTreeMap;

use crate::blueprint::{self, Blueprint, Inputs};
use crate::component;
use crate::kind::userdata;
use crate::model::{Address, EnvironmentKey, EnvironmentName, Piece, Size};
use crate::snapshot::{Checked, CloudFacts, ExternalNetwork, Flavor, Image};

use super::draft::Draft;
use super::{Desired, desired};

pub(super) struct World {
    pub blueprint: Blueprint,
    pub inputs: Inputs,
    pub environment: EnvironmentKey,
    pub facts: CloudFacts,
}

impl World {
    pub fn draft(&self) -> Draft<'_> {
        Draft::new(&self.blueprint, &self.inputs, &self.environment, &self.facts)
    }

    pub fn desired(&self) -> Desired {
        desired(&self.blueprint, &self.inputs, &self.environment, &self.facts)
            .unwrap_or_else(|faults| panic!("{faults}"))
    }

    /// Gives that tier, of gateways, more to say than user-data has room for.
    pub fn with_much_for(&mut self, tier: &str) {
        let tier = self.blueprint.tiers.iter_mut().find(|one| one.name == tier).expect("it has that tier");
        tier.settings.insert("rate".into(), noise());
    }

    pub fn faults(&self) -> String {
        desired(&self.blueprint, &self.inputs, &self.environment, &self.facts)
            .expect_err("there are faults")
            .to_string()
    }
}

/// Hex of digests, so that nothing can be packed much.
pub(super) fn noise() -> String {
    (0..2000).map(|n: u32| userdata::hash(&[Piece::Literal(n.to_string())])).collect()
}

/// The addresses of the kinds with these words.
pub(super) fn addresses(desired: &Desired, words: &[&str]) -> Vec<String> {
    let of_them = |address: &&Address| words.contains(&address.word());
    desired.resources.keys().filter(of_them).map(ToString::to_string).collect()
}

/// A resource's properties.
pub(super) fn json(desired: &Desired, address: &str) -> serde_json::Value {
    let address = Address::parse(address).expect("an address");
    let resource = desired.resources.get(&address).unwrap_or_else(|| panic!("{address} is not desired"));
    serde_json::to_value(&resource.properties).expect("serialises")
}

/// The pieces of a server's user-data.
pub(super) fn pieces(desired: &Desired, server: &str) -> Vec<Piece> {
    let user_data = json(desired, server)["user_data"]["$pieces"].take();
    serde_json::from_value(user_data).expect("pieces")
}

/// Our part of a server's user-data, with a word in the place of whatever is secret.
pub(super) fn boot(desired: &Desired, server: &str) -> serde_json::Value {
    let known = |piece| if let Piece::Literal(text) = piece { text } else { "secret".to_owned() };
    let text: String = pieces(desired, server).into_iter().map(known).collect();
    let (_, config) = text.rsplit_once("#cloud-config\n").expect("a cloud-config");
    serde_json::from_str(config.strip_suffix("--==gureum==--\n").expect("the message's end")).expect("JSON")
}

pub(super) fn shop() -> World {
    World {
        blueprint: blueprint(),
        inputs: Inputs { usecase: "usecase-2.6".into(), ..Inputs::default() },
        environment: EnvironmentKey {
            project_id: "project".into(),
            region: "RegionOne".into(),
            name: EnvironmentName::parse("shop").expect("a name"),
        },
        facts: facts(),
    }
}

fn blueprint() -> Blueprint {
    let files = blueprint::builtin();
    let (id, text) = files.iter().find(|(id, _)| *id == "usecase-2.6").expect("it is compiled in");
    blueprint::parse(text, id).unwrap_or_else(|faults| panic!("{faults}")).0
}

fn facts() -> CloudFacts {
    let flavor = |size: Size| Flavor {
        id: format!("flv-{size}"),
        name: size.to_string(),
        vcpus: size.vcpus(),
        ram_mib: size.ram_mib(),
        disk_gib: 20,
    };
    let image = |(name, system): (&String, &component::System)| Image {
        id: format!("img-{name}"),
        name: system.title.clone(),
        os_distro: Some(system.distro.clone()),
        os_version: Some(system.version.clone()),
        min_disk_gib: 5,
        min_ram_mib: 0,
        created_at: "2026-01-01T00:00:00Z".into(),
    };
    CloudFacts {
        services: crate::kind::Service::ALL.into_iter().collect(),
        flavors: Size::ALL.map(flavor).to_vec(),
        images: component::systems().iter().map(image).collect(),
        external_networks: vec![ExternalNetwork { id: "ext-1".into(), name: "public".into() }],
        quotas: BTreeMap::new(),
        availability_zones: Checked::Known(["nova".to_owned()].into()),
    }
}
