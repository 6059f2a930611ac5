//! What differs, what that asks for, and who follows.

use std::sync::Arc;

use super::world::*;
use crate::event::Known;
use crate::kind::{Change, Kind, METADATA_RUN, METADATA_USER_DATA};
use crate::model::Value;
use crate::plan::{DeployOptions, Reason, Work, deploy};

/// Something that no test's property is.
fn other(value: &Value) -> Value {
    match value {
        Value::Bool(flag) => Value::Bool(!flag),
        Value::Integer(number) => Value::Integer(number + 1),
        Value::List(_) => Value::List(vec!["other".into()]),
        Value::Map(map) => Value::Map(map.keys().map(|key| (key.clone(), "other".into())).collect()),
        _ => "other".into(),
    }
}

#[test]
fn every_property_of_every_kind_is_compared() {
    let desired = shop();
    let mut compared = std::collections::BTreeSet::new();
    for (address, resource) in &desired.resources {
        for property in resource.kind.spec().properties {
            let Some(should) = resource.properties.get(property.name) else { continue };
            let mut cloud = cloud(&desired);
            let holds_data = resource.bears_data;
            for absent in [false, true] {
                if absent {
                    cloud.find(address.as_str()).properties.remove(property.name);
                } else {
                    cloud.set(address.as_str(), property.name, other(should));
                }
                let plan = plan(&desired, &cloud);
                let reason = match property.change {
                    Change::InPlace => reason(&plan, &format!("update {address}")),
                    Change::Replace if holds_data => {
                        assert!(faults(&plan)[0].contains(property.name), "{:?}", faults(&plan));
                        continue;
                    }
                    // A rule that a new group brings has no create, and goes along with nothing here.
                    Change::Replace => reason(&plan, &format!("delete {address}")),
                    Change::Reported | Change::Never => continue,
                };
                let (Reason::Differs(found) | Reason::Replaced(found)) = reason else { panic!("{reason:?}") };
                let told = |name: &str| name.split('.').next() == Some(property.name);
                assert!(found.iter().all(|d| told(&d.property)) && !found.is_empty(), "{address}: {found:?}");
                compared.insert((resource.kind, property.name));
            }
        }
    }
    assert!(compared.len() > 40, "{compared:?}");
}

#[test]
fn an_update_says_what_is_and_what_should_be_and_all_that_should_be() {
    let desired = small();
    let mut cloud = cloud(&desired);
    cloud.set("network.web", "name", "renamed".into());
    let plan = plan(&desired, &cloud);
    assert_eq!(deeds(&plan), ["update network.web"]);
    let Work::Update { id, properties, differences, .. } = &step(&plan, "update network.web").work else { panic!() };
    assert_eq!(id, "id:network.web");
    assert_eq!(properties, &*desired.resources[&at("network.web")].properties);
    assert_eq!(differences[0].is, Some("renamed".into()));
    assert_eq!(differences[0].should, "shop-web".into());
}

#[test]
fn groups_of_others_on_a_vip_port_do_not_matter() {
    let desired = shop();
    let mut cloud = cloud(&desired);
    let groups = |groups: &[&str]| Value::List(groups.iter().map(|group| Value::from(*group)).collect());
    cloud.set("port.front", "security_groups", groups(&["lb-of-octavia", "id:group.front"]));
    assert!(plan(&desired, &cloud).steps.is_empty());
    cloud.set("port.front", "security_groups", groups(&["lb-of-octavia"]));
    assert_eq!(differing(&plan(&desired, &cloud), "port.front"), ["security_groups"]);
    cloud.set("port.front", "security_groups", groups(&["id:group.front"]));
    cloud.set("port.web-1", "security_groups", groups(&["lb-of-octavia", "id:group.web"]));
    assert_eq!(differing(&plan(&desired, &cloud), "port.web-1"), ["security_groups"]);
}

#[test]
fn metadata_differs_key_by_key() {
    let desired = small();
    let mut cloud = cloud(&desired);
    let Some(Value::Map(metadata)) = cloud.find("server.web-1").properties.get_mut("metadata") else { panic!() };
    metadata.insert("gureum".into(), "somebody else's".into());
    metadata.insert("theirs".into(), "stays".into());
    metadata.insert(METADATA_RUN.into(), "an earlier run".into());
    let plan = plan(&desired, &cloud);
    assert_eq!(differing(&plan, "server.web-1"), ["metadata.gureum"]);
}

#[test]
fn other_user_data_is_reported_and_changes_nothing() {
    let mut desired = small();
    let cloud = cloud(&desired);
    let server = desired.resources.get_mut(&at("server.web-1")).expect("it is there");
    let properties = Arc::make_mut(&mut server.properties);
    properties.insert("user_data".into(), "something new".into());
    let Some(Value::Map(metadata)) = properties.get_mut("metadata") else { panic!() };
    metadata.insert(METADATA_USER_DATA.into(), "hash-2".into());
    let plan = plan(&desired, &cloud);
    assert!(plan.steps.is_empty());
    assert!(plan.unchanged.contains_key(&at("server.web-1")));
    assert_eq!(plan.reported.len(), 1);
    assert_eq!(plan.reported[0].property, "metadata.gureum_user_data");
    assert_eq!((plan.reported[0].is.clone(), &plan.reported[0].should), (Some("hash-1".into()), &"hash-2".into()));
}

#[test]
fn what_refers_to_a_replaced_one_by_a_fixed_property_is_replaced_too() {
    let desired = shop();
    let mut cloud = cloud(&desired);
    cloud.set("server-group.web", "policy", "affinity".into());
    let plan = plan(&desired, &cloud);
    assert!(matches!(reason(&plan, "create server-group.web"), Reason::Replaced(_)));
    for server in ["server.web-1", "server.web-2", "server.web-3"] {
        let follows = Reason::Follows(at("server-group.web"));
        assert_eq!(reason(&plan, &format!("create {server}")), &follows);
        assert!(before(&plan, &format!("delete {server}"), "delete server-group.web"));
        assert!(before(&plan, "create server-group.web", &format!("create {server}")));
    }
    assert_eq!(plan.steps.len(), 8);
}

#[test]
fn what_refers_to_a_replaced_one_by_a_changeable_property_is_updated() {
    let desired = shop();
    let mut cloud = cloud(&desired);
    cloud.set("balancer.front/pool.http", "protocol", "TCP".into());
    let plan = plan(&desired, &cloud);
    let deeds = deeds(&plan);
    assert_eq!(deeds[0], "delete balancer.front/pool.http");
    let Work::Delete { with, .. } = &step(&plan, &deeds[0]).work else { panic!() };
    assert_eq!(with.len(), 4, "its monitor and its three members go with it");
    assert_eq!(differing(&plan, "balancer.front/listener.http"), ["default_pool_id"]);
    assert!(before(&plan, "create balancer.front/pool.http", "update balancer.front/listener.http"));
    assert_eq!(
        reason(&plan, "create balancer.front/pool.http/monitor"),
        &Reason::Follows(at("balancer.front/pool.http"))
    );
    let of_kind =
        |kind: Kind| plan.steps.iter().filter(|s| matches!(&s.work, Work::Create(b) if b.kind == kind)).count();
    assert_eq!((of_kind(Kind::Pool), of_kind(Kind::Member), of_kind(Kind::HealthMonitor)), (1, 1, 1));
    assert_eq!(plan.steps.len(), 5);
}

#[test]
fn ports_follow_their_subnet_because_they_hold_it_fast() {
    let desired = small();
    let mut cloud = cloud(&desired);
    cloud.set("subnet.web", "cidr", "10.99.0.0/24".into());
    let plan = plan(&desired, &cloud);
    assert_eq!(reason(&plan, "create port.web-1"), &Reason::Follows(at("subnet.web")));
    assert_eq!(differing(&plan, "server.web-1"), ["networks"]);
    for (first, second) in [
        ("delete port.web-1", "delete subnet.web"),
        ("delete router.main/interface.web", "delete subnet.web"),
        ("delete subnet.web", "create subnet.web"),
        ("create subnet.web", "create port.web-1"),
        ("create port.web-1", "update server.web-1"),
    ] {
        assert!(before(&plan, first, second), "{first} before {second}");
    }
}

#[test]
fn a_replaced_balancer_takes_all_below_it_along() {
    let desired = shop();
    let mut cloud = cloud(&desired);
    cloud.find("balancer.front").status = crate::snapshot::Status::Failed("ERROR".into());
    let plan = plan(&desired, &cloud);
    let deletes: Vec<_> = deeds(&plan).into_iter().filter(|deed| deed.starts_with("delete")).collect();
    assert_eq!(deletes, ["delete balancer.front"]);
    let Work::Delete { with, .. } = &step(&plan, "delete balancer.front").work else { panic!() };
    assert_eq!(with.len(), 6);
    assert!(before(&plan, "delete balancer.front", "create balancer.front/pool.http/member.10.10.1.12:80"));
    assert!(plan.steps.iter().all(|step| step.lane == Some(at("balancer.front"))));
}

#[test]
fn desired_resources_in_a_circle_are_a_fault_and_nothing_is_done() {
    let mut desired = small();
    let entries = [("network_id", id("subnet.a")), ("cidr", "10.1.0.0/24".into())];
    desired.put("subnet.b", Kind::Subnet, &entries);
    let entries = [("network_id", id("subnet.b")), ("cidr", "10.1.0.0/24".into())];
    desired.put("subnet.a", Kind::Subnet, &entries);
    let plan = deploy(&desired, &cloud(&small()), &Known::default(), &DeployOptions::default());
    assert!(plan.steps.is_empty());
    assert!(faults(&plan)[0].contains("subnet.a before subnet.b, subnet.b before subnet.a"), "{:?}", faults(&plan));
}
