//! Each kind's requests, their decoding and their waiting: one file per kind, and one line in the table.
//!
//! A driver sends one request and says what the answer means. When it is sent, whether again, and what is written down
//! belong to `execute/`.

mod types;

pub use types::{Created, Driver, Gone, Progress, ReadyChange, ReadyItem, Scope, Waiting};
