//! What goes wrong, and what is done about it.

use std::sync::Arc;

use super::fake::Fault;
use super::*;
use crate::model::{FingerprintRef, SecretName};

#[tokio::test(start_paused = true)]
async fn a_refused_batch_goes_one_by_one_and_the_culprit_is_named() {
    let stage = Stage::new();
    stage.fake.fault("create port.b", Fault::Refuse(400, ""));
    stage.fake.fault("create port.b", Fault::Refuse(400, ""));
    let plan = plan_of(vec![
        create(&[("port.a", &[]), ("port.b", &[]), ("port.c", &[])]),
        create(&[("server.a", &["port.a"])]),
        create(&[("server.b", &["port.b"])]),
    ]);
    let summary = stage.run(&plan).await;
    assert_eq!((summary.exit_code, summary.done, summary.failed, summary.skipped), (4, 3, 1, 1));
    assert_eq!(summary.failures, [(at("port.b"), "POST /x: 400 refused with 400".to_owned())]);
    assert!(stage.story().contains(&"skipped server.b because port.b".to_owned()));
    let creates: Vec<_> = stage.fake.log().into_iter().filter(|it| it.starts_with("create port")).collect();
    assert_eq!(creates, ["create port.a port.b port.c", "create port.a", "create port.b", "create port.c"]);
}

#[tokio::test(start_paused = true)]
async fn fingerprints_are_filled_in_and_a_secret_that_nobody_has_is_told() {
    let name = SecretName("db.app".into());
    let mut plan = plan_of(vec![create(&[("server.a", &[])])]);
    let Work::Create(batch) = &mut plan.steps[0].work else { panic!("a create") };
    let fingerprint = Value::Fingerprint(FingerprintRef { name: name.clone() });
    Arc::make_mut(&mut batch.items[0].properties).insert("metadata".into(), fingerprint);
    let lacking = Stage::new().run(&plan).await;
    assert_eq!((lacking.exit_code, lacking.failed), (4, 1));
    assert_eq!(lacking.failures, [(at("server.a"), "the journal has no secret db.app, which this needs".to_owned())]);

    let mut stage = Stage::new();
    stage.secrets.insert(name, "planted".into());
    assert_eq!(stage.run(&plan).await.exit_code, 0);
}

#[tokio::test(start_paused = true)]
async fn what_no_other_request_would_mend_is_not_split() {
    let stage = Stage::new();
    stage.fake.fault("create port.a", Fault::Refuse(401, ""));
    let summary = stage.run(&plan_of(vec![create(&[("port.a", &[]), ("port.b", &[])])])).await;
    assert_eq!((summary.failed, stage.fake.log().len()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn of_a_batch_only_what_refers_to_a_failure_is_skipped() {
    let stage = Stage::new();
    for _ in 0..2 {
        stage.fake.fault("create subnet.b", Fault::Refuse(400, ""));
    }
    let plan = plan_of(vec![
        create(&[("subnet.a", &[]), ("subnet.b", &[])]),
        create(&[("port.a", &["subnet.a"]), ("port.b", &["subnet.b"])]),
        create(&[("server.b", &["port.b"])]),
        create(&[("server.a", &["port.a"])]),
    ]);
    let summary = stage.run(&plan).await;
    assert_eq!((summary.done, summary.failed, summary.skipped), (3, 1, 2));
    assert!(stage.fake.all().contains_key("server.a"));
    assert!(stage.story().contains(&"skipped server.b because subnet.b".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_act_twice_is_sent_again_at_once() {
    for fault in [Fault::LostBefore, Fault::LostAfter] {
        let stage = Stage::new();
        stage.fake.fault("create port.a", fault);
        let summary = stage.run(&plan_of(vec![create(&[("port.a", &[])])])).await;
        assert_eq!((summary.exit_code, summary.makespan_ms), (0, 200));
        assert_eq!(stage.fake.all()["port.a"], 1);
        assert!(stage.story().contains(&"retried port.a".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn what_can_act_twice_is_looked_for_and_taken_up() {
    let stage = Stage::new();
    stage.fake.fault("create network.a", Fault::LostAfter);
    let summary = stage.run(&plan_of(vec![create(&[("network.a", &[]), ("network.b", &[])])])).await;
    assert_eq!((summary.exit_code, summary.done), (0, 2));
    assert_eq!(stage.fake.times("create network.a network.b").len(), 1, "not sent again");
    assert_eq!(stage.fake.all()["network.a"], 1);
    assert!(stage.story().contains(&"adopted create network.a".to_owned()));
    let until = stage.events().iter().find_map(|event| match &event.what {
        Happening::Retried { until, .. } => Some(*until),
        _ => None,
    });
    assert_eq!(until, Some(1_000_000 + 300_000), "it says until when");
}

#[tokio::test(start_paused = true)]
async fn what_acts_late_is_found_and_not_made_twice() {
    let stage = Stage::new();
    stage.fake.fault("create router.main", Fault::Late(170_000));
    let summary = stage.run(&plan_of(vec![create(&[("router.main", &[])])])).await;
    assert_eq!(summary.exit_code, 0);
    assert_eq!(stage.fake.all()["router.main"], 1);
    assert!(summary.makespan_ms > 170_000 && summary.makespan_ms < 182_000, "{}", summary.makespan_ms);
}

#[tokio::test(start_paused = true)]
async fn what_never_came_is_sent_again_when_its_doubt_is_over() {
    let mut stage = Stage::new();
    stage.settings.doubt = std::time::Duration::from_secs(30);
    stage.fake.fault("create router.main", Fault::LostBefore);
    let summary = stage.run(&plan_of(vec![create(&[("router.main", &[])])])).await;
    assert_eq!(summary.exit_code, 0);
    let times = stage.fake.times("create router.main");
    assert_eq!((times.len(), times[0]), (2, 0));
    assert!((30_000..31_000).contains(&times[1]), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_doubt_that_cannot_be_looked_into_stays_one() {
    let mut stage = Stage::new();
    stage.settings.doubt = std::time::Duration::from_secs(5);
    stage.fake.fault("create router.main", Fault::LostBefore);
    for _ in 0..20 {
        stage.fake.fault("list kind.router", Fault::Refuse(500, ""));
    }
    let summary = stage.run(&plan_of(vec![create(&[("router.main", &[])])])).await;
    assert_eq!(summary.exit_code, 4);
    assert!(stage.story().contains(&"in doubt create router.main".to_owned()));
    assert_eq!(stage.fake.times("create router.main").len(), 1, "not sent again without knowing");
}

#[tokio::test(start_paused = true)]
async fn what_is_in_error_is_made_again_a_bounded_number_of_times() {
    let stage = Stage::new();
    stage.fake.fault("create server.a", Fault::Error);
    stage.fake.fault("create server.a", Fault::Error);
    let plan = plan_of(vec![create(&[("server.a", &[])]), create(&[("floating-ip.a", &["server.a"])])]);
    let summary = stage.run(&plan).await;
    assert_eq!((summary.exit_code, summary.done, summary.failed), (0, 2, 0));
    assert_eq!(stage.fake.all()["server.a"], 1);
    let fault = stage.events().iter().find_map(|event| match &event.what {
        Happening::Failed { error, .. } => Some(error.clone()),
        _ => None,
    });
    assert_eq!(fault.as_deref(), Some("No valid host was found."));

    let stage = Stage::new();
    for _ in 0..3 {
        stage.fake.fault("create server.a", Fault::Error);
    }
    let summary = stage.run(&plan).await;
    assert_eq!((summary.exit_code, summary.failed, summary.skipped), (4, 1, 1));
    assert_eq!(stage.fake.times("create server.a").len(), 3);
    assert_eq!(stage.fake.all()["server.a"], 1, "the last one stays, for the user to look at");
}

#[tokio::test(start_paused = true)]
async fn a_child_in_error_ends_at_once() {
    let stage = Stage::new();
    stage.fake.fault("create balancer.front/pool.a", Fault::Error);
    let plan = plan_of(vec![
        create(&[("balancer.front", &[])]).lane("balancer.front"),
        create(&[("balancer.front/pool.a", &["balancer.front"])]).lane("balancer.front"),
    ]);
    let summary = stage.run(&plan).await;
    assert_eq!((summary.exit_code, summary.failed), (4, 1));
    assert!(summary.makespan_ms < 6_000, "{}", summary.makespan_ms);
}

#[tokio::test(start_paused = true)]
async fn conflicts_are_tried_again_within_a_bound() {
    let mut stage = Stage::new();
    let id = stage.fake.plant(&at("group.web"), Kind::SecurityGroup, "r1");
    stage.observed = stage.fake.observe();
    for _ in 0..5 {
        stage.fake.fault("delete group.web", Fault::Refuse(409, "SecurityGroupInUse"));
    }
    let summary = stage.run(&plan_of(vec![delete("group.web", &id)])).await;
    assert_eq!((summary.exit_code, stage.fake.times("delete group.web").len()), (0, 6));

    let mut stage = Stage::new();
    let id = stage.fake.plant(&at("group.web"), Kind::SecurityGroup, "r1");
    stage.observed = stage.fake.observe();
    for _ in 0..99 {
        stage.fake.fault("delete group.web", Fault::Refuse(409, "SecurityGroupInUse"));
    }
    let summary = stage.run(&plan_of(vec![delete("group.web", &id)])).await;
    assert_eq!((summary.exit_code, summary.failed), (4, 1));
    assert!((120_000..131_000).contains(&summary.makespan_ms), "{}", summary.makespan_ms);
}

#[tokio::test(start_paused = true)]
async fn what_was_just_made_may_not_be_found_for_a_while() {
    let stage = Stage::new();
    for _ in 0..3 {
        stage.fake.fault("create subnet.a", Fault::Refuse(404, ""));
    }
    let plan = plan_of(vec![create(&[("network.a", &[])]), create(&[("subnet.a", &["network.a"])])]);
    assert_eq!(stage.run(&plan).await.exit_code, 0);
}

#[tokio::test(start_paused = true)]
async fn waiting_survives_questions_without_an_answer() {
    let stage = Stage::new();
    for _ in 0..3 {
        stage.fake.fault("progress kind.server", Fault::Refuse(500, ""));
    }
    assert_eq!(stage.run(&plan_of(vec![create(&[("server.a", &[])])])).await.exit_code, 0);
}

#[tokio::test(start_paused = true)]
async fn what_nothing_gives_is_not_tried() {
    let stage = Stage::new();
    let mut lonely = create(&[("port.a", &["network.nowhere"])]);
    lonely.after.clear();
    let summary = stage.run(&plan_of(vec![lonely, create(&[("server.a", &["port.a"])])])).await;
    assert_eq!((summary.exit_code, summary.failed, summary.skipped), (4, 1, 1));
    assert!(stage.fake.log().is_empty());
    assert!(summary.failures[0].1.contains("network.nowhere"), "{:?}", summary.failures);
}
