//! The environment of the tests: a shop with a balancer, five tiers in three zones and a container, and a cloud that holds it.

use std::collections::BTreeMap;

use crate::blueprint::{
    Balancer, Blueprint, Choice, Count, Endpoint, Health, Inputs, Link, LinkPort, Listener, Localized, ObjectStorage,
    Protocol, Service, System, Tier, Want, Zone,
};
use crate::component;
use crate::model::{Address, EnvironmentKey, EnvironmentName, Size, Span};
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

    pub fn faults(&self) -> String {
        desired(&self.blueprint, &self.inputs, &self.environment, &self.facts)
            .expect_err("there are faults")
            .to_string()
    }
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

fn span() -> Span {
    Span { file: "t".into(), line: 1, column: 1 }
}

fn tier(name: &str, zone: &str, service: Service, size: Size, count: Count) -> Tier {
    Tier {
        name: name.into(),
        title: Localized::default(),
        service,
        also: Vec::new(),
        settings: BTreeMap::new(),
        count,
        size,
        zone: zone.into(),
        spread: count.max > 1,
        bears_data: false,
        public: false,
        system: None,
        span: span(),
    }
}

fn blueprint() -> Blueprint {
    let chosen = |name: &str| Service::Chosen(name.into());
    let named = |name: &str| Service::Named(name.into());
    let choice =
        |name: &str, one_of: [&str; 2]| Choice { name: name.into(), one_of: one_of.map(String::from).to_vec() };
    let tier_of = |name: &str| Endpoint::Tier(name.into());
    let front = || Endpoint::Balancer("front".into());
    let link = |from, to, port| Link { from, to, port: LinkPort::Number(port), protocol: Protocol::Tcp, span: span() };
    let count = |default, max| Count { default, min: default, max };
    let mut db = tier("db", "db", chosen("db"), Size::Large, count(1, 1));
    db.bears_data = true;
    Blueprint {
        id: "usecase-2.6".into(),
        title: Localized::default(),
        description: Localized::default(),
        notes: Vec::new(),
        choices: vec![
            choice("web", ["nginx", "apache"]),
            choice("was", ["tomcat", "jboss"]),
            choice("db", ["mariadb", "postgresql"]),
        ],
        systems: vec![System("ubuntu-16.04".into()), System("centos-7".into())],
        zones: ["web", "was", "db"].map(|name| Zone { name: name.into() }).to_vec(),
        tiers: vec![
            tier("web", "web", chosen("web"), Size::Small, count(2, 6)),
            tier("was", "was", chosen("was"), Size::Medium, count(2, 8)),
            tier("gw", "was", named("api-gateway"), Size::Medium, count(2, 2)),
            db,
            tier("kv", "db", named("redis"), Size::Medium, count(1, 1)),
        ],
        links: vec![
            link(Endpoint::Internet, front(), 80),
            link(Endpoint::Internet, front(), 443),
            link(front(), tier_of("web"), 80),
            link(tier_of("web"), tier_of("was"), 8080),
            link(tier_of("web"), tier_of("gw"), 9080),
            link(tier_of("was"), tier_of("db"), 3306),
            link(tier_of("was"), tier_of("kv"), 6379),
        ],
        balancers: vec![Balancer {
            name: "front".into(),
            zone: "web".into(),
            public: true,
            listeners: vec![Listener {
                name: "http".into(),
                protocol: Protocol::Http,
                port: 80,
                to: "web".into(),
                to_port: 80,
                sticky: false,
                health: Health { path: Some("/".into()), delay: 5, timeout: 3, max_retries: 3 },
            }],
            span: span(),
        }],
        storage: vec![ObjectStorage { name: "assets".into(), used_by: vec!["was".into()] }],
        volumes: Vec::new(),
        external: Vec::new(),
        wants: vec![Want::AutoScaling { tier: "web".into(), min: 2, max: 6 }, Want::Tls { balancer: "front".into() }],
    }
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
