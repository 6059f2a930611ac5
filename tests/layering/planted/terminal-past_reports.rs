//! Planted: the terminal reads events and reports, never plans, clouds or journals.
use crate::event::Event;
use crate::report::{self, Look};
use crate::plan::Plan; //~ may not import `plan`
use crate::{journal::{Journal, Sqlite}, model::Text}; //~ may not import `journal`

fn show(event: &Event) -> Text {
    report::sentence(event)
}

#[cfg(test)]
mod tests {
    use crate::kind::Kind; // an event's: report's and event's own rows have it
    use crate::journal::Memory; //~ may not import `journal`
}
