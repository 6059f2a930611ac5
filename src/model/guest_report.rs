//! What a guest's report looks like (`docs/components.md`): an object whose content type tells how far it is, or a signed line on
//! its console. And words from outside, as they may be shown.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use super::Secrets;

/// One report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestReport {
    /// The server's id, as the server itself says it.
    pub instance: String,
    /// Reports are counted up.
    pub number: u64,
    /// How far it is: a stage's word, [`Self::READY`] or [`Self::FAILED`].
    pub stage: String,
}

/// The longest stage's word that is believed.
const LONGEST_WORD: usize = 40;

impl GuestReport {
    /// The last stage.
    pub const READY: &str = "ready";
    /// The stage of a guest that gave up.
    pub const FAILED: &str = "failed";
    /// The secret that guests sign lines on their consoles with.
    pub const KEY: &str = "signals.key";
    /// What such a line begins with; the kernel may have written before it.
    pub const SIGNAL: &str = "gureum-signal ";

    /// From the content type `application/x-gureum.<instance-id>.<number>.<stage>`; none for an object that is no report.
    pub fn of_type(content_type: &str) -> Option<Self> {
        let told = content_type.strip_prefix("application/x-gureum.")?;
        let mut parts = told.split(';').next()?.trim().splitn(3, '.');
        let (instance, number, stage) = (parts.next()?, parts.next()?, parts.next()?);
        Self::new(instance, number, stage)
    }

    /// From its parts as they were read; none where they are not what a guest of ours says.
    pub fn new(instance: &str, number: &str, stage: &str) -> Option<Self> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let word = !stage.is_empty() && stage.len() <= LONGEST_WORD && stage.chars().all(plain);
        (word && instance.chars().all(plain)).then_some(())?;
        Some(Self { instance: instance.to_owned(), number: number.parse().ok()?, stage: stage.to_owned() })
    }

    /// The last report among the lines of a server's console that this environment's guests signed, with its words.
    pub fn on_console(console: &str, instance: &str, key: &str) -> Option<(Self, String)> {
        let told = console.lines().filter_map(|line| Self::of_line(line, key));
        told.filter(|(report, _)| report.instance == instance).max_by_key(|(report, _)| report.number)
    }

    /// `gureum-signal <instance-id> <number> <stage> <base64 of the words> <hex sha256>`
    fn of_line(line: &str, key: &str) -> Option<(Self, String)> {
        let told = &line[line.find(Self::SIGNAL)? + Self::SIGNAL.len()..];
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
        Some((Self::new(instance, number, stage)?, words))
    }
}

/// Words from outside as they may be shown: nothing in them moves the cursor, and no secret of ours stands in them.
pub fn showable(words: &str, secrets: &Secrets) -> String {
    let mut words = plain(words);
    for secret in secrets.names().filter_map(|name| secrets.get(name)) {
        let secret = secret.expose_secret();
        if !secret.is_empty() {
            words = words.replace(secret, "***");
        }
    }
    words
}

/// Without control characters but line ends and tabs, and without what a terminal would take for a command.
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
            '\n' | '\t' => out.push(letter),
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
        let told = "application/x-gureum.b12f3f54-1111-2222-3333-444455556666.3.packages; charset=utf-8";
        let report = GuestReport::of_type(told).expect("a report");
        assert_eq!((report.number, report.stage.as_str()), (3, "packages"));
        assert_eq!(report.instance, "b12f3f54-1111-2222-3333-444455556666");
        let long = format!("application/x-gureum.i.1.{}", "s".repeat(41));
        for other in [
            "text/plain",
            "application/x-gureum.",
            "application/x-gureum.0a-b",
            "application/x-gureum.a.b.c",
            "application/x-gureum.a.1.",
            "application/x-gureum.a.1",
            "application/x-gureum.i.one.ready",
            "application/x-gureum.i.1.\u{1b}[31m",
            &long,
        ] {
            assert_eq!(GuestReport::of_type(other), None, "{other}");
        }
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
        let (report, words) = GuestReport::on_console(&console, "i-1", "k").expect("a report");
        assert_eq!((report.number, words.as_str()), (2, "stage: packages\nno space left"));
        assert_eq!(GuestReport::on_console(&console, "i-2", "k"), None);
    }

    #[test]
    fn words_move_no_cursor_and_tell_no_secret() {
        let mut secrets = Secrets::default();
        secrets.insert(SecretName("db.app".into()), "planted-value".into());
        let said = "\u{1b}[2J\u{1b}[31mdenied\u{1b}[0m for app:planted-value\r\n\tnext\u{7}";
        assert_eq!(showable(said, &secrets), "denied for app:***\n\tnext");
    }
}
