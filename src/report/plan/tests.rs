//! Tests of plans as text and JSON.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::desired::Limitation;
use crate::model::Language;
use crate::plan::{Difference, Reason, Work};
use crate::report::fixture::{address, empty, plan, step};
use crate::snapshot::{Checked, Flavor, Image};

fn facts() -> CloudFacts {
    CloudFacts {
        services: BTreeSet::new(),
        flavors: vec![Flavor { id: "f1".into(), name: "m1.small".into(), vcpus: 1, ram_mib: 2048, disk_gib: 20 }],
        images: vec![Image {
            id: "i1".into(),
            name: "xenial".into(),
            os_distro: None,
            os_version: None,
            min_disk_gib: 0,
            min_ram_mib: 0,
            created_at: String::new(),
        }],
        external_networks: Vec::new(),
        quotas: BTreeMap::new(),
        availability_zones: Checked::NotChecked("not asked for".into()),
    }
}

fn flavor_change() -> Difference {
    Difference {
        address: address("server.web-1"),
        property: "flavorRef".into(),
        is: Some(Value::from("f0")),
        should: Value::from("f1"),
    }
}

#[test]
fn creations_are_one_row_a_kind_and_name_every_item() {
    let text = plan_text(&plan(), Some(&facts()), &Look::PLAIN);
    for part in [
        "Plan: 6 to create, 0 to change, 0 to replace, 0 to delete; 0 unchanged, 5 requests.",
        "port (2)",
        "web-1 10.10.1.11, web-2 10.10.1.12",
        "web 10.10.1.0/24",
        "m1.small (1 vCPU, 2 GiB, 20 GiB disk); xenial",
        "holds data",
        "does not exist yet",
        "at the address of server.web-1",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn replacements_come_first_and_are_counted_once() {
    let mut plan = plan();
    let delete = |name: &str, id: Option<&str>, kind| Work::Delete {
        address: address(name),
        id: id.map(str::to_owned),
        kind,
        properties: Properties::new(),
        with: BTreeMap::new(),
    };
    let because = Reason::Replaced(vec![flavor_change()]);
    step(&mut plan, delete("server.web-1", Some("s1"), Kind::Server), &[], because.clone());
    let server = address("server.web-1");
    for step in &mut plan.steps {
        if step.reasons.contains_key(&server) {
            step.reasons.insert(server.clone(), because.clone());
        }
    }
    step(&mut plan, delete("server.web-3", Some("s3"), Kind::Server), &[], Reason::NotWanted);
    step(&mut plan, delete("group.web/rule.egress-ipv4-any", None, Kind::SecurityGroupRule), &[], Reason::NotWanted);
    let counts = Counts::of(&plan);
    assert_eq!((counts.replace, counts.delete, counts.create), (1, 2, 5));
    let text = plan_text(&plan, Some(&facts()), &Look::PLAIN);
    let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part} is not in\n{text}"));
    assert!(place("-/+ server") < place("    - server"), "{text}");
    assert!(place("    - server") < place("    + network"), "{text}");
    assert!(text.contains("cannot be changed in place: flavorRef: f0 → m1.small"), "{text}");
    assert!(text.contains("comes with its security group"), "{text}");
    let coloured = plan_text(&plan, Some(&facts()), &Look { colour: true, ..Look::PLAIN });
    assert!(coloured.contains("\x1b[31m  -/+\x1b[0m"), "{coloured}");
}

#[test]
fn updates_name_each_difference() {
    let mut plan = empty();
    let differences = vec![Difference {
        address: address("network.web"),
        property: "description".into(),
        is: None,
        should: Value::from("gureum shop 1"),
    }];
    let work = Work::Update {
        address: address("network.web"),
        id: "n".into(),
        kind: Kind::Network,
        properties: Properties::new(),
        differences: differences.clone(),
    };
    step(&mut plan, work, &[], Reason::Differs(differences));
    let text = plan_text(&plan, None, &Look::PLAIN);
    assert!(text.contains("    ~ network"), "{text}");
    assert!(text.contains("differs: description: (not shown) → gureum shop 1"), "{text}");
}

#[test]
fn missing_limitations_stand_before_degraded_ones() {
    let mut plan = empty();
    for (degree, of) in [(Degree::Degraded, "web"), (Degree::Missing, "was")] {
        plan.limitations.push(Limitation { degree, of: of.into(), text: say!(m::MISSING) });
    }
    let text = plan_text(&plan, None, &Look::PLAIN);
    assert!(text.contains("Nothing to do"), "{text}");
    assert!(text.find("missing was:").expect("missing") < text.find("degraded web:").expect("degraded"), "{text}");
}

#[test]
fn json_says_each_reason_in_words_and_is_stable() {
    let json = plan_json(&plan(), None).expect("serialises");
    assert_eq!(json["steps"][2]["because"]["port.web-1"], "does not exist yet");
    assert_eq!(json["counts"]["create"], 6);
    assert_eq!(json["environment"]["id"], plan().environment.id().as_str());
    assert_eq!(json.to_string(), plan_json(&plan(), None).expect("serialises").to_string());
}

#[test]
fn korean_reads_korean() {
    let text = plan_text(&plan(), None, &Look { language: Language::Korean, ..Look::PLAIN });
    assert!(text.contains("계획: 생성 6") && text.contains("아직 없음"), "{text}");
}
