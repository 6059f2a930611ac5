//! Reading a node as what it should be. Every fault is noted with its place, and reading goes on.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use super::nearest::nearest;
use super::yaml::{Data, Key, Node, load};
use crate::model::messages::blueprint as m;
use crate::model::{Diagnostic, Diagnostics, Message, Size, Span, Text};
use crate::say;

/// The longest name of a tier, zone, balancer…: environment, name and number together have to make a host name.
const LONGEST_NAME: usize = 20;

/// More candidates than that are not listed beside the one that was probably meant.
const MANY: usize = 20;

/// The first words of the files that gureum reads.
const FORMATS: [&str; 3] = ["blueprint", "environment", "config"];

/// The faults so far.
#[derive(Default)]
pub(super) struct Reader {
    pub faults: Diagnostics,
}

/// A map whose keys are known ones, each once.
pub(super) struct Map<'n> {
    pub node: &'n Node,
    entries: Vec<(&'n Key, &'n Node)>,
}

impl<'n> Map<'n> {
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(known, _)| known.text == key).map(|(_, value)| *value)
    }
}

/// "Did you mean", or what there is.
pub(super) fn candidates_help<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Text {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if candidates.is_empty() {
        return say!(m::THERE_IS_NONE);
    }
    let (all, many) = (candidates.join(", "), candidates.len() > MANY);
    match nearest(word, candidates) {
        Some(near) if many => say!(m::DID_YOU_MEAN_ONE_OF_MANY, near = near),
        Some(near) => say!(m::DID_YOU_MEAN, near = near, all = all),
        None => say!(m::THERE_ARE, all = all),
    }
}

/// Whether the text can name a tier, zone, balancer…
pub(super) fn is_name(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    // `web-1` is the first server of `web`.
    let numbered = text.rsplit_once('-').is_some_and(|(_, last)| last.chars().all(|c| c.is_ascii_digit()));
    plain && !numbered && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.len() <= LONGEST_NAME
}

impl Reader {
    pub fn fault(&mut self, at: &Span, text: Text, help: Option<Text>) {
        self.faults.push(Diagnostic { help, ..Diagnostic::error(text).at(at) });
    }

    /// Sorts the faults by place, as a reader goes through the file.
    pub fn in_order(&mut self) {
        self.faults.0.sort_by(|a, b| a.span.cmp(&b.span));
    }

    pub fn warn(&mut self, at: &Span, text: Text) {
        self.faults.push(Diagnostic::warning(text).at(at));
    }

    /// The file's tree, if its root is a map and `format` a number that this gureum reads.
    pub fn open(&mut self, text: &str, file: &str, format: &str, required: bool) -> Option<Node> {
        let root = load(text, &Arc::from(file), &mut self.faults)?;
        let Data::Map(entries) = &root.data else {
            self.fault(&root.span, say!(m::NOT_A_MAP, path = file), None);
            return None;
        };
        let found = |format: &str| entries.iter().find(|(key, _)| key.text == format);
        match found(format) {
            None if FORMATS.into_iter().any(|other| found(other).is_some()) => {
                let other = FORMATS.into_iter().find(|other| found(other).is_some()).unwrap_or_default();
                self.fault(&root.span, say!(m::OTHER_FILE, found = other, wanted = format), None);
                return None;
            }
            Some((_, Node { data: Data::Scalar(found), .. })) if found == "1" => {}
            Some((_, node)) => {
                let newer =
                    matches!(&node.data, Data::Scalar(found) if found.parse::<u64>().is_ok_and(|found| found > 1));
                if newer {
                    // The rest may be right in a format that is not known here.
                    self.fault(&node.span, say!(m::NEWER_FORMAT, key = format), Some(say!(m::NEWER_FORMAT_HELP)));
                    return None;
                }
                self.fault(&node.span, say!(m::NO_FORMAT, key = format), Some(say!(m::NO_FORMAT_HELP, key = format)));
            }
            None if required => {
                self.fault(&root.span, say!(m::NO_FORMAT, key = format), Some(say!(m::NO_FORMAT_HELP, key = format)));
            }
            None => {}
        }
        Some(root)
    }

    /// The entries of a map, each key once; none, with a fault, if it is no map.
    pub fn entries<'n>(&mut self, node: &'n Node) -> Vec<(&'n Key, &'n Node)> {
        let entries = match &node.data {
            Data::Map(entries) => entries.as_slice(),
            Data::Broken => &[],
            Data::Scalar(_) | Data::List(_) => {
                self.fault(&node.span, say!(m::NOT_A_MAP, path = node.path), None);
                &[]
            }
        };
        let mut once: Vec<(&Key, &Node)> = Vec::new();
        for (key, value) in entries {
            match once.iter().find(|(first, _)| first.text == key.text) {
                Some((first, _)) => {
                    let help = say!(m::TWICE_HELP, line = first.span.line);
                    self.fault(&key.span, say!(m::TWICE, name = value.path), Some(help));
                }
                None => once.push((key, value)),
            }
        }
        once
    }

    /// A map of these keys only; `None`, with a fault, if it is no map.
    pub fn map<'n>(&mut self, node: &'n Node, known: &[&str]) -> Option<Map<'n>> {
        let entries = self.entries(node);
        if !matches!(node.data, Data::Map(_)) {
            return None;
        }
        for (key, value) in &entries {
            if !known.contains(&key.text.as_str()) && !key.text.is_empty() {
                let help = candidates_help(&key.text, known.iter().copied());
                self.fault(&key.span, say!(m::UNKNOWN_KEY, path = value.path), Some(help));
            }
        }
        Some(Map { node, entries })
    }

    /// The entries of a map that is keyed by names.
    pub fn named<'n>(&mut self, node: Option<&'n Node>) -> Vec<(&'n str, &'n Node)> {
        let Some(node) = node else { return Vec::new() };
        let entries = self.entries(node);
        for (key, _) in &entries {
            self.name(&key.text, &key.span);
        }
        entries.into_iter().map(|(key, value)| (key.text.as_str(), value)).collect()
    }

    /// Notes a fault if the text can be no name.
    pub fn name(&mut self, text: &str, at: &Span) {
        if !is_name(text) {
            self.fault(at, say!(m::BAD_NAME, name = text), Some(say!(m::BAD_NAME_HELP, most = LONGEST_NAME)));
        }
    }

    /// The value of a key that may not be left out.
    pub fn need<'n>(&mut self, map: &Map<'n>, key: &str, example: &str) -> Option<&'n Node> {
        let found = map.get(key);
        if found.is_none() {
            let path = if map.node.path.is_empty() { key.to_owned() } else { format!("{}.{key}", map.node.path) };
            self.fault(
                &map.node.head,
                say!(m::MISSING_KEY, path = path),
                Some(say!(m::FOR_EXAMPLE, example = example)),
            );
        }
        found
    }

    /// The items of a list; none, with a fault, if it is no list.
    pub fn list<'n>(&mut self, node: Option<&'n Node>) -> &'n [Node] {
        match node.map(|node| (&node.data, node)) {
            Some((Data::List(items), _)) => items,
            Some((Data::Scalar(_) | Data::Map(_), node)) => {
                self.fault(&node.span, say!(m::NOT_A_LIST, path = node.path), Some(say!(m::NOT_A_LIST_HELP)));
                &[]
            }
            Some((Data::Broken, _)) | None => &[],
        }
    }

    /// Text that is not empty.
    pub fn text<'n>(&mut self, node: &'n Node) -> Option<&'n str> {
        match &node.data {
            Data::Scalar(text) if text.trim().is_empty() => {
                self.fault(&node.span, say!(m::EMPTY_TEXT, path = node.path), None);
                None
            }
            Data::Scalar(text) => Some(text.trim()),
            Data::List(_) | Data::Map(_) => {
                self.fault(&node.span, say!(m::NOT_TEXT, path = node.path), None);
                None
            }
            Data::Broken => None,
        }
    }

    /// A whole number in that range.
    pub fn number<T: FromStr + PartialOrd + Display>(&mut self, node: &Node, min: T, max: T) -> Option<T> {
        let text = self.text(node)?;
        match text.parse() {
            Ok(number) if min <= number && number <= max => Some(number),
            _ => {
                self.fault(
                    &node.span,
                    say!(m::NOT_IN_RANGE, path = node.path, min = min, max = max, found = text),
                    None,
                );
                None
            }
        }
    }

    /// `true` or `false`; `false` if it is not there.
    pub fn truth(&mut self, node: Option<&Node>) -> Option<bool> {
        let Some(node) = node else { return Some(false) };
        match self.text(node)? {
            "true" => Some(true),
            "false" => Some(false),
            found => {
                self.fault(&node.span, say!(m::NOT_TRUTH, path = node.path, found = found), None);
                None
            }
        }
    }

    /// A word that is one of the candidates; `unknown` is said of one that is not, with `{path}` and `{word}`.
    pub fn word<'n, 'c>(
        &mut self,
        node: &'n Node,
        unknown: &'static Message,
        candidates: impl IntoIterator<Item = &'c str> + Clone,
    ) -> Option<&'n str> {
        let word = self.text(node)?;
        self.known(word, &node.span, &node.path, unknown, candidates).then_some(word)
    }

    /// Whether the word is one of the candidates; see [`Self::word`].
    pub fn known<'c>(
        &mut self,
        word: &str,
        at: &Span,
        path: &str,
        unknown: &'static Message,
        candidates: impl IntoIterator<Item = &'c str> + Clone,
    ) -> bool {
        let known = candidates.clone().into_iter().any(|candidate| candidate == word);
        if !known {
            let text = Text { message: unknown, values: vec![("path", path.to_owned()), ("word", word.to_owned())] };
            self.fault(at, text, Some(candidates_help(word, candidates)));
        }
        known
    }

    /// A list of such words, each once.
    pub fn words<'n, 'c>(
        &mut self,
        node: Option<&'n Node>,
        unknown: &'static Message,
        candidates: impl IntoIterator<Item = &'c str> + Clone,
    ) -> Vec<&'n str> {
        let mut words = Vec::new();
        for item in self.list(node) {
            if let Some(word) = self.word(item, unknown, candidates.clone()) {
                if words.contains(&word) {
                    self.fault(&item.span, say!(m::LISTED_TWICE, path = item.path, word = word), None);
                } else {
                    words.push(word);
                }
            }
        }
        words
    }

    /// A size.
    pub fn size(&mut self, node: &Node) -> Option<Size> {
        self.word(node, &m::UNKNOWN_SIZE, Size::ALL.map(Size::as_str)).and_then(Size::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_are_host_names_without_a_number_at_the_end() {
        for good in ["web", "api-gateway", "k8s", "db2"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "Web", "2web", "web-1", "web-", "-web", "웹", "web_a", "a23456789012345678901"] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
