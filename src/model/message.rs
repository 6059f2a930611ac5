//! Sentences that users see: each has an id, an English text and, where somebody wrote it, a Korean one.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// The languages that sentences are shown in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, the default.
    English,
    /// Korean; a sentence without a Korean text is shown in English.
    Korean,
}

/// One sentence. Placeholders stand in braces: `unknown key `{key}``.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// Stable for ever: scripts may depend on it.
    pub id: &'static str,
    /// The English text.
    pub en: &'static str,
    /// The Korean text, where there is one.
    pub ko: Option<&'static str>,
}

/// A sentence with its placeholders' values. Made by [`crate::say!`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Which sentence.
    pub message: &'static Message,
    /// The values by placeholder.
    pub values: Vec<(&'static str, String)>,
}

impl Text {
    /// The sentence in that language.
    pub fn in_language(&self, language: Language) -> String {
        let template = match language {
            Language::English => self.message.en,
            Language::Korean => self.message.ko.unwrap_or(self.message.en),
        };
        let mut out = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                rest = after;
                continue;
            };
            if let Some((_, value)) = self.values.iter().find(|(known, _)| *known == name) {
                out.push_str(value);
            } else {
                out.push('{');
                out.push_str(name);
                out.push('}');
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Text", 2)?;
        out.serialize_field("id", self.message.id)?;
        out.serialize_field("text", &self.to_string())?;
        out.end()
    }
}

/// Declares sentences: `NAME = "room.id", "English {x}" [, "Korean {x}"];`, and `ALL`, the list of them.
#[macro_export]
macro_rules! messages {
    ($($name:ident = $id:literal, $en:literal $(, $ko:literal)?;)*) => {
        $(
            #[doc = $en]
            pub static $name: $crate::model::Message =
                $crate::model::Message { id: $id, en: $en, ko: $crate::messages!(@ko $($ko)?) };
        )*
        /// Every sentence of this catalogue.
        pub static ALL: &[&$crate::model::Message] = &[$(&$name),*];
    };
    (@ko) => { None };
    (@ko $ko:literal) => { Some($ko) };
}

/// A sentence with its values: `say!(m::UNKNOWN_KEY, key = name)`.
#[macro_export]
macro_rules! say {
    ($message:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::model::Text { message: &$message, values: vec![$((stringify!($name), $value.to_string())),*] }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    static BOTH: Message = Message { id: "t", en: "a {x} b {y}", ko: Some("{y} 그리고 {x}") };

    #[test]
    fn placeholders_are_filled_in_each_language() {
        let text = say!(BOTH, x = 1, y = "{x}");
        assert_eq!(text.to_string(), "a 1 b {x}");
        assert_eq!(text.in_language(Language::Korean), "{x} 그리고 1");
    }
}
