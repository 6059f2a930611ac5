//! Order, lanes, priority, and what is durable when.

use super::*;

#[tokio::test(start_paused = true)]
async fn one_thing_after_the_other_and_each_durable_first() {
    let stage = Stage::new();
    let plan = plan_of(vec![create(&[("network.web", &[])]), create(&[("subnet.web", &["network.web"])])]);
    let summary = stage.run(&plan).await;
    assert_eq!((summary.exit_code, summary.done, summary.because), (0, 2, None));
    assert_eq!(
        stage.story(),
        [
            "started",
            "intended create network.web",
            "accepted create network.web",
            "settled create network.web",
            "intended create subnet.web",
            "accepted create subnet.web",
            "settled create subnet.web",
            "ended 0",
        ]
    );
    assert_eq!(summary.makespan_ms, 200);
    let path =
        summary.critical_path.iter().map(|link| (link.address.as_str(), link.ms, link.waited_ms, link.request_ms));
    assert_eq!(path.collect::<Vec<_>>(), [("network.web", 100, 0, 100), ("subnet.web", 100, 0, 100)]);
}

#[tokio::test(start_paused = true)]
async fn what_is_independent_goes_at_once_and_a_batch_is_one_request() {
    let stage = Stage::new();
    let plan = plan_of(vec![
        create(&[("network.db", &[]), ("network.web", &[])]),
        create(&[("router.main", &[])]),
        create(&[("container.assets", &[])]),
    ]);
    let summary = stage.run(&plan).await;
    assert_eq!((summary.done, summary.makespan_ms), (4, 100));
    assert!(stage.fake.log().contains(&"create network.db network.web".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_lane_is_held_until_it_has_settled() {
    let stage = Stage::new();
    let lane = "balancer.front";
    let plan = plan_of(vec![
        create(&[(lane, &[])]).lane(lane),
        create(&[("balancer.front/pool.a", &[lane])]).lane(lane),
        create(&[("balancer.front/pool.b", &[lane])]).lane(lane),
        create(&[("balancer.front/pool.c", &[lane])]).lane(lane),
    ]);
    let summary = stage.run(&plan).await;
    assert_eq!(summary.done, 4);
    assert_eq!(stage.fake.most_at_once(Kind::Pool), 1);
    let story = stage.story();
    for pair in ["a", "b", "c"].windows(2) {
        let place = |line: String| story.iter().position(|it| *it == line).expect("it happened");
        let before = place(format!("settled create balancer.front/pool.{}", pair[0]));
        assert!(before < place(format!("intended create balancer.front/pool.{}", pair[1])), "{story:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_longest_way_goes_first_where_not_all_can() {
    let mut stage = Stage::new();
    stage.settings.in_flight = 1;
    let plan = plan_of(vec![
        create(&[("network.a", &[])]),
        create(&[("network.b", &[])]),
        create(&[("network.c", &[])]),
        create(&[("server.last", &["network.c"])]),
    ]);
    let summary = stage.run(&plan).await;
    assert_eq!(summary.done, 4);
    let log = stage.fake.log();
    assert_eq!(log[0], "create network.c", "{log:?}");
    assert_eq!(stage.fake.most_at_once(Kind::Network), 1);
    assert_eq!(summary.critical_path.last().map(|link| link.address.as_str()), Some("server.last"));
}

#[tokio::test(start_paused = true)]
async fn requests_to_one_service_are_bounded() {
    let mut stage = Stage::new();
    stage.settings.in_flight = 3;
    let names: Vec<String> = (0..10).map(|n| format!("server.web-{n}")).collect();
    let plan = plan_of(names.iter().map(|name| create(&[(name, &[])])).collect());
    assert_eq!(stage.run(&plan).await.done, 10);
    assert_eq!(stage.fake.most_at_once(Kind::Server), 3);
    let polls = stage.fake.log().iter().filter(|line| *line == "progress server").count();
    assert!(polls <= 12, "one question for all of them: {polls}");
}

#[tokio::test(start_paused = true)]
async fn what_becomes_ready_later_and_has_more_before_it_stands_behind_nobody() {
    let stage = Stage::new();
    stage.fake.at_once.store(2, std::sync::atomic::Ordering::Relaxed);
    let plan = plan_of(vec![
        create(&[("network.web", &[])]),
        create(&[("group.a", &[])]),
        create(&[("group.b", &[])]),
        create(&[("group.c", &[])]),
        create(&[("subnet.web", &["network.web"])]),
        create(&[("server.web-1", &["subnet.web"])]),
    ]);
    assert_eq!(stage.run(&plan).await.done, 6);
    assert_eq!(stage.fake.times("create subnet.web"), [100], "two groups were ready before it: {:?}", stage.fake.log());
    assert_eq!(stage.fake.times("create group.c"), [200]);
}

#[tokio::test(start_paused = true)]
async fn answered_is_enough_where_only_the_order_matters() {
    let stage = Stage::new();
    let plan = plan_of(vec![
        create(&[("balancer.front", &[])]).lane("balancer.front"),
        create(&[("server.web-1", &[])]).then("balancer.front", Until::Answered),
    ]);
    stage.fake.fault("create balancer.front", fake::Fault::Refuse(403, ""));
    let summary = stage.run(&plan).await;
    assert_eq!((summary.done, summary.failed, summary.skipped), (1, 1, 0));
    assert_eq!(stage.fake.times("create server.web-1"), [100], "it waits for the answer, and for no more");
}

#[tokio::test(start_paused = true)]
async fn a_replacement_is_a_deletion_and_then_a_creation() {
    let mut stage = Stage::new();
    let id = stage.fake.plant(&at("server.web-1"), Kind::Server, "r1");
    stage.observed = stage.fake.observe();
    let plan = plan_of(vec![
        create(&[("port.web-1", &[])]),
        create(&[("server.web-1", &["port.web-1"])]).then("server.web-1", Until::Settled),
        delete("server.web-1", &id),
        create(&[("floating-ip.web-1", &["server.web-1"])]),
    ]);
    let summary = stage.run(&plan).await;
    assert_eq!((summary.exit_code, summary.done), (0, 4));
    let writes: Vec<String> = stage.story().into_iter().filter(|it| it.starts_with("settled")).collect();
    let last: Vec<&str> = writes.iter().rev().take(3).rev().map(String::as_str).collect();
    assert_eq!(
        last,
        ["settled delete server.web-1", "settled create server.web-1", "settled create floating-ip.web-1"]
    );
    assert_eq!(stage.fake.all()["server.web-1"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_waits_for_itself_is_refused() {
    let stage = Stage::new();
    let plan = plan_of(vec![create(&[("port.a", &["port.b"])]), create(&[("port.b", &["port.a"])])]);
    let summary = stage.run(&plan).await;
    assert_eq!(summary.exit_code, 4);
    assert!(stage.fake.log().is_empty());
    assert!(summary.because.expect("a reason").to_string().contains("cycle"));
}

#[tokio::test(start_paused = true)]
async fn waiting_and_updating() {
    let mut stage = Stage::new();
    let id = stage.fake.plant(&at("server.web-1"), Kind::Server, "r1");
    let second = stage.fake.plant(&at("server.web-2"), Kind::Server, "r1");
    stage.observed = stage.fake.observe();
    let (address, kind, properties) = (at("server.web-1"), Kind::Server, Properties::new());
    let difference = crate::plan::Difference {
        address: address.clone(),
        property: "metadata.gureum".into(),
        is: None,
        should: Value::from("x"),
    };
    let wait = step(Work::Wait { address: address.clone(), id, kind, properties: properties.clone() });
    let address = at("server.web-2");
    let update = step(Work::Update { address, id: second, kind, properties, differences: vec![difference] });
    stage.fake.fault("update server.web-2", fake::Fault::LostBefore);
    let summary = stage.run(&plan_of(vec![wait, update.then("server.web-1", Until::Settled)])).await;
    assert_eq!((summary.exit_code, summary.done), (0, 2), "{summary:?}");
    let times = stage.fake.times("update server.web-2");
    assert_eq!(times.len(), 2);
    assert!(times[0] >= 1_000, "it waits for the other: {times:?}");
}
