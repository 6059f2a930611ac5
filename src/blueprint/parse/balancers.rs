//! `balancers:`, load balancers with their listeners.

use super::names::Names;
use crate::blueprint::read::Reader;
use crate::blueprint::types::{Balancer, Health, Listener, Protocol};
use crate::blueprint::yaml::Node;
use crate::model::messages::blueprint as m;
use crate::say;

/// Octavia's limits of a monitor, and what is taken where nothing is said.
const SECONDS: u32 = 3600;
const RETRIES: u32 = 10;
const USUAL: Health = Health { path: None, delay: 5, timeout: 3, max_retries: 3 };

pub(super) fn read(r: &mut Reader, node: Option<&Node>, names: &Names<'_>) -> Vec<Balancer> {
    let balancers = r.named(node);
    balancers.into_iter().filter_map(|(name, node)| balancer(r, name, node, names)).collect()
}

fn balancer(r: &mut Reader, name: &str, node: &Node, names: &Names<'_>) -> Option<Balancer> {
    let map = r.map(node, &["zone", "public", "listeners"])?;
    let zone = r.need(&map, "zone", "zone: web").and_then(|node| names.zone(r, node));
    let public = r.truth(map.get("public"));
    let node_of_listeners =
        r.need(&map, "listeners", "listeners: {http: {protocol: http, port: 80, to: web, to_port: 80}}");
    let entries = r.named(node_of_listeners);
    if let (Some(node), true) = (node_of_listeners, entries.is_empty()) {
        r.fault(&node.span, say!(m::NO_LISTENER, path = map.node.path), None);
    }
    let wanted = entries.len();
    let mut listeners: Vec<Listener> = Vec::new();
    for (name, node) in entries {
        if let Some(listener) = listener(r, name, node, names) {
            let udp = |listener: &Listener| listener.protocol == Protocol::Udp;
            if listeners.iter().any(|other| other.port == listener.port && udp(other) == udp(&listener)) {
                r.fault(&node.head, say!(m::LISTENERS_COLLIDE, path = node.path, port = listener.port), None);
            }
            listeners.push(listener);
        }
    }
    let whole = listeners.len() == wanted;
    let (zone, public) = (zone?, public?);
    whole.then(|| Balancer { name: name.to_owned(), zone, public, listeners, span: node.head.clone() })
}

fn listener(r: &mut Reader, name: &str, node: &Node, names: &Names<'_>) -> Option<Listener> {
    let map = r.map(node, &["protocol", "port", "to", "to_port", "sticky", "health"])?;
    let protocol = r.need(&map, "protocol", "protocol: http").and_then(|node| protocol(r, node));
    let port = r.need(&map, "port", "port: 80").and_then(|node| r.number(node, 1, u16::MAX));
    let to = r.need(&map, "to", "to: web").and_then(|node| names.tier(r, node));
    let to_port = r.need(&map, "to_port", "to_port: 80").and_then(|node| r.number(node, 1, u16::MAX));
    let sticky = r.truth(map.get("sticky"));
    let health = map.get("health").map_or(Some(USUAL), |node| health(r, node));
    Some(Listener {
        name: name.to_owned(),
        protocol: protocol?,
        port: port?,
        to: to?,
        to_port: to_port?,
        sticky: sticky?,
        health: health?,
    })
}

fn protocol(r: &mut Reader, node: &Node) -> Option<Protocol> {
    let word = r.word(node, &m::UNKNOWN_PROTOCOL, ["http", "https", "tcp", "udp"])?;
    Some(match word {
        "http" => Protocol::Http,
        "https" => Protocol::Https,
        "udp" => Protocol::Udp,
        _ => Protocol::Tcp,
    })
}

fn health(r: &mut Reader, node: &Node) -> Option<Health> {
    let map = r.map(node, &["path", "delay", "timeout", "max_retries"])?;
    let path = map.get("path").map(|node| path(r, node));
    let mut number = |key, usual, max| map.get(key).map_or(Some(usual), |node| r.number(node, 1, max));
    let delay = number("delay", USUAL.delay, SECONDS);
    let timeout = number("timeout", USUAL.timeout, SECONDS);
    let max_retries = number("max_retries", USUAL.max_retries, RETRIES);
    let path = match path {
        Some(path) => Some(path?),
        None => None,
    };
    let health = Health { path, delay: delay?, timeout: timeout?, max_retries: max_retries? };
    if health.timeout > health.delay {
        let text = say!(m::HEALTH_ORDER, path = node.path, timeout = health.timeout, delay = health.delay);
        r.fault(&node.span, text, None);
        return None;
    }
    Some(health)
}

fn path(r: &mut Reader, node: &Node) -> Option<String> {
    let path = r.text(node)?;
    if !path.starts_with('/') || path.contains(char::is_whitespace) {
        r.fault(
            &node.span,
            say!(m::BAD_PATH, path = node.path, found = path),
            Some(say!(m::FOR_EXAMPLE, example = "/health")),
        );
        return None;
    }
    Some(path.to_owned())
}
