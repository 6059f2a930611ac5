//! What goes with one request.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::world::*;
use crate::kind::Kind;
use crate::model::Value;
use crate::plan::{Plan, Work};

fn requests(plan: &Plan) -> BTreeMap<Kind, Vec<usize>> {
    let mut requests: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
    for step in &plan.steps {
        if let Work::Create(batch) = &step.work {
            requests.entry(batch.kind).or_default().push(batch.items.len());
        }
    }
    requests
}

#[test]
fn the_shop_takes_few_requests() {
    let requests = requests(&plan(&shop(), &nothing()));
    let expected = BTreeMap::from([
        (Kind::Network, vec![3]),
        (Kind::Subnet, vec![3]),
        (Kind::Router, vec![1]),
        (Kind::RouterInterface, vec![1; 3]),
        (Kind::SecurityGroup, vec![4]),
        (Kind::SecurityGroupRule, vec![2, 1, 1, 1]),
        (Kind::Port, vec![9]),
        (Kind::ServerGroup, vec![1; 3]),
        (Kind::Server, vec![1; 8]),
        (Kind::FloatingIp, vec![1]),
        (Kind::LoadBalancer, vec![1]),
        (Kind::Listener, vec![1]),
        (Kind::Pool, vec![1]),
        (Kind::Member, vec![3]),
        (Kind::HealthMonitor, vec![1]),
        (Kind::Container, vec![1]),
    ]);
    assert_eq!(requests, expected);
}

#[test]
fn a_request_holds_32_items_and_64_kib() {
    let mut many = small();
    for number in 2..=70 {
        many.port(&format!("web-{number}"), "web", &format!("10.10.1.{}", 10 + number), "web");
    }
    assert_eq!(requests(&plan(&many, &nothing()))[&Kind::Port], [32, 32, 6]);
    for number in 1..=4 {
        let long = Value::from("x".repeat(30_000));
        let port = many.port(&format!("web-{number}"), "web", "", "web");
        Arc::make_mut(&mut port.properties).insert("name".into(), long);
    }
    let plan = plan(&many, &nothing());
    assert!(requests(&plan)[&Kind::Port].len() >= 4, "{:?}", requests(&plan)[&Kind::Port]);
}

#[test]
fn what_is_ready_earlier_does_not_wait_for_the_rest() {
    let mut desired = small();
    let cloud = cloud(&desired);
    desired.port("web-2", "web", "10.10.1.12", "web");
    desired.zone("new", 2);
    desired.port("new-1", "new", "10.10.2.11", "web");
    let plan = plan(&desired, &cloud);
    assert_eq!(requests(&plan)[&Kind::Port], [1, 1]);
    assert!(step(&plan, "create port.web-2").after.is_empty());
}

#[test]
fn who_waits_for_something_else_goes_another_way() {
    let mut desired = small();
    let cloud = cloud(&desired);
    // Both one step from the beginning, but after different requests.
    desired.group("new");
    desired.port("a", "web", "10.10.1.21", "new");
    let entries = [("network_id", id("network.web")), ("cidr", "10.10.7.0/24".into())];
    desired.put("subnet.seven", Kind::Subnet, &entries);
    let fixed = map(&[("subnet_id", id("subnet.seven")), ("ip_address", "10.10.7.21".into())]);
    let entries = [
        ("network_id", id("network.web")),
        ("fixed_ips", Value::List(vec![fixed])),
        ("security_groups", Value::List(vec![id("group.web")])),
    ];
    desired.put("port.b", Kind::Port, &entries);
    let plan = plan(&desired, &cloud);
    assert_eq!(requests(&plan)[&Kind::Port], [1, 1]);
    assert!(!before(&plan, "create subnet.seven", "create port.a"));
    assert!(!before(&plan, "create group.new", "create port.b"));
}

/// 10,000 resources in 100 zones.
fn large() -> crate::desired::Desired {
    let mut desired = empty();
    desired.router();
    for zone in 1..=100_u8 {
        let name = format!("z{zone}");
        desired.zone(&name, zone);
        desired.group(&name);
        desired.rule(&name, "0.0.0.0/0", 80);
        for server in 1..=46 {
            let local = format!("{name}-{server}");
            desired.port(&local, &name, &format!("10.10.{zone}.{}", 10 + server), &name);
            desired.server(&local, None);
        }
    }
    desired
}

#[test]
fn ten_thousand_resources_take_few_requests_and_no_quadratic_time() {
    let desired = large();
    assert!(desired.resources.len() > 9_800);
    let fresh = plan(&desired, &nothing());
    assert!(requests(&fresh)[&Kind::Port].len() < 160, "{}", requests(&fresh)[&Kind::Port].len());
    let full = cloud(&desired);
    assert!(plan(&desired, &full).steps.is_empty());
    assert_eq!(destroyed(&full, false).steps.len(), 100 * (1 + 1 + 1 + 2 * 46) + 1);
}
