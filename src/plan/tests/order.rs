//! What comes after what in a deploy.

use super::world::*;
use crate::kind::Kind;
use crate::model::Value;
use crate::plan::{Until, Work};

#[test]
fn an_empty_cloud_gets_everything_in_order() {
    let desired = shop();
    let plan = plan(&desired, &nothing());
    let brought = plan.steps.iter().filter_map(|step| match &step.work {
        Work::Create(batch) => Some(batch.items.iter().map(|item| item.brings.len()).sum::<usize>()),
        _ => None,
    });
    assert_eq!(deeds(&plan).len() + brought.sum::<usize>(), desired.resources.len());
    for (first, second) in [
        ("network.web", "subnet.web"),
        ("subnet.web", "port.web-1"),
        ("group.web", "port.web-1"),
        ("port.web-1", "server.web-1"),
        ("server-group.web", "server.web-1"),
        ("router.main/interface.web", "server.web-1"),
        ("router.main/interface.web", "floating-ip.front"),
        ("port.front", "balancer.front"),
        ("balancer.front", "balancer.front/pool.http"),
        ("balancer.front/pool.http", "balancer.front/listener.http"),
        ("balancer.front/pool.http", "balancer.front/pool.http/member.10.10.1.11:80"),
    ] {
        let after = &step(&plan, &format!("create {second}")).after;
        let own = after.get(&at(first)) == Some(&Until::Settled);
        let through = before(&plan, &format!("create {first}"), &format!("create {second}"));
        assert!(own && through, "{first} before {second}: {after:?}");
    }
    let server = &step(&plan, "create server.web-1").after;
    assert_eq!(server.get(&at("balancer.front")), Some(&Until::Answered), "only an order");
    assert!(!server.contains_key(&at("router.main/interface.db")), "another zone's way out does not matter");
    assert!(!before(&plan, "create router.main/interface.web", "create port.web-1"));
    assert!(!before(&plan, "create router.main/interface.web", "create balancer.front"));
}

#[test]
fn what_exists_is_not_waited_for() {
    let desired = shop();
    let mut cloud = cloud(&desired);
    cloud.lose("server.web-1");
    cloud.set("network.web", "name", "renamed".into());
    cloud.set("port.web-1", "name", "renamed".into());
    let plan = plan(&desired, &cloud);
    assert!(step(&plan, "create server.web-1").after.is_empty(), "an update of what exists delays nothing");
}

#[test]
fn lanes_are_the_balancer_and_the_router() {
    let plan = plan(&shop(), &nothing());
    for step in &plan.steps {
        let Work::Create(batch) = &step.work else { continue };
        let lane = match batch.kind {
            Kind::Router | Kind::RouterInterface => Some(at("router.main")),
            Kind::LoadBalancer | Kind::Listener | Kind::Pool | Kind::Member | Kind::HealthMonitor => {
                Some(at("balancer.front"))
            }
            _ => None,
        };
        assert_eq!(step.lane, lane, "{:?}", batch.kind);
    }
}

#[test]
fn a_group_is_born_with_rules() {
    let mut desired = small();
    let open = plan(&desired, &nothing());
    let Work::Create(batch) = &step(&open, "create group.web").work else { panic!() };
    assert_eq!(batch.items[0].brings.len(), 2);
    assert_eq!(deeds(&open).iter().filter(|deed| deed.contains("egress")).count(), 0);

    desired.resources.retain(|address, _| !address.as_str().contains("egress-ipv6"));
    let restricted = plan(&desired, &nothing());
    let Work::Create(batch) = &step(&restricted, "create group.web").work else { panic!() };
    assert_eq!(batch.items[0].brings.len(), 1);
    let unwanted = step(&restricted, "delete group.web/rule.egress-ipv6-any");
    assert!(matches!(&unwanted.work, Work::Delete { id: None, properties, .. }
        if properties["security_group_id"] == Value::id_of(&at("group.web"))));
    assert_eq!(unwanted.after.get(&at("group.web")), Some(&Until::Settled));
}

#[test]
fn in_a_group_that_exists_rules_come_and_go_like_anything() {
    let mut desired = small();
    let mut cloud = cloud(&desired);
    cloud.lose("group.web/rule.egress-ipv4-any");
    desired.resources.remove(&at("group.web/rule.egress-ipv6-any"));
    let plan = plan(&desired, &cloud);
    let both = ["delete group.web/rule.egress-ipv6-any", "create group.web/rule.egress-ipv4-any"];
    assert_eq!(deeds(&plan), both);
    assert!(matches!(&step(&plan, both[0]).work, Work::Delete { id: Some(_), .. }));
}

#[test]
fn a_group_goes_after_the_port_has_let_go_of_it() {
    let old = small();
    let mut desired = empty();
    desired.router();
    desired.zone("web", 1);
    desired.group("new");
    desired.port("web-1", "web", "10.10.1.11", "new");
    desired.server("web-1", None);
    let plan = plan(&desired, &cloud(&old));
    assert_eq!(differing(&plan, "port.web-1"), ["security_groups"]);
    assert!(before(&plan, "create group.new", "update port.web-1"));
    assert!(before(&plan, "update port.web-1", "delete group.web"));
}

#[test]
fn who_takes_an_address_comes_after_who_gives_it_up() {
    let old = small();
    let mut desired = small();
    desired.resources.remove(&at("server.web-1"));
    desired.resources.remove(&at("port.web-1"));
    desired.port("next-1", "web", "10.10.1.11", "web");
    desired.server("next-1", None);
    let going = plan(&desired, &cloud(&old));
    assert!(before(&going, "delete server.web-1", "delete port.web-1"));
    assert!(before(&going, "delete port.web-1", "create port.next-1"));

    // The old port moves to another address.
    let mut desired = small();
    desired.resources.remove(&at("port.web-1"));
    desired.port("web-1", "web", "10.10.1.12", "web");
    desired.port("next-1", "web", "10.10.1.11", "web");
    let moving = plan(&desired, &cloud(&old));
    assert!(before(&moving, "update port.web-1", "create port.next-1"));

    // Nobody gives it up.
    let mut desired = small();
    desired.port("next-1", "web", "10.10.1.12", "web");
    assert!(step(&plan(&desired, &cloud(&old)), "create port.next-1").after.is_empty());
}

#[test]
fn two_that_exchange_their_addresses_close_no_circle() {
    let mut old = small();
    old.port("web-2", "web", "10.10.1.12", "web");
    let mut desired = small();
    desired.resources.remove(&at("port.web-1"));
    desired.port("web-1", "web", "10.10.1.12", "web");
    desired.port("web-2", "web", "10.10.1.11", "web");
    assert_eq!(deeds(&plan(&desired, &cloud(&old))), ["update port.web-1", "update port.web-2"]);
}

#[test]
fn a_floating_ip_that_stays_lets_the_interface_go_with_its_port() {
    let desired = shop();
    let mut cloud = cloud(&desired);
    cloud.set("subnet.web", "cidr", "10.99.0.0/24".into());
    let plan = plan(&desired, &cloud);
    assert_eq!(differing(&plan, "floating-ip.front"), ["port_id"]);
    assert!(before(&plan, "delete port.front", "delete router.main/interface.web"));
    assert!(before(&plan, "create router.main/interface.web", "update floating-ip.front"));
}

#[test]
fn a_floating_ip_comes_after_its_routers_gateway() {
    let desired = shop();
    let mut cloud = cloud(&desired);
    cloud.set("router.main", "external_gateway_info", Value::Null);
    cloud.set("floating-ip.front", "port_id", Value::Null);
    let plan = plan(&desired, &cloud);
    assert_eq!(deeds(&plan), ["update router.main", "update floating-ip.front"]);
    assert!(before(&plan, "update router.main", "update floating-ip.front"));
}

#[test]
fn an_order_alone_does_not_let_a_plan_grow_with_its_square() {
    let mut desired = shop();
    for number in 0..300 {
        desired.port(&format!("more-{number}"), "was", &format!("10.10.2.{}", 20 + number % 200), "was");
    }
    let plan = crate::plan::deploy(
        &desired,
        &nothing(),
        &crate::event::Known::default(),
        &crate::plan::DeployOptions::default(),
    );
    let after = &step(&plan, "create router.main/interface.web").after;
    let ports = after.iter().filter(|(address, _)| Kind::of(address) == Some(Kind::Port)).collect::<Vec<_>>();
    assert!(ports.is_empty(), "{ports:?}");
    let after = &step(&plan, "create server.web-1").after;
    assert_eq!(after.get(&at("balancer.front")), Some(&Until::Answered), "of these there are few");
}
