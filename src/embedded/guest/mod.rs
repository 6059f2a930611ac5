//! What runs inside the servers, as far as the cloud notices: a guest that boots, does what its user-data says, and reports it.
//!
//! It knows what a real guest knows: its user-data, which it unpacks itself (`userdata`), and its own id. Where that holds an
//! address to report to, or a key for its console, it goes through the stages of a first boot (`boot`), each at its time:
//! nothing runs in the background, and whoever looks first finds all that has happened since. What goes wrong in it, rules say
//! (`faults`).

mod boot;
mod faults;
mod userdata;

#[cfg(test)]
mod tests;

pub(super) use boot::{born, console, keep, settle};
pub use faults::GuestFault;
