//! Stopping: by the user, by a journal that cannot be written, by another writer.

use std::time::Duration;

use super::fake::Fault;
use super::*;

fn chain() -> Plan {
    plan_of(vec![
        create(&[("network.a", &[])]),
        create(&[("port.a", &["network.a"])]),
        create(&[("server.a", &["port.a"])]),
        create(&[("floating-ip.a", &["server.a"])]),
    ])
}

#[tokio::test(start_paused = true)]
async fn one_interrupt_starts_nothing_more_and_records_what_runs() {
    let stage = Stage::new();
    stage.fake.fault("create port.a", Fault::Slow(5_000));
    let plan = chain();
    let (summary, ()) = tokio::join!(stage.run(&plan), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        stage.stop.send_replace(Stop::Drain);
    });
    assert_eq!((summary.exit_code, summary.done, summary.skipped), (130, 2, 2));
    assert_eq!(summary.makespan_ms, 5_200, "the request is waited for");
    assert!(stage.story().contains(&"settled create port.a".to_owned()));
    assert!(stage.story().contains(&"skipped server.a because server.a".to_owned()));
    assert_eq!(stage.story().last().map(String::as_str), Some("ended 130"));
}

#[tokio::test(start_paused = true)]
async fn what_is_only_waited_for_is_left_to_the_next_run() {
    let stage = Stage::new();
    let plan = chain();
    let (summary, ()) = tokio::join!(stage.run(&plan), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stage.stop.send_replace(Stop::Drain);
    });
    assert_eq!((summary.exit_code, summary.unfinished, summary.makespan_ms), (130, 1, 1_000));
    let state = crate::event::fold(&stage.events()).expect("folds");
    assert!(state.known().ids.contains_key(&at("server.a")));
    assert!(state.known().doubts.is_empty());
}

#[tokio::test(start_paused = true)]
async fn two_interrupts_stop_now() {
    let stage = Stage::new();
    stage.fake.fault("create port.a", Fault::Slow(60_000));
    let plan = chain();
    let (summary, ()) = tokio::join!(stage.run(&plan), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        stage.stop.send_replace(Stop::Drain);
        tokio::time::sleep(Duration::from_millis(500)).await;
        stage.stop.send_replace(Stop::Now);
    });
    assert_eq!((summary.exit_code, summary.makespan_ms), (130, 1_000));
    let state = crate::event::fold(&stage.events()).expect("folds");
    assert_eq!(state.known().doubts.len(), 1, "the next run settles it");
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_ends_looking_and_leaves_the_doubt() {
    let stage = Stage::new();
    stage.fake.fault("create network.a", Fault::LostBefore);
    let plan = chain();
    let (summary, ()) = tokio::join!(stage.run(&plan), async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        stage.stop.send_replace(Stop::Drain);
    });
    assert_eq!((summary.exit_code, summary.makespan_ms), (130, 20_000));
    let state = crate::event::fold(&stage.events()).expect("folds");
    assert_eq!(state.known().doubts.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_fails_at_any_append_stops_the_run_and_names_what_it_does_not_know() {
    let plan = chain();
    let whole = {
        let stage = Stage::new();
        stage.run(&plan).await;
        stage.events().len()
    };
    for room in 0..whole {
        let stage = Stage { journal: Arc::new(Memory::new().with_room_for(room)), ..Stage::new() };
        let summary = stage.run(&plan).await;
        assert_eq!(summary.exit_code, 4, "room for {room}");
        let known: BTreeSet<String> = {
            let state = crate::event::fold(&stage.events()).expect("folds");
            state.known().ids.keys().map(ToString::to_string).collect()
        };
        let listed: BTreeSet<String> = summary.unrecorded.iter().map(|(address, ..)| address.to_string()).collect();
        let there: BTreeSet<String> = stage.fake.all().into_keys().collect();
        assert_eq!(known.union(&listed).cloned().collect::<BTreeSet<_>>(), there, "room for {room}");
        let because = summary.because.expect("a reason").to_string();
        assert!(because.contains("no room is left"), "{because}");
        assert!(listed.iter().all(|address| because.contains(address)), "{because}");
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_writers_the_later_one_yields() {
    for (other, exit_code) in [("r1", 4), ("r3", 0)] {
        let stage = Stage::new();
        stage.fake.plant(&at("server.b"), Kind::Server, other);
        let summary = stage.run(&chain()).await;
        assert_eq!(summary.exit_code, exit_code, "run {other} is there too");
        if exit_code == 4 {
            let because = summary.because.expect("a reason").to_string();
            assert!(because.starts_with("another gureum is deploying shop"), "{because}");
            assert_eq!(summary.skipped, 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_writer_made_at_our_own_address_is_seen_too() {
    let stage = Stage::new();
    stage.fake.plant(&at("server.a"), Kind::Server, "r1");
    let summary = stage.run(&chain()).await;
    assert_eq!(summary.exit_code, 4);
    assert!(summary.because.expect("a reason").to_string().contains("server.a"));
}

#[tokio::test(start_paused = true)]
async fn what_the_history_or_the_observation_explains_is_no_other_writer() {
    let mut stage = Stage::new();
    stage.fake.plant(&at("server.b"), Kind::Server, "r1");
    stage.observed = stage.fake.observe();
    assert_eq!(stage.run(&chain()).await.exit_code, 0);

    let stage = Stage::new();
    let id = stage.fake.plant(&at("server.b"), Kind::Server, "r1");
    let kind = Kind::Server;
    let earlier = Happening::Accepted {
        address: at("server.b"),
        kind,
        operation: crate::event::OperationWord::Create,
        id,
        request_id: None,
        adopted: true,
    };
    let journal = Memory::with(vec![Event { sequence: 1, at: 0, run: "r0".into(), what: earlier }]);
    let stage = Stage { journal: Arc::new(journal), ..stage };
    assert_eq!(stage.run(&chain()).await.exit_code, 0);
}
