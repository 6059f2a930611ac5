//! Who stands at which address: doubles, failures, strangers, renamed ones.

use std::collections::BTreeMap;

use super::world::*;
use crate::event::{Known, KnownId};
use crate::kind::Kind;
use crate::plan::{DeployOptions, Reason, deploy};
use crate::snapshot::Status;

#[test]
fn what_is_as_it_should_be_needs_nothing() {
    for desired in [small(), shop()] {
        let plan = plan(&desired, &cloud(&desired));
        assert_eq!(deeds(&plan), Vec::<String>::new());
        assert_eq!(plan.unchanged.len(), desired.resources.len());
        assert_eq!(plan.outputs[&at("network.web")]["id"], "id:network.web");
        assert!(plan.kept.is_empty() && plan.reported.is_empty() && plan.preflight.faults.is_empty());
    }
}

#[test]
fn of_two_the_one_that_others_refer_to_stays() {
    let desired = small();
    let mut cloud = cloud(&desired);
    cloud.double("network.web", "older", |double| double.created_at = Some("2020-01-01T00:00:00Z".into()));
    let plan = plan(&desired, &cloud);
    assert_eq!(deeds(&plan), ["delete network.older"]);
    let duplicate = Reason::Duplicate { kept: "id:network.web".into() };
    assert_eq!(reason(&plan, "delete network.older"), &duplicate);
}

#[test]
fn of_two_that_nobody_refers_to_the_oldest_stays_but_never_one_in_error() {
    let desired = shop();
    let mut two = cloud(&desired);
    two.double("floating-ip.front", "older", |double| double.created_at = Some("2020-01-01T00:00:00Z".into()));
    assert_eq!(deeds(&plan(&desired, &two)), ["delete floating-ip.id:floating-ip.front"]);

    two.find("floating-ip.front").created_at = Some("2020-01-01T00:00:00Z".into());
    assert_eq!(deeds(&plan(&desired, &two)), ["delete floating-ip.older"], "the smaller id of two of one age");

    two.find("floating-ip.front").status = Status::Failed("ERROR".into());
    assert_eq!(deeds(&plan(&desired, &two)), ["delete floating-ip.id:floating-ip.front"]);
}

#[test]
fn a_second_one_that_holds_data_is_shown_and_not_deleted() {
    let desired = shop();
    let mut cloud = cloud(&desired);
    cloud.double("server.db-1", "second", |double| double.created_at = None);
    let plan = plan(&desired, &cloud);
    assert_eq!(deeds(&plan), Vec::<String>::new());
    assert_eq!(kept(&plan), ["second"]);
    assert_eq!(plan.kept[0].address, Some(at("server.db-1")));
    assert!(plan.kept[0].why.to_string().contains("id:server.db-1"), "{}", plan.kept[0].why);
}

#[test]
fn what_failed_is_made_again() {
    let desired = small();
    let mut cloud = cloud(&desired);
    cloud.find("server.web-1").status = Status::Failed("no valid host".into());
    let plan = plan(&desired, &cloud);
    assert_eq!(deeds(&plan), ["delete server.web-1", "create server.web-1"]);
    for deed in deeds(&plan) {
        assert_eq!(reason(&plan, &deed), &Reason::FailedBefore("no valid host".into()));
    }
    assert!(before(&plan, "delete server.web-1", "create server.web-1"));
    assert!(!plan.outputs.contains_key(&at("server.web-1")), "its id changes");
}

#[test]
fn what_has_not_settled_is_waited_for() {
    let desired = shop();
    let mut cloud = cloud(&desired);
    cloud.find("balancer.front").status = Status::Pending("PENDING_CREATE".into());
    cloud.lose("balancer.front/listener.http");
    cloud.find("server.web-1").status = Status::Pending("BUILD".into());
    cloud.find("server.web-1").properties.remove("power_state");
    let plan = plan(&desired, &cloud);
    let deeds = deeds(&plan);
    assert_eq!(deeds, ["wait balancer.front", "wait server.web-1", "create balancer.front/listener.http"]);
    assert_eq!(reason(&plan, "wait balancer.front"), &Reason::Unsettled("PENDING_CREATE".into()));
    assert!(before(&plan, "wait balancer.front", "create balancer.front/listener.http"));
    assert!(!plan.unchanged.contains_key(&at("balancer.front")));
}

#[test]
fn what_nobody_wants_goes() {
    let desired = small();
    let mut more = small();
    more.port("web-2", "web", "10.10.1.12", "web");
    more.server("web-2", None);
    let plan = plan(&desired, &cloud(&more));
    assert_eq!(deeds(&plan), ["delete server.web-2", "delete port.web-2"]);
    assert_eq!(reason(&plan, "delete port.web-2"), &Reason::NotWanted);
    assert!(before(&plan, "delete server.web-2", "delete port.web-2"));
}

#[test]
fn what_cannot_be_told_is_shown_with_all_that_it_needs() {
    let mut more = small();
    more.zone("old", 9);
    more.port("old", "old", "10.10.9.11", "web");
    let mut cloud = cloud(&more);
    cloud.find("port.old").address = None;
    let plan = plan(&small(), &cloud);
    assert_eq!(kept(&plan), ["id:network.old", "id:subnet.old", "id:port.old"]);
    assert_eq!(deeds(&plan), ["delete router.main/interface.old"]);
    assert_eq!(plan.kept[2].address, None);
}

#[test]
fn the_journal_knows_who_was_renamed() {
    let desired = small();
    let mut cloud = cloud(&desired);
    let network = cloud.find("network.web");
    network.address = Some(at("network.elsewhere"));
    network.properties.insert("name".into(), "shop-elsewhere".into());
    let port = cloud.find("port.web-1");
    port.address = None;
    port.properties.insert("description".into(), "".into());
    let known = |address: &str, kind| (at(address), KnownId { kind, id: format!("id:{address}") });
    let ids = BTreeMap::from([known("network.web", Kind::Network), known("port.web-1", Kind::Port)]);
    let known = Known { ids, ..Known::default() };
    let plan = deploy(&desired, &cloud, &known, &DeployOptions::default());
    assert_eq!(deeds(&plan), ["update network.web", "update port.web-1"]);
    assert_eq!(differing(&plan, "network.web"), ["name"]);
    assert_eq!(differing(&plan, "port.web-1"), ["description"]);
}
