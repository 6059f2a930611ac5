//! Secrets by their fingerprints.

use std::sync::Arc;

use super::world::*;
use crate::desired::Desired;
use crate::event::Known;
use crate::kind::{METADATA_ADDRESS, METADATA_SECRET};
use crate::model::{FingerprintRef, SecretName, SecretShape, Value};
use crate::plan::{DeployOptions, Plan, Work, check, deploy, held};

const OURS: &str = "0123456789abcdef";

fn name() -> SecretName {
    SecretName("db.app_password".into())
}

fn key() -> String {
    format!("{METADATA_SECRET}{}", name().0)
}

/// The shop, whose servers `was-1` and `db-1` hold the database's password.
fn with_secret() -> Desired {
    let mut desired = shop();
    desired.secrets.insert(name(), SecretShape { length: 24 });
    for server in ["server.was-1", "server.db-1"] {
        let resource = desired.resources.get_mut(&at(server)).expect("the shop has it");
        let Some(Value::Map(metadata)) = Arc::make_mut(&mut resource.properties).get_mut("metadata") else {
            panic!("it has metadata")
        };
        metadata.insert(key(), Value::Fingerprint(FingerprintRef { name: name() }));
    }
    desired
}

fn knowing(fingerprint: Option<&str>) -> Known {
    let fingerprints = fingerprint.map(|text| (name(), text.to_owned())).into_iter().collect();
    Known { fingerprints, ..Known::default() }
}

/// The cloud that a deploy with that fingerprint leaves.
fn deployed(desired: &Desired) -> crate::snapshot::Snapshot {
    let mut cloud = cloud(desired);
    for server in ["server.was-1", "server.db-1"] {
        let metadata = cloud.find(server).properties.get_mut("metadata").expect("it has metadata");
        *metadata = metadata.fingerprinted(&knowing(Some(OURS)).fingerprints);
    }
    cloud
}

fn planned(desired: &Desired, snapshot: &crate::snapshot::Snapshot, known: &Known) -> Plan {
    let plan = deploy(desired, snapshot, known, &DeployOptions::default());
    assert_eq!(check(&plan), Vec::<String>::new());
    plan
}

fn metadata(plan: &Plan, address: &str) -> Value {
    let Work::Create(batch) = &step(plan, &format!("create {address}")).work else { panic!("a create") };
    let item = batch.items.iter().find(|item| item.address == at(address)).expect("it is in it");
    let Value::Map(metadata) = &item.properties["metadata"] else { panic!("a map") };
    metadata[&key()].clone()
}

#[test]
fn a_known_fingerprint_stands_in_the_plan_and_one_to_be_made_stays_a_name() {
    let desired = with_secret();
    let known = planned(&desired, &nothing(), &knowing(Some(OURS)));
    assert_eq!(metadata(&known, "server.was-1"), Value::from(OURS));
    let unknown = planned(&desired, &nothing(), &knowing(None));
    assert_eq!(metadata(&unknown, "server.was-1"), Value::Fingerprint(FingerprintRef { name: name() }));
    assert!(unknown.secrets.contains_key(&name()) && faults(&unknown).is_empty());
}

#[test]
fn the_same_secret_is_no_difference() {
    let desired = with_secret();
    let plan = planned(&desired, &deployed(&desired), &knowing(Some(OURS)));
    assert!(plan.steps.is_empty() && plan.reported.is_empty(), "{:?}", deeds(&plan));
    assert!(faults(&plan).is_empty());
}

#[test]
fn a_secret_that_is_missing_or_another_refuses_the_plan_and_names_the_ways_out() {
    let desired = with_secret();
    for (known, word) in [(knowing(None), "does not have"), (knowing(Some("ffffffffffffffff")), "another")] {
        let plan = planned(&desired, &deployed(&desired), &known);
        let faults = faults(&plan);
        assert_eq!(faults.len(), 2, "{faults:?}");
        for (fault, server) in faults.iter().zip(["server.db-1", "server.was-1"]) {
            for part in [server, "db.app_password", word, "gureum state import FILE", "gureum destroy NAME"] {
                assert!(fault.contains(part), "{part}: {fault}");
            }
            assert_eq!(fault.contains("--delete-data"), server == "server.db-1", "only it holds data: {fault}");
            assert!(!fault.contains(OURS), "{fault}");
        }
        assert!(plan.steps.is_empty(), "nobody tells a running server a new one: {:?}", deeds(&plan));
        assert_eq!(destroyed(&deployed(&desired), true).preflight.faults, [], "destroy works without");
    }
}

#[test]
fn a_server_that_is_made_again_is_no_fault() {
    let desired = with_secret();
    let mut cloud = deployed(&desired);
    cloud.set("server.was-1", "flavorRef", "flavor-medium".into());
    cloud.lose("server.db-1");
    let plan = planned(&desired, &cloud, &knowing(None));
    assert!(faults(&plan).is_empty(), "{:?}", faults(&plan));
    assert!(deeds(&plan).contains(&"create server.was-1".to_owned()));
}

#[test]
fn a_server_that_was_not_given_it_is_reported_and_never_told_so_afterwards() {
    let desired = with_secret();
    let mut cloud = deployed(&desired);
    let Some(Value::Map(metadata)) = cloud.find("server.was-1").properties.get_mut("metadata") else { panic!("a map") };
    metadata.remove(&key());
    metadata.remove(METADATA_ADDRESS);
    let plan = planned(&desired, &cloud, &knowing(Some(OURS)));
    assert_eq!(differing(&plan, "server.was-1"), [format!("metadata.{METADATA_ADDRESS}")]);
    let reported: Vec<&str> = plan.reported.iter().map(|difference| difference.property.as_str()).collect();
    assert_eq!(reported, [format!("metadata.{}", key())]);
}

#[test]
fn what_a_server_holds_is_read_from_its_metadata() {
    let desired = with_secret();
    let mut cloud = deployed(&desired);
    assert_eq!(held(cloud.find("server.db-1")), knowing(Some(OURS)).fingerprints);
    assert!(held(cloud.find("server.web-1")).is_empty());
}
