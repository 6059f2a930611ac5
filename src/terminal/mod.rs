//! What a person in front of a terminal sees and is asked. It reads events only, and decides nothing.

mod progress;
mod question;

pub use progress::{Progress, Show};
pub use question::{confirm, confirm_name, passphrase};
