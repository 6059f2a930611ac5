//! Doubts of an earlier run.

use std::time::Duration;

use super::*;
use crate::event::OperationWord;
use crate::execute::settle::{SettleError, Settler};

pub fn intended(address: &str, operation: OperationWord, id: Option<&str>, at_ms: i64, sequence: u64) -> Event {
    let address = at(address);
    let kind = Kind::of(&address).expect("a kind's word");
    let what = Happening::Intended { address, kind, operation, id: id.map(Into::into), detail: None };
    Event { sequence, at: at_ms, run: "r1".into(), what }
}

async fn settle(stage: &Stage, command: CommandWord) -> Result<crate::event::State, SettleError> {
    let clock = stage.fake.clock();
    let (hands, settings) = (stage.fake.as_ref(), &stage.settings);
    let (display, _shown) = mpsc::unbounded_channel();
    let stop = stage.stop.subscribe();
    let (journal, run) = (stage.journal.as_ref(), stage.run.as_str());
    Settler { hands, journal, clock: clock.as_ref(), settings, run, display, stop }.settle(command).await
}

fn stage(events: Vec<Event>) -> Stage {
    Stage { journal: Arc::new(Memory::with(events)), ..Stage::new() }
}

#[tokio::test(start_paused = true)]
async fn without_doubts_nothing_is_asked() {
    let stage = stage(Vec::new());
    settle(&stage, CommandWord::Deploy).await.expect("settles");
    assert!(stage.fake.log().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_exists_is_found_at_once() {
    let stage = stage(vec![intended("network.a", OperationWord::Create, None, 999_000, 1)]);
    let id = stage.fake.plant(&at("network.a"), Kind::Network, "r1");
    let state = settle(&stage, CommandWord::Deploy).await.expect("settles");
    assert_eq!(state.known().ids[&at("network.a")].id, id);
    assert!(state.known().doubts.is_empty());
    assert_eq!(stage.fake.log().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_appear_is_waited_for_until_it_can_no_longer_act() {
    let stage = stage(vec![intended("network.a", OperationWord::Create, None, 950_000, 1)]);
    let state = settle(&stage, CommandWord::Deploy).await.expect("settles");
    assert!(state.known().doubts.is_empty() && state.known().ids.is_empty());
    let now = stage.fake.clock().now_ms();
    assert!((1_250_000..1_251_000).contains(&now), "300 s from its beginning: {now}");
    assert_eq!(stage.story()[1], "looked for network.a: awaited { until: 1250000 }");
    assert_eq!(stage.story()[2], "looked for network.a: absent");
    assert!(crate::event::fold(&stage.events()).expect("folds").resources.is_empty(), "nothing has failed");
}

#[tokio::test(start_paused = true)]
async fn a_deploy_does_not_wait_for_what_cannot_be_made_twice_and_a_destroy_does() {
    for (command, asked) in [(CommandWord::Deploy, false), (CommandWord::Destroy, true)] {
        let stage = stage(vec![intended("port.a", OperationWord::Create, None, 950_000, 1)]);
        settle(&stage, command).await.expect("settles");
        assert_eq!(!stage.fake.log().is_empty(), asked, "{command:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn old_doubts_updates_and_deletions_are_left_to_the_observation() {
    let stage = stage(vec![
        intended("network.a", OperationWord::Create, None, 1_000, 1),
        intended("network.b", OperationWord::Update, Some("b"), 999_000, 2),
        intended("network.c", OperationWord::Delete, Some("c"), 999_000, 3),
        intended("network.c", OperationWord::Delete, Some("d"), 999_000, 4),
    ]);
    let state = settle(&stage, CommandWord::Destroy).await.expect("settles");
    assert!(state.known().doubts.is_empty());
    assert!(stage.fake.log().is_empty());
    assert_eq!(stage.events().len(), 8);
}

#[tokio::test(start_paused = true)]
async fn the_user_may_stop_waiting() {
    let stage = stage(vec![intended("network.a", OperationWord::Create, None, 999_000, 1)]);
    let (ended, ()) = tokio::join!(settle(&stage, CommandWord::Deploy), async {
        tokio::time::sleep(Duration::from_secs(7)).await;
        stage.stop.send_replace(Stop::Drain);
    });
    assert!(matches!(ended, Err(SettleError::Interrupted)));
    assert_eq!(crate::event::fold(&stage.events()).expect("folds").known().doubts.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_observed_is_no_longer_in_doubt() {
    let stage = stage(vec![intended("port.a", OperationWord::Create, None, 999_000, 1)]);
    let id = stage.fake.plant(&at("port.a"), Kind::Port, "r1");
    let stage = Stage { observed: stage.fake.observe(), ..stage };
    assert_eq!(stage.run(&plan_of(Vec::new())).await.exit_code, 0);
    let known = crate::event::fold(&stage.events()).expect("folds").known();
    assert_eq!((known.doubts.len(), known.ids[&at("port.a")].id.clone()), (0, id));
}

#[tokio::test(start_paused = true)]
async fn what_is_found_tells_the_next_apart() {
    let stage = stage(vec![
        intended("router.main", OperationWord::Create, None, 999_000, 1),
        intended("router.main/interface.a", OperationWord::Create, None, 999_000, 2),
    ]);
    stage.fake.plant(&at("router.main"), Kind::Router, "r1");
    stage.fake.plant(&at("router.main/interface.a"), Kind::RouterInterface, "r1");
    let state = settle(&stage, CommandWord::Destroy).await.expect("settles");
    assert!(state.known().doubts.is_empty());
    assert_eq!(stage.fake.log().len(), 2, "one look is enough");
}

/// A group's rules come with it; where its answer was lost, nobody has written them down.
#[tokio::test(start_paused = true)]
async fn what_is_there_and_was_never_heard_of_is_written_down() {
    let stage = stage(Vec::new());
    let id = stage.fake.plant(&at("group.web"), Kind::SecurityGroup, "r1");
    let stage = Stage { observed: stage.fake.observe(), ..stage };
    assert_eq!(stage.run(&plan_of(Vec::new())).await.exit_code, 0);
    assert_eq!(stage.story(), ["started", "adopted create group.web", "settled create group.web", "ended 0"]);
    assert_eq!(crate::event::fold(&stage.events()).expect("folds").known().ids[&at("group.web")].id, id);
}

/// A deletion whose answer nobody heard.
#[tokio::test(start_paused = true)]
async fn what_is_gone_is_written_down() {
    let stage = stage(vec![intended("port.a", OperationWord::Update, Some("gone"), 1_000, 1)]);
    assert_eq!(stage.run(&plan_of(Vec::new())).await.exit_code, 0);
    assert_eq!(stage.story()[1..3], ["started", "looked for port.a: gone"]);
    assert!(crate::event::fold(&stage.events()).expect("folds").known().ids.is_empty());
}

/// A deploy after a destroy that died counts on nothing that is about to go.
#[tokio::test(start_paused = true)]
async fn a_deploy_waits_for_deletions_that_may_still_act() {
    let stage = stage(vec![intended("port.a", OperationWord::Delete, Some("planted-0"), 950_000, 1)]);
    stage.fake.plant(&at("port.a"), Kind::Port, "r1");
    settle(&stage, CommandWord::Deploy).await.expect("settles");
    let now = stage.fake.clock().now_ms();
    assert!((1_250_000..1_251_000).contains(&now), "300 s from its beginning: {now}");
    assert_eq!(
        stage.story(),
        ["intended delete port.a", "looked for port.a: awaited { until: 1250000 }", "looked for port.a: past"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_acted_is_written_down_at_once() {
    let stage = stage(vec![intended("port.a", OperationWord::Delete, Some("gone"), 950_000, 1)]);
    settle(&stage, CommandWord::Deploy).await.expect("settles");
    assert_eq!(stage.story()[2..], ["accepted delete port.a", "settled delete port.a"]);
    assert_eq!(stage.fake.log().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_for_and_is_gone_is_asked_for_once() {
    let taken_up = |address: &str, sequence: u64| {
        let address = at(address);
        let (kind, operation) = (Kind::of(&address).expect("a kind's word"), OperationWord::Create);
        let id = format!("id of {address}");
        let what = Happening::Accepted { address, kind, operation, id, request_id: None, adopted: true };
        Event { sequence, at: 1_000, run: "r1".into(), what }
    };
    let events = vec![taken_up("network.a", 1), taken_up("server.a", 2), taken_up("container.a", 3)];
    let mut stage = stage(events);
    stage.services.remove(&Kind::Container.spec().service);
    assert_eq!(stage.run(&plan_of(vec![create(&[("server.a", &[])])])).await.exit_code, 0);
    let known = crate::event::fold(&stage.events()).expect("folds").known();
    let ids: Vec<_> = known.ids.iter().map(|(address, known)| (address.as_str(), known.id.as_str())).collect();
    assert_eq!(ids, [("container.a", "id of container.a"), ("server.a", "server.a#0")], "what was not asked for stays");
    assert_eq!(stage.story()[3..6], ["started", "looked for network.a: gone", "looked for server.a: gone"]);
}

/// Somebody else has deleted it and made it anew: the old one's end is told before the new one takes its address.
#[tokio::test(start_paused = true)]
async fn another_one_stands_where_the_known_one_is_gone() {
    let stage = stage(vec![intended("balancer.front", OperationWord::Create, None, 1_000, 1)]);
    let stage = Stage { run: "r2".into(), ..stage };
    let old = stage.fake.plant(&at("balancer.front"), Kind::LoadBalancer, "r1");
    let stage = Stage { observed: stage.fake.observe(), ..stage };
    assert_eq!(stage.run(&plan_of(Vec::new())).await.exit_code, 0);
    stage.fake.vanish(&old);
    let new = stage.fake.plant(&at("balancer.front"), Kind::LoadBalancer, "other");
    let stage = Stage { observed: stage.fake.observe(), run: "r3".into(), ..stage };
    assert_eq!(stage.run(&plan_of(Vec::new())).await.exit_code, 0);
    let known = crate::event::fold(&stage.events()).expect("folds").known();
    assert_eq!(known.ids[&at("balancer.front")].id, new);
}
