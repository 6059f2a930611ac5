//! What the cloud's own rows say, whatever any client thinks of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::embedded::{Cloud, Row};
use crate::event::State;
use crate::kind::Kind;
use crate::model::Address;
use crate::snapshot::Snapshot;

/// Every row of a cloud that stands for something, by table and id.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows(BTreeMap<(String, String), Row>);

/// Tables that stand for work, not for things.
const WORK: [&str; 4] = ["tokens", "octavia_pending", "fault_rules", "late_acts"];
/// What differs from run to run and is right in each.
const VOLATILE: [&str; 10] = [
    "id",
    "created_at",
    "updated_at",
    "created",
    "modified",
    "timestamp",
    "mac_address",
    "revision_number",
    "gureum_run",
    "provider:segmentation_id",
];
/// What the cloud keeps for itself and still says what a thing is.
const TELLING: [&str; 3] = ["_ports", "_tags", "_image"];
/// The public network, whose addresses the cloud chooses.
const PUBLIC: &str = "10.250.0.";

impl Rows {
    /// The cloud's rows.
    pub fn of(cloud: &Cloud) -> Self {
        let there =
            cloud.world.all().filter(|(table, _, row)| !WORK.contains(table) && !limit(table) && !gone(table, row));
        Self(there.map(|(table, id, row)| ((table.to_owned(), id.to_owned()), row.clone())).collect())
    }

    /// What was there before and is not, or is not the same.
    pub fn touched_since(&self, before: &Self) -> Vec<String> {
        let touched = before.0.iter().filter(|(key, row)| self.0.get(*key) != Some(*row));
        touched
            .map(|((table, id), row)| match self.0.get(&(table.clone(), id.clone())) {
                None => format!("{table} {} ({id}) is gone", name(row)),
                Some(now) => format!("{table} {} ({id}) is changed: {}", name(row), difference(row, now)),
            })
            .collect()
    }

    /// What was not there before, each thing as one line without what differs from run to run; sorted.
    pub fn new_since(&self, before: &Self) -> Vec<String> {
        let new: BTreeMap<&(String, String), &Row> =
            self.0.iter().filter(|(key, _)| !before.0.contains_key(*key)).collect();
        let names: BTreeMap<&str, String> =
            new.iter().map(|((table, id), row)| (id.as_str(), format!("<{table} {}>", name(row)))).collect();
        // A name may hold another thing's id.
        let outer = |name: &String| names.iter().fold(name.clone(), |text, (id, inner)| text.replace(id, inner));
        let names: BTreeMap<&str, String> = names.iter().map(|(id, name)| (*id, outer(name))).collect();
        let mut lines: Vec<String> = new.iter().map(|((table, _), row)| line(table, row, &names)).collect();
        lines.sort();
        lines
    }
}

/// What the journal says and what a newcomer without one sees, compared.
pub struct Truth;

impl Truth {
    /// Every difference between a journal's state and what is there.
    pub fn differences(state: &State, seen: &Snapshot) -> Vec<String> {
        let known = state.known();
        let journal: BTreeSet<(Address, Kind, String)> =
            known.ids.iter().map(|(address, known)| (address.clone(), known.kind, known.id.clone())).collect();
        let mut differences = Vec::new();
        let mut there = BTreeSet::new();
        for it in &seen.resources {
            match &it.address {
                Some(address) if there.insert((address.clone(), it.kind, it.id.clone())) => {}
                Some(address) => differences.push(format!("{address} is there twice with the id {}", it.id)),
                None => differences.push(format!("{} {} has no address", it.kind, it.id)),
            }
        }
        let show = |(address, _, id): &(Address, Kind, String)| format!("{address} ({id})");
        differences.extend(journal.difference(&there).map(|it| format!("only the journal knows {}", show(it))));
        differences.extend(there.difference(&journal).map(|it| format!("the journal does not know {}", show(it))));
        differences.extend(known.doubts.iter().map(|it| format!("{:?} of {} is in doubt", it.operation, it.address)));
        differences
    }
}

/// A limit is no thing.
fn limit(table: &str) -> bool {
    table.ends_with("quotas")
}

/// A deleted server's row stays, and nobody sees it.
fn gone(table: &str, row: &Row) -> bool {
    let deleted = |value: Option<&Json>| value.is_some_and(|it| it == "deleted");
    table == "servers" && (deleted(row.get("_vm")) || deleted(row.get("_task").and_then(|task| task.get("then"))))
}

fn name(row: &Row) -> &str {
    ["name", "_name"].iter().find_map(|key| row.get(*key)?.as_str()).unwrap_or("")
}

fn difference(before: &Row, now: &Row) -> String {
    let keys: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let differs = keys.into_iter().filter(|key| before.get(*key) != now.get(*key));
    let show = |value: Option<&Json>| value.map_or("nothing".to_owned(), ToString::to_string);
    differs
        .map(|key| format!("{key}: {} → {}", show(before.get(key)), show(now.get(key))))
        .collect::<Vec<_>>()
        .join(", ")
}

fn line(table: &str, row: &Row, names: &BTreeMap<&str, String>) -> String {
    let mut row = row.clone();
    if table == "swift_objects" && name(&row) == Kind::Claim.spec().word {
        // It says who made it, and with which secrets.
        row.retain(|key, _| !["data", "hash", "bytes"].contains(&key.as_str()));
    }
    if let Some(Json::Array(ports)) = row.get_mut("_ports") {
        // One that was deleted is the server's no longer.
        ports.retain(|port| port["id"].as_str().is_some_and(|id| names.contains_key(id)));
    }
    if row.get("description").is_some_and(Json::is_null) {
        row.insert("description".into(), "".into());
    }
    let mut row = Json::Object(row);
    steady(&mut row, names);
    format!("{table} {row}")
}

/// Takes away what differs from run to run, and puts names in place of ids.
fn steady(value: &mut Json, names: &BTreeMap<&str, String>) {
    match value {
        Json::Object(map) => {
            // Secrets are another's in each environment that is made anew.
            let volatile = |key: &str| {
                VOLATILE.contains(&key) || key.starts_with("gureum_secret_") || key.ends_with("temp-url-key")
            };
            let told = |key: &str| !volatile(key) && (!key.starts_with('_') || TELLING.contains(&key));
            map.retain(|key, _| told(key));
            for (_, value) in map.iter_mut() {
                steady(value, names);
            }
        }
        Json::Array(items) => {
            for item in items.iter_mut() {
                steady(item, names);
            }
            items.sort_by_key(ToString::to_string);
        }
        Json::String(text) if text.starts_with(PUBLIC) => "<public address>".clone_into(text),
        // How often a guest had to report before it came so far.
        Json::String(text) if text.starts_with("application/x-gureum.") => {
            let parts: Vec<&str> = text.split('.').collect();
            if let [kind, .., stage] = parts[..] {
                *text = format!("{kind}…{stage}");
            }
        }
        Json::String(text) => {
            for (id, name) in names {
                if text.contains(id) && id.len() > 8 {
                    *text = text.replace(id, name);
                }
            }
        }
        _ => {}
    }
}
