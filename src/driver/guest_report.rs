//! What a guest says of its first boot, as the state of a resource, and as it may be shown.

use serde_json::Value as Json;

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

/// The last lines of a console without the signals, as far as they may be shown.
pub(super) fn last_lines(console: &str, most: usize) -> String {
    let lines: Vec<&str> = console
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty() && !line.contains(GuestReport::SIGNAL))
        .collect();
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

    #[test]
    fn the_last_lines_of_a_console_are_shown_without_signals() {
        let console = "Debian GNU/Linux 12 web-1 ttyS0\r\n\r\n[  1.2] gureum-signal i-1 9 ready x\r\nlogin: \r\n";
        assert_eq!(last_lines(console, 3), "Debian GNU/Linux 12 web-1 ttyS0\nlogin:");
        assert_eq!(last_lines(console, 1), "login:");
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
