//! Servers that say themselves how far they are.

use std::sync::Arc;

use super::world::*;
use crate::kind::{Kind, guest_id, signals};
use crate::model::{Composed, Piece, SecretName, SecretRef, SignedUrl, UrlMethod, Value};
use crate::plan::{Reason, Until, Work};
use crate::snapshot::{Snapshot, Status};

/// The shop whose web servers and databases report.
fn reporting() -> crate::desired::Desired {
    let mut desired = shop();
    let name = Value::from(format!("shop-signals-{}", environment().id()));
    let key = Value::Secret(SecretRef { name: SecretName("signals.key".into()) });
    desired.put(signals().as_str(), Kind::Container, &[("name", name), ("temp_url_key", key)]);
    for server in ["web-1", "web-2", "db-1"] {
        let url = SignedUrl { container: signals(), object: server.into(), method: UrlMethod::Put, of: None };
        let pieces = vec![Piece::Literal("#cloud-config\n".into()), Piece::SignedUrl(url)];
        let at_server = at(&format!("server.{server}"));
        let there = desired.resources.get_mut(&at_server).expect("a server");
        Arc::make_mut(&mut there.properties).insert("user_data".into(), Value::Composed(Composed { pieces }));
        let entries =
            [("server_id", Value::id_of(&at_server)), ("server", Value::from(server)), ("limit_s", Value::from(900))];
        desired.put(&format!("server.{server}/ready"), Kind::Guest, &entries);
    }
    desired
}

/// The cloud after all of them said that they are ready; what the cloud never shows is not there.
fn ready(desired: &crate::desired::Desired) -> Snapshot {
    let mut cloud = cloud(desired);
    for observed in &mut cloud.resources {
        observed.properties.retain(|name, _| !["temp_url_key", "user_data", "limit_s"].contains(&name.as_str()));
        if observed.kind == Kind::Guest {
            let server = observed.properties["server_id"].as_text().expect("an id").to_owned();
            observed.id = guest_id(&server);
            observed.properties.insert("container".into(), Value::from(id_at(&signals())));
        }
    }
    cloud
}

#[test]
fn a_guest_comes_after_its_server_and_the_server_after_the_container_it_reports_to() {
    let plan = plan(&reporting(), &nothing());
    assert!(before(&plan, "create server.web-1", "create server.web-1/ready"));
    assert!(before(&plan, "create container.signals", "create server.web-1"));
    assert!(!before(&plan, "create container.signals", "create server.web-3"), "it reports nothing");
    assert_eq!(step(&plan, "create server.web-1").after[&signals()], Until::Settled);
    assert_eq!(plan.totals.resources, reporting().resources.len() - 3, "a guest is no resource");
    assert!(faults(&plan).is_empty());
}

/// The same, where what web-1 is told lies in an object.
fn fetching() -> crate::desired::Desired {
    let mut desired = reporting();
    let object = at("container.signals/object.web-1");
    let metadata = map(&[("gureum_content", Value::from("abc"))]);
    let content = Value::Composed(Composed { pieces: vec![Piece::Literal("unpack".into())] });
    let entries = [
        ("container", Value::id_of(&signals())),
        ("name", Value::from("content/web-1")),
        ("metadata", metadata),
        ("content", content),
    ];
    desired.put(object.as_str(), Kind::Object, &entries);
    let url =
        SignedUrl { container: signals(), object: "content/web-1".into(), method: UrlMethod::Get, of: Some(object) };
    let server = desired.resources.get_mut(&at("server.web-1")).expect("there");
    let user_data = Value::Composed(Composed { pieces: vec![Piece::SignedUrl(url)] });
    Arc::make_mut(&mut server.properties).insert("user_data".into(), user_data);
    desired
}

#[test]
fn an_object_is_there_before_the_server_that_fetches_it_and_a_new_content_too() {
    let mut desired = fetching();
    let made = plan(&desired, &nothing());
    assert!(before(&made, "create container.signals", "create container.signals/object.web-1"));
    assert!(before(&made, "create container.signals/object.web-1", "create server.web-1"));
    assert!(faults(&made).is_empty());

    let mut cloud = ready(&desired);
    cloud.find("container.signals/object.web-1").properties.remove("content");
    assert_eq!(deeds(&plan(&desired, &cloud)), Vec::<String>::new());

    let object = desired.resources.get_mut(&at("container.signals/object.web-1")).expect("there");
    Arc::make_mut(&mut object.properties).insert("metadata".into(), map(&[("gureum_content", Value::from("other"))]));
    assert_eq!(
        deeds(&plan(&desired, &cloud)),
        ["update container.signals/object.web-1"],
        "a server that runs has read it"
    );
    cloud.lose("server.web-1");
    cloud.lose("server.web-1/ready");
    let again = plan(&desired, &cloud);
    assert!(before(&again, "update container.signals/object.web-1", "create server.web-1"));
    assert!(faults(&again).is_empty());

    // The database stays, and its word with the container; the object holds secrets and nothing that anybody would miss.
    let alone = "delete container.signals/object.web-1".to_owned();
    assert!(deeds(&destroyed(&cloud, false)).contains(&alone));
    let whole = destroyed(&cloud, true);
    assert!(!deeds(&whole).contains(&alone), "it goes with its container");
    let Work::Delete { with, .. } = &step(&whole, "delete container.signals").work else { panic!("it is a delete") };
    assert!(with.contains_key(&at("container.signals/object.web-1")));
}

#[test]
fn ready_ones_are_unchanged_whatever_key_and_limit_they_were_given() {
    let mut desired = reporting();
    let cloud = ready(&desired);
    assert_eq!(deeds(&plan(&desired, &cloud)), Vec::<String>::new());
    let guest = desired.resources.get_mut(&at("server.web-1/ready")).expect("there");
    Arc::make_mut(&mut guest.properties).insert("limit_s".into(), Value::from(60));
    let plan = plan(&desired, &cloud);
    assert_eq!(deeds(&plan), Vec::<String>::new());
    assert!(plan.unchanged.contains_key(&at("server.web-1/ready")) && plan.unchanged.contains_key(&signals()));
}

#[test]
fn pending_ones_are_waited_for_within_their_limit() {
    let desired = reporting();
    let mut cloud = ready(&desired);
    cloud.find("server.web-1/ready").status = Status::Pending("packages".into());
    let plan = plan(&desired, &cloud);
    assert_eq!(deeds(&plan), ["wait server.web-1/ready"]);
    assert_eq!(*reason(&plan, "wait server.web-1/ready"), Reason::Unsettled("packages".into()));
    let Work::Wait { properties, .. } = &step(&plan, "wait server.web-1/ready").work else { panic!("it waits") };
    assert_eq!(properties["limit_s"], Value::from(900));
}

#[test]
fn of_a_failed_one_the_report_goes_and_a_new_one_is_waited_for() {
    let desired = reporting();
    let mut cloud = ready(&desired);
    let words = "stage: packages\nno space left on device";
    cloud.find("server.db-1/ready").status = Status::Failed(words.into());
    let plan = plan(&desired, &cloud);
    assert_eq!(deeds(&plan), ["delete server.db-1/ready", "create server.db-1/ready"], "the server stays");
    assert_eq!(*reason(&plan, "create server.db-1/ready"), Reason::FailedBefore(words.into()));
    assert!(before(&plan, "delete server.db-1/ready", "create server.db-1/ready"));
}

#[test]
fn one_that_was_never_heard_of_is_waited_for() {
    let desired = reporting();
    let mut cloud = ready(&desired);
    cloud.lose("server.web-2/ready");
    assert_eq!(deeds(&plan(&desired, &cloud)), ["create server.web-2/ready"]);
}

#[test]
fn a_replaced_server_is_waited_for_again_and_its_guest_goes_without_a_request() {
    let desired = reporting();
    let mut cloud = ready(&desired);
    cloud.set("server.web-1", "flavorRef", "flavor-medium".into());
    let plan = plan(&desired, &cloud);
    let deeds = deeds(&plan);
    assert!(deeds.contains(&"create server.web-1/ready".to_owned()), "{deeds:?}");
    assert!(!deeds.contains(&"delete server.web-1/ready".to_owned()), "{deeds:?}");
    assert_eq!(*reason(&plan, "create server.web-1/ready"), Reason::Follows(at("server.web-1")));
    assert!(before(&plan, "create server.web-1", "create server.web-1/ready"));
}

#[test]
fn a_run_that_waits_for_nobody_leaves_what_was_said() {
    let mut desired = reporting();
    let cloud = ready(&desired);
    desired.resources.retain(|address, resource| resource.kind != Kind::Guest && *address != signals());
    let plan = plan(&desired, &cloud);
    assert_eq!(deeds(&plan), Vec::<String>::new());
    assert_eq!(kept(&plan), [id_at(&signals())]);
}

#[test]
fn destroy_takes_guests_with_their_servers_and_keeps_the_word_of_those_that_stay() {
    let cloud = ready(&reporting());
    let plan = destroyed(&cloud, true);
    let deeds = deeds(&plan);
    assert!(deeds.iter().all(|deed| !deed.ends_with("/ready")), "{deeds:?}");
    assert!(deeds.contains(&"delete container.signals".to_owned()), "{deeds:?}");
    let Work::Delete { with, .. } = &step(&plan, "delete server.web-1").work else { panic!("it deletes") };
    assert!(with.contains_key(&at("server.web-1/ready")));

    let plan = destroyed(&cloud, false);
    assert!(kept(&plan).contains(&id_at(&signals())), "the database's word lies in it");
    assert!(plan.kept.iter().all(|kept| kept.kind != Kind::Guest), "a word is not shown as a thing");
    assert_eq!(
        plan.steps.iter().filter(|step| matches!(&step.work, Work::Delete { kind: Kind::Guest, .. })).count(),
        0
    );

    let mut no_data = reporting();
    no_data.resources.retain(|address, _| !address.as_str().contains("db-") && address.as_str() != "container.assets");
    let plan = destroyed(&ready(&no_data), false);
    assert!(plan.kept.is_empty(), "the container of reports holds no data: {:?}", plan.kept);
}
