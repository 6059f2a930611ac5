//! The words every room speaks: names, addresses, sizes, values, diagnostics and messages.
//!
//! Pure, and it imports nothing of ours. What a resource kind is, is not known here (see `kind/`).

mod address;
mod chain;
mod diagnostic;
mod guest_report;
mod message;
pub mod messages;
mod name;
mod secret;
mod service;
mod size;
mod value;

pub use address::{Address, AddressError};
pub use chain::{Chain, Front, Node, Role, token};
pub use diagnostic::{Diagnostic, Diagnostics, Severity, Span};
pub use guest_report::{GuestReport, showable};
pub use message::{Language, Message, Text};
pub use name::{EnvironmentId, EnvironmentKey, EnvironmentName, NameError};
pub use secret::{SecretShape, Secrets, fingerprint};
pub use service::Service;
pub use size::Size;
pub use value::{
    Composed, FingerprintRef, OutputRef, Piece, Properties, SecretName, SecretRef, SignedUrl, UrlMethod, Value,
};
