//! A run that ends with the question whether the service answers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;

use crate::event::{Fault, Hop, OutcomeWord, Verification};
use crate::verify::{Outputs, Verify};

use super::super::settings::Stop;
use super::{Stage, at, create, plan_of};

/// Answers in this order, the last one for ever; and what it was asked with.
struct Told {
    answers: Mutex<VecDeque<Verification>>,
    asked: Mutex<Vec<Outputs>>,
}

impl Told {
    fn new(answers: impl IntoIterator<Item = Verification>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), asked: Mutex::default() })
    }

    fn asked(&self) -> usize {
        self.asked.lock().expect("not poisoned").len()
    }
}

#[async_trait]
impl Verify for Told {
    async fn once(&self, outputs: &Outputs) -> Verification {
        self.asked.lock().expect("not poisoned").push(outputs.clone());
        let mut answers = self.answers.lock().expect("not poisoned");
        let next = answers.front().cloned().unwrap_or_default();
        if answers.len() > 1 {
            answers.pop_front();
        }
        next
    }
    fn patience(&self) -> Duration {
        Duration::from_secs(180)
    }
    fn pause(&self) -> Duration {
        Duration::from_secs(5)
    }
}

fn good() -> Verification {
    Verification { hops: vec![Hop::good("front", "web-1", 3)], ..Verification::default() }
}

fn bad() -> Verification {
    let down = Fault::Down { words: "refused".into() };
    Verification { hops: vec![Hop::bad("was-1", "database", down)], ..Verification::default() }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_answers_late_is_waited_for_and_that_is_written_down() {
    let told = Told::new([bad(), bad(), good()]);
    let stage = Stage { verifier: Some(told.clone()), ..Stage::new() };
    let summary = stage.run(&plan_of(vec![create(&[("network.web", &[])])])).await;
    assert_eq!((summary.outcome, summary.exit_code), (OutcomeWord::Done, 0));
    assert_eq!(summary.verification, Some(good()));
    let story = stage.story();
    assert_eq!(story[story.len() - 3..], ["verified Fails", "verified Answers", "ended 0"], "{story:?}");
    assert_eq!(told.asked(), 3);
    assert!(told.asked.lock().expect("not poisoned")[0].contains_key(&at("network.web")), "it knows where things are");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_does_not_answer_is_no_success_and_the_hop_is_named() {
    let told = Told::new([bad()]);
    let stage = Stage { verifier: Some(told.clone()), ..Stage::new() };
    let summary = stage.run(&plan_of(vec![create(&[("network.web", &[])])])).await;
    assert_eq!((summary.outcome, summary.exit_code), (OutcomeWord::Partly, 4));
    assert!(summary.because.expect("why").to_string().ends_with("was-1 → database"));
    assert_eq!(stage.story().last().map(String::as_str), Some("ended 4"));
    assert!((30..=36).contains(&told.asked()), "for three minutes: {}", told.asked());
}

#[tokio::test(start_paused = true)]
async fn nobody_asks_whether_it_answers_where_something_failed() {
    let told = Told::new([good()]);
    let stage = Stage { verifier: Some(told.clone()), ..Stage::new() };
    stage.fake.fault("create network.web", super::fake::Fault::Refuse(400, "no"));
    let summary = stage.run(&plan_of(vec![create(&[("network.web", &[])])])).await;
    assert_eq!((summary.exit_code, told.asked(), summary.verification), (4, 0, None));
}

#[tokio::test(start_paused = true)]
async fn the_user_need_not_wait_for_it() {
    let told = Told::new([bad()]);
    let stage = Stage { verifier: Some(told.clone()), ..Stage::new() };
    let plan = plan_of(vec![create(&[("network.web", &[])])]);
    let stopped = async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        stage.stop.send_replace(Stop::Drain);
    };
    let (summary, ()) = tokio::join!(stage.run(&plan), stopped);
    assert_eq!((summary.outcome, summary.exit_code), (OutcomeWord::Interrupted, 130));
    assert!(told.asked() < 15, "{}", told.asked());
}
