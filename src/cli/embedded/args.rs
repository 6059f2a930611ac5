//! What goes wrong, as the command line says it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

/// `embedded faults`
#[derive(Clone, Debug, Subcommand)]
pub enum FaultsCommand {
    /// From now on this goes wrong
    Add(Box<RuleArgs>),
    /// All that goes wrong, and how often each has happened
    List,
    /// From now on nothing goes wrong, or one thing no longer
    Clear(ClearArgs),
}

/// `embedded faults add`
#[derive(Clone, Debug, Args)]
pub struct RuleArgs {
    /// What goes wrong: status=503, delay=MS, reset-before, reset-after, no-answer, late=MS, error=TEXT, stuck,
    /// shrink=RESOURCE:LIMIT or revoke-tokens
    #[arg(value_name = "FAULT", value_parser = fault)]
    pub fault: Json,
    /// Only at requests to this service, like network or load-balancer
    #[arg(long, value_name = "SERVICE")]
    pub service: Option<String>,
    /// Only at requests with this method
    #[arg(long)]
    pub method: Option<String>,
    /// Only where the path, with the service's prefix, has this form; * stands for any characters: '*/v2.0/ports'
    #[arg(long, value_name = "PATTERN")]
    pub path: Option<String>,
    /// Only at the n-th of them
    #[arg(long, value_name = "N", conflicts_with_all = ["from", "times"])]
    pub nth: Option<u64>,
    /// From the n-th of them
    #[arg(long, value_name = "N")]
    pub from: Option<u64>,
    /// At so many of them
    #[arg(long, value_name = "N")]
    pub times: Option<u64>,
    /// At so many percent of them, which the seed chooses
    #[arg(long, value_name = "PERCENT")]
    pub percent: Option<u64>,
    /// The seed that chooses
    #[arg(long, value_name = "N", requires = "percent")]
    pub seed: Option<u64>,
    /// What a refusal (status=…) says
    #[arg(long, value_name = "TEXT")]
    pub message: Option<String>,
    /// After how many seconds a refusal (status=…) asks to come again
    #[arg(long, value_name = "SECONDS")]
    pub retry_after: Option<u64>,
}

/// `embedded faults clear`
#[derive(Clone, Debug, Args)]
pub struct ClearArgs {
    /// The rule's number, as `list` shows it [default: all]
    #[arg(value_name = "RULE")]
    pub rule: Option<u64>,
}

/// `embedded bound`
#[derive(Clone, Debug, Args)]
pub struct BoundArgs {
    /// A plan, as `gureum plan --json` prints it; - is standard input
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
}

impl RuleArgs {
    /// The rule, as the embedded cloud takes it.
    ///
    /// # Errors
    /// The option that does not go with its fault.
    pub fn rule(&self) -> Result<Json, &'static str> {
        let mut fault = self.fault.clone();
        let status = fault.get_mut("status");
        let words = [
            ("--message", "message", self.message.as_ref().map(|text| json!(text))),
            ("--retry-after", "retry_after", self.retry_after.map(|seconds| json!(seconds))),
        ];
        match status {
            Some(status) => {
                for (_, name, value) in words {
                    status[name] = value.unwrap_or_default();
                }
            }
            None => {
                if let Some((option, ..)) = words.iter().find(|(.., value)| value.is_some()) {
                    return Err(option);
                }
            }
        }
        let mut rule = json!({ "fault": fault });
        for (name, value) in [
            ("service", self.service.as_ref().map(|text| json!(text))),
            ("method", self.method.as_ref().map(|text| json!(text))),
            ("path", self.path.as_ref().map(|text| json!(text))),
            ("from", self.nth.or(self.from).map(|number| json!(number))),
            ("times", self.nth.map(|_| 1).or(self.times).map(|number| json!(number))),
            ("percent", self.percent.map(|number| json!(number))),
            ("seed", self.seed.map(|number| json!(number))),
        ] {
            if let Some(value) = value {
                rule[name] = value;
            }
        }
        Ok(rule)
    }
}

/// One fault.
fn fault(text: &str) -> Result<Json, String> {
    let (word, value) = text.split_once('=').map_or((text, None), |(word, value)| (word, Some(value)));
    let number = |value: &str| value.parse::<i64>().map_err(|_| format!("`{value}` is no number"));
    match (word, value) {
        ("status", Some(value)) => Ok(json!({"status": {"status": number(value)?}})),
        ("delay" | "late", Some(value)) => Ok(json!({ word: number(value)? })),
        ("error", Some(value)) => Ok(json!({ "error": value })),
        ("shrink", Some(value)) => {
            let (resource, limit) = value.split_once(':').ok_or("a quota shrinks to a number: shrink=instances:2")?;
            Ok(json!({"shrink": {"resource": resource, "limit": number(limit)?}}))
        }
        ("reset-before" | "reset-after" | "no-answer" | "stuck" | "revoke-tokens", None) => {
            Ok(json!(word.replace('-', "_")))
        }
        _ => Err("it is status=…, delay=…, reset-before, reset-after, no-answer, late=…, error=…, stuck, shrink=…:… \
                  or revoke-tokens"
            .to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        rule: RuleArgs,
    }

    fn rule(words: &[&str]) -> Result<Json, String> {
        let line = Line::try_parse_from([&["x"], words].concat()).map_err(|error| error.to_string())?;
        line.rule.rule().map_err(str::to_owned)
    }

    #[test]
    fn a_line_becomes_a_rule() {
        let words = ["status=429", "--retry-after", "7", "--message", "slow", "--service", "network", "--nth", "2"];
        assert_eq!(
            rule(&words).expect("a rule"),
            json!({"fault": {"status": {"status": 429, "retry_after": 7, "message": "slow"}}, "service": "network",
                "from": 2, "times": 1})
        );
        assert_eq!(
            rule(&["shrink=instances:2", "--service", "compute"]).expect("a rule"),
            json!({"fault": {"shrink": {"resource": "instances", "limit": 2}}, "service": "compute"})
        );
        assert_eq!(
            rule(&["reset-after", "--percent", "5", "--seed", "9", "--path", "*/ports"]).expect("a rule"),
            json!({"fault": "reset_after", "percent": 5, "seed": 9, "path": "*/ports"})
        );
        assert_eq!(rule(&["late=5000"]).expect("a rule"), json!({"fault": {"late": 5000}}));
    }

    #[test]
    fn what_is_no_rule_is_told() {
        for words in [
            &["status"][..],
            &["status=x"],
            &["shrink=ports"],
            &["stuck=1"],
            &["explode"],
            &["stuck", "--nth", "1", "--times", "2"],
            &["stuck", "--seed", "2"],
        ] {
            rule(words).expect_err(words[0]);
        }
        assert_eq!(rule(&["stuck", "--message", "x"]), Err("--message".to_owned()));
        assert_eq!(rule(&["late=1", "--retry-after", "3"]), Err("--retry-after".to_owned()));
    }
}
