//! What a command says when it cannot go on: what happened, in whose words, and what to do next.

use std::fmt::Write as _;

use serde_json::json;

use crate::event::FoldError;
use crate::model::messages::cli as m;
use crate::model::{Diagnostic, Diagnostics, EnvironmentName, Severity, Text};
use crate::report::Look;
use crate::say;

/// The exit codes.
pub mod exit {
    /// Done, or nothing to do.
    pub const DONE: u8 = 0;
    /// Failed.
    pub const FAILED: u8 = 1;
    /// There are changes.
    pub const CHANGES: u8 = 2;
    /// Refused before the first write.
    pub const REFUSED: u8 = 3;
    /// Everything that could be done is done, and something is left.
    pub const PARTLY: u8 = 4;
    /// Interrupted.
    pub const INTERRUPTED: u8 = 130;
}

/// Why a command ends without its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    /// The process's exit code.
    pub exit: u8,
    /// What happened.
    pub text: Text,
    /// Each single fault, where there are several.
    pub details: Vec<Diagnostic>,
    /// What to do next.
    pub help: Option<Text>,
}

impl CliError {
    /// Exit code 1.
    pub fn failed(text: Text) -> Self {
        Self { exit: exit::FAILED, text, details: Vec::new(), help: None }
    }

    /// Exit code 3: nothing was written.
    pub fn refused(text: Text) -> Self {
        Self { exit: exit::REFUSED, ..Self::failed(text) }
    }

    /// The same with what to do next.
    #[must_use]
    pub fn help(self, help: Text) -> Self {
        Self { help: Some(help), ..self }
    }

    /// The same with single faults.
    #[must_use]
    pub fn details(self, details: impl IntoIterator<Item = Text>) -> Self {
        Self { details: details.into_iter().map(Diagnostic::error).collect(), ..self }
    }

    /// A journal that is none.
    pub fn damaged(name: &EnvironmentName, error: &FoldError) -> Self {
        Self::failed(say!(m::DAMAGED, name = name, words = error)).help(say!(m::DAMAGED_HELP, name = name))
    }

    /// For people, with a line end.
    pub fn render(&self, look: &Look) -> String {
        let mut out = format!("{}: {}\n", look.word(&m::ERROR), look.say(&self.text));
        for detail in &self.details {
            out.push_str(&indented(&diagnostic(detail, look)));
        }
        if let Some(help) = &self.help {
            let _ = writeln!(out, "{}: {}", look.word(&m::HELP), look.say(help));
        }
        out
    }

    /// For programs, with a line end.
    pub fn json(&self, look: &Look) -> String {
        let details = self.details.iter().map(|detail| {
            json!({
                "id": detail.text.message.id,
                "message": look.say(&detail.text),
                "at": detail.span,
                "help": detail.help.as_ref().map(|help| look.say(help)),
            })
        });
        let error = json!({
            "error": {
                "id": self.text.message.id,
                "message": look.say(&self.text),
                "details": details.collect::<Vec<_>>(),
                "help": self.help.as_ref().map(|help| look.say(help)),
                "exit_code": self.exit,
            }
        });
        format!("{error}\n")
    }
}

impl From<Diagnostics> for CliError {
    fn from(faults: Diagnostics) -> Self {
        let mut details = faults.0;
        details.retain(|one| one.severity == Severity::Error);
        Self { details: details.clone(), ..Self::failed(say!(m::BAD_INPUT, count = details.len())) }
    }
}

/// One fault with its place and help, in lines.
pub fn diagnostic(one: &Diagnostic, look: &Look) -> String {
    let mut out = one.span.as_ref().map_or_else(String::new, |span| format!("{span}: "));
    out.push_str(&look.say(&one.text));
    if let Some(help) = &one.help {
        let _ = write!(out, "\n  {}: {}", look.word(&m::HELP), look.say(help));
    }
    out
}

fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |out, line| out + "  " + line + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_and_what_to_do_in_both_forms() {
        let error = CliError::refused(say!(m::PREFLIGHT, count = 1))
            .details([say!(m::PLAN_FAULT, words = "instances: 10 of 10 used")])
            .help(say!(m::PREFLIGHT_HELP));
        let text = error.render(&Look::PLAIN);
        assert!(
            text.starts_with("error: refused") && text.contains("\n  instances") && text.contains("\nhelp: "),
            "{text}"
        );
        let json: serde_json::Value = serde_json::from_str(&error.json(&Look::PLAIN)).expect("json");
        assert_eq!(json["error"]["exit_code"], 3);
        assert_eq!(json["error"]["id"], "cli.preflight");
        assert_eq!(json["error"]["details"][0]["message"], "instances: 10 of 10 used");
    }

    #[test]
    fn warnings_are_no_details_of_an_error() {
        let faults = Diagnostics(vec![
            Diagnostic::error(say!(m::PLAN_FAULT, words = "a")),
            Diagnostic::warning(say!(m::PLAN_FAULT, words = "b")),
        ]);
        assert_eq!(CliError::from(faults).details.len(), 1);
    }
}
