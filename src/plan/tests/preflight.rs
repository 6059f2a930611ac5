//! What stops a deploy before its first write, and totals.

use std::sync::Arc;

use super::world::*;
use crate::kind::Quota;
use crate::model::Service;
use crate::plan::Shortfall;
use crate::snapshot::{Checked, QuotaFact, Snapshot, Status};

fn limit(snapshot: &mut Snapshot, quota: Quota, limit: i64, used: i64) {
    snapshot.facts.quotas.insert(quota, Checked::Known(QuotaFact { limit, used }));
}

#[test]
fn a_missing_service_is_a_fault_only_if_something_is_made_there() {
    let mut snapshot = nothing();
    snapshot.facts.services.remove(&Service::LoadBalancer);
    let found = faults(&plan(&shop(), &snapshot));
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("load-balancer") && found[0].contains("health monitor, listener"), "{found:?}");
    assert!(faults(&plan(&small(), &snapshot)).is_empty());
}

#[test]
fn quotas_that_are_too_small_are_told_in_numbers() {
    let mut snapshot = nothing();
    limit(&mut snapshot, Quota::Instances, 10, 5);
    limit(&mut snapshot, Quota::Cores, 8, 0);
    limit(&mut snapshot, Quota::RamMib, 10_000, 0);
    limit(&mut snapshot, Quota::Network, 3, 1);
    limit(&mut snapshot, Quota::SecurityGroupRule, 12, 0);
    limit(&mut snapshot, Quota::Port, -1, 1_000_000);
    let plan = plan(&shop(), &snapshot);
    let expected = [
        Shortfall { quota: Quota::Instances, limit: 10, used: 5, needed: 8 },
        Shortfall { quota: Quota::RamMib, limit: 10_000, used: 0, needed: 16_384 },
        Shortfall { quota: Quota::Network, limit: 3, used: 1, needed: 3 },
        Shortfall { quota: Quota::SecurityGroupRule, limit: 12, used: 0, needed: 13 },
    ];
    assert_eq!(plan.preflight.shortfalls, expected);
    assert_eq!(plan.preflight.faults.len(), expected.len());
    assert!(faults(&plan)[0].contains("too small by 3: 8 more needed, 5 of 10 in use"), "{:?}", faults(&plan));
}

#[test]
fn a_replacement_needs_only_what_it_adds() {
    let desired = small();
    let mut snapshot = cloud(&desired);
    limit(&mut snapshot, Quota::Instances, 1, 1);
    limit(&mut snapshot, Quota::Cores, 1, 1);
    snapshot.find("server.web-1").status = Status::Failed("ERROR".into());
    assert!(faults(&plan(&desired, &snapshot)).is_empty());
    let mut larger = small();
    let server = larger.resources.get_mut(&at("server.web-1")).expect("it is there");
    Arc::make_mut(&mut server.properties).insert("flavorRef".into(), "flavor-medium".into());
    let shortfalls = plan(&larger, &snapshot).preflight.shortfalls;
    assert_eq!(shortfalls, [Shortfall { quota: Quota::Cores, limit: 1, used: 1, needed: 1 }]);
}

#[test]
fn the_largest_server_group_counts() {
    let mut snapshot = nothing();
    limit(&mut snapshot, Quota::ServerGroupMembers, 3, 0);
    assert!(faults(&plan(&shop(), &snapshot)).is_empty());
    limit(&mut snapshot, Quota::ServerGroupMembers, 2, 0);
    let plan = plan(&shop(), &snapshot);
    assert!(faults(&plan)[0].contains("to have 3 servers, 2 are allowed"), "{:?}", faults(&plan));
    assert_eq!(plan.preflight.shortfalls[0].needed, 3);
}

#[test]
fn what_may_not_be_seen_is_not_checked_and_no_fault() {
    let mut snapshot = nothing();
    for quota in [Quota::Instances, Quota::Cores] {
        snapshot.facts.quotas.insert(quota, Checked::NotChecked("needs the role reader".into()));
    }
    snapshot.facts.quotas.remove(&Quota::Network);
    let plan = plan(&small(), &snapshot);
    assert!(plan.preflight.faults.is_empty());
    let texts: Vec<_> = plan.preflight.not_checked.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 2);
    assert!(texts[0].starts_with("not checked: quota network: needs"), "{texts:?}");
    assert_eq!(texts[1], "not checked: quota instances, cores: needs the role reader");
}

#[test]
fn planned_addresses_must_fit() {
    let mut desired = small();
    desired.port("outside", "web", "10.10.2.7", "web");
    desired.port("broadcast", "web", "10.10.1.255", "web");
    desired.port("twice", "web", "10.10.1.11", "web");
    let found = faults(&plan(&desired, &nothing()));
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].contains("port.broadcast") && found[1].contains("port.outside"), "{found:?}");
    assert!(found[2].contains("10.10.1.11 in subnet.web"), "{found:?}");

    let mut desired = small();
    let subnet = desired.resources.get_mut(&at("subnet.web")).expect("it is there");
    Arc::make_mut(&mut subnet.properties).insert("cidr".into(), "10.10.1.8/29".into());
    for number in 12..=17 {
        desired.port(&format!("p{number}"), "web", &format!("10.10.1.{}", number - 3), "web");
    }
    let found = faults(&plan(&desired, &nothing()));
    assert!(
        found.iter().any(|fault| fault.contains("subnet.web has 5 addresses in 10.10.1.8/29, 7 are needed")),
        "{found:?}"
    );
}

#[test]
fn totals_are_of_all_that_is_desired() {
    let totals = plan(&shop(), &cloud(&shop())).totals;
    assert_eq!((totals.servers, totals.vcpus, totals.ram_mib, totals.disk_gib), (8, 8, 16_384, 80));
    assert_eq!((totals.resources, totals.floating_ips), (shop().resources.len(), 1));
}
