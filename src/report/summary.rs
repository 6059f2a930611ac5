//! The end of a run: makespan, what failed, the critical path, API calls, the URL, and what to do next.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::event::{Event, Happening, OutcomeWord};
use crate::model::messages::report as m;
use crate::model::{Address, Service, Text};
use crate::plan::Plan;
use crate::say;

use super::look::{Look, Paint, duration};
use super::path::{critical_path, steps};
use super::words;

/// What a summary is made from.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// The plan that was carried out.
    pub plan: &'a Plan,
    /// The run's own events, in order.
    pub events: &'a [Event],
    /// API calls by service.
    pub calls: &'a BTreeMap<Service, u64>,
    /// Requests that were sent again.
    pub retries: u64,
    /// Commands that make sense now, each with what it does.
    pub next: &'a [(String, Text)],
}

/// What became of the plan's resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Fates<'a> {
    steps: usize,
    done: usize,
    failed: BTreeMap<&'a Address, &'a str>,
    skipped: BTreeSet<&'a Address>,
}

impl<'a> Fates<'a> {
    fn of(plan: &Plan, events: &'a [Event]) -> Self {
        let steps = steps(plan);
        let mut fates = Self { steps: steps.len(), ..Self::default() };
        let mut settled = BTreeSet::new();
        for event in events {
            match &event.what {
                Happening::Settled { address, operation, .. } => {
                    // What a group brings with it, and what goes with another's deletion, settles too and is no step.
                    if steps.contains_key(&(address, *operation)) {
                        settled.insert((address, *operation));
                    }
                    fates.failed.remove(address);
                }
                Happening::Failed { address, error, .. } => _ = fates.failed.insert(address, error.as_str()),
                Happening::Skipped { address, .. } => _ = fates.skipped.insert(address),
                _ => {}
            }
        }
        fates.done = settled.len();
        fates
    }
}

fn makespan(events: &[Event]) -> i64 {
    match (events.first(), events.last()) {
        (Some(first), Some(last)) => last.at - first.at,
        _ => 0,
    }
}

fn outcome(events: &[Event], fates: &Fates<'_>) -> OutcomeWord {
    let ended = events.iter().rev().find_map(|event| match &event.what {
        Happening::Ended { outcome, .. } => Some(*outcome),
        _ => None,
    });
    ended.unwrap_or(if fates.failed.is_empty() && fates.skipped.is_empty() && fates.done == fates.steps {
        OutcomeWord::Done
    } else {
        OutcomeWord::Partly
    })
}

/// Where the service answers, if the plan has an entry and its address is known by now.
pub fn url(plan: &Plan, events: &[Event]) -> Option<String> {
    let entry = plan.entry.as_ref()?;
    let made = events.iter().rev().find_map(|event| match &event.what {
        Happening::Settled { address, outputs, .. } if *address == entry.address => outputs.get(&entry.field),
        _ => None,
    });
    let known = || plan.outputs.get(&entry.address).and_then(|outputs| outputs.get(&entry.field));
    made.or_else(known).map(|address| format!("http://{address}/"))
}

/// The summary as text.
pub fn summary_text(ending: &Ending<'_>, look: &Look) -> String {
    let fates = Fates::of(ending.plan, ending.events);
    let elapsed = duration(makespan(ending.events));
    let (failed, skipped) = (fates.failed.len(), fates.skipped.len());
    let (said, paint) = match outcome(ending.events, &fates) {
        OutcomeWord::Done => {
            (say!(m::SUMMARY_DONE, elapsed = elapsed, done = fates.done, steps = fates.steps), Paint::Good)
        }
        OutcomeWord::Partly => (
            say!(
                m::SUMMARY_PARTLY,
                elapsed = elapsed,
                done = fates.done,
                steps = fates.steps,
                failed = failed,
                skipped = skipped
            ),
            Paint::Bad,
        ),
        OutcomeWord::Interrupted => (
            say!(
                m::SUMMARY_INTERRUPTED,
                elapsed = elapsed,
                done = fates.done,
                steps = fates.steps,
                failed = failed,
                skipped = skipped
            ),
            Paint::Care,
        ),
    };
    let mut out = look.paint(paint, &look.say(&said));
    out.push('\n');
    let failures = fates.failed.iter().map(|(address, error)| format!("{address}: {error}"));
    words::section(&mut out, &look.paint(Paint::Bad, &look.word(&m::SUMMARY_FAILURES)), failures);
    let path = critical_path(ending.plan, ending.events);
    if let (Some(first), Some(last)) = (path.first(), path.last()) {
        let whole = duration(last.began_ms + last.took_ms - first.began_ms);
        let head = look.say(&say!(m::SUMMARY_PATH, elapsed = whole));
        let lines = path.iter().map(|step| {
            let operation = look.word(words::operation(step.operation));
            let (began, took) = (duration(step.began_ms), duration(step.took_ms));
            format!("{began:>9} + {took:>9}  {} {operation}", step.address)
        });
        words::section(&mut out, &head, lines);
    }
    let total: u64 = ending.calls.values().sum();
    let services: Vec<String> = ending.calls.iter().map(|(service, count)| format!("{service} {count}")).collect();
    let calls = say!(m::SUMMARY_CALLS, total = total, services = services.join(", "), retries = ending.retries);
    out.push('\n');
    out.push_str(&look.say(&calls));
    out.push('\n');
    if let Some(url) = url(ending.plan, ending.events) {
        out.push_str(&look.paint(Paint::Head, &look.say(&say!(m::SUMMARY_URL, url = url))));
        out.push('\n');
    }
    let wide = ending.next.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    let next = ending.next.iter().map(|(command, what)| format!("{command:wide$}  {}", look.say(what)));
    words::section(&mut out, &look.word(&m::SUMMARY_NEXT), next);
    out
}

/// The summary as JSON.
pub fn summary_json(ending: &Ending<'_>) -> serde_json::Value {
    let fates = Fates::of(ending.plan, ending.events);
    json!({
        "summary": {
            "environment": ending.plan.environment.name,
            "outcome": outcome(ending.events, &fates),
            "makespan_ms": makespan(ending.events),
            "steps": fates.steps,
            "done": fates.done,
            "failed": fates.failed,
            "skipped": fates.skipped,
            "critical_path": critical_path(ending.plan, ending.events),
            "calls": ending.calls,
            "retries": ending.retries,
            "url": url(ending.plan, ending.events),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_end_of_a_run_says_all_that_is_asked_for() {
        let (plan, events) = (fixture::plan(), fixture::run());
        let calls = BTreeMap::from([(Service::Compute, 3), (Service::Network, 9)]);
        let next = [("gureum status shop".to_owned(), say!(m::STATUS_NEVER))];
        let ending = Ending { plan: &plan, events: &events, calls: &calls, retries: 1, next: &next };
        let text = summary_text(&ending, &Look::PLAIN);
        for part in [
            "Partly done after 9.0 s: 4 of 6 done, 1 failed, 1 skipped.",
            "container.assets: PUT /shop: 403 Forbidden (tx1)",
            "Critical path (7.9 s)",
            "server.web-1 create",
            "API calls: 12 (compute 3, network 9); sent again: 1.",
            "The service: http://203.0.113.7/",
            "gureum status shop",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        let json = summary_json(&ending);
        assert_eq!(json["summary"]["makespan_ms"], 9_000);
        assert_eq!(json["summary"]["outcome"], "partly");
        assert_eq!(json["summary"]["failed"]["container.assets"], "PUT /shop: 403 Forbidden (tx1)");
    }
}
