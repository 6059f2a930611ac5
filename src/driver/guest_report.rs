//! What a guest says of its first boot, in either form: as an object whose content type tells how far it is, and as signed
//! lines on its console.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::model::Secrets;
use crate::snapshot::Status;

use super::json::text;

/// One report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Report {
    /// The server's id, as the server itself says it.
    pub instance: String,
    /// Reports are counted up.
    pub number: u64,
    /// How far it is: a stage's word, `ready` or `failed`.
    pub stage: String,
}

/// What a report of a guest that is neither ready nor has failed says.
const READY: &str = "ready";
const FAILED: &str = "failed";
/// The longest stage's word that is believed.
const LONGEST_WORD: usize = 40;
/// How much of a guest's words is shown: it writes no more.
const LONGEST_WORDS: usize = 4096;

impl Report {
    /// From an object of a listing; none for one that is no report.
    pub(super) fn of_object(item: &Json) -> Option<(String, Self)> {
        let name = text(item, "name")?.to_owned();
        Some((name, Self::of_type(text(item, "content_type")?)?))
    }

    /// From the content type `application/x-gureum.<instance-id>.<number>.<stage>`.
    pub(super) fn of_type(content_type: &str) -> Option<Self> {
        let told = content_type.strip_prefix("application/x-gureum.")?;
        let mut parts = told.split(';').next()?.trim().splitn(3, '.');
        let (instance, number, stage) = (parts.next()?, parts.next()?, parts.next()?);
        Self::new(instance, number, stage)
    }

    fn new(instance: &str, number: &str, stage: &str) -> Option<Self> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let word = !stage.is_empty() && stage.len() <= LONGEST_WORD && stage.chars().all(plain);
        (word && instance.chars().all(plain)).then_some(())?;
        Some(Self { instance: instance.to_owned(), number: number.parse().ok()?, stage: stage.to_owned() })
    }

    /// Whether there are words to fetch.
    pub(super) fn failed(&self) -> bool {
        self.stage == FAILED
    }

    /// As a state; the words are those of one that failed.
    pub(super) fn status(&self, words: Option<String>) -> Status {
        match self.stage.as_str() {
            READY => Status::Ready,
            FAILED => match words.filter(|words| !words.is_empty()) {
                Some(words) => Status::Failed(words),
                None => Status::Failed("the guest says that it failed, and not why".to_owned()),
            },
            stage => Status::Pending(stage.to_owned()),
        }
    }
}

/// The last report among the lines of a server's console that this environment's guests signed, with its words.
pub(super) fn of_console(console: &str, instance: &str, key: &str) -> Option<(Report, String)> {
    let told = console.lines().filter_map(|line| of_line(line, key));
    told.filter(|(report, _)| report.instance == instance).max_by_key(|(report, _)| report.number)
}

/// `gureum-signal <instance-id> <number> <stage> <base64 of the words> <hex sha256>`; the kernel may have written before it.
fn of_line(line: &str, key: &str) -> Option<(Report, String)> {
    let told = &line[line.find(SIGNAL)? + SIGNAL.len()..];
    let parts: Vec<&str> = told.split_whitespace().collect();
    // Without words the fourth is missing.
    let (instance, number, stage, words, proof) = match parts[..] {
        [instance, number, stage, words, proof, ..] if proof.len() == 64 => (instance, number, stage, words, proof),
        [instance, number, stage, proof, ..] => (instance, number, stage, "", proof),
        _ => return None,
    };
    let proven = Sha256::digest(format!("{key}:{instance}:{number}:{stage}:{words}:{key}"));
    (format!("{proven:x}") == proof).then_some(())?;
    let words = String::from_utf8_lossy(&STANDARD.decode(words).ok()?).into_owned();
    Some((Report::new(instance, number, stage)?, words))
}

const SIGNAL: &str = "gureum-signal ";

/// The last lines of a console without the signals, as far as they may be shown.
pub(super) fn last_lines(console: &str, most: usize) -> String {
    let lines: Vec<&str> =
        console.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.contains(SIGNAL)).collect();
    lines[lines.len().saturating_sub(most)..].join("\n")
}

/// A guest's words as they may be shown: they come from outside, so that nothing in them moves the cursor; no secret of ours; the
/// end, where they are too long.
pub(super) fn shown(words: &str, secrets: &Secrets) -> String {
    let mut words: String = plain(words);
    for secret in secrets.names().filter_map(|name| secrets.get(name)) {
        let secret = secret.expose_secret();
        if !secret.is_empty() {
            words = words.replace(secret, "***");
        }
    }
    let words = words.trim();
    let from = (0..words.len()).find(|&at| words.len() - at <= LONGEST_WORDS && words.is_char_boundary(at));
    words[from.unwrap_or(0)..].to_owned()
}

/// Without control characters but line ends, and without what a terminal would take for a command.
fn plain(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut letters = words.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => {
                if letters.next_if_eq(&'[').is_some() {
                    while letters.next_if(|c| !('@'..='~').contains(c)).is_some() {}
                    letters.next();
                }
            }
            '\n' => out.push('\n'),
            '\t' => out.push(' '),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SecretName;

    #[test]
    fn a_content_type_is_a_report() {
        let told = "application/x-gureum.b12f3f54-1111-2222-3333-444455556666.3.packages";
        let report = Report::of_type(told).expect("a report");
        assert_eq!((report.number, report.stage.as_str()), (3, "packages"));
        assert_eq!(report.instance, "b12f3f54-1111-2222-3333-444455556666");
        assert_eq!(report.status(None), Status::Pending("packages".into()));
        for other in
            ["text/plain", "application/x-gureum.a.b.c", "application/x-gureum.a.1.", "application/x-gureum.a.1"]
        {
            assert_eq!(Report::of_type(other), None, "{other}");
        }
        assert_eq!(Report::of_type("application/x-gureum.a.1.st\u{1b}[31m"), None);
    }

    fn line(key: &str, number: u32, stage: &str, words: &str) -> String {
        let words = STANDARD.encode(words);
        let proof = Sha256::digest(format!("{key}:i-1:{number}:{stage}:{words}:{key}"));
        format!("[   12.3] gureum-signal i-1 {number} {stage} {words} {proof:x}")
    }

    #[test]
    fn a_console_tells_the_last_signed_report() {
        let console = [
            "Debian GNU/Linux 12 web-1 ttyS0".to_owned(),
            line("k", 1, "boot", ""),
            line("k", 2, "failed", "stage: packages\nno space left"),
            line("other", 3, "ready", ""),
            "gureum-signal i-1 9 ready ready".to_owned(),
        ]
        .join("\r\n");
        let (report, words) = of_console(&console, "i-1", "k").expect("a report");
        assert_eq!((report.number, words.as_str()), (2, "stage: packages\nno space left"));
        assert_eq!(of_console(&console, "i-2", "k"), None);
        assert_eq!(last_lines(&console, 3), "Debian GNU/Linux 12 web-1 ttyS0");
    }

    #[test]
    fn what_a_guest_says_moves_no_cursor_and_tells_no_secret() {
        let mut secrets = Secrets::default();
        secrets.insert(SecretName("db.app_password".into()), "S3cretWord".to_owned().into());
        let said = "\u{1b}[31mdenied\u{1b}[0m for app:S3cretWord\r\n\u{7}line\ttwo\n";
        assert_eq!(shown(said, &secrets), "denied for app:***\nline two");
        assert_eq!(shown(&"구".repeat(3000), &secrets).chars().count(), 1365);
    }
}
