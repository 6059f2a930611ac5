//! What the servers of use case 2.1 are given on an old Ubuntu, an old CentOS and a current Debian, as files.

use std::fmt::Write as _;

use gureum::blueprint::{Inputs, apply_set, builtin, parse};
use gureum::desired::{Desired, desired};
use gureum::kind::userdata::{LIMIT, size_bound};
use gureum::model::{Address, Composed, EnvironmentName, Piece, Value};
use gureum::snapshot::Snapshot;

fn resolve(usecase: &str, set: &[&str]) -> Desired {
    let (_, text) = builtin().into_iter().find(|(id, _)| *id == usecase).expect("it is compiled in");
    let (blueprint, _) = parse(text, usecase).expect("a good blueprint");
    let mut inputs = Inputs { usecase: usecase.into(), ..Inputs::default() };
    for assignment in set {
        apply_set(&mut inputs, assignment).expect(assignment);
    }
    let snapshot: Snapshot = serde_json::from_str(include_str!("../examples/cloud.json")).expect("a snapshot");
    let mut environment = snapshot.environment;
    environment.name = EnvironmentName::parse("shop").expect("a name");
    desired(&blueprint, &inputs, &environment, &snapshot.facts).unwrap_or_else(|faults| panic!("{usecase}: {faults}"))
}

fn pieces<'a>(desired: &'a Desired, server: &Address) -> &'a [Piece] {
    match &desired.resources[server].properties["user_data"] {
        Value::Composed(Composed { pieces }) => pieces,
        other => panic!("{other:?}"),
    }
}

/// The document, with the name of whatever is not known in angle brackets.
fn document(pieces: &[Piece]) -> serde_json::Value {
    let shown = |piece: &Piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Secret(name) => format!("<secret {}>", name.0),
        Piece::Output(output) => format!("<{} of {}>", output.field, output.address),
        Piece::SignedUrl(url) => format!("<signed address of {} in {}>", url.object, url.container),
    };
    let text: String = pieces.iter().map(shown).collect();
    assert!(!text.contains(['\u{e000}', '\u{e001}']), "a placeholder is left");
    let (_, config) = text.rsplit_once("#cloud-config\n").expect("a cloud-config");
    serde_json::from_str(config.strip_suffix("--==gureum==--\n").expect("the message's end")).expect("JSON")
}

/// Every file with its mode, then the commands. The frame is the same for all servers of a system: it is shown for web-1 only.
fn files(desired: &Desired, server: &str) -> String {
    let document = document(pieces(desired, &Address::new("server", server)));
    let mut text = String::new();
    for file in document["write_files"].as_array().expect("files") {
        let (path, content) = (file["path"].as_str().expect("a path"), file["content"].as_str().expect("text"));
        if server != "web-1" && (path.ends_with("first-boot.sh") || path.ends_with(".service")) {
            continue;
        }
        let _ = writeln!(text, "=== {} {path}\n{content}", file["permissions"].as_str().expect("a mode"));
    }
    let _ = writeln!(text, "=== runcmd\n{}", document["runcmd"]);
    text
}

#[test]
fn the_files_of_use_case_2_1() {
    for system in ["ubuntu-16.04", "centos-7", "debian-12"] {
        let desired = resolve("usecase-2.1", &[&format!("os={system}")]);
        for server in ["web-1", "was-1", "db-1"] {
            insta::assert_snapshot!(format!("2.1-{system}-{server}"), files(&desired, server));
        }
    }
}

#[test]
fn every_use_case_has_user_data_that_nova_takes_whatever_is_chosen() {
    for (usecase, text) in builtin() {
        let (blueprint, _) = parse(text, usecase).expect("a good blueprint");
        let services = blueprint.tiers.iter().flat_map(|tier| match &tier.service {
            gureum::blueprint::Service::Named(_) => Vec::new(),
            gureum::blueprint::Service::Chosen(choice) => blueprint
                .choice(choice)
                .expect("it is checked")
                .one_of
                .iter()
                .map(|service| format!("{}.service={service}", tier.name))
                .collect(),
        });
        let services: Vec<String> = services.collect();
        let mut seen = 0;
        for system in &blueprint.systems {
            for service in services.iter().map(String::as_str).chain([""]) {
                let os = format!("os={}", system.0);
                let set: Vec<&str> = [os.as_str(), service].into_iter().filter(|word| !word.is_empty()).collect();
                let desired = resolve(usecase, &set);
                for address in desired.resources.keys().filter(|address| address.word() == "server") {
                    let size = size_bound(pieces(&desired, address));
                    assert!(size <= LIMIT, "{usecase} {set:?} {address}: {size}");
                    document(pieces(&desired, address));
                    seen += 1;
                }
            }
        }
        assert!(seen > 0, "{usecase} has servers");
    }
}
