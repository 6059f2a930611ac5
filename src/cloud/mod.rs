//! Speaking with OpenStack: one exchange, and above it authentication, catalogue, microversions, pacing, retry and paging.
//!
//! It knows services and requests, not resources: those are `driver/`'s.

mod api;
mod call;
mod error;
mod funnel;

pub use api::{CloudApi, Method, Request, Response, TransportError};
pub use call::{Answer, Call};
pub use error::{CloudError, Refusal};
pub use funnel::{Cloud, Statistics};
