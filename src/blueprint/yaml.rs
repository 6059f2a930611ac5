//! YAML text → a tree in which every node knows its place and its path.
//!
//! Built from the parser's events: a loaded document would have lost the keys that stand twice. Only plain YAML is
//! read: what an operator cannot see through (anchors, aliases, tags) is a fault.

use std::borrow::Cow;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use crate::model::messages::blueprint as m;
use crate::model::{Diagnostic, Diagnostics, Span};
use crate::say;

/// Deeper than any file of ours, and far from the end of the stack.
const DEEPEST: usize = 32;

/// A value in the file.
#[derive(Debug)]
pub(super) struct Node {
    /// Where it begins.
    pub span: Span,
    /// Where its key stands, or it begins: where a reader looks for what it lacks.
    pub head: Span,
    /// Its keys from the root: `tiers.web.count`.
    pub path: String,
    /// What it is.
    pub data: Data,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Data {
    /// Text as it stands there. Nothing (`~`, an empty value) is the empty text.
    Scalar(String),
    /// In order.
    List(Vec<Node>),
    /// In order, with the keys that stand twice.
    Map(Vec<(Key, Node)>),
    /// A fault that has been reported.
    Broken,
}

/// A key of a map.
#[derive(Debug)]
pub(super) struct Key {
    /// Its text.
    pub text: String,
    /// Where it begins.
    pub span: Span,
}

/// The file's only document. Faults of form go to `faults`; `None` if there is nothing to look at.
pub(super) fn load(text: &str, file: &Arc<str>, faults: &mut Diagnostics) -> Option<Node> {
    let mut builder = Builder { file, faults, open: Vec::new(), root: None };
    for event in Parser::new_from_str(text.trim_start_matches('\u{feff}')) {
        let (event, span) = match event {
            Ok(next) => next,
            Err(error) => {
                let place = builder.span(*error.marker());
                let fault = Diagnostic::error(say!(m::SYNTAX, why = error.info())).at(&place);
                builder.faults.push(fault.help(say!(m::SYNTAX_HELP)));
                return None;
            }
        };
        if builder.take(event, span.start).is_break() {
            return None;
        }
    }
    let root = builder.root.take();
    if root.is_none() {
        faults.push(Diagnostic::error(say!(m::EMPTY)).at(&Span { file: Arc::clone(file), line: 1, column: 1 }));
    }
    root
}

/// A list or map that is not closed yet.
struct Open {
    node: Node,
    /// In a map: the key whose value comes next.
    key: Option<Key>,
}

struct Builder<'a> {
    file: &'a Arc<str>,
    faults: &'a mut Diagnostics,
    open: Vec<Open>,
    root: Option<Node>,
}

impl Builder<'_> {
    fn span(&self, at: Marker) -> Span {
        Span { file: Arc::clone(self.file), line: at.line(), column: at.col() + 1 }
    }

    fn fault(&mut self, at: Marker, text: crate::model::Text) {
        let place = self.span(at);
        self.faults.push(Diagnostic::error(text).at(&place));
    }

    fn take(&mut self, event: Event<'_>, at: Marker) -> std::ops::ControlFlow<()> {
        use std::ops::ControlFlow::{Break, Continue};
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            Event::DocumentStart(_) => {
                if self.root.is_some() {
                    self.fault(at, say!(m::ONE_DOCUMENT));
                    return Break(());
                }
            }
            Event::Alias(_) => {
                self.fault(at, say!(m::NOT_PLAIN));
                self.put(at, Data::Broken);
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.plain(at, anchor, tag);
                let nothing = style == ScalarStyle::Plain && matches!(&*text, "~" | "null" | "");
                self.put(at, Data::Scalar(if nothing { String::new() } else { text.into_owned() }));
            }
            Event::SequenceStart(anchor, tag) => {
                self.plain(at, anchor, tag);
                return self.begin(at, Data::List(Vec::new()));
            }
            Event::MappingStart(anchor, tag) => {
                self.plain(at, anchor, tag);
                return self.begin(at, Data::Map(Vec::new()));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(done) = self.open.pop() {
                    self.close(done.node);
                }
            }
        }
        Continue(())
    }

    fn plain(&mut self, at: Marker, anchor: usize, tag: Option<Cow<'_, Tag>>) {
        if anchor > 0 || tag.is_some() {
            self.fault(at, say!(m::NOT_PLAIN));
        }
    }

    fn begin(&mut self, at: Marker, data: Data) -> std::ops::ControlFlow<()> {
        if self.open.len() == DEEPEST {
            self.fault(at, say!(m::TOO_DEEP, most = DEEPEST));
            return std::ops::ControlFlow::Break(());
        }
        let node = self.node(at, data);
        self.open.push(Open { node, key: None });
        std::ops::ControlFlow::Continue(())
    }

    /// A node at its path below what is open.
    fn node(&self, at: Marker, data: Data) -> Node {
        let span = self.span(at);
        let Some(parent) = self.open.last() else {
            return Node { head: span.clone(), span, path: String::new(), data };
        };
        let (head, path) = match (&parent.key, &parent.node.data) {
            (Some(key), _) if parent.node.path.is_empty() => (key.span.clone(), key.text.clone()),
            (Some(key), _) => (key.span.clone(), format!("{}.{}", parent.node.path, key.text)),
            (None, Data::List(items)) => (span.clone(), format!("{}[{}]", parent.node.path, items.len() + 1)),
            (None, _) => (span.clone(), parent.node.path.clone()),
        };
        Node { span, head, path, data }
    }

    fn put(&mut self, at: Marker, data: Data) {
        let node = self.node(at, data);
        self.close(node);
    }

    /// A finished node goes into what is open.
    fn close(&mut self, node: Node) {
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        match &mut parent.node.data {
            Data::List(items) => items.push(node),
            Data::Map(entries) => match (parent.key.take(), node.data) {
                (Some(key), data) => entries.push((key, Node { data, ..node })),
                (None, Data::Scalar(text)) => parent.key = Some(Key { text, span: node.span }),
                (None, _) => {
                    parent.key = Some(Key { text: String::new(), span: node.span.clone() });
                    self.faults.push(Diagnostic::error(say!(m::KEY_NOT_TEXT)).at(&node.span));
                }
            },
            Data::Scalar(_) | Data::Broken => unreachable!("only lists and maps are opened"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &str) -> (Option<Node>, Vec<String>) {
        let mut faults = Diagnostics::default();
        let node = load(text, &Arc::from("f"), &mut faults);
        (node, faults.0.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn nodes_know_place_and_path() {
        let (root, faults) = loaded("a:\n  b: [1, '한 글', x]\n");
        assert!(faults.is_empty(), "{faults:?}");
        let Some(Node { data: Data::Map(top), .. }) = root else { panic!("no map") };
        let Data::Map(inner) = &top[0].1.data else { panic!("no map") };
        let Data::List(items) = &inner[0].1.data else { panic!("no list") };
        assert_eq!((items[2].path.as_str(), items[2].span.line, items[2].span.column), ("a.b[3]", 2, 17));
        assert_eq!((inner[0].1.head.line, inner[0].1.head.column), (2, 3));
    }

    #[test]
    fn keys_that_stand_twice_are_kept() {
        let (root, _) = loaded("a: 1\na: 2\n");
        let Some(Node { data: Data::Map(top), .. }) = root else { panic!("no map") };
        assert_eq!(top.len(), 2);
    }

    #[test]
    fn broken_yaml_is_told_with_its_place() {
        for (text, place) in [("a: [1,\nb: 2\n", "f:2:"), ("a: \"x\n", "f:"), ("a: 1\n\tb: 2\n", "f:1:4")] {
            let (root, faults) = loaded(text);
            assert!(root.is_none() && faults.len() == 1 && faults[0].starts_with(place), "{text}: {faults:?}");
        }
    }

    #[test]
    fn what_is_not_plain_is_a_fault_and_the_rest_is_read() {
        let (root, faults) = loaded("a: &x 1\nb: *x\nc: !t 2\n? [k]\n: 3\n");
        assert_eq!(faults.len(), 4, "{faults:?}");
        assert!(root.is_some());
    }

    #[test]
    fn empty_deep_and_second_documents_are_refused() {
        for text in ["", "# nothing\n", &"[".repeat(100_000), "a: 1\n---\nb: 2\n"] {
            let (root, faults) = loaded(text);
            assert!(root.is_none() && faults.len() == 1, "{faults:?}");
        }
    }
}
