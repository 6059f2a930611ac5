//! Waiting for what runs inside servers.

use std::sync::Arc;

use super::*;
use crate::event::fold;
use crate::journal::Journal;
use crate::snapshot::Status;

/// A server and its guest, which may say nothing new for so many seconds.
fn plan(limit_s: i64) -> Plan {
    let mut guest = create(&[("server.web-1/ready", &["server.web-1"])]);
    let Work::Create(batch) = &mut guest.work else { unreachable!("it creates") };
    Arc::make_mut(&mut batch.items[0].properties).insert("limit_s".into(), Value::from(limit_s));
    plan_of(vec![create(&[("server.web-1", &[])]), guest])
}

fn stage(word: &str) -> Status {
    Status::Pending(word.to_owned())
}

#[tokio::test(start_paused = true)]
async fn stages_are_told_when_they_change_and_the_last_one_ends_the_wait() {
    let it = Stage::new();
    let says =
        [(1_000, stage("boot")), (5_000, stage("packages")), (9_000, stage("packages")), (30_000, Status::Ready)];
    it.fake.guest("server.web-1/ready", &says);
    let summary = it.run(&plan(60)).await;
    assert_eq!((summary.exit_code, summary.done), (0, 2));
    let told: Vec<String> = it.story().into_iter().filter(|line| line.contains("/ready")).collect();
    assert_eq!(
        told,
        [
            "intended create server.web-1/ready",
            "accepted create server.web-1/ready",
            "guest server.web-1/ready stage(\"boot\")",
            "guest server.web-1/ready stage(\"packages\")",
            "guest server.web-1/ready ready",
            "settled create server.web-1/ready",
        ]
    );
    let learned = fold(&it.events()).expect("folds").durations();
    let took = learned.whole(Kind::Guest, crate::event::OperationWord::Create);
    assert!((30_000..40_000).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_the_guests_own_words_and_is_not_tried_again_by_the_same_run() {
    let it = Stage::new();
    let words = "stage: packages\nE: Unable to locate package nginx";
    it.fake.guest("server.web-1/ready", &[(1_000, stage("packages")), (2_000, Status::Failed(words.into()))]);
    let summary = it.run(&plan(60)).await;
    assert_eq!((summary.exit_code, summary.done, summary.failed), (4, 1, 1));
    assert_eq!(summary.failures, [(at("server.web-1/ready"), words.to_owned())]);
    let creates = it.fake.log().iter().filter(|line| line.starts_with("create ")).count();
    assert_eq!(creates, 2, "{:?}", it.fake.log());
    assert!(it.story().contains(&"guest server.web-1/ready failed(\"stage: packages\")".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn one_that_falls_silent_fails_at_its_limit_with_its_last_stage_and_console() {
    let it = Stage::new();
    it.fake.guest(
        "server.web-1/ready",
        &[(1_000, stage("boot")), (50_000, stage("packages")), (100_000, stage("packages"))],
    );
    let summary = it.run(&plan(60)).await;
    assert_eq!((summary.exit_code, summary.failed), (4, 1));
    let error = &summary.failures[0].1;
    assert_eq!(
        error,
        "the guest has said nothing new for 60 s; its last word was `packages`; the end of its console:\nlogin:"
    );
    // Two reports of one stage are two: each begins anew, and is noticed within a sixth of the wait.
    assert!((160_000..200_000).contains(&summary.makespan_ms), "{}", summary.makespan_ms);
}

#[tokio::test(start_paused = true)]
async fn one_that_never_says_anything_fails_too() {
    let it = Stage::new();
    let summary = it.run(&plan(30)).await;
    assert!(summary.failures[0].1.starts_with("the guest has said nothing for 30 s"), "{:?}", summary.failures);
}

#[tokio::test(start_paused = true)]
async fn an_intention_to_wait_is_no_doubt() {
    let it = Stage::new();
    it.fake.guest("server.web-1/ready", &[(1_000, stage("boot"))]);
    let intended = Happening::Intended {
        address: at("server.web-1/ready"),
        kind: Kind::Guest,
        operation: crate::event::OperationWord::Create,
        id: None,
        detail: None,
    };
    let now = it.fake.clock().now_ms();
    it.journal.append(now, "r1", vec![Happening::Started(started()), intended]).await.expect("in memory");
    for command in [CommandWord::Destroy, CommandWord::Deploy] {
        let settler = super::super::settle::Settler {
            hands: &*it.fake,
            journal: &*it.journal,
            clock: &*it.fake.clock(),
            settings: &it.settings,
            run: "r2",
            display: mpsc::unbounded_channel().0,
            stop: it.stop.subscribe(),
        };
        let state = settler.settle(command).await.expect("settles");
        assert!(state.known().doubts.is_empty());
    }
    assert_eq!(it.fake.log(), Vec::<String>::new(), "nobody is asked");
    assert_eq!(it.fake.clock().now_ms(), now);
}
