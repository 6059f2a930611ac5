//! Plans, events, summaries and graphs as text, JSON, DOT and Mermaid. Pure: everything is returned as text, nothing is
//! printed, and nothing is decided here: what stands in a plan or an event is shown as it is.

mod bindings;
mod events;
#[cfg(test)]
pub(crate) mod fixture;
mod graph;
mod look;
mod plan;
mod status;
mod summary;
mod verified;
mod words;

pub use bindings::{Format, bindings_json, bindings_text};
pub use events::{event_json, event_line, events_text, note_json};
pub use graph::Picture;
pub use look::{Look, duration, mebibytes, time};
pub use plan::{Counts, items, plan_json, plan_text};
pub use status::{outputs_json, outputs_text, status_json, status_text};
pub use summary::{Ending, PathStep, summary_json, summary_text, url};
pub use verified::{culprit, verification_json, verification_text};
pub use words::{difference, reason, short};
