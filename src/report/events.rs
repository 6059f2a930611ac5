//! Events as plain lines and as JSON, one a line.

use crate::event::{Event, Finding, GuestWord, Happening, Verdict, Verification};
use crate::model::messages::{report as m, verify as v};
use crate::model::{Address, Text};
use crate::say;

use super::look::{Look, Paint, duration, time};
use super::verified::culprit;
use super::words;

/// One event as a line without a line end: the time since the run began, the address, and what happened.
pub fn event_line(event: &Event, begun: i64, look: &Look) -> String {
    let (address, said, paint) = sentence(&event.what, look);
    let said = look.say(&said);
    let said = paint.map_or_else(|| said.clone(), |paint| look.paint(paint, &said));
    let at = match event.what {
        Happening::Started(_) => time(event.at),
        _ => format!("{:>9}", duration(event.at - begun)),
    };
    if address.is_empty() { format!("{at} {said}") } else { format!("{at} {address} {said}") }
}

/// One event as a line of JSON without a line end.
pub fn event_json(event: &Event) -> Result<String, serde_json::Error> {
    serde_json::to_string(event)
}

/// A word beside the events as a line of JSON without a line end.
pub fn note_json(text: &str) -> String {
    serde_json::json!({ "note": text }).to_string()
}

/// The events of a history as lines; each run's times count from its own beginning.
pub fn events_text(events: &[Event], look: &Look) -> String {
    let mut out = String::new();
    let (mut run, mut begun) = ("", 0);
    for event in events {
        if event.run != run || matches!(event.what, Happening::Started(_)) {
            (run, begun) = (&event.run, event.at);
        }
        out.push_str(&event_line(event, begun, look));
        out.push('\n');
    }
    out
}

fn sentence(what: &Happening, look: &Look) -> (String, Text, Option<Paint>) {
    let operation = |word| look.word(words::operation(word));
    let (address, said, paint) = match what {
        Happening::Started(started) => (
            None,
            say!(
                m::EVENT_STARTED,
                command = look.word(words::command(started.command)),
                steps = started.steps,
                version = started.version,
                digest = started.plan_digest.get(..8).unwrap_or_default(),
            ),
            Some(Paint::Head),
        ),
        Happening::Intended { address, operation: word, detail, .. } => {
            let said = match detail {
                Some(detail) => say!(m::EVENT_INTENDED_DETAIL, operation = operation(*word), detail = detail),
                None => say!(m::EVENT_INTENDED, operation = operation(*word)),
            };
            (Some(address), said, None)
        }
        Happening::Accepted { address, operation: word, id, adopted, .. } => {
            let said = if *adopted {
                say!(m::EVENT_ADOPTED, operation = operation(*word), id = id)
            } else {
                say!(m::EVENT_ACCEPTED, operation = operation(*word), id = id)
            };
            (Some(address), said, None)
        }
        Happening::Settled { address, operation: word, id, .. } => {
            (Some(address), say!(m::EVENT_SETTLED, operation = operation(*word), id = id), Some(Paint::Good))
        }
        Happening::Failed { address, operation: word, error, in_doubt, .. } => {
            let said = if *in_doubt {
                say!(m::EVENT_DOUBT, operation = operation(*word), error = error)
            } else {
                say!(m::EVENT_FAILED, operation = operation(*word), error = error)
            };
            (Some(address), said, Some(Paint::Bad))
        }
        Happening::Skipped { address, operation: word, because, .. } => {
            let said = if because == address {
                say!(m::EVENT_STOPPED, operation = operation(*word))
            } else {
                say!(m::EVENT_SKIPPED, operation = operation(*word), because = because)
            };
            (Some(address), said, Some(Paint::Care))
        }
        Happening::Retried { address, error, until, .. } => {
            (Some(address), say!(m::EVENT_RETRIED, until = time(*until), error = error), Some(Paint::Care))
        }
        Happening::Looked { address, operation: word, id, finding, .. } => {
            let operation = operation(*word);
            let said = match finding {
                Finding::Awaited { until } => say!(m::EVENT_AWAITED, operation = operation, until = time(*until)),
                Finding::Absent => say!(m::EVENT_ABSENT, operation = operation),
                Finding::Past => say!(m::EVENT_PAST, operation = operation),
                Finding::Gone => say!(m::EVENT_GONE, id = id.as_deref().unwrap_or_default()),
            };
            (Some(address), said, matches!(finding, Finding::Awaited { .. }).then_some(Paint::Care))
        }
        Happening::Guest { address, word } => match word {
            GuestWord::Stage(stage) => (Some(address), say!(m::EVENT_GUEST_STAGE, stage = stage), None),
            GuestWord::Ready => (Some(address), say!(m::EVENT_GUEST_READY), Some(Paint::Good)),
            GuestWord::Failed(words) => (Some(address), say!(m::EVENT_GUEST_FAILED, words = words), Some(Paint::Bad)),
        },
        Happening::Verified { seen, until } => verified(seen, *until, look),
        Happening::Ended { outcome, exit_code, because } => {
            let outcome = look.word(words::outcome(*outcome));
            let said = match because {
                Some(because) => {
                    say!(m::EVENT_ENDED_BECAUSE, outcome = outcome, code = exit_code, because = because)
                }
                None => say!(m::EVENT_ENDED, outcome = outcome, code = exit_code),
            };
            (None, said, Some(Paint::Head))
        }
    };
    (address.map(ToString::to_string).unwrap_or_default(), said, paint)
}

fn verified(seen: &Verification, until: Option<i64>, look: &Look) -> (Option<&'static Address>, Text, Option<Paint>) {
    let (hop, why) = culprit(seen, look);
    let (said, paint) = match (seen.verdict(), until) {
        (Verdict::Answers, _) => (say!(v::EVENT_GOOD), Paint::Good),
        (_, Some(until)) => (say!(v::EVENT_AGAIN, until = time(until), hop = hop, why = why), Paint::Care),
        (Verdict::Unreached, None) => (say!(v::EVENT_UNREACHED), Paint::Care),
        (Verdict::Fails, None) => (say!(v::EVENT_BAD, hop = hop, why = why), Paint::Bad),
    };
    (None, said, Some(paint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::OperationWord;
    use crate::kind::Kind;
    use crate::model::Address;

    fn settled(at: i64) -> Event {
        Event {
            sequence: 3,
            at,
            run: "r1".into(),
            what: Happening::Settled {
                address: Address::new("network", "web"),
                kind: Kind::Network,
                operation: OperationWord::Create,
                id: "n1".into(),
                outputs: std::collections::BTreeMap::new(),
            },
        }
    }

    #[test]
    fn a_line_says_when_what_and_which() {
        assert_eq!(event_line(&settled(2_500), 1_000, &Look::PLAIN), "    1.5 s network.web create: done, n1");
    }

    #[test]
    fn what_is_looked_for_does_not_read_as_a_failure() {
        let awaited = Finding::Awaited { until: 0 };
        for finding in [awaited, Finding::Absent, Finding::Past, Finding::Gone] {
            let (address, kind, operation) = (Address::new("network", "web"), Kind::Network, OperationWord::Create);
            let what = Happening::Looked { address, kind, operation, id: Some("n1".into()), finding };
            let line = event_line(&Event { what, ..settled(0) }, 0, &Look::PLAIN);
            assert!(line.contains("look") || line.contains("no longer there (n1)"), "{line}");
            assert!(!line.contains("FAIL"), "{line}");
        }
    }

    #[test]
    fn times_count_from_the_beginning_of_each_run() {
        let mut later = settled(90_000);
        later.run = "r2".into();
        let text = events_text(&[settled(1_000), settled(2_500), later], &Look::PLAIN);
        let firsts: Vec<&str> = text.lines().map(|line| line[..9].trim()).collect();
        assert_eq!(firsts, ["0 ms", "1.5 s", "0 ms"]);
    }

    #[test]
    fn json_comes_back() {
        let event = settled(1);
        assert_eq!(serde_json::from_str::<Event>(&event_json(&event).expect("json")).expect("parses"), event);
    }
}
