//! Whatever exists and whatever is wanted.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::world::*;
use crate::desired::Desired;
use crate::kind::Kind;
use crate::model::{Address, Value};
use crate::plan::{DeployOptions, Plan, Work};
use crate::snapshot::{Snapshot, Status};

/// An environment of up to three zones.
fn desired() -> impl Strategy<Value = Desired> {
    let zone = (1..6_u8, any::<bool>(), any::<bool>());
    (prop::collection::vec(zone, 1..4), any::<bool>(), any::<bool>()).prop_map(|(zones, balancer, open)| {
        let mut desired = empty();
        desired.router();
        for (place, (servers, data, grouped)) in zones.iter().enumerate() {
            let number = u8::try_from(place).expect("small") + 1;
            let name = ["web", "was", "db"][place];
            desired.zone(name, number);
            desired.group(name);
            desired.rule(name, "group.web", 80);
            if *grouped {
                desired.put(&format!("server-group.{name}"), Kind::ServerGroup, &[("policy", "x".into())]);
            }
            let group = grouped.then(|| format!("server-group.{name}"));
            for server in 1..=*servers {
                let local = format!("{name}-{server}");
                desired.port(&local, name, &format!("10.10.{number}.{}", 10 + server), name);
                if *data {
                    desired.data_server(&local, group.as_deref());
                } else {
                    desired.server(&local, group.as_deref());
                }
            }
        }
        if balancer {
            desired.port("front", "web", "10.10.1.5", "web");
            desired.balancer("front", &["10.10.1.11"]);
            desired.floating_ip("front");
            desired.container("assets");
        }
        if !open {
            desired.resources.retain(|address, _| !address.as_str().contains("egress-ipv6"));
        }
        desired
    })
}

/// An environment and, of the cloud that holds it, what is left and what became of that.
fn damaged() -> impl Strategy<Value = (Desired, Snapshot)> {
    desired().prop_flat_map(|desired| {
        let count = desired.resources.len();
        (Just(desired), prop::collection::vec(0..40_u8, count)).prop_map(|(desired, fates)| {
            let mut snapshot = cloud(&desired);
            for (observed, fate) in snapshot.resources.iter_mut().zip(&fates) {
                let own = observed.kind.spec().properties;
                match fate {
                    0 => observed.status = Status::Failed("ERROR".into()),
                    1 => observed.status = Status::Pending("BUILD".into()),
                    2 => observed.address = None,
                    3..6 => {
                        let property = own[usize::from(*fate) % own.len()].name;
                        observed.properties.insert(property.to_owned(), Value::from("other"));
                    }
                    _ => {}
                }
            }
            (desired, snapshot)
        })
    })
}

/// What each address that stands in the properties of a delete is, by the ids of the test's clouds.
fn deletes_respect_references(plan: &Plan, snapshot: &Snapshot) {
    let mut gone_in: BTreeMap<&str, usize> = BTreeMap::new();
    let address_of: BTreeMap<&str, &Address> =
        snapshot.resources.iter().filter_map(|o| Some((o.id.as_str(), o.address.as_ref()?))).collect();
    for step in &plan.steps {
        if let Work::Delete { id: Some(id), with, .. } = &step.work {
            for id in with.values().chain([id]) {
                gone_in.insert(id, step.id.0);
            }
        }
    }
    let waits = plan.waits();
    let reaches = |later: usize, earlier: usize| {
        let mut queue = vec![later];
        let mut seen = BTreeSet::new();
        while let Some(step) = queue.pop() {
            if step == earlier {
                return true;
            }
            queue.extend(waits[step].iter().map(|wait| wait.step.0).filter(|&step| seen.insert(step)));
        }
        false
    };
    for observed in &snapshot.resources {
        let Some(&user) = gone_in.get(observed.id.as_str()) else { continue };
        for (property, value) in &observed.properties {
            let ids: Vec<_> = address_of.keys().filter(|id| mentions(value, id)).collect();
            for used in ids.iter().filter_map(|id| gone_in.get(**id)) {
                let with_its_group = property == "remote_group_id";
                assert!(*used == user || with_its_group || reaches(*used, user), "{} of {}", property, observed.id);
            }
        }
    }
}

fn mentions(value: &Value, id: &str) -> bool {
    match value {
        Value::Text(text) => text == id,
        Value::List(items) => items.iter().any(|item| mentions(item, id)),
        Value::Map(map) => map.values().any(|item| mentions(item, id)),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_there_needs_no_step(desired in desired()) {
        let plan = plan(&desired, &cloud(&desired));
        prop_assert_eq!(deeds(&plan), Vec::<String>::new());
        prop_assert_eq!(plan.unchanged.len(), desired.resources.len());
    }

    #[test]
    fn exactly_what_is_missing_is_made(desired in desired(), holes in prop::collection::vec(0..8_u8, 120)) {
        let mut lost: BTreeSet<Address> =
            desired.resources.keys().zip(holes.into_iter().cycle()).filter(|(_, hole)| *hole == 0).map(|(at, _)| at.clone()).collect();
        // What refers to something lost is lost too, at any distance.
        loop {
            let before = lost.len();
            for (address, resource) in &desired.resources {
                if resource.properties.values().flat_map(Value::references).any(|to| lost.contains(&to)) {
                    lost.insert(address.clone());
                }
            }
            if lost.len() == before {
                break;
            }
        }
        let mut snapshot = cloud(&desired);
        snapshot.resources.retain(|observed| observed.address.as_ref().is_none_or(|at| !lost.contains(at)));
        let plan = plan(&desired, &snapshot);
        let mut made = BTreeSet::new();
        for step in &plan.steps {
            match &step.work {
                Work::Create(batch) => {
                    for item in &batch.items {
                        made.insert(item.address.clone());
                        made.extend(item.brings.iter().cloned());
                    }
                }
                Work::Delete { id: None, address, .. } => prop_assert!(!desired.resources.contains_key(address)),
                other => prop_assert!(false, "{:?}", other),
            }
        }
        prop_assert_eq!(made, lost);
    }

    #[test]
    fn every_damage_gives_a_sound_plan((desired, snapshot) in damaged(), replace_data in any::<bool>()) {
        let plan = plan_with(&desired, &snapshot, DeployOptions { replace_data });
        deletes_respect_references(&plan, &snapshot);
    }

    #[test]
    fn any_environment_becomes_any_other((_, snapshot) in damaged(), wanted in desired()) {
        let plan = plan(&wanted, &snapshot);
        deletes_respect_references(&plan, &snapshot);
    }

    #[test]
    fn the_order_of_the_snapshot_does_not_matter(
        (desired, snapshot) in damaged(),
        (again, shuffled) in Just(()).prop_flat_map(|()| (any::<u64>(), any::<u64>())),
    ) {
        let mut other = snapshot.clone();
        other.resources.sort_by_key(|observed| {
            // A stable order that differs with the two numbers.
            observed.id.bytes().fold(again, |sum, byte| sum.rotate_left(7).wrapping_mul(shuffled | 1) ^ u64::from(byte))
        });
        other.facts.flavors.reverse();
        let bytes = |snapshot: &Snapshot| {
            let deploy = serde_json::to_string(&plan(&desired, snapshot)).expect("it serialises");
            deploy + &serde_json::to_string(&destroyed(snapshot, false)).expect("it serialises")
        };
        prop_assert_eq!(bytes(&snapshot), bytes(&other));
    }

    #[test]
    fn destroying_everything_leaves_nothing((_, snapshot) in damaged()) {
        let plan = destroyed(&snapshot, true);
        deletes_respect_references(&plan, &snapshot);
        let mut gone = BTreeSet::new();
        for step in &plan.steps {
            if let Work::Delete { id: Some(id), with, .. } = &step.work {
                gone.insert(id.clone());
                gone.extend(with.values().cloned());
            }
        }
        prop_assert_eq!(gone.len(), snapshot.resources.len());
        prop_assert!(plan.kept.is_empty());
    }

    #[test]
    fn destroying_without_data_keeps_what_data_refers_to((_, snapshot) in damaged()) {
        let plan = destroyed(&snapshot, false);
        deletes_respect_references(&plan, &snapshot);
        let stays: BTreeSet<_> = kept(&plan).into_iter().collect();
        for observed in &snapshot.resources {
            let bears = observed.bears_data || observed.kind.spec().bears_data;
            prop_assert!(!bears || stays.contains(&observed.id));
            if stays.contains(&observed.id) {
                for other in snapshot.resources.iter().filter(|other| other.id != observed.id) {
                    let refers = observed.properties.values().any(|value| mentions(value, &other.id));
                    prop_assert!(!refers || stays.contains(&other.id), "{} needs {}", observed.id, other.id);
                }
            }
        }
    }
}
