//! One server as its components see it: whom it may talk to, who may talk to it, what it is called.

use std::collections::BTreeMap;

use crate::blueprint::{Balancer, Endpoint, Goal, Tier};
use crate::component::{Client, Component, Container, Context, Link, Peer, Reports, Role, secrets_of};
use crate::kind::{Kind, METADATA_SECRET, SIGNALS_KEY, Service, signals};
use crate::model::messages::desired as m;
use crate::model::{FingerprintRef, SecretName, SecretRef, SecretShape, Value};
use crate::say;

use super::addresses::Addresses;
use super::draft::{Draft, map, properties};
use super::servers::local_name;
use super::tiers::Decided;
use super::types::Degree;

/// The length of the key by which reports are known to be the guests' own.
const SIGNALS_KEY_LENGTH: u16 = 40;

/// How guests say how far they are, and what that needs: a container of its own with a key, or the key alone.
pub(super) fn reports(draft: &mut Draft<'_>, tiers: &[Decided<'_>]) -> Reports {
    if tiers.iter().all(|decided| decided.components.is_empty()) {
        return Reports::None;
    }
    // They report in any case: a later deploy may want to wait for those that are there.
    if draft.inputs.until == Some(Goal::Active) {
        draft.limitation(Degree::Degraded, "until", say!(m::UNTIL_ACTIVE));
    }
    let key = SecretName(SIGNALS_KEY.to_owned());
    draft.secrets.insert(key.clone(), SecretShape { length: SIGNALS_KEY_LENGTH });
    if !draft.facts.services.contains(&Service::ObjectStore) {
        return Reports::Console(key);
    }
    let container = signals();
    let name = format!("{}-{}", draft.environment.resource_name(container.local()), draft.environment.id());
    let fingerprint = Value::Fingerprint(FingerprintRef { name: key.clone() });
    let metadata = map([(format!("{METADATA_SECRET}{SIGNALS_KEY}").as_str(), fingerprint)]);
    let claim = properties([("container", Value::id_of(&container)), ("metadata", metadata)]);
    draft.add(container.child(Kind::Claim.spec().word, ""), claim);
    let is = [("name", Value::from(name)), ("temp_url_key", Value::Secret(SecretRef { name: key }))];
    draft.add(container, properties(is));
    Reports::Object
}

/// What the templates of one server of a tier may name.
pub(super) fn context(
    draft: &Draft<'_>,
    addresses: &Addresses,
    tiers: &[Decided<'_>],
    decided: &Decided<'_>,
    number: u32,
) -> Context {
    let (tier, environment) = (decided.tier, draft.environment);
    let own = peer(draft, addresses, &tier.name, number);
    let view = View { draft, addresses, tiers };
    Context {
        server: own.name.clone(),
        local: own.local.clone(),
        tier: tier.name.clone(),
        environment: environment.name.as_str().to_owned(),
        environment_id: environment.id().to_string(),
        system: decided.machine.system.to_owned(),
        address: own.address.clone(),
        cidr: addresses.range(&tier.zone).to_string(),
        network: Addresses::whole(&draft.inputs.settings).to_string(),
        secrets: secrets(decided),
        links: view.links(decided, own),
        tools: view.tools(tier),
        clients: view.clients(tier),
        containers: view.containers(tier),
        token: format!("구름-{}", environment.id()),
        settings: tier.settings.clone(),
    }
}

fn peer(draft: &Draft<'_>, addresses: &Addresses, tier: &str, number: u32) -> Peer {
    let local = local_name(tier, number);
    let name = draft.environment.resource_name(&local);
    Peer { name, local, address: addresses.server(tier, number).to_string() }
}

fn secrets(decided: &Decided<'_>) -> BTreeMap<String, String> {
    secrets_of(&decided.tier.name, decided.components.iter().flat_map(|component| component.secrets.keys()))
}

/// Everything that one server is seen against.
struct View<'a> {
    draft: &'a Draft<'a>,
    addresses: &'a Addresses,
    tiers: &'a [Decided<'a>],
}

impl View<'_> {
    fn tier(&self, name: &str) -> Option<&Decided<'_>> {
        self.tiers.iter().find(|decided| decided.tier.name == name)
    }

    fn balancer(&self, name: &str) -> Option<&Balancer> {
        self.draft.blueprint.balancers.iter().find(|balancer| balancer.name == name)
    }

    fn peers(&self, decided: &Decided<'_>) -> Vec<Peer> {
        (1..=decided.count).map(|number| peer(self.draft, self.addresses, &decided.tier.name, number)).collect()
    }

    /// A load balancer as one server: its virtual IP.
    fn vip(&self, name: &str) -> Peer {
        let address = self.addresses.vip(name).to_string();
        Peer { name: self.draft.environment.resource_name(name), local: name.to_owned(), address }
    }

    /// By role the first tier that a link leads to, else what runs on the same server.
    fn links(&self, decided: &Decided<'_>, own: Peer) -> BTreeMap<Role, Link> {
        let mut links = BTreeMap::new();
        for link in &self.draft.blueprint.links {
            if !matches!(&link.from, Endpoint::Tier(name) if *name == decided.tier.name) {
                continue;
            }
            match &link.to {
                Endpoint::Tier(name) => {
                    let Some(to) = self.tier(name) else { continue };
                    let port = self.draft.blueprint.ports_of(link, self.draft.inputs).map(|(first, _)| first);
                    add(&mut links, to, port, &self.peers(to));
                }
                Endpoint::Balancer(name) => {
                    for listener in self.balancer(name).into_iter().flat_map(|balancer| &balancer.listeners) {
                        let Some(to) = self.tier(&listener.to) else { continue };
                        for component in &to.components {
                            let link = link_to(to, component, listener.port, vec![self.vip(name)]);
                            links.entry(component.role).or_insert(link);
                        }
                    }
                }
                Endpoint::Internet | Endpoint::External(_) => {}
            }
        }
        add(&mut links, decided, None, &[Peer { address: "127.0.0.1".into(), ..own }]);
        links
    }

    /// Every tool that a link leads to, in the order of the links.
    fn tools(&self, tier: &Tier) -> Vec<Link> {
        let mut tools = Vec::new();
        for link in &self.draft.blueprint.links {
            let (Endpoint::Tier(from), Endpoint::Tier(to)) = (&link.from, &link.to) else { continue };
            let Some(to) = self.tier(to).filter(|_| *from == tier.name) else { continue };
            for component in to.components.iter().filter(|component| component.role == Role::Tool) {
                if let Some(port) = component.port {
                    tools.push(link_to(to, component, port, self.peers(to)));
                }
            }
        }
        tools
    }

    fn clients(&self, tier: &Tier) -> Vec<Client> {
        let mut clients: Vec<Client> = Vec::new();
        let mut add = |client: Client| {
            if !clients.contains(&client) {
                clients.push(client);
            }
        };
        for link in &self.draft.blueprint.links {
            if !matches!(&link.to, Endpoint::Tier(name) if *name == tier.name) {
                continue;
            }
            match &link.from {
                Endpoint::Tier(name) => self.tier(name).into_iter().for_each(|from| add(self.client(from))),
                Endpoint::Balancer(name) => {
                    let Some(balancer) = self.balancer(name) else { continue };
                    for range in self.balancer_ranges(balancer, tier) {
                        let servers = vec![self.vip(name)];
                        add(Client { servers, ..outside(name, "balancer", range) });
                    }
                }
                Endpoint::Internet => add(outside("internet", "internet", "0.0.0.0/0".into())),
                Endpoint::External(_) => {}
            }
        }
        clients
    }

    fn client(&self, from: &Decided<'_>) -> Client {
        let service = self.draft.blueprint.service_of(from.tier, self.draft.inputs).to_owned();
        let own = from.components.iter().find(|component| component.name == service);
        Client {
            tier: from.tier.name.clone(),
            role: own.map_or("other", |component| component.role.as_str()).to_owned(),
            roles: from.components.iter().map(|component| component.role).collect(),
            service,
            cidr: self.addresses.range(&from.tier.zone).to_string(),
            servers: self.peers(from),
        }
    }

    /// From where a load balancer speaks to a tier: as the security groups have it.
    fn balancer_ranges(&self, balancer: &Balancer, tier: &Tier) -> Vec<String> {
        let mut ranges = [&balancer.zone, &tier.zone].map(|zone| self.addresses.range(zone).to_string()).to_vec();
        ranges.dedup();
        ranges
    }

    fn containers(&self, tier: &Tier) -> Vec<Container> {
        let environment = self.draft.environment;
        let used = self.draft.blueprint.storage.iter().filter(|storage| storage.used_by.contains(&tier.name));
        used.map(|storage| Container {
            name: format!("{}-{}", environment.resource_name(&storage.name), environment.id()),
            local: storage.name.clone(),
        })
        .collect()
    }
}

/// Each component of a tier under its role; one without a port of its own has the link's.
fn add(links: &mut BTreeMap<Role, Link>, to: &Decided<'_>, port: Option<u16>, servers: &[Peer]) {
    for component in &to.components {
        if let Some(port) = component.port.or(port) {
            links.entry(component.role).or_insert_with(|| link_to(to, component, port, servers.to_vec()));
        }
    }
}

fn link_to(to: &Decided<'_>, component: &Component, port: u16, servers: Vec<Peer>) -> Link {
    Link { tier: to.tier.name.clone(), service: component.name.clone(), port, servers, secrets: secrets(to) }
}

fn outside(name: &str, role: &str, cidr: String) -> Client {
    let (tier, role, service) = (name.to_owned(), role.to_owned(), role.to_owned());
    Client { tier, role, roles: Vec::new(), service, cidr, servers: Vec::new() }
}
