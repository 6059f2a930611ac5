//! A verification as a table, as a line, and as JSON.

use std::fmt::Write as _;

use serde_json::json;

use crate::event::{Fault, Hop, Verdict, Verification};
use crate::model::messages::verify as m;
use crate::say;

use super::look::{Look, Paint, duration, time};

/// Every hop with its answer, and what it comes to.
pub fn verification_text(seen: &Verification, look: &Look) -> String {
    let mut out = String::new();
    if !seen.hops.is_empty() {
        let elapsed = duration(i64::try_from(seen.ms).unwrap_or(i64::MAX));
        let head = say!(m::HEAD_OUTSIDE, requests = seen.requests, elapsed = elapsed);
        table(&mut out, &look.say(&head), &seen.hops, look);
    }
    if !seen.guests.is_empty() {
        let head = if seen.hops.is_empty() { &m::HEAD_GUESTS_ONLY } else { &m::HEAD_GUESTS };
        if !out.is_empty() {
            out.push('\n');
        }
        table(&mut out, &look.word(head), &seen.guests, look);
    }
    let (paint, said) = verdict(seen, look);
    let _ = writeln!(out, "{}", look.paint(paint, &said));
    out
}

fn verdict(seen: &Verification, look: &Look) -> (Paint, String) {
    match (seen.verdict(), culprit(seen, look)) {
        (Verdict::Answers, _) => (Paint::Good, look.word(&m::ANSWERS)),
        (Verdict::Unreached, _) => (Paint::Care, look.word(&m::UNREACHED)),
        (Verdict::Fails, (hop, why)) => (Paint::Bad, look.say(&say!(m::FAILS, hop = hop, why = why))),
    }
}

/// The hop that is to blame, and why.
pub fn culprit(seen: &Verification, look: &Look) -> (String, String) {
    match seen.culprit() {
        Some(hop) => (hop.name(), look.say(&hop.fault.as_ref().map_or_else(|| say!(m::NO_REPORT), Fault::text))),
        // Nothing was seen at all.
        None => ("internet".to_owned(), look.word(&m::NOTHING_SEEN)),
    }
}

fn table(out: &mut String, head: &str, hops: &[Hop], look: &Look) {
    let _ = writeln!(out, "{}", look.paint(Paint::Head, head));
    let names: Vec<String> = hops
        .iter()
        .map(|hop| match &hop.product {
            Some(product) => format!("{} ({product})", hop.name()),
            None => hop.name(),
        })
        .collect();
    let wide = names.iter().map(|name| columns(name)).max().unwrap_or(0);
    for (hop, name) in hops.iter().zip(&names) {
        let gap = " ".repeat(wide - columns(name));
        let took = hop.ms.map_or_else(|| "-".to_owned(), |ms| duration(i64::try_from(ms).unwrap_or(i64::MAX)));
        let mark = if hop.fault.is_none() { "✓" } else { "✗" };
        let (paint, said) = match &hop.fault {
            None => (Paint::Good, look.word(&m::GOOD)),
            Some(why @ (Fault::Unreached { .. } | Fault::Untried { .. })) => (Paint::Care, look.say(&why.text())),
            Some(why) => (Paint::Bad, look.say(&why.text())),
        };
        let said = match hop.at {
            Some(at) => format!("{said}, {}", look.say(&say!(m::SAID, at = time(at)))),
            None => said,
        };
        // Several lines (the end of a log) stand below each other.
        let said = said.replace('\n', &format!("\n{}", " ".repeat(wide + 16)));
        let _ = writeln!(out, "  {} {name}{gap} {took:>9}  {}", look.paint(paint, mark), look.paint(paint, &said));
    }
}

/// Columns on a terminal, for the letters that stand here: Hangul takes two.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if matches!(c, '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7a3}') { 2 } else { 1 }).sum()
}

/// The verification as JSON.
pub fn verification_json(seen: &Verification) -> serde_json::Value {
    let hop = |hop: &Hop| {
        json!({
            "from": hop.from,
            "to": hop.to,
            "ok": hop.fault.is_none(),
            "product": hop.product,
            "ms": hop.ms,
            "at": hop.at,
            "fault": hop.fault,
            "words": hop.fault.as_ref().map(|why| why.text().to_string()),
        })
    };
    json!({
        "verdict": seen.verdict(),
        "hops": seen.hops.iter().map(hop).collect::<Vec<_>>(),
        "guests": seen.guests.iter().map(hop).collect::<Vec<_>>(),
        "requests": seen.requests,
        "ms": seen.ms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Language;

    fn seen() -> Verification {
        let database = Hop { product: Some("MariaDB 10.11.6".into()), ..Hop::good("was-1", "database", 3) };
        let hops = vec![
            Hop::good("internet", "front", 12),
            Hop::good("front", "web-1", 8),
            Hop::bad("front", "web-2", Fault::Unseen { requests: 9 }),
            database,
            Hop::bad("was-1", "cache", Fault::Down { words: "Connection refused".into() }),
            Hop::bad("web-2", "was-1", Fault::Untried { because: "front → web-2".into() }),
        ];
        let at = Some(1_700_000_000_000);
        let guests = vec![
            Hop { at, ..Hop::good("web-1", "ready", 0) },
            Hop { at, ..Hop::bad("was-1", "ready", Fault::Boot { words: "stage: packages\nE: no".into() }) },
        ];
        Verification { hops, guests, requests: 21, ms: 1_234 }
    }

    #[test]
    fn a_table_says_every_hop_in_both_languages() {
        let korean = Look { language: Language::Korean, ..Look::PLAIN };
        insta::assert_snapshot!(verification_text(&seen(), &Look::PLAIN));
        insta::assert_snapshot!(verification_text(&seen(), &korean));
    }

    #[test]
    fn where_nobody_looked_from_outside_that_is_said() {
        let guests = vec![Hop { at: Some(1_700_000_000_000), ..Hop::good("web-1", "ready", 40) }];
        let only = Verification { guests, ..Verification::default() };
        insta::assert_snapshot!(verification_text(&only, &Look::PLAIN));
        let hops = vec![Hop::bad("internet", "front", Fault::Unreached { words: "no route to host".into() })];
        let both = Verification { hops, ..only };
        insta::assert_snapshot!(verification_text(&both, &Look::PLAIN));
    }

    #[test]
    fn json_says_verdict_and_words() {
        let json = verification_json(&seen());
        assert_eq!((&json["verdict"], &json["hops"][2]["ok"]), (&"fails".into(), &false.into()));
        assert_eq!(json["hops"][4]["words"], "down: Connection refused");
        assert_eq!(json["guests"][1]["fault"]["fault"], "boot");
    }
}
