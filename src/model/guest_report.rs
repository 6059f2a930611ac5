//! What a guest's report looks like (`docs/components.md`): an object whose content type tells how far it is. And words from
//! outside, as they may be shown.

use secrecy::ExposeSecret;

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

    #[test]
    fn words_move_no_cursor_and_tell_no_secret() {
        let mut secrets = Secrets::default();
        secrets.insert(SecretName("db.app".into()), "planted-value".into());
        let said = "\u{1b}[2J\u{1b}[31mdenied\u{1b}[0m for app:planted-value\r\n\tnext\u{7}";
        assert_eq!(showable(said, &secrets), "denied for app:***\n\tnext");
    }
}
