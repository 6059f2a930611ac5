//! A run as it happens: one line for each thing in flight on a terminal, plain lines elsewhere, JSON where that was asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::event::{Event, Happening, OperationWord};
use crate::model::Address;
use crate::model::messages::{report, terminal as m};
use crate::report::{Look, event_json, event_line, note_json};
use crate::say;

/// How a run is shown.
pub enum Show {
    /// Lines that come and go, on a terminal (standard error).
    Live,
    /// One line for each event.
    Lines(Box<dyn Write + Send>),
    /// One JSON object for each event.
    Json(Box<dyn Write + Send>),
}

/// Shows the events of one run.
pub struct Progress {
    show: Screen,
    look: Look,
    begun: Option<i64>,
    items: BTreeSet<(Address, OperationWord)>,
    done: BTreeSet<(Address, OperationWord)>,
    failed: BTreeSet<Address>,
    skipped: BTreeSet<Address>,
}

enum Screen {
    Live(Live),
    Lines(Box<dyn Write + Send>),
    Json(Box<dyn Write + Send>),
}

struct Live {
    all: MultiProgress,
    counts: ProgressBar,
    flying: BTreeMap<Address, ProgressBar>,
}

impl Progress {
    /// For a run of these items; what comes or goes with them is not counted.
    pub fn new(show: Show, items: BTreeSet<(Address, OperationWord)>, look: Look) -> Self {
        let show = match show {
            Show::Live => Screen::Live(Live::new(MultiProgress::with_draw_target(ProgressDrawTarget::stderr()))),
            Show::Lines(out) => Screen::Lines(out),
            Show::Json(out) => Screen::Json(out),
        };
        let (done, failed, skipped) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        Self { show, look, begun: None, items, done, failed, skipped }
    }

    /// Shows one event. An error is the output's: nobody reads it any more.
    pub fn event(&mut self, event: &Event) -> std::io::Result<()> {
        let begun = *self.begun.get_or_insert(event.at);
        self.count(&event.what);
        match &mut self.show {
            Screen::Json(out) => {
                let line = event_json(event).map_err(std::io::Error::other)?;
                writeln!(out, "{line}")?;
                out.flush()
            }
            Screen::Lines(out) => {
                if worth_a_line(&event.what, &self.items) {
                    writeln!(out, "{}", event_line(event, begun, &self.look))?;
                    out.flush()?;
                }
                Ok(())
            }
            Screen::Live(live) => {
                live.event(event, begun, &self.look)?;
                let counts = say!(
                    m::COUNTS,
                    done = self.done.len(),
                    total = self.items.len(),
                    flying = live.flying.len(),
                    failed = self.failed.len(),
                    skipped = self.skipped.len()
                );
                live.counts.set_message(self.look.say(&counts));
                Ok(())
            }
        }
    }

    /// A word to the user beside the events: above the lines in flight; as JSON it is an object of its own.
    pub fn note(&mut self, text: &str) -> std::io::Result<()> {
        match &mut self.show {
            Screen::Json(out) => writeln!(out, "{}", note_json(text)),
            Screen::Lines(out) => writeln!(out, "{text}"),
            Screen::Live(live) => live.all.println(text),
        }
    }

    /// Moves the clocks of the lines in flight.
    pub fn tick(&self) {
        // Before the first event there is nothing to show.
        if let (Screen::Live(live), Some(_)) = (&self.show, self.begun) {
            live.counts.tick();
            live.flying.values().for_each(ProgressBar::tick);
        }
    }

    /// Takes the lines in flight away.
    pub fn finish(self) {
        if let Screen::Live(live) = self.show {
            live.flying.values().for_each(ProgressBar::finish_and_clear);
            live.counts.finish_and_clear();
        }
    }

    fn count(&mut self, what: &Happening) {
        match what {
            Happening::Settled { address, operation, .. } => {
                self.failed.remove(address);
                let item = (address.clone(), *operation);
                if self.items.contains(&item) {
                    self.done.insert(item);
                }
            }
            Happening::Failed { address, .. } => _ = self.failed.insert(address.clone()),
            Happening::Skipped { address, .. } => _ = self.skipped.insert(address.clone()),
            _ => {}
        }
    }
}

impl Live {
    fn new(all: MultiProgress) -> Self {
        let counts = all.add(ProgressBar::new_spinner().with_style(style("{spinner} {msg}  {elapsed_precise}")));
        Self { all, counts, flying: BTreeMap::new() }
    }

    fn event(&mut self, event: &Event, begun: i64, look: &Look) -> std::io::Result<()> {
        let word = |operation| match operation {
            OperationWord::Create => look.word(&report::OPERATION_CREATE),
            OperationWord::Update => look.word(&report::OPERATION_UPDATE),
            OperationWord::Delete => look.word(&report::OPERATION_DELETE),
            OperationWord::Wait => look.word(&report::OPERATION_WAIT),
        };
        match &event.what {
            Happening::Intended { address, operation, .. } => {
                let said = look.say(&say!(m::IN_FLIGHT, address = address, operation = word(*operation)));
                let line = self.flying.entry(address.clone()).or_insert_with(|| {
                    let line = ProgressBar::new_spinner().with_style(style("  {spinner} {msg}  {elapsed}"));
                    self.all.insert_before(&self.counts, line)
                });
                line.set_message(said);
            }
            Happening::Accepted { address, operation, .. } => {
                if let Some(line) = self.flying.get(address) {
                    let said = say!(m::IN_FLIGHT_ACCEPTED, address = address, operation = word(*operation));
                    line.set_message(look.say(&said));
                }
            }
            Happening::Settled { address, .. } => self.remove(address),
            Happening::Failed { address, .. } | Happening::Skipped { address, .. } => {
                self.remove(address);
                self.all.println(event_line(event, begun, look))?;
            }
            Happening::Retried { .. }
            | Happening::Looked { .. }
            | Happening::Guest { .. }
            | Happening::Verified { .. } => {
                self.all.println(event_line(event, begun, look))?;
            }
            Happening::Started(_) | Happening::Ended { .. } => {}
        }
        Ok(())
    }

    fn remove(&mut self, address: &Address) {
        if let Some(line) = self.flying.remove(address) {
            line.finish_and_clear();
            self.all.remove(&line);
        }
    }
}

/// The answer is of no interest between the request and the end, and what comes or goes with an item is none of its own.
fn worth_a_line(what: &Happening, items: &BTreeSet<(Address, OperationWord)>) -> bool {
    match what {
        Happening::Accepted { adopted: false, .. } => false,
        Happening::Accepted { address, operation, .. } | Happening::Settled { address, operation, .. } => {
            items.is_empty() || items.contains(&(address.clone(), *operation))
        }
        _ => true,
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates above are well formed: tested below")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::report::{fixture, items};

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Sink {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().expect("not poisoned").clone()).expect("text")
        }
    }

    fn lines(show: impl FnOnce(Box<dyn Write + Send>) -> Show) -> Vec<String> {
        let sink = Sink::default();
        let mut progress = Progress::new(show(Box::new(sink.clone())), items(&fixture::plan()), Look::PLAIN);
        for event in fixture::run() {
            progress.event(&event).expect("no i/o error");
        }
        progress.note("stopping").expect("no i/o error");
        sink.text().lines().map(str::to_owned).collect()
    }

    #[test]
    fn lines_are_one_for_what_leaves_and_one_for_what_ends() {
        let lines = lines(Show::Lines);
        assert_eq!(lines.len(), fixture::run().len() + 1, "{lines:?}");
        assert!(lines[1].ends_with("network.web create: sent"), "{lines:?}");
        assert!(lines[3].contains("container.assets create: FAILED: PUT /shop: 403"), "{lines:?}");
        assert_eq!(lines.last().map(String::as_str), Some("stopping"));
    }

    #[test]
    fn what_only_comes_with_an_item_has_no_line() {
        let settled = fixture::run().into_iter().find(|event| matches!(event.what, Happening::Settled { .. }));
        let what = settled.expect("something settles").what;
        assert!(worth_a_line(&what, &items(&fixture::plan())));
        let other = BTreeSet::from([(Address::new("group", "web"), OperationWord::Create)]);
        assert!(!worth_a_line(&what, &other));
    }

    #[test]
    fn json_is_one_object_a_line() {
        let mut wanted: Vec<String> =
            fixture::run().iter().map(|event| event_json(event).expect("serialises")).collect();
        wanted.push(note_json("stopping"));
        assert_eq!(lines(Show::Json), wanted);
    }

    #[test]
    fn on_a_terminal_what_is_in_flight_comes_and_goes() {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        let mut live = Live::new(all);
        let mut flying = Vec::new();
        for event in fixture::run() {
            live.event(&event, 0, &Look::PLAIN).expect("no i/o error");
            flying.push(live.flying.len());
        }
        assert_eq!(flying, [0, 1, 2, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0]);
    }
}
