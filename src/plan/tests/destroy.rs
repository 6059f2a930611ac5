use super::world::*;
use crate::plan::{Goal, Until, Work};

#[test]
fn everything_goes_in_the_reverse_order_of_its_use() {
    let desired = shop();
    let plan = destroyed(&cloud(&desired), true);
    assert_eq!(plan.goal, Goal::DestroyWithData);
    let gone: usize =
        plan.steps.iter().map(|step| if let Work::Delete { with, .. } = &step.work { 1 + with.len() } else { 0 }).sum();
    assert_eq!(gone, desired.resources.len());
    assert!(plan.kept.is_empty());
    for (first, second) in [
        ("server.web-1", "port.web-1"),
        ("balancer.front", "port.front"),
        ("balancer.front", "network.web"),
        ("floating-ip.front", "port.front"),
        ("floating-ip.front", "router.main/interface.web"),
        ("server.web-1", "router.main/interface.web"),
        ("server.web-1", "server-group.web"),
        ("port.web-1", "group.web"),
        ("port.web-1", "network.web"),
        ("router.main/interface.web", "network.web"),
        ("router.main/interface.web", "router.main"),
    ] {
        assert!(before(&plan, &format!("delete {first}"), &format!("delete {second}")), "{first} before {second}");
    }
    assert_eq!(
        step(&plan, "delete router.main/interface.web").after[&at("server.web-1")],
        Until::Answered,
        "the interface need not wait until the server is gone"
    );
    let Work::Delete { with, .. } = &step(&plan, "delete network.web").work else { panic!() };
    assert_eq!(with.keys().collect::<Vec<_>>(), [&at("subnet.web")]);
    let Work::Delete { with, .. } = &step(&plan, "delete balancer.front").work else { panic!() };
    assert_eq!(with.len(), 6, "listener, pool, monitor and members: {with:?}");
    let Work::Delete { with, .. } = &step(&plan, "delete group.db").work else { panic!() };
    assert_eq!(with.len(), 4, "its rules: {with:?}");
}

#[test]
fn data_stays_with_all_that_it_needs() {
    let desired = shop();
    let plan = destroyed(&cloud(&desired), false);
    let mut expected = vec![
        "id:network.db".to_owned(),
        "id:subnet.db".to_owned(),
        "id:group.db".to_owned(),
        "id:group.db+rule.egress-ipv4-any".to_owned(),
        "id:group.db+rule.egress-ipv6-any".to_owned(),
        "id:group.db+rule.ingress-ipv4-tcp-4567-from-group-db".to_owned(),
        "id:port.db-1".to_owned(),
        "id:port.db-2".to_owned(),
        "id:server-group.db".to_owned(),
        "id:server.db-1".to_owned(),
        "id:server.db-2".to_owned(),
        "id:container.assets".to_owned(),
    ];
    expected.sort();
    let mut found = kept(&plan);
    found.sort();
    assert_eq!(found, expected);
    assert!(plan.kept.iter().any(|kept| kept.why.to_string().contains("--delete-data")));
    assert!(before(&plan, "delete group.db/rule.ingress-ipv4-tcp-3306-from-group-was", "delete group.was"));
    assert_eq!((plan.totals.servers, plan.totals.vcpus, plan.totals.resources), (2, 2, 12));

    // The next deploy takes up what stayed.
    let mut left = cloud(&desired);
    left.resources.retain(|observed| expected.contains(&observed.id));
    let again = super::world::plan(&desired, &left);
    assert!(deeds(&again).iter().all(|deed| deed.starts_with("create")), "{:?}", deeds(&again));
    assert_eq!(again.unchanged.len(), 12);
}

#[test]
fn doubles_and_strangers_go_too() {
    let desired = small();
    let mut cloud = cloud(&desired);
    cloud.double("network.web", "second", |_| {});
    cloud.double("port.web-1", "stranger", |stranger| stranger.address = None);
    let plan = destroyed(&cloud, false);
    let deeds = deeds(&plan);
    for gone in ["delete network.web", "delete network.second", "delete port.stranger", "delete port.web-1"] {
        assert!(deeds.contains(&gone.to_owned()), "{gone} of {deeds:?}");
    }
    assert!(before(&plan, "delete port.stranger", "delete network.web"));
}

#[test]
fn groups_that_name_each_other_close_no_circle() {
    let mut desired = small();
    desired.group("was");
    desired.rule("was", "group.web", 1);
    desired.rule("web", "group.was", 2);
    let plan = destroyed(&cloud(&desired), false);
    assert!(plan.preflight.faults.is_empty());
    assert!(deeds(&plan).contains(&"delete group.was".to_owned()));
    let nothing_left = destroyed(&nothing(), false);
    assert!(nothing_left.steps.is_empty());
}
