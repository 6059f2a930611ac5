//! How a report looks: its language, and whether colours stand in it.

use crate::model::{Language, Message, Text};

/// How a report looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The language of sentences; words of addresses and properties are OpenStack's own in both.
    pub language: Language,
    /// Whether colours are used; what they say the text says too.
    pub colour: bool,
    /// Columns of a line, for wrapping lists of names.
    pub width: usize,
}

impl Look {
    /// English, without colours, for files and pipes.
    pub const PLAIN: Self = Self { language: Language::English, colour: false, width: 100 };

    /// A sentence in this language.
    pub fn say(&self, text: &Text) -> String {
        text.in_language(self.language)
    }

    /// A sentence without values.
    pub fn word(&self, message: &'static Message) -> String {
        self.say(&Text { message, values: Vec::new() })
    }

    /// The text in a colour, where colours are used.
    pub(crate) fn paint(&self, paint: Paint, text: &str) -> String {
        if self.colour { format!("\x1b[{}m{text}\x1b[0m", paint.code()) } else { text.to_owned() }
    }
}

/// The colours, by what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// Something is lost or wrong.
    Bad,
    /// Something changes or is less than asked for.
    Care,
    /// Something comes.
    Good,
    /// A heading.
    Head,
}

impl Paint {
    fn code(self) -> &'static str {
        match self {
            Self::Bad => "31",
            Self::Care => "33",
            Self::Good => "32",
            Self::Head => "1",
        }
    }
}

/// Milliseconds as people read them: `850 ms`, `12.3 s`, `4 min 05 s`.
pub fn duration(ms: i64) -> String {
    match ms.max(0) {
        ms @ 0..1_000 => format!("{ms} ms"),
        ms @ 1_000..120_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        ms => format!("{} min {:02} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

/// A time as RFC 3339 in UTC, to the second.
pub fn time(at_ms: i64) -> String {
    jiff::Timestamp::from_second(at_ms.div_euclid(1_000)).map_or_else(|_| at_ms.to_string(), |at| at.to_string())
}

/// MiB as people read them: `512 MiB`, `16 GiB`.
pub fn mebibytes(mib: u64) -> String {
    if mib.is_multiple_of(1024) { format!("{} GiB", mib / 1024) } else { format!("{mib} MiB") }
}

/// Words joined by commas and broken into lines; every line after the first begins with `indent` spaces.
pub(crate) fn wrapped(words: &[String], indent: usize, width: usize) -> String {
    let mut out = String::new();
    let mut column = indent;
    for (i, word) in words.iter().enumerate() {
        let last = i + 1 == words.len();
        let length = word.chars().count() + usize::from(!last);
        if i > 0 {
            if column + 1 + length > width {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                column = indent;
            } else {
                out.push(' ');
                column += 1;
            }
        }
        out.push_str(word);
        if !last {
            out.push(',');
        }
        column += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_times_and_sizes_read_well() {
        assert_eq!(duration(850), "850 ms");
        assert_eq!(duration(12_345), "12.3 s");
        assert_eq!(duration(245_000), "4 min 05 s");
        assert_eq!(duration(-5), "0 ms");
        assert_eq!(time(1_700_000_000_999), "2023-11-14T22:13:20Z");
        assert_eq!(mebibytes(16_384), "16 GiB");
        assert_eq!(mebibytes(1_500), "1500 MiB");
    }

    #[test]
    fn lists_are_broken_between_words() {
        let words: Vec<String> = ["aaaa", "bbbb", "cccc"].map(String::from).to_vec();
        assert_eq!(wrapped(&words, 2, 14), "aaaa, bbbb,\n  cccc");
        assert_eq!(wrapped(&words, 2, 80), "aaaa, bbbb, cccc");
    }
}
