//! What holds data outlives mistakes.

use super::world::*;
use crate::plan::{DeployOptions, Reason};
use crate::snapshot::Status;

const REPLACE: DeployOptions = DeployOptions { replace_data: true };

#[test]
fn a_failed_one_that_holds_data_is_replaced_only_by_the_users_word() {
    let desired = shop();
    let mut cloud = cloud(&desired);
    cloud.find("server.db-1").status = Status::Failed("disk gone".into());
    let refused = plan(&desired, &cloud);
    assert!(refused.steps.is_empty());
    assert_eq!(kept(&refused), ["id:server.db-1"]);
    let fault = &faults(&refused)[0];
    assert!(
        fault.contains("server.db-1") && fault.contains("--replace-data") && fault.contains("disk gone"),
        "{fault}"
    );
    assert!(!refused.unchanged.contains_key(&at("server.db-1")));

    let allowed = plan_with(&desired, &cloud, REPLACE);
    assert_eq!(deeds(&allowed), ["delete server.db-1", "create server.db-1"]);
    assert!(allowed.preflight.faults.is_empty());
}

#[test]
fn a_replacement_of_data_names_the_difference_and_the_flag() {
    let desired = shop();
    let mut cloud = cloud(&desired);
    cloud.set("server.db-1", "flavorRef", "flavor-medium".into());
    cloud.set("server.db-1", "name", "renamed".into());
    let refused = plan(&desired, &cloud);
    assert!(refused.steps.is_empty(), "no step for it, not even the name's");
    let fault = &faults(&refused)[0];
    assert!(fault.contains("`flavorRef`: medium → small") && fault.contains("--replace-data"), "{fault}");

    let allowed = plan_with(&desired, &cloud, REPLACE);
    assert!(matches!(reason(&allowed, "create server.db-1"), Reason::Replaced(differences) if differences.len() == 1));
}

#[test]
fn what_the_cloud_marks_as_data_counts_even_if_nobody_asks_for_data_any_more() {
    let mut desired = shop();
    let mut cloud = cloud(&desired);
    cloud.set("server.db-1", "flavorRef", "flavor-medium".into());
    desired.resources.get_mut(&at("server.db-1")).expect("it is there").bears_data = false;
    assert_eq!(faults(&plan(&desired, &cloud)).len(), 1);
}

#[test]
fn unwanted_data_stays_with_all_that_it_needs() {
    let mut desired = shop();
    let cloud = cloud(&desired);
    desired.resources.retain(|address, resource| {
        let text = address.as_str();
        let database = text.contains("db") && !text.contains("interface");
        !database && resource.kind != crate::kind::Kind::Container
    });
    let plan = plan(&desired, &cloud);
    let kept = kept(&plan);
    for stays in
        ["network.db", "subnet.db", "port.db-1", "server.db-1", "server-group.db", "group.db", "container.assets"]
    {
        assert!(kept.contains(&format!("id:{stays}")), "{stays} of {kept:?}");
    }
    assert!(kept.iter().any(|id| id.contains("tcp-4567-from-group-db")), "the rules of a group that stays: {kept:?}");
    assert_eq!(deeds(&plan), Vec::<String>::new());
}
