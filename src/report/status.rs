//! How an environment stands, as its journal tells it, and what its resources gave.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use crate::event::{Condition, Run, State};
use crate::kind::Kind;
use crate::model::messages::report as m;
use crate::model::{Address, EnvironmentKey};
use crate::say;

use super::look::{Look, Paint, time, wrapped};
use super::words;

/// One environment as text: its last run, its resources by kind, what failed and what is in doubt.
pub fn status_text(environment: &EnvironmentKey, state: &State, look: &Look) -> String {
    let outcome = match state.runs.last() {
        None => look.word(&m::STATUS_NEVER),
        Some(Run { ended: None, .. }) => look.paint(Paint::Care, &look.word(&m::STATUS_UNFINISHED)),
        Some(Run { ended: Some(end), .. }) => look.word(words::outcome(end.outcome)),
    };
    let head = say!(m::STATUS_HEAD, name = environment.name, id = environment.id(), outcome = outcome);
    let mut out = look.say(&head);
    out.push('\n');
    if let Some(run) = state.runs.last() {
        let command = look.word(words::command(run.started.command));
        out.push_str(&look.say(&say!(m::STATUS_LAST, command = command, at = time(run.at))));
        out.push('\n');
    }
    let resources = by_kind(state);
    let count = resources.values().map(Vec::len).sum::<usize>();
    let rows = resources
        .iter()
        .map(|(kind, names)| format!("{:<26} {}", kind.to_string(), wrapped(names, 25, look.width - 4)));
    words::section(&mut out, &look.say(&say!(m::STATUS_RESOURCES, count = count)), rows);
    let failures = failures(state).into_iter().map(|(address, error)| format!("{address}: {error}"));
    words::section(&mut out, &look.paint(Paint::Bad, &look.word(&m::STATUS_FAILURES)), failures);
    let doubts = state.known().doubts;
    let doubts = doubts.iter().map(|doubt| {
        let operation = look.word(words::operation(doubt.operation));
        look.say(&say!(m::STATUS_DOUBT, operation = operation, address = doubt.address, at = time(doubt.since)))
    });
    words::section(&mut out, &look.paint(Paint::Care, &look.word(&m::STATUS_DOUBTS)), doubts);
    out
}

/// The same as JSON.
pub fn status_json(environment: &EnvironmentKey, state: &State) -> serde_json::Value {
    let known = state.known();
    let last = state.runs.last().map(|run| {
        json!({
            "run": run.id,
            "command": run.started.command,
            "at": run.at,
            "version": run.started.version,
            "outcome": run.ended.as_ref().map(|end| end.outcome),
            "exit_code": run.ended.as_ref().map(|end| end.exit_code),
            "because": run.ended.as_ref().and_then(|end| end.because.clone()),
        })
    });
    json!({
        "environment": environment,
        "id": environment.id(),
        "last_run": last,
        "resources": known.ids,
        "failures": failures(state),
        "doubts": known.doubts,
    })
}

/// What resources gave, one line each: `server.web-1 id 1234`.
pub fn outputs_text(environment: &EnvironmentKey, state: &State, url: Option<&str>, look: &Look) -> String {
    let mut out = String::new();
    if let Some(url) = url {
        let _ = writeln!(out, "url {url}");
    }
    for (address, outputs) in state.outputs() {
        for (field, value) in outputs {
            let _ = writeln!(out, "{address} {field} {value}");
        }
    }
    if out.is_empty() {
        out = look.say(&say!(m::NO_OUTPUTS, name = environment.name));
        out.push('\n');
    }
    out
}

/// The same as JSON.
pub fn outputs_json(state: &State, url: Option<&str>) -> serde_json::Value {
    json!({ "url": url, "resources": state.outputs() })
}

fn by_kind(state: &State) -> BTreeMap<Kind, Vec<String>> {
    let mut kinds: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
    for (address, known) in state.known().ids {
        kinds.entry(known.kind).or_default().push(words::short(&address));
    }
    kinds
}

/// What failed in the last run and was not mended in it.
fn failures(state: &State) -> BTreeMap<&Address, &str> {
    let last = state.runs.last().map(|run| run.id.as_str());
    let deletions = state.deletions.iter().map(|((address, _), standing)| (address, standing));
    let all = state.resources.iter().chain(deletions).filter(|(_, standing)| Some(standing.run.as_str()) == last);
    let failed = all.filter_map(|(address, standing)| match &standing.condition {
        Condition::Failed { error, .. } => Some((address, error.as_str())),
        _ => None,
    });
    failed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, Happening, fold};
    use crate::report::fixture;

    fn state() -> State {
        let mut events: Vec<Event> = Vec::new();
        for event in fixture::run() {
            // The journal has an answer before each end; the other tests do without.
            if let Happening::Settled { address, kind, operation, id, .. } = &event.what {
                let (address, kind, operation, id) = (address.clone(), *kind, *operation, id.clone());
                let what = Happening::Accepted { address, kind, operation, id, request_id: None, adopted: false };
                events.push(Event { what, ..event.clone() });
            }
            events.push(event);
        }
        for (sequence, event) in (1..).zip(&mut events) {
            event.sequence = sequence;
        }
        fold(&events).expect("a history")
    }

    #[test]
    fn a_status_says_what_is_there_and_what_failed() {
        let environment = fixture::empty().environment;
        let text = status_text(&environment, &state(), &Look::PLAIN);
        for part in
            ["partly done", "Last run: deploy at 1970", "4 resources", "web-1", "container.assets: PUT /shop: 403"]
        {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        assert!(!text.contains("port.web-2"), "{text}");
        let json = status_json(&environment, &state());
        assert_eq!(json["last_run"]["exit_code"], 4);
        assert_eq!(json["resources"]["server.web-1"]["id"], "id of server.web-1");
    }

    #[test]
    fn nothing_known_is_said() {
        let environment = fixture::empty().environment;
        assert!(status_text(&environment, &State::default(), &Look::PLAIN).contains("nothing has run"));
        assert!(outputs_text(&environment, &State::default(), None, &Look::PLAIN).contains("no outputs of shop"));
    }

    #[test]
    fn outputs_are_lines_for_scripts() {
        let environment = fixture::empty().environment;
        let text = outputs_text(&environment, &state(), Some("http://203.0.113.7/"), &Look::PLAIN);
        assert!(text.starts_with("url http://203.0.113.7/\n"), "{text}");
        assert!(text.contains("server.web-1 floating_ip_address 203.0.113.7\n"), "{text}");
    }
}
