//! `tiers:`, servers that are alike.

use std::collections::BTreeMap;

use super::localized;
use super::names::Names;
use crate::blueprint::read::{Map, Reader};
use crate::blueprint::services::{SYSTEMS, known_services};
use crate::blueprint::types::{Count, Service, System, Tier};
use crate::blueprint::yaml::{Data, Node};
use crate::model::messages::blueprint as m;
use crate::say;

const KEYS: [&str; 12] =
    ["title", "service", "choice", "also", "settings", "count", "size", "zone", "spread", "data", "public", "os"];

/// More servers than that in one tier are a slip of the pen.
const MOST: u32 = 250;

pub(super) fn read(r: &mut Reader, node: Option<&Node>, names: &Names<'_>) -> Vec<Tier> {
    let tiers = r.named(node);
    tiers.into_iter().filter_map(|(name, node)| tier(r, name, node, names)).collect()
}

fn tier(r: &mut Reader, name: &str, node: &Node, names: &Names<'_>) -> Option<Tier> {
    let map = r.map(node, &KEYS)?;
    // Everything is read before anything is given up, so that all faults of the tier are told.
    let title = r.need(&map, "title", "title: {ko: 웹 서버, en: Web servers}").and_then(|node| localized(r, node));
    let service = service(r, &map, names);
    let services: Vec<&str> = known_services().collect();
    let also = r.words(map.get("also"), &m::UNKNOWN_SERVICE, services.iter().copied());
    let settings = settings(r, map.get("settings"));
    let count = map.get("count").map_or(Some(Count { default: 1, min: 1, max: 1 }), |node| count(r, node));
    let size = r.need(&map, "size", "size: small").and_then(|node| r.size(node));
    let zone = r.need(&map, "zone", "zone: web").and_then(|node| names.zone(r, node));
    let (spread, data, public) = (r.truth(map.get("spread")), r.truth(map.get("data")), r.truth(map.get("public")));
    let system = map.get("os").map(|node| r.word(node, &m::UNKNOWN_SYSTEM, SYSTEMS));
    let system = match system {
        Some(known) => Some(System(known?.to_owned())),
        None => None,
    };
    Some(Tier {
        name: name.to_owned(),
        title: title?,
        service: service?,
        also: also.into_iter().map(str::to_owned).collect(),
        settings,
        count: count?,
        size: size?,
        zone: zone?,
        spread: spread?,
        bears_data: data?,
        public: public?,
        system,
        span: node.head.clone(),
    })
}

fn service(r: &mut Reader, map: &Map<'_>, names: &Names<'_>) -> Option<Service> {
    match (map.get("service"), map.get("choice")) {
        (Some(_), Some(choice)) => {
            let text = say!(m::SERVICE_OR_CHOICE, path = map.node.path);
            r.fault(&choice.head, text, Some(say!(m::SERVICE_OR_CHOICE_HELP)));
            None
        }
        (None, Some(node)) => {
            let choice = r.word(node, &m::UNKNOWN_CHOICE, names.choices.iter().copied())?;
            Some(Service::Chosen(choice.to_owned()))
        }
        (Some(node), None) => {
            let services: Vec<&str> = known_services().collect();
            let service = r.word(node, &m::UNKNOWN_SERVICE, services.iter().copied())?;
            Some(Service::Named(service.to_owned()))
        }
        (None, None) => {
            r.need(map, "service", "service: NAME`, or `choice: web")?;
            None
        }
    }
}

/// `count: 2`, or `count: {default: 2, min: 2, max: 6}`.
fn count(r: &mut Reader, node: &Node) -> Option<Count> {
    if let Data::Scalar(_) = node.data {
        let count = r.number(node, 1, MOST)?;
        return Some(Count { default: count, min: count, max: count });
    }
    let map = r.map(node, &["default", "min", "max"])?;
    let mut bound = |key, example| r.need(&map, key, example).and_then(|node| r.number(node, 0, MOST));
    let (default, min, max) = (bound("default", "default: 2"), bound("min", "min: 2"), bound("max", "max: 6"));
    let count = Count { default: default?, min: min?, max: max? };
    if count.min > count.default || count.default > count.max {
        let text = say!(m::COUNT_ORDER, path = node.path, default = count.default, min = count.min, max = count.max);
        r.fault(&node.span, text, None);
        return None;
    }
    Some(count)
}

/// Settings of components: their names are the components' business.
fn settings(r: &mut Reader, node: Option<&Node>) -> BTreeMap<String, String> {
    let Some(node) = node else { return BTreeMap::new() };
    let entries = r.entries(node);
    entries.into_iter().filter_map(|(key, node)| Some((key.text.clone(), r.text(node)?.to_owned()))).collect()
}
