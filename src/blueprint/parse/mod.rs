//! A blueprint file → [`Blueprint`]: one file per part. A part with a fault is left out and the others are still read.

mod balancers;
mod links;
mod names;
mod storage;
mod tiers;
mod together;
mod wants;

use names::Names;

use super::read::Reader;
use super::services::{SYSTEMS, known_services};
use super::types::{Blueprint, Choice, Localized, System, Zone};
use super::yaml::Node;
use crate::model::messages::blueprint as m;
use crate::model::{Diagnostics, EnvironmentName};
use crate::say;

const KEYS: [&str; 15] = [
    "blueprint",
    "id",
    "title",
    "description",
    "notes",
    "systems",
    "choices",
    "zones",
    "tiers",
    "links",
    "balancers",
    "storage",
    "volumes",
    "external",
    "wants",
];

/// Reads a blueprint file. Returns it with its warnings, or every fault of it.
pub fn parse(text: &str, file: &str) -> Result<(Blueprint, Diagnostics), Diagnostics> {
    let mut r = Reader::default();
    let blueprint = r.open(text, file, "blueprint", true).and_then(|root| read(&mut r, &root));
    r.in_order();
    match blueprint {
        Some(blueprint) if !r.faults.has_errors() => Ok((blueprint, r.faults)),
        _ => Err(r.faults),
    }
}

fn read(r: &mut Reader, root: &Node) -> Option<Blueprint> {
    let top = r.map(root, &KEYS)?;
    let names = Names::collect(r, &top);
    let id = r.need(&top, "id", "id: usecase-2.6").and_then(|node| environment_name(r, node));
    let title = r.need(&top, "title", "title: {ko: 전자상거래, en: E-commerce}").and_then(|node| localized(r, node));
    let description =
        r.need(&top, "description", "description: {ko: 설명, en: What it is for}").and_then(|node| localized(r, node));
    let notes = r.list(top.get("notes")).iter().filter_map(|note| localized(r, note)).collect();
    let systems =
        r.need(&top, "systems", "systems: [ubuntu-16.04, debian-12]").map_or_else(Vec::new, |node| systems(r, node));
    let choices = choices(r, top.get("choices"));
    let zones = names.zones.iter().map(|name| Zone { name: (*name).to_owned() }).collect();
    let tiers = tiers::read(r, top.get("tiers"), &names);
    let links = links::read(r, top.get("links"), &names);
    let balancers = balancers::read(r, top.get("balancers"), &names);
    let storage = storage::containers(r, top.get("storage"), &names);
    let volumes = storage::volumes(r, top.get("volumes"), &names);
    let external = storage::external(r, top.get("external"), &names);
    let wants = wants::read(r, top.get("wants"), &names);
    if names.tiers.is_empty() && storage.is_empty() && external.is_empty() && !r.faults.has_errors() {
        r.fault(&root.span, say!(m::NOTHING), None);
    }
    let blueprint = Blueprint {
        id: id.unwrap_or_default(),
        title: title.unwrap_or_default(),
        description: description.unwrap_or_default(),
        notes,
        systems,
        choices,
        zones,
        tiers,
        links,
        balancers,
        storage,
        volumes,
        external,
        wants,
    };
    together::check(r, &blueprint, &names, &top);
    Some(blueprint)
}

/// The name that an environment of the blueprint gets unless the user gives another.
pub(in crate::blueprint) fn environment_name(r: &mut Reader, node: &Node) -> Option<String> {
    let name = r.text(node)?;
    if EnvironmentName::parse(name).is_err() {
        let text = say!(m::BAD_ENVIRONMENT_NAME, path = node.path, name = name);
        r.fault(&node.span, text, Some(say!(m::BAD_ENVIRONMENT_NAME_HELP)));
        return None;
    }
    Some(name.to_owned())
}

/// Text in both languages.
fn localized(r: &mut Reader, node: &Node) -> Option<Localized> {
    let map = r.map(node, &["ko", "en"])?;
    let ko = r.need(&map, "ko", "ko: 한국어 문구").and_then(|node| r.text(node));
    let en = r.need(&map, "en", "en: English text").and_then(|node| r.text(node));
    Some(Localized { ko: ko?.to_owned(), en: en?.to_owned() })
}

fn systems(r: &mut Reader, node: &Node) -> Vec<System> {
    let before = r.faults.0.len();
    let systems = r.words(Some(node), &m::UNKNOWN_SYSTEM, SYSTEMS);
    if systems.is_empty() && r.faults.0.len() == before {
        r.fault(&node.span, say!(m::NO_SYSTEM, path = node.path), Some(say!(m::FOR_EXAMPLE, example = SYSTEMS[0])));
    }
    systems.into_iter().map(|name| System(name.to_owned())).collect()
}

fn choices(r: &mut Reader, node: Option<&Node>) -> Vec<Choice> {
    let mut choices = Vec::new();
    for (name, node) in r.named(node) {
        let before = r.faults.0.len();
        let services: Vec<&str> = known_services().collect();
        let one_of = r.words(Some(node), &m::UNKNOWN_SERVICE, services.iter().copied());
        if one_of.is_empty() && r.faults.0.len() == before {
            r.fault(
                &node.span,
                say!(m::EMPTY_CHOICE, path = node.path),
                Some(say!(m::FOR_EXAMPLE, example = "[nginx, apache]")),
            );
        }
        choices.push(Choice { name: name.to_owned(), one_of: one_of.into_iter().map(str::to_owned).collect() });
    }
    choices
}
