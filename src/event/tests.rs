//! Histories and what they add up to.

use std::collections::BTreeMap;

use crate::kind::Kind;
use crate::model::Address;

use super::*;

const CREATE: OperationWord = OperationWord::Create;
const DELETE: OperationWord = OperationWord::Delete;

fn web() -> Address {
    Address::new("server", "web-1")
}

fn intended(operation: OperationWord, id: Option<&str>) -> Happening {
    Happening::Intended { address: web(), kind: Kind::Server, operation, id: id.map(Into::into), detail: None }
}

fn accepted(operation: OperationWord, id: &str, adopted: bool) -> Happening {
    Happening::Accepted { address: web(), kind: Kind::Server, operation, id: id.into(), request_id: None, adopted }
}

fn settled(operation: OperationWord, id: &str) -> Happening {
    Happening::Settled { address: web(), kind: Kind::Server, operation, id: id.into(), outputs: BTreeMap::new() }
}

fn failed(operation: OperationWord, id: Option<&str>, in_doubt: bool) -> Happening {
    let (id, error) = (id.map(Into::into), "why".into());
    Happening::Failed { address: web(), kind: Kind::Server, operation, id, error, in_doubt }
}

fn started() -> Happening {
    let command = CommandWord::Deploy;
    let (inputs, blueprint) = (Some(serde_json::json!({"count": 3})), Some("id: x".into()));
    Happening::Started(Started {
        command,
        inputs,
        blueprint,
        plan_digest: String::new(),
        steps: 1,
        version: "1".into(),
    })
}

fn ended() -> Happening {
    Happening::Ended { outcome: OutcomeWord::Done, exit_code: 0, because: None }
}

/// One second between events.
fn history(what: Vec<Happening>) -> Vec<Event> {
    let event = |((sequence, at), what)| Event { sequence, at, run: "r1".into(), what };
    (1..).zip((1000..).step_by(1000)).zip(what).map(event).collect()
}

fn folded(what: Vec<Happening>) -> State {
    fold(&history(what)).expect("a legal history")
}

#[test]
fn a_life_from_creation_to_deletion() {
    let mut life = vec![started(), intended(CREATE, None), accepted(CREATE, "a", false), settled(CREATE, "a")];
    let state = folded(life.clone());
    assert_eq!(state.known().ids[&web()], KnownId { kind: Kind::Server, id: "a".into() });
    assert!(state.known().doubts.is_empty());
    assert_eq!(state.durations().whole(Kind::Server, CREATE), 2000);
    assert_eq!(state.durations().settling(Kind::Server, CREATE), 1000);
    assert_eq!(state.last_deploy().and_then(|it| it.blueprint.as_deref()), Some("id: x"));
    life.extend([intended(DELETE, Some("a")), accepted(DELETE, "a", false), settled(DELETE, "a"), ended()]);
    let state = folded(life);
    assert!(state.known().ids.is_empty());
    assert_eq!(state.runs[0].ended.as_ref().map(|end| end.exit_code), Some(0));
}

#[test]
fn a_history_may_end_anywhere_and_a_later_run_may_begin_anew() {
    let life = vec![
        started(),
        intended(CREATE, None),
        accepted(CREATE, "a", false),
        failed(CREATE, Some("a"), false),
        intended(DELETE, Some("a")),
        accepted(DELETE, "a", false),
        settled(DELETE, "a"),
        intended(CREATE, None),
        accepted(CREATE, "b", false),
        settled(CREATE, "b"),
        intended(OperationWord::Update, Some("b")),
        accepted(OperationWord::Update, "b", false),
        settled(OperationWord::Update, "b"),
        accepted(OperationWord::Wait, "b", false),
        settled(OperationWord::Wait, "b"),
    ];
    let next: [(&str, Vec<Happening>); 5] = [
        ("create", vec![intended(CREATE, None), accepted(CREATE, "z", false), settled(CREATE, "z")]),
        ("found", vec![accepted(CREATE, "z", true), settled(CREATE, "z")]),
        ("wait", vec![accepted(OperationWord::Wait, "z", false), settled(OperationWord::Wait, "z")]),
        ("update", vec![intended(OperationWord::Update, Some("z")), accepted(OperationWord::Update, "z", false)]),
        ("delete", vec![intended(DELETE, Some("z")), accepted(DELETE, "z", false), settled(DELETE, "z")]),
    ];
    for cut in 0..=life.len() {
        for (name, next) in &next {
            let mut events = life[..cut].to_vec();
            events.extend(next.clone());
            assert!(fold(&history(events)).is_ok(), "{name} after {cut} events");
        }
    }
}

#[test]
fn a_run_that_died_leaves_doubts() {
    let doubts = |what| folded(what).known().doubts.iter().map(|it| (it.operation, it.since)).collect::<Vec<_>>();
    assert_eq!(doubts(vec![intended(CREATE, None)]), [(CREATE, 1000)]);
    assert_eq!(doubts(vec![intended(CREATE, None), failed(CREATE, None, true)]), [(CREATE, 1000)]);
    assert_eq!(doubts(vec![intended(CREATE, None), failed(CREATE, None, false)]), []);
    assert_eq!(doubts(vec![intended(CREATE, None), failed(CREATE, None, true), accepted(CREATE, "a", true)]), []);
    assert_eq!(doubts(vec![intended(DELETE, Some("a"))]), [(DELETE, 1000)]);
    assert_eq!(doubts(vec![intended(DELETE, Some("a")), failed(DELETE, Some("a"), false)]), []);
}

fn looked(operation: OperationWord, id: Option<&str>, finding: Finding) -> Happening {
    Happening::Looked { address: web(), kind: Kind::Server, operation, id: id.map(Into::into), finding }
}

#[test]
fn a_look_ends_a_doubt_and_is_no_failure() {
    const UPDATE: OperationWord = OperationWord::Update;
    let made = [intended(CREATE, None), accepted(CREATE, "a", false), settled(CREATE, "a")];
    let after = |what: Vec<Happening>| folded(made.iter().cloned().chain(what).collect());
    for finding in [Finding::Absent, Finding::Past] {
        let state = folded(vec![intended(CREATE, None), looked(CREATE, None, finding)]);
        assert!(state.known().doubts.is_empty() && state.resources.is_empty());
        let state = after(vec![intended(UPDATE, Some("a")), looked(UPDATE, Some("a"), finding)]);
        assert_eq!((state.known().doubts.len(), state.known().ids[&web()].id.as_str()), (0, "a"));
        let state = after(vec![intended(DELETE, Some("a")), looked(DELETE, Some("a"), finding)]);
        assert_eq!((state.known().doubts.len(), state.known().ids[&web()].id.as_str()), (0, "a"));
    }
    let waiting = vec![intended(CREATE, None), looked(CREATE, None, Finding::Awaited { until: 9 })];
    assert_eq!(folded(waiting).known().doubts.len(), 1);
    assert!(after(vec![looked(CREATE, Some("a"), Finding::Gone)]).known().ids.is_empty());
    for wrong in [looked(CREATE, None, Finding::Absent), looked(DELETE, Some("a"), Finding::Past)] {
        let events: Vec<_> = made.iter().cloned().chain([wrong]).collect();
        assert!(matches!(fold(&history(events)), Err(FoldError::Illegal { .. })));
    }
    assert!(fold(&history(vec![looked(CREATE, Some("z"), Finding::Gone)])).is_err());
}

#[test]
fn deleting_a_second_one_leaves_the_first() {
    let state = folded(vec![
        intended(CREATE, None),
        accepted(CREATE, "kept", false),
        settled(CREATE, "kept"),
        intended(DELETE, Some("second")),
        intended(OperationWord::Update, Some("kept")),
        accepted(DELETE, "second", false),
        accepted(OperationWord::Update, "kept", false),
        settled(DELETE, "second"),
    ]);
    assert_eq!(state.known().ids[&web()].id, "kept");
    assert!(state.known().doubts.is_empty());
}

#[test]
fn what_cannot_follow_is_refused() {
    let bad: [Vec<Happening>; 8] = [
        vec![settled(CREATE, "a")],
        vec![accepted(CREATE, "a", false)],
        vec![intended(CREATE, None), settled(CREATE, "a")],
        vec![intended(CREATE, None), accepted(OperationWord::Update, "a", false)],
        vec![failed(CREATE, None, false)],
        vec![accepted(DELETE, "a", false)],
        vec![ended()],
        vec![started(), started()],
    ];
    for (index, what) in bad.into_iter().enumerate() {
        assert!(matches!(fold(&history(what)), Err(FoldError::Illegal { .. })), "case {index}");
    }
    let mut gap = history(vec![started(), ended()]);
    gap[1].sequence = 3;
    assert_eq!(fold(&gap), Err(FoldError::Sequence { expected: 2, found: 3 }));
}
