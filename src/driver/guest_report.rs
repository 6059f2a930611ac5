//! What a guest says of its first boot, in either form: as an object whose content type tells how far it is, and as signed
//! lines on its console.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::model::{GuestReport, Secrets, showable};
use crate::snapshot::Status;

use super::json::text;

/// How much of a guest's words is shown: it writes no more.
const LONGEST_WORDS: usize = 4096;

/// From an object of a listing; none for one that is no report.
pub(super) fn of_object(item: &Json) -> Option<(String, GuestReport)> {
    let name = text(item, "name")?.to_owned();
    Some((name, GuestReport::of_type(text(item, "content_type")?)?))
}

/// A report as a state; the words are those of one that failed.
pub(super) fn status(report: &GuestReport, words: Option<String>) -> Status {
    match report.stage.as_str() {
        GuestReport::READY => Status::Ready,
        GuestReport::FAILED => match words.filter(|words| !words.is_empty()) {
            Some(words) => Status::Failed(words),
            None => Status::Failed("the guest says that it failed, and not why".to_owned()),
        },
        stage => Status::Pending(stage.to_owned()),
    }
}

/// The last report among the lines of a server's console that this environment's guests signed, with its words.
pub(super) fn of_console(console: &str, instance: &str, key: &str) -> Option<(GuestReport, String)> {
    let told = console.lines().filter_map(|line| of_line(line, key));
    told.filter(|(report, _)| report.instance == instance).max_by_key(|(report, _)| report.number)
}

/// `gureum-signal <instance-id> <number> <stage> <base64 of the words> <hex sha256>`; the kernel may have written before it.
fn of_line(line: &str, key: &str) -> Option<(GuestReport, String)> {
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
    Some((GuestReport::new(instance, number, stage)?, words))
}

const SIGNAL: &str = "gureum-signal ";

/// The last lines of a console without the signals, as far as they may be shown.
pub(super) fn last_lines(console: &str, most: usize) -> String {
    let lines: Vec<&str> =
        console.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.contains(SIGNAL)).collect();
    lines[lines.len().saturating_sub(most)..].join("\n")
}

/// A guest's words as they may be shown in a line of events: the end, where they are too long.
pub(super) fn shown(words: &str, secrets: &Secrets) -> String {
    let words = showable(words, secrets).replace('\t', " ");
    let words = words.trim();
    let from = (0..words.len()).find(|&at| words.len() - at <= LONGEST_WORDS && words.is_char_boundary(at));
    words[from.unwrap_or(0)..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SecretName;

    #[test]
    fn a_stage_is_a_state() {
        let report = GuestReport::of_type("application/x-gureum.b12f3f54.3.packages").expect("a report");
        assert_eq!(status(&report, None), Status::Pending("packages".into()));
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
