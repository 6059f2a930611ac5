//! The built-in use cases against `examples/cloud.json`: everything that should exist, one resource a line. The snapshots are
//! read by people: a line that changes is a resource that users get otherwise.

use gureum::blueprint::{self, Blueprint, Inputs};
use gureum::desired::{Desired, Limitation, desired};
use gureum::model::{EnvironmentName, Value};
use gureum::snapshot::{FORMAT, Snapshot};

fn cloud() -> Snapshot {
    let snapshot: Snapshot = serde_json::from_str(include_str!("../examples/cloud.json")).expect("a snapshot");
    assert_eq!(snapshot.format, FORMAT);
    snapshot
}

fn usecase(id: &str) -> Blueprint {
    let files = blueprint::builtin();
    let (_, text) = files.iter().find(|(known, _)| *known == id).expect("a use case");
    blueprint::parse(text, id).unwrap_or_else(|faults| panic!("{faults}")).0
}

fn resolve(inputs: &Inputs) -> Desired {
    let Snapshot { mut environment, facts, .. } = cloud();
    environment.name =
        inputs.name.clone().unwrap_or_else(|| EnvironmentName::parse(&inputs.usecase).expect("ids are names"));
    desired(&usecase(&inputs.usecase), inputs, &environment, &facts).unwrap_or_else(|faults| panic!("{faults}"))
}

/// References as arrows, and of user-data only that it is there.
fn short(value: &Value) -> serde_json::Value {
    match value {
        Value::Output(output) if output.field == "id" => format!("→ {}", output.address).into(),
        Value::List(items) => items.iter().map(short).collect(),
        Value::Map(map) => map.iter().map(|(name, value)| (name.clone(), short(value))).collect(),
        Value::Composed(composed) => format!("{} piece(s)", composed.pieces.len()).into(),
        other => serde_json::to_value(other).expect("serialises"),
    }
}

fn lines(desired: &Desired) -> String {
    let mut out: Vec<String> = Vec::new();
    for (address, resource) in &desired.resources {
        let properties: serde_json::Map<_, _> =
            resource.properties.iter().map(|(name, value)| (name.clone(), short(value))).collect();
        let data = if resource.bears_data { " (data)" } else { "" };
        let least: Vec<String> = resource.at_least.iter().map(|name| format!(" (at least {name})")).collect();
        out.push(format!("{address}{data}{}: {}", least.concat(), serde_json::Value::Object(properties)));
    }
    let limitation = |one: &Limitation| format!("{:?}: {}: {}", one.degree, one.of, one.text);
    out.extend(desired.limitations.iter().map(limitation));
    out.extend(desired.notes.iter().map(|note| format!("note: {note}")));
    let entry = desired.entry.as_ref().map(|entry| format!("{}.{}", entry.address, entry.field));
    out.push(format!("entry: {}", entry.unwrap_or_default()));
    out.join("\n")
}

#[test]
fn the_shop_is_the_environment_that_figures_are_taken_with() {
    let inputs = blueprint::parse_environment(include_str!("../examples/shop.yaml"), "examples/shop.yaml")
        .unwrap_or_else(|faults| panic!("{faults}"));
    insta::assert_snapshot!("shop", lines(&resolve(&inputs)));
}

#[test]
fn use_case_2_1_is_one_server_of_each_kind() {
    let inputs = Inputs { usecase: "usecase-2.1".into(), ..Inputs::default() };
    insta::assert_snapshot!("usecase-2.1", lines(&resolve(&inputs)));
}

#[test]
fn every_built_in_use_case_resolves_on_every_system_and_size_of_the_example_cloud() {
    for (id, _) in blueprint::builtin() {
        for os in usecase(id).systems.iter().map(|system| system.0.as_str()) {
            for size in gureum::model::Size::ALL {
                let inputs =
                    Inputs { usecase: id.into(), flavor: Some(size), os: Some(os.into()), ..Inputs::default() };
                assert!(!resolve(&inputs).resources.is_empty(), "{id} {os} {size}");
            }
        }
    }
}
