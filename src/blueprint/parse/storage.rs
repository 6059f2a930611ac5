//! `storage:`, `volumes:` and `external:`: what servers use beside each other.

use super::localized;
use super::names::Names;
use crate::blueprint::read::Reader;
use crate::blueprint::types::{External, ObjectStorage, Volume};
use crate::blueprint::yaml::Node;

/// GiB; the largest volume that makes sense here.
const LARGEST: u32 = 65536;

pub(super) fn containers(r: &mut Reader, node: Option<&Node>, names: &Names<'_>) -> Vec<ObjectStorage> {
    let mut containers = Vec::new();
    for (name, node) in r.named(node) {
        if let Some(map) = r.map(node, &["used_by"]) {
            let used_by = names.some_tiers(r, map.get("used_by"));
            containers.push(ObjectStorage { name: name.to_owned(), used_by });
        }
    }
    containers
}

pub(super) fn volumes(r: &mut Reader, node: Option<&Node>, names: &Names<'_>) -> Vec<Volume> {
    let mut volumes = Vec::new();
    for (name, node) in r.named(node) {
        let Some(map) = r.map(node, &["tier", "size_gib"]) else { continue };
        let tier = r.need(&map, "tier", "tier: db").and_then(|node| names.tier(r, node));
        let size = r.need(&map, "size_gib", "size_gib: 50").and_then(|node| r.number(node, 1, LARGEST));
        if let (Some(tier), Some(size_gib)) = (tier, size) {
            volumes.push(Volume { name: name.to_owned(), tier, size_gib });
        }
    }
    volumes
}

pub(super) fn external(r: &mut Reader, node: Option<&Node>, names: &Names<'_>) -> Vec<External> {
    let entries = r.named(node);
    entries.into_iter().filter_map(|(name, node)| one_external(r, name, node, names)).collect()
}

fn one_external(r: &mut Reader, name: &str, node: &Node, names: &Names<'_>) -> Option<External> {
    let map = r.map(node, &["title", "needs", "optional", "replaces"])?;
    let title =
        r.need(&map, "title", "title: {ko: 음성인식, en: Speech recognition}").and_then(|node| localized(r, node));
    let needs = r.need(&map, "needs", "needs: [url, key]");
    let needs = r.list(needs).iter().filter_map(|node| r.text(node).map(str::to_owned)).collect();
    let optional = r.truth(map.get("optional"));
    let replaces = map.get("replaces").map(|node| names.tier(r, node));
    let replaces = match replaces {
        Some(tier) => Some(tier?),
        None => None,
    };
    Some(External { name: name.to_owned(), title: title?, needs, optional: optional?, replaces })
}
