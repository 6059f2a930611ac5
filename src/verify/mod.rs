//! Does the service answer? Probes from outside, and what the guests said of themselves.
//!
//! What is to be seen is a [`crate::model::Chain`], which a pure room makes. `outside` follows it through the floating addresses
//! with `client`, which sends single requests within limits; `answer` reads what the servers' self-checks say. `guests` reads the
//! reports that guests leave in the environment's own container or on their consoles, for where no request gets through. `verifier` puts both together
//! and asks again until the service answers or the patience is over.
//!
//! Nothing is decided here about runs, exit codes or words.

mod answer;
mod client;
mod guests;
mod outside;
#[cfg(test)]
mod tests;
mod verifier;

pub use client::Limits;
pub use guests::{Outputs, Told, console, report, reports};
pub use verifier::{Verifier, Verify, until};
