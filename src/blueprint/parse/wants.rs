//! `wants:`, what the use case asks for beyond servers and networks.

use super::names::Names;
use crate::blueprint::read::Reader;
use crate::blueprint::types::Want;
use crate::blueprint::yaml::Node;
use crate::model::messages::blueprint as m;

pub(super) fn read(r: &mut Reader, node: Option<&Node>, names: &Names<'_>) -> Vec<Want> {
    let Some(map) =
        node.and_then(|node| r.map(node, &["auto_scaling", "tls", "vpn", "kubernetes", "offer", "monitoring"]))
    else {
        return Vec::new();
    };
    let mut wants = Vec::new();
    if let Some(node) = map.get("auto_scaling") {
        for (name, node) in r.entries(node) {
            wants.extend(auto_scaling(r, &name.text, node, names));
        }
    }
    for balancer in r.words(map.get("tls"), &m::UNKNOWN_BALANCER, names.balancers.iter().copied()) {
        wants.push(Want::Tls { balancer: balancer.to_owned() });
    }
    for zone in r.words(map.get("vpn"), &m::UNKNOWN_ZONE, names.zones.iter().copied()) {
        wants.push(Want::Vpn { zone: zone.to_owned() });
    }
    if let Some(map) = map.get("kubernetes").and_then(|node| r.map(node, &["masters", "workers"])) {
        let masters = r.need(&map, "masters", "masters: master").and_then(|node| names.tier(r, node));
        let workers = r.need(&map, "workers", "workers: worker").and_then(|node| names.tier(r, node));
        wants.extend(masters.zip(workers).map(|(masters, workers)| Want::Kubernetes { masters, workers }));
    }
    if let Some(node) = map.get("offer") {
        for (name, node) in r.entries(node) {
            let platforms = names.external.iter().chain(&names.tiers).copied();
            let known = r.known(&name.text, &name.span, &node.path, &m::UNKNOWN_END, platforms);
            let tiers = names.some_tiers(r, Some(node));
            if known {
                wants.push(Want::Offer { to: names.known_end(&name.text), tiers });
            }
        }
    }
    if r.truth(map.get("monitoring")) == Some(true) {
        wants.push(Want::Monitoring);
    }
    wants
}

fn auto_scaling(r: &mut Reader, tier: &str, node: &Node, names: &Names<'_>) -> Option<Want> {
    let known = r.known(tier, &node.head, &node.path, &m::UNKNOWN_TIER, names.tiers.iter().copied());
    let map = r.map(node, &["min", "max"])?;
    let min = r.need(&map, "min", "min: 2").and_then(|node| r.number(node, 1, u32::from(u16::MAX)));
    let max = r.need(&map, "max", "max: 6").and_then(|node| r.number(node, 1, u32::from(u16::MAX)));
    let (min, max) = (min?, max?);
    known.then(|| Want::AutoScaling { tier: tier.to_owned(), min, max })
}
