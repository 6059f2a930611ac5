//! What an earlier run asked for acts when this one has looked already.

use super::fake::Fault;
use super::settle::intended;
use super::*;
use crate::event::OperationWord;

/// An earlier run died right after its request for this, at a time when it may still act.
fn after_death(address: &str) -> Stage {
    let died = intended(address, OperationWord::Create, None, 990_000, 1);
    Stage { journal: Arc::new(Memory::with(vec![died])), ..Stage::new() }
}

/// About when it is seen that a server is in ERROR.
const SEEN: i64 = 5_700;

fn server() -> Plan {
    plan_of(vec![create(&[("server.was-1", &[])]), create(&[("floating-ip.was", &["server.was-1"])])])
}

#[tokio::test(start_paused = true)]
async fn a_late_one_that_holds_the_place_is_taken_up_and_the_failed_one_deleted() {
    // Shown some time after ours is in ERROR, and long before: each time its place is held from the beginning.
    for (shown_in, looks) in [(SEEN + 3_000, 2..), (1_000, 1..)] {
        let stage = after_death("server.was-1");
        let late = stage.fake.plant_late(&at("server.was-1"), Kind::Server, "r1", shown_in);
        let summary = stage.run(&server()).await;
        assert_eq!((summary.exit_code, summary.done, summary.failed), (0, 2, 0), "{summary:?}");
        assert!(summary.failures.is_empty());
        assert_eq!(stage.fake.times("create server.was-1").len(), 1, "not made again");
        assert_eq!(stage.fake.ids("server.was-1"), [late.as_str()]);
        let asked = stage.fake.times("list server");
        assert!(looks.contains(&asked.len()), "{asked:?}");
        assert_eq!(
            stage.story()[2..],
            [
                "intended create server.was-1",
                "accepted create server.was-1",
                "failed create server.was-1",
                "adopted create server.was-1",
                "intended delete server.was-1",
                "accepted delete server.was-1",
                "settled delete server.was-1",
                "settled create server.was-1",
                "intended create floating-ip.was",
                "accepted create floating-ip.was",
                "settled create floating-ip.was",
                "ended 0",
            ]
        );
        let known = crate::event::fold(&stage.events()).expect("folds").known();
        assert_eq!((known.ids[&at("server.was-1")].id.as_str(), known.doubts.len()), (late.as_str(), 0));
    }
}

#[tokio::test(start_paused = true)]
async fn where_nothing_is_in_doubt_one_look_is_enough() {
    for (stage, looks) in [(Stage::new(), 1), (after_death("server.other"), 1), (after_death("server.was-1"), 8)] {
        stage.fake.fault("create server.was-1", Fault::Error);
        let summary = stage.run(&server()).await;
        assert_eq!((summary.exit_code, stage.fake.times("create server.was-1").len()), (0, 2));
        let times = stage.fake.times("list server");
        assert_eq!(times.len(), looks, "{times:?}");
        let took = times[times.len() - 1] - times[0];
        assert!(took < 16_000, "bounded by the grace: {took}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_stays_in_error_fails_once_though_it_was_looked_for() {
    let stage = after_death("server.was-1");
    for _ in 0..3 {
        stage.fake.fault("create server.was-1", Fault::Error);
    }
    let summary = stage.run(&server()).await;
    assert_eq!((summary.exit_code, summary.failed, summary.failures.len()), (4, 1, 1));
    let failed = stage.story().into_iter().filter(|it| it == "failed create server.was-1").count();
    assert_eq!(failed, 3, "once for each");
}

#[tokio::test(start_paused = true)]
async fn another_in_error_or_of_an_unknown_run_is_not_taken_up() {
    let stage = after_death("server.was-1");
    stage.fake.plant_late(&at("server.was-1"), Kind::Server, "r9", 1_000);
    let summary = stage.run(&server()).await;
    assert_eq!((summary.exit_code, stage.fake.times("create server.was-1").len()), (4, 3));
    assert!(!stage.story().contains(&"adopted create server.was-1".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_of_this_run_is_looked_for_too() {
    let stage = Stage::new();
    stage.fake.fault("create server.was-1", Fault::LostBefore);
    let late = stage.fake.plant_late(&at("server.was-1"), Kind::Server, "r2", SEEN + 3_000);
    let summary = stage.run(&server()).await;
    assert_eq!((summary.exit_code, summary.failed), (0, 0));
    assert_eq!(stage.fake.times("create server.was-1").len(), 1, "looked for, not sent again");
    assert!(stage.fake.times("list server").len() > 1, "looked for until it was shown");
    assert_eq!(stage.fake.ids("server.was-1"), [late.as_str()]);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_because_its_place_is_taken_is_looked_for() {
    for (code, exit_code) in [("IpAddressAlreadyAllocated", 0), ("OverQuota", 4)] {
        let stage = after_death("port.a");
        let late = stage.fake.plant_late(&at("port.a"), Kind::Port, "r1", 3_000);
        stage.fake.fault("create port.a", Fault::Refuse(409, code));
        let summary = stage.run(&plan_of(vec![create(&[("port.a", &[])])])).await;
        assert_eq!(summary.exit_code, exit_code, "{summary:?}");
        if exit_code == 0 {
            assert_eq!(stage.fake.ids("port.a"), [late.as_str()]);
            assert_eq!(stage.fake.times("create port.a").len(), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_stopped_while_it_looks_ends_and_the_next_one_knows_both() {
    let stage = after_death("server.was-1");
    stage.fake.plant_late(&at("server.was-1"), Kind::Server, "r1", SEEN + 20_000);
    let plan = server();
    let (summary, ()) = tokio::join!(stage.run(&plan), async {
        tokio::time::sleep(std::time::Duration::from_secs(9)).await;
        stage.stop.send_replace(Stop::Drain);
    });
    assert_eq!((summary.exit_code, stage.fake.times("create server.was-1").len()), (130, 1));
    assert!(stage.fake.times("list server").len() > 1, "it was looking");
    assert!(stage.fake.times("delete server.was-1").is_empty());
}
