//! The ways of requests through the environment, from the blueprint's links and the roles of what runs on its tiers.

use std::collections::{BTreeMap, BTreeSet};

use crate::blueprint::{Blueprint, Endpoint, Inputs, Protocol, Tier};
use crate::component::Component;
use crate::model::{Address, Chain, EnvironmentKey, Front, Node, OutputRef, Role, token};
use crate::snapshot::CloudFacts;

use super::draft::Draft;
use super::servers::local_name;
use super::software;

/// What its own answer tells of, where a link leads to it.
const DEPENDED_ON: [Role; 3] = [Role::Database, Role::Cache, Role::Queue];

/// What a verification of this environment has to see: only servers that something is installed on, for nobody else answers.
pub fn chain(blueprint: &Blueprint, inputs: &Inputs, environment: &EnvironmentKey) -> Chain {
    Map { blueprint, inputs, roles: roles(blueprint, inputs, environment) }.chain(environment)
}

/// What runs on each tier is for others. It does not depend on the cloud.
pub(super) fn roles(blueprint: &Blueprint, inputs: &Inputs, environment: &EnvironmentKey) -> Roles {
    let facts = CloudFacts::unseen();
    let software = software::choose(&mut Draft::new(blueprint, inputs, environment, &facts));
    let roles = |components: Vec<&Component>| components.into_iter().map(|component| component.role).collect();
    software.into_iter().map(|(tier, components)| (tier, roles(components))).collect()
}

/// By tier.
pub(super) type Roles = BTreeMap<String, Vec<Role>>;

struct Map<'a> {
    blueprint: &'a Blueprint,
    inputs: &'a Inputs,
    roles: Roles,
}

impl Map<'_> {
    fn chain(&self, environment: &EnvironmentKey) -> Chain {
        let tiers = || self.blueprint.tiers.iter().filter(|tier| !self.roles(tier).is_empty());
        Chain {
            environment: environment.name.to_string(),
            token: token(environment.id().as_str()),
            fronts: self.fronts(),
            nodes: tiers().flat_map(|tier| self.nodes(tier)).collect(),
        }
    }

    fn roles(&self, tier: &Tier) -> Vec<Role> {
        self.roles.get(&tier.name).cloned().unwrap_or_default()
    }

    /// The tiers that links from this one lead to, with their roles.
    fn linked(&self, tier: &Tier) -> Vec<(&Tier, Vec<Role>)> {
        let reached: BTreeSet<&str> = software::reaches(self.blueprint, tier).collect();
        let tiers = self.blueprint.tiers.iter().filter(|to| reached.contains(to.name.as_str()));
        tiers.map(|to| (to, self.roles(to))).collect()
    }

    fn nodes(&self, tier: &Tier) -> Vec<Node> {
        let (roles, linked) = (self.roles(tier), self.linked(tier));
        let with = |role: Role| linked.iter().filter(move |(_, roles)| roles.contains(&role)).map(|(tier, _)| *tier);
        let proxies = roles.contains(&Role::Web);
        let behind =
            |role: Role| -> Vec<String> { with(role).filter(|_| proxies).flat_map(|tier| self.locals(tier)).collect() };
        // Whoever makes pages says what they depend on; others are asked by those.
        let speaks = roles.contains(&Role::Application) || roles.contains(&Role::Page);
        let depends_on: Vec<Role> =
            DEPENDED_ON.into_iter().filter(|role| speaks && with(*role).next().is_some()).collect();
        let node = |local: String| Node {
            local,
            roles: roles.clone(),
            depends_on: depends_on.clone(),
            applications: behind(Role::Application),
            gateways: behind(Role::Gateway),
        };
        self.locals(tier).into_iter().map(node).collect()
    }

    fn locals(&self, tier: &Tier) -> Vec<String> {
        (1..=self.blueprint.count_of(tier, self.inputs)).map(|number| local_name(&tier.name, number)).collect()
    }

    /// Public balancers, and the servers of public tiers.
    fn fronts(&self) -> Vec<Front> {
        let floating = |local: &str| OutputRef {
            address: Address::new("floating-ip", local),
            field: "floating_ip_address".to_owned(),
        };
        let mut fronts = Vec::new();
        for balancer in self.blueprint.balancers.iter().filter(|balancer| balancer.public) {
            let plain = |protocol| matches!(protocol, Protocol::Http | Protocol::Tcp);
            let listeners = balancer.listeners.iter().filter(|listener| plain(listener.protocol));
            let spoken = listeners.filter_map(|listener| Some((listener, self.blueprint.tier(&listener.to)?)));
            if let Some((listener, tier)) = spoken.into_iter().find(|(_, tier)| self.serves_pages(tier)) {
                fronts.push(Front {
                    name: balancer.name.clone(),
                    address: floating(&balancer.name),
                    port: listener.port,
                    servers: self.locals(tier),
                });
            }
        }
        for tier in self.blueprint.tiers.iter().filter(|tier| tier.public && self.serves_pages(tier)) {
            let port = self.public_port(tier);
            fronts.extend(self.locals(tier).into_iter().map(|local| Front {
                address: floating(&local),
                port,
                servers: vec![local.clone()],
                name: local,
            }));
        }
        fronts
    }

    fn serves_pages(&self, tier: &Tier) -> bool {
        self.roles(tier).iter().any(|role| matches!(role, Role::Web | Role::Page | Role::Tool))
    }

    /// The port that the internet is linked to; TLS comes later, so that 443 is none yet.
    fn public_port(&self, tier: &Tier) -> u16 {
        let to = Endpoint::Tier(tier.name.clone());
        let links = self.blueprint.links.iter().filter(|link| link.from == Endpoint::Internet && link.to == to);
        let ports: Vec<u16> = links.filter_map(|link| Some(self.blueprint.ports_of(link, self.inputs)?.0)).collect();
        ports.iter().copied().find(|port| *port != 443).or(ports.first().copied()).unwrap_or(80)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::blueprint::TierInputs;

    /// As if every component were there.
    fn everything() -> Roles {
        let tiers = [
            ("web", Role::Web),
            ("was", Role::Application),
            ("gw", Role::Gateway),
            ("db", Role::Database),
            ("kv", Role::Cache),
        ];
        tiers.map(|(tier, role)| (tier.to_owned(), vec![role])).into()
    }

    fn of(world: &testing::World, roles: Roles) -> Chain {
        Map { blueprint: &world.blueprint, inputs: &world.inputs, roles }.chain(&world.environment)
    }

    #[test]
    fn the_chain_follows_the_links() {
        let mut world = testing::shop();
        world.inputs.tiers.insert("was".into(), TierInputs { count: Some(3), ..TierInputs::default() });
        let chain = of(&world, everything());
        assert_eq!(chain.token, format!("구름-{}", world.environment.id()));
        let [front] = &chain.fronts[..] else { panic!("{:?}", chain.fronts) };
        assert_eq!((front.name.as_str(), front.port, front.servers.len()), ("front", 80, 2));
        assert_eq!(front.address.address.as_str(), "floating-ip.front");
        let locals: Vec<&str> = chain.nodes.iter().map(|node| node.local.as_str()).collect();
        assert_eq!(locals, ["web-1", "web-2", "was-1", "was-2", "was-3", "gw-1", "gw-2", "db-1", "kv-1"]);
        let web = chain.node("web-2").expect("a node");
        assert_eq!((web.applications.len(), &web.gateways[..]), (3, &["gw-1".to_owned(), "gw-2".to_owned()][..]));
        let was = chain.node("was-1").expect("a node");
        assert_eq!(was.depends_on, [Role::Database, Role::Cache]);
        assert!(chain.node("db-1").expect("a node").depends_on.is_empty());
    }

    #[test]
    fn what_is_not_installed_is_in_no_chain() {
        let world = testing::shop();
        let chain = of(&world, Roles::from([("web".to_owned(), vec![Role::Web])]));
        assert_eq!(chain.nodes.len(), 2);
        assert!(chain.nodes.iter().all(|node| node.applications.is_empty() && node.gateways.is_empty()));
        assert!(of(&world, Roles::new()).fronts.is_empty());
    }

    #[test]
    fn servers_with_floating_addresses_are_fronts_themselves() {
        let mut world = testing::shop();
        world.blueprint.balancers.clear();
        world.blueprint.links.push(crate::blueprint::Link {
            from: Endpoint::Internet,
            to: Endpoint::Tier("web".into()),
            port: crate::blueprint::LinkPort::Number(8000),
            protocol: Protocol::Tcp,
            span: world.blueprint.tiers[0].span.clone(),
        });
        world.blueprint.tiers[0].public = true;
        let fronts = of(&world, everything()).fronts;
        let told: Vec<_> =
            fronts.iter().map(|front| (front.name.as_str(), front.port, front.address.address.as_str())).collect();
        assert_eq!(told, [("web-1", 8000, "floating-ip.web-1"), ("web-2", 8000, "floating-ip.web-2")]);
    }
}
