//! Standard output and error: results here, words beside them there, and no panic when nobody reads.

use std::io::{ErrorKind, IsTerminal, Write};

use crate::model::messages::cli as m;
use crate::model::{Diagnostics, Language, Severity};
use crate::report::Look;
use crate::say;

use super::args::Global;
use super::error::{CliError, diagnostic};

/// How and where a command speaks.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Results as JSON.
    pub json: bool,
    /// How results look on standard output.
    pub look: Look,
    /// How words beside them look on standard error.
    pub aside: Look,
    /// Whether somebody can be asked.
    pub asks: bool,
    /// Whether lines may come and go on standard error: nothing else is written there.
    pub live: bool,
    /// Whether it is told of the embedded cloud, where nothing is real: JSON says so too.
    pub embedded: bool,
}

impl Screen {
    /// As flags, environment and terminal say.
    pub fn new(global: &Global) -> Self {
        let language = global.lang.map_or_else(locale, Language::from);
        let colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let width = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).unwrap_or(100).clamp(60, 200);
        let (input, output, error) =
            (std::io::stdin().is_terminal(), std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        Self {
            json: global.json,
            look: Look { language, colour: colours && output && !global.json, width },
            aside: Look { language, colour: colours && error && !global.json, width },
            asks: input && error,
            live: error && !global.json && global.verbose == 0 && std::env::var_os("GUREUM_LOG").is_none(),
            embedded: false,
        }
    }

    /// A result.
    #[expect(clippy::unused_self, reason = "commands speak through the screen that they are given")]
    pub fn print(&self, text: &str) -> Result<(), CliError> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(CliError::failed(say!(m::CANNOT_WRITE, file = "standard output", why = error)))
            }
            // Whoever read has read enough: that is no error of ours.
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// A result as JSON, on one line or in a readable form.
    pub fn print_json(&self, value: &serde_json::Value, pretty: bool) -> Result<(), CliError> {
        let value = self.marked(value.clone());
        self.print(&if pretty { format!("{value:#}\n") } else { format!("{value}\n") })
    }

    /// With `"embedded": true` in it, or in each of its items, if it tells of the embedded cloud.
    pub fn marked(&self, mut value: serde_json::Value) -> serde_json::Value {
        match &mut value {
            serde_json::Value::Object(fields) if self.embedded => {
                fields.insert("embedded".to_owned(), true.into());
            }
            serde_json::Value::Array(items) if self.embedded => {
                *items = std::mem::take(items).into_iter().map(|item| self.marked(item)).collect();
            }
            _ => {}
        }
        value
    }

    /// A word beside the result. That nobody reads it changes nothing.
    #[expect(clippy::unused_self, reason = "commands speak through the screen that they are given")]
    pub fn say(&self, text: &str) {
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// Warnings, beside the result.
    pub fn warn(&self, found: &Diagnostics) {
        for one in found.0.iter().filter(|one| one.severity == Severity::Warning) {
            if self.json {
                let text = self.aside.say(&one.text);
                self.say(&format!("{}\n", serde_json::json!({ "warning": text, "at": one.span })));
            } else {
                self.say(&format!("{}: {}\n", self.aside.word(&m::WARNING), diagnostic(one, &self.aside)));
            }
        }
    }

    /// The error that a command ends with.
    pub fn fail(&self, error: &CliError) {
        self.say(&if self.json { error.json(&self.aside) } else { error.render(&self.aside) });
    }
}

/// The language of the locale (POSIX: LC_ALL, then LC_MESSAGES, then LANG).
fn locale() -> Language {
    let named = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| {
        let value = std::env::var(name).ok()?;
        (!value.is_empty()).then_some(value)
    });
    if named.is_some_and(|value| value.starts_with("ko")) { Language::Korean } else { Language::English }
}
