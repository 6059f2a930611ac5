//! Reasons, differences and values as sentences: the only place where a typed reason becomes words.

use crate::event::{CommandWord, OperationWord, OutcomeWord};
use crate::model::messages::report as m;
use crate::model::{Address, Message, Text, Value};
use crate::plan::{Difference, Reason};
use crate::say;
use crate::snapshot::CloudFacts;

use super::look::Look;

/// Why a step is there, as a sentence.
pub fn reason(reason: &Reason, facts: Option<&CloudFacts>, look: &Look) -> String {
    look.say(&match reason {
        Reason::Missing => say!(m::MISSING),
        Reason::Differs(all) => say!(m::DIFFERS, differences = differences(all, facts, look)),
        Reason::Replaced(all) => say!(m::REPLACED, differences = differences(all, facts, look)),
        Reason::Follows(address) => say!(m::FOLLOWS, address = address),
        Reason::FailedBefore(words) => say!(m::FAILED_BEFORE, words = words),
        Reason::Duplicate { kept } => say!(m::DUPLICATE, kept = kept),
        Reason::NotWanted => say!(m::NOT_WANTED),
        Reason::Destroyed => say!(m::DESTROYED),
        Reason::Unsettled(status) => say!(m::UNSETTLED, status = status),
    })
}

fn differences(all: &[Difference], facts: Option<&CloudFacts>, look: &Look) -> String {
    all.iter().map(|one| difference(one, facts, look)).collect::<Vec<_>>().join("; ")
}

/// One difference as a sentence: `flavorRef: small → medium`.
pub fn difference(difference: &Difference, facts: Option<&CloudFacts>, look: &Look) -> String {
    let show = |shown: &Value| value(&difference.property, shown, facts, look);
    let is = difference.is.as_ref().map_or_else(|| look.word(&m::UNSEEN), show);
    look.say(&say!(m::DIFFERENCE, property = difference.property, is = is, should = show(&difference.should)))
}

/// A value as it is shown; ids of flavors, images and external networks by their names, secrets by theirs.
fn value(property: &str, value: &Value, facts: Option<&CloudFacts>, look: &Look) -> String {
    match value {
        Value::Null => look.word(&m::NOTHING),
        Value::Bool(flag) => flag.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => facts.and_then(|facts| facts.name_of(property, text)).unwrap_or(text).to_owned(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| self::value(property, item, facts, look)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(map) => {
            let pairs: Vec<String> =
                map.iter().map(|(name, item)| format!("{name}: {}", self::value(name, item, facts, look))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Output(output) => look.say(&say!(m::ID_OF, field = output.field, address = output.address)),
        Value::Secret(secret) => look.say(&say!(m::SECRET, name = secret.name.0)),
        Value::Fingerprint(of) => look.say(&say!(m::FINGERPRINT, name = of.name.0)),
        Value::Composed(composed) => look.say(&say!(m::COMPOSED, count = composed.pieces.len())),
    }
}

/// What an address is called among its kind: the local names of its segments (`front/http`).
pub fn short(address: &Address) -> String {
    let locals = address.as_str().split('/').filter_map(|segment| segment.split_once('.')).map(|(_, local)| local);
    locals.collect::<Vec<_>>().join("/")
}

/// The word for an operation.
pub(crate) fn operation(word: OperationWord) -> &'static Message {
    match word {
        OperationWord::Create => &m::OPERATION_CREATE,
        OperationWord::Update => &m::OPERATION_UPDATE,
        OperationWord::Delete => &m::OPERATION_DELETE,
        OperationWord::Wait => &m::OPERATION_WAIT,
    }
}

/// The word for a command.
pub(crate) fn command(word: CommandWord) -> &'static Message {
    match word {
        CommandWord::Deploy => &m::COMMAND_DEPLOY,
        CommandWord::Destroy => &m::COMMAND_DESTROY,
    }
}

/// The word for an outcome.
pub(crate) fn outcome(word: OutcomeWord) -> &'static Message {
    match word {
        OutcomeWord::Done => &m::OUTCOME_DONE,
        OutcomeWord::Partly => &m::OUTCOME_PARTLY,
        OutcomeWord::Interrupted => &m::OUTCOME_INTERRUPTED,
    }
}

/// A list of sentences below a heading, each on a line of its own.
pub(crate) fn section(out: &mut String, head: &str, lines: impl IntoIterator<Item = String>) {
    let mut lines = lines.into_iter().peekable();
    if lines.peek().is_none() {
        return;
    }
    out.push('\n');
    out.push_str(head);
    out.push('\n');
    for line in lines {
        out.push_str("  ");
        out.push_str(&line.replace('\n', "\n    "));
        out.push('\n');
    }
}

/// Sentences in the look's language.
pub(crate) fn sentences<'a>(texts: &'a [Text], look: &'a Look) -> impl Iterator<Item = String> + 'a {
    texts.iter().map(|text| look.say(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Language;

    #[test]
    fn every_reason_reads_as_a_sentence_in_both_languages() {
        let difference = Difference {
            address: Address::new("server", "web-1"),
            property: "flavorRef".into(),
            is: Some(Value::from("1")),
            should: Value::from("2"),
        };
        let all = [
            Reason::Missing,
            Reason::Differs(vec![difference.clone()]),
            Reason::Replaced(vec![difference]),
            Reason::Follows(Address::new("port", "web-1")),
            Reason::FailedBefore("No valid host".into()),
            Reason::Duplicate { kept: "1234".into() },
            Reason::NotWanted,
            Reason::Destroyed,
            Reason::Unsettled("BUILD".into()),
        ];
        for language in [Language::English, Language::Korean] {
            for one in &all {
                let said = reason(one, None, &Look { language, ..Look::PLAIN });
                assert!(!said.is_empty() && !said.contains('{'), "{said}");
            }
        }
        assert_eq!(reason(&all[1], None, &Look::PLAIN), "differs: flavorRef: 1 → 2");
    }

    #[test]
    fn short_names_are_the_local_ones() {
        let listener = Address::new("balancer", "front").child("pool", "http").child("member", "10.10.1.11:80");
        assert_eq!(short(&listener), "front/http/10.10.1.11:80");
        assert_eq!(short(&Address::new("balancer", "front").child("pool", "http").child("monitor", "")), "front/http");
    }
}
