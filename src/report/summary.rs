//! The end of a run: makespan, what failed, the critical path, API calls, the URL, and what to do next.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use crate::event::{Event, Happening, OperationWord, OutcomeWord, Verification};
use crate::kind::Kind;
use crate::model::messages::report as m;
use crate::model::{Address, Service, Text};
use crate::plan::Plan;
use crate::say;

use super::look::{Look, Paint, duration};
use super::plan::items;
use super::verified::{verification_json, verification_text};
use super::words;

/// What a summary is made from.
#[derive(Clone, Debug)]
pub struct Ending<'a> {
    /// The plan that was carried out.
    pub plan: &'a Plan,
    /// How the run ended.
    pub outcome: OutcomeWord,
    /// Why it is not plain success.
    pub because: Option<&'a Text>,
    /// From its first event to its last.
    pub makespan_ms: u64,
    /// What the last item waited for, from the beginning.
    pub path: Vec<PathStep>,
    /// Items that were done.
    pub done: usize,
    /// Items that were not tried.
    pub skipped: usize,
    /// Items that the cloud accepted and that had not settled.
    pub unfinished: usize,
    /// What failed, and why, in OpenStack's own words.
    pub failures: &'a [(Address, String)],
    /// What exists and could not be written down, with its id.
    pub unrecorded: &'a [(Address, Kind, String)],
    /// API calls by service, repeated ones included.
    pub calls: &'a BTreeMap<Service, u64>,
    /// Requests that were sent again.
    pub retries: u64,
    /// Whether it answers, where it was asked.
    pub verification: Option<&'a Verification>,
    /// Where the service answers.
    pub url: Option<&'a str>,
    /// Commands that make sense now, each with what it does.
    pub next: Vec<(String, Text)>,
}

/// One link of the critical path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathStep {
    /// Of which resource.
    pub address: Address,
    /// What was done.
    pub operation: OperationWord,
    /// From the end of the link before to its own end, in milliseconds.
    pub ms: u64,
    /// Of these, until its request was sent.
    pub waited_ms: u64,
    /// Of these, until its request was answered; the rest is until it was seen to have settled.
    pub request_ms: u64,
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
    let items = items(ending.plan).len();
    let (message, paint) = match ending.outcome {
        OutcomeWord::Done => (&m::SUMMARY_DONE, Paint::Good),
        OutcomeWord::Partly => (&m::SUMMARY_PARTLY, Paint::Bad),
        OutcomeWord::Interrupted => (&m::SUMMARY_INTERRUPTED, Paint::Care),
    };
    let values = vec![
        ("elapsed", duration(i64::try_from(ending.makespan_ms).unwrap_or(i64::MAX))),
        ("done", ending.done.to_string()),
        ("items", items.to_string()),
        ("failed", ending.failures.len().to_string()),
        ("skipped", ending.skipped.to_string()),
        ("unfinished", ending.unfinished.to_string()),
    ];
    let mut out = look.paint(paint, &look.say(&Text { message, values }));
    out.push('\n');
    if let Some(because) = ending.because {
        out.push_str(&look.say(because));
        out.push('\n');
    }
    let failures = ending.failures.iter().map(|(address, error)| format!("{address}: {error}"));
    words::section(&mut out, &look.paint(Paint::Bad, &look.word(&m::SUMMARY_FAILURES)), failures);
    let unrecorded = ending.unrecorded.iter().map(|(address, kind, id)| format!("{address}: {kind} {id}"));
    words::section(&mut out, &look.paint(Paint::Bad, &look.word(&m::SUMMARY_UNRECORDED)), unrecorded);
    let path = ending.path.iter().map(|step| {
        let took = duration(i64::try_from(step.ms).unwrap_or(i64::MAX));
        format!("{took:>9}  {} {}", step.address, look.word(words::operation(step.operation)))
    });
    words::section(&mut out, &look.word(&m::SUMMARY_PATH), path);
    let total: u64 = ending.calls.values().sum();
    let services: Vec<String> = ending.calls.iter().map(|(service, count)| format!("{service} {count}")).collect();
    let calls = say!(m::SUMMARY_CALLS, total = total, services = services.join(", "), retries = ending.retries);
    out.push('\n');
    out.push_str(&look.say(&calls));
    out.push('\n');
    if let Some(seen) = ending.verification {
        out.push('\n');
        out.push_str(&verification_text(seen, look));
    }
    if let Some(url) = ending.url {
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
    let failures: BTreeMap<&Address, &String> =
        ending.failures.iter().map(|(address, error)| (address, error)).collect();
    json!({
        "summary": {
            "environment": ending.plan.environment.name,
            "outcome": ending.outcome,
            "because": ending.because,
            "makespan_ms": ending.makespan_ms,
            "items": items(ending.plan).len(),
            "done": ending.done,
            "skipped": ending.skipped,
            "unfinished": ending.unfinished,
            "failed": failures,
            "unrecorded": ending.unrecorded,
            "critical_path": ending.path,
            "calls": ending.calls,
            "retries": ending.retries,
            "verification": ending.verification.map(verification_json),
            "url": ending.url,
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
        let url = url(&plan, &events);
        let failures = [(fixture::address("container.assets"), "PUT /shop: 403 Forbidden (tx1)".to_owned())];
        let path = PathStep {
            address: fixture::address("server.web-1"),
            operation: OperationWord::Create,
            ms: 5_000,
            waited_ms: 100,
            request_ms: 900,
        };
        let ending = Ending {
            plan: &plan,
            outcome: OutcomeWord::Partly,
            because: None,
            makespan_ms: 9_000,
            path: vec![path],
            done: 4,
            skipped: 1,
            unfinished: 0,
            failures: &failures,
            unrecorded: &[],
            calls: &calls,
            retries: 1,
            verification: None,
            url: url.as_deref(),
            next: vec![("gureum status shop".to_owned(), say!(m::STATUS_NEVER))],
        };
        let text = summary_text(&ending, &Look::PLAIN);
        for part in [
            "Partly done after 9.0 s: 4 of 6 done, 1 failed, 1 skipped, 0 unfinished.",
            "container.assets: PUT /shop: 403 Forbidden (tx1)",
            "    5.0 s  server.web-1 create",
            "API calls: 12 (compute 3, network 9); sent again: 1.",
            "The service: http://203.0.113.7/",
            "gureum status shop",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        let json = summary_json(&ending);
        assert_eq!(json["summary"]["outcome"], "partly");
        assert_eq!(json["summary"]["failed"]["container.assets"], "PUT /shop: 403 Forbidden (tx1)");
        assert_eq!(json["summary"]["critical_path"][0]["ms"], 5_000);
    }
}
