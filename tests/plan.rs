//! Plans of the built-in use cases on the cloud of `examples/cloud.json`.

use std::collections::BTreeMap;

use gureum::blueprint::{self, Inputs};
use gureum::desired::{Desired, desired};
use gureum::event::Known;
use gureum::kind::Kind;
use gureum::model::{EnvironmentName, Value};
use gureum::plan::{DeployOptions, Plan, Work, check, deploy, destroy};
use gureum::snapshot::{Observed, Snapshot, Status};

fn cloud() -> Snapshot {
    serde_json::from_str(include_str!("../examples/cloud.json")).expect("a snapshot")
}

fn resolve(inputs: &Inputs, snapshot: &mut Snapshot) -> Desired {
    let files = blueprint::builtin();
    let (_, text) = files.iter().find(|(known, _)| *known == inputs.usecase).expect("a use case");
    let blueprint = blueprint::parse(text, &inputs.usecase).unwrap_or_else(|faults| panic!("{faults}")).0;
    let name = inputs.name.clone();
    snapshot.environment.name = name.unwrap_or_else(|| EnvironmentName::parse(&inputs.usecase).expect("ids are names"));
    desired(&blueprint, inputs, &snapshot.environment, &snapshot.facts).unwrap_or_else(|faults| panic!("{faults}"))
}

fn shop(snapshot: &mut Snapshot) -> Desired {
    let inputs = blueprint::parse_environment(include_str!("../examples/shop.yaml"), "examples/shop.yaml")
        .unwrap_or_else(|faults| panic!("{faults}"));
    resolve(&inputs, snapshot)
}

/// The cloud after a deploy: everything is there, and of user-data nothing is shown.
fn deployed(desired: &Desired, snapshot: &Snapshot) -> Snapshot {
    let observed = desired.resources.iter().map(|(address, resource)| {
        let shown = resource.properties.iter().filter(|(name, _)| *name != "user_data");
        let known = known(desired);
        let id = |value: &Value| {
            value.resolved(&|output| Some(format!("id of {}", output.address))).fingerprinted(&known.fingerprints)
        };
        Observed {
            kind: resource.kind,
            id: format!("id of {address}"),
            address: Some(address.clone()),
            properties: shown.map(|(name, value)| (name.clone(), id(value))).collect(),
            status: Status::Ready,
            bears_data: resource.bears_data,
            created_at: None,
            run: None,
            outputs: BTreeMap::new(),
        }
    });
    Snapshot { resources: observed.collect(), ..snapshot.clone() }
}

/// What the journal knows once the secrets are made: the fingerprint of each.
fn known(desired: &Desired) -> Known {
    let fingerprint = |name: &gureum::model::SecretName| (name.clone(), format!("fingerprint of {}", name.0));
    Known { fingerprints: desired.secrets.keys().map(fingerprint).collect(), ..Known::default() }
}

fn plan(desired: &Desired, snapshot: &Snapshot) -> Plan {
    let plan = deploy(desired, snapshot, &known(desired), &DeployOptions::default());
    assert_eq!(check(&plan), Vec::<String>::new());
    plan
}

#[test]
fn the_shop_takes_few_requests() {
    let mut snapshot = cloud();
    let desired = shop(&mut snapshot);
    let plan = plan(&desired, &snapshot);
    assert!(plan.preflight.faults.is_empty(), "{:?}", plan.preflight.faults);
    let mut requests: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
    for step in &plan.steps {
        let Work::Create(batch) = &step.work else { panic!("{step:?}") };
        requests.entry(batch.kind).or_default().push(batch.items.len());
    }
    for (kind, sizes) in [
        (Kind::Network, vec![3]),
        (Kind::Subnet, vec![3]),
        (Kind::SecurityGroup, vec![5]),
        (Kind::Port, vec![8, 1]),
        (Kind::Member, vec![2]),
        (Kind::Server, vec![1; 8]),
    ] {
        assert_eq!(requests[&kind], sizes, "{kind}");
    }
    assert_eq!(requests[&Kind::SecurityGroupRule].len(), 5, "one request for each group");
    // One container for the guests' reports with its claim, and a step that waits for each guest.
    assert_eq!(plan.steps.len(), 32 + 2 + 8);
    assert_eq!((plan.totals.servers, plan.totals.floating_ips), (8, 1));
}

#[test]
fn every_use_case_once_deployed_needs_nothing_and_goes_without_a_rest() {
    let mut all: Vec<(Desired, Snapshot)> = Vec::new();
    for (id, _) in blueprint::builtin() {
        let mut snapshot = cloud();
        let inputs = Inputs { usecase: id.into(), ..Inputs::default() };
        all.push((resolve(&inputs, &mut snapshot), snapshot));
    }
    let mut snapshot = cloud();
    all.push((shop(&mut snapshot), snapshot));
    for (desired, empty) in all {
        assert!(!plan(&desired, &empty).steps.is_empty());
        let full = deployed(&desired, &empty);
        let again = plan(&desired, &full);
        assert!(again.steps.is_empty() && again.reported.is_empty(), "{:#?}", again.steps);
        let end = destroy(&full, &Known::default(), true);
        assert_eq!(check(&end), Vec::<String>::new());
        let gone = |work: &Work| if let Work::Delete { with, .. } = work { 1 + with.len() } else { 0 };
        assert_eq!(end.steps.iter().map(|step| gone(&step.work)).sum::<usize>(), desired.resources.len());
    }
}
