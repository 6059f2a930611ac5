//! What can only be judged when the parts are seen together. A part that lost an item to a fault is not judged: it would
//! be blamed for what the fault took away.

use super::names::Names;
use crate::blueprint::read::{Map, Reader};
use crate::blueprint::services::service_port;
use crate::blueprint::types::{Balancer, Blueprint, Endpoint, Link, LinkPort, Protocol, Service, Tier, Want};
use crate::blueprint::yaml::{Data, Node};
use crate::model::messages::blueprint as m;
use crate::say;

pub(super) fn check(r: &mut Reader, blueprint: &Blueprint, names: &Names<'_>, top: &Map<'_>) {
    let links_whole = blueprint.links.len() == items(top.get("links"));
    let balancers_whole = blueprint.balancers.len() == names.balancers.len();
    let tiers_whole = blueprint.tiers.len() == names.tiers.len();
    for link in &blueprint.links {
        own_port(r, blueprint, link);
        listening(r, blueprint, link);
        public(r, blueprint, link);
    }
    if links_whole {
        for balancer in &blueprint.balancers {
            pools_are_linked(r, blueprint, balancer, top);
        }
    }
    scaling(r, blueprint, top);
    if tiers_whole && balancers_whole {
        unused(r, blueprint, top);
    }
}

fn items(node: Option<&Node>) -> usize {
    match node.map(|node| &node.data) {
        Some(Data::List(items)) => items.len(),
        _ => 0,
    }
}

fn link_path(blueprint: &Blueprint, link: &Link) -> String {
    let number = blueprint.links.iter().position(|other| std::ptr::eq(other, link)).unwrap_or_default();
    format!("links[{}]", number + 1)
}

/// `port: service` needs a service that has one.
fn own_port(r: &mut Reader, blueprint: &Blueprint, link: &Link) {
    if link.port != LinkPort::OfService {
        return;
    }
    let Endpoint::Tier(tier) = &link.to else {
        r.fault(&link.span, say!(m::SERVICE_PORT_OF_TIER, path = link_path(blueprint, link)), None);
        return;
    };
    let Some(tier) = blueprint.tier(tier) else { return };
    for service in services(blueprint, tier) {
        if service_port(service).is_none() {
            let path = link_path(blueprint, link);
            r.fault(&link.span, say!(m::NO_OWN_PORT, path = path, service = service), None);
        }
    }
}

fn services<'b>(blueprint: &'b Blueprint, tier: &'b Tier) -> Vec<&'b str> {
    match &tier.service {
        Service::Named(name) => vec![name],
        Service::Chosen(choice) => blueprint
            .choice(choice)
            .map(|choice| choice.one_of.iter().map(String::as_str).collect())
            .unwrap_or_default(),
    }
}

/// A link to a balancer should meet a listener; with TLS wanted, 443 will be one.
fn listening(r: &mut Reader, blueprint: &Blueprint, link: &Link) {
    let (Endpoint::Balancer(name), LinkPort::Number(port)) = (&link.to, link.port) else { return };
    let Some(balancer) = blueprint.balancers.iter().find(|balancer| balancer.name == *name) else { return };
    let tls = port == 443 && blueprint.wants.contains(&Want::Tls { balancer: name.clone() });
    if !tls && !balancer.listeners.iter().any(|listener| listener.port == port) {
        let path = link_path(blueprint, link);
        r.warn(&link.span, say!(m::NOT_LISTENING, path = path, balancer = name, port = port));
    }
}

/// A link from the internet should end where it can arrive.
fn public(r: &mut Reader, blueprint: &Blueprint, link: &Link) {
    if link.from != Endpoint::Internet {
        return;
    }
    let (name, public) = match &link.to {
        Endpoint::Tier(name) => (name, blueprint.tier(name).is_none_or(|tier| tier.public)),
        Endpoint::Balancer(name) => {
            let balancer = blueprint.balancers.iter().find(|balancer| balancer.name == *name);
            (name, balancer.is_none_or(|balancer| balancer.public))
        }
        Endpoint::Internet | Endpoint::External(_) => return,
    };
    if !public {
        r.warn(&link.span, say!(m::NOT_PUBLIC, path = link_path(blueprint, link), name = name));
    }
}

/// Without a link the balancer's own servers would be turned away.
fn pools_are_linked(r: &mut Reader, blueprint: &Blueprint, balancer: &Balancer, top: &Map<'_>) {
    let from = Endpoint::Balancer(balancer.name.clone());
    for listener in &balancer.listeners {
        let tier = blueprint.tier(&listener.to);
        let linked = blueprint.links.iter().any(|link| {
            let udp = |protocol| protocol == Protocol::Udp;
            let port = match link.port {
                LinkPort::Number(port) => port == listener.to_port,
                LinkPort::Range(first, last) => (first..=last).contains(&listener.to_port),
                LinkPort::OfService => tier.is_none_or(|tier| {
                    services(blueprint, tier).into_iter().all(|service| service_port(service) == Some(listener.to_port))
                }),
            };
            let ends = link.from == from && link.to == Endpoint::Tier(listener.to.clone());
            ends && port && udp(link.protocol) == udp(listener.protocol)
        });
        if !linked {
            let (balancer, tier, port) = (&balancer.name, &listener.to, listener.to_port);
            let path = format!("balancers.{balancer}.listeners.{}", listener.name);
            let help = say!(m::NO_LINK_TO_POOL_HELP, balancer = balancer, tier = tier, port = port);
            let text = say!(m::NO_LINK_TO_POOL, path = path, balancer = balancer, tier = tier, port = port);
            let place = descend(top, &["balancers", balancer, "listeners", &listener.name]);
            r.fault(place.map_or(&top.node.span, |node| &node.head), text, Some(help));
        }
    }
}

fn scaling(r: &mut Reader, blueprint: &Blueprint, top: &Map<'_>) {
    for want in &blueprint.wants {
        let Want::AutoScaling { tier, min, max } = want else { continue };
        let place = descend(top, &["wants", "auto_scaling", tier]).map_or(&top.node.span, |node| &node.span);
        let path = format!("wants.auto_scaling.{tier}");
        let count = blueprint.tier(tier).map(|tier| tier.count);
        if min > max {
            r.fault(place, say!(m::RANGE_ORDER, path = path, first = min, last = max), None);
        } else if let Some(count) = count.filter(|count| *min < count.min || *max > count.max) {
            let (tier_min, tier_max) = (count.min, count.max);
            let text =
                say!(m::SCALING_RANGE, path = path, min = min, max = max, tier_min = tier_min, tier_max = tier_max);
            r.fault(place, text, None);
        }
    }
}

fn unused(r: &mut Reader, blueprint: &Blueprint, top: &Map<'_>) {
    for zone in &blueprint.zones {
        let used = blueprint.tiers.iter().map(|tier| &tier.zone).chain(blueprint.balancers.iter().map(|b| &b.zone));
        if !used.into_iter().any(|used| *used == zone.name) {
            let place = top.get("zones").map_or(&top.node.span, |node| &node.span);
            r.warn(place, say!(m::UNUSED_ZONE, name = zone.name));
        }
    }
    for choice in &blueprint.choices {
        let used = Service::Chosen(choice.name.clone());
        if !blueprint.tiers.iter().any(|tier| tier.service == used) {
            let place = descend(top, &["choices", &choice.name]).map_or(&top.node.span, |node| &node.head);
            r.warn(place, say!(m::UNUSED_CHOICE, name = choice.name));
        }
    }
}

/// The node at that path.
fn descend<'n>(top: &Map<'n>, path: &[&str]) -> Option<&'n Node> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(top.get(first)?, |node, key| match &node.data {
        Data::Map(entries) => entries.iter().find(|(known, _)| known.text == *key).map(|(_, node)| node),
        _ => None,
    })
}
