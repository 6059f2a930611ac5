//! `links:`, who talks to whom.

use super::names::Names;
use crate::blueprint::read::Reader;
use crate::blueprint::types::{Endpoint, Link, LinkPort, Protocol};
use crate::blueprint::yaml::Node;
use crate::model::messages::blueprint as m;
use crate::say;

pub(super) fn read(r: &mut Reader, node: Option<&Node>, names: &Names<'_>) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for node in r.list(node) {
        if let Some(link) = link(r, node, names) {
            let same = |other: &Link| {
                (&other.from, &other.to, other.port, other.protocol) == (&link.from, &link.to, link.port, link.protocol)
            };
            if links.iter().any(same) {
                r.fault(&node.span, say!(m::LINK_TWICE, path = node.path), None);
            }
            links.push(link);
        }
    }
    links
}

fn link(r: &mut Reader, node: &Node, names: &Names<'_>) -> Option<Link> {
    let map = r.map(node, &["from", "to", "port", "protocol"])?;
    let from = r.need(&map, "from", "from: web").and_then(|node| names.end(r, node));
    let to_node = r.need(&map, "to", "to: was");
    let to = to_node.and_then(|node| names.end(r, node));
    let port = r.need(&map, "port", "port: 8080").and_then(|node| port(r, node));
    let protocol = map.get("protocol").map_or(Some(Protocol::Tcp), |node| {
        Some(if r.word(node, &m::UNKNOWN_PROTOCOL, ["tcp", "udp"])? == "udp" { Protocol::Udp } else { Protocol::Tcp })
    });
    if let (Some(node), Some(Endpoint::Internet)) = (to_node, &to) {
        let text = say!(m::INTERNET_IS_FROM, path = node.path);
        r.fault(&node.span, text, Some(say!(m::INTERNET_IS_FROM_HELP)));
        return None;
    }
    Some(Link { from: from?, to: to?, port: port?, protocol: protocol?, span: node.span.clone() })
}

/// `8080`, `9991-9993`, or `service`.
fn port(r: &mut Reader, node: &Node) -> Option<LinkPort> {
    let text = r.text(node)?;
    if text == "service" {
        return Some(LinkPort::OfService);
    }
    let number = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port > 0);
    let port = match text.split_once('-') {
        Some((first, last)) => number(first).zip(number(last)).map(|(first, last)| LinkPort::Range(first, last)),
        None => number(text).map(LinkPort::Number),
    };
    match port {
        Some(LinkPort::Range(first, last)) if first > last => {
            r.fault(&node.span, say!(m::RANGE_ORDER, path = node.path, first = first, last = last), None);
            None
        }
        Some(port) => Some(port),
        None => {
            r.fault(&node.span, say!(m::BAD_PORT, path = node.path, found = text), Some(say!(m::BAD_PORT_HELP)));
            None
        }
    }
}
