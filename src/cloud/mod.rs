//! Speaking with OpenStack: one exchange, and above it authentication, catalogue, microversions, pacing, retry and paging.
//!
//! It knows services and requests, not resources: those are `driver/`'s. A request's way: [`Cloud::send`] (`funnel`) puts the token
//! (`auth`) and the endpoint (`catalogue`) to a [`Call`]; `wire` waits for its turn (`pace`), sends it through a
//! [`CloudApi`] ([`HttpApi`], or [`scripted`] in tests), traces it without its secrets (`redact`) and repeats what may be repeated
//! (`retry`); what a service says when it refuses is read in `refusal`, and `page` follows a list to its end.

mod api;
mod auth;
mod call;
mod catalogue;
mod config;
mod error;
mod funnel;
mod help;
mod http;
#[cfg(test)]
mod lab_tests;
mod pace;
mod page;
mod redact;
mod refusal;
mod retry;
pub mod scripted;
#[cfg(test)]
mod tests;
mod wire;

pub use api::{CloudApi, Method, Request, Response, TransportError};
pub use call::{Answer, Call};
pub use config::{
    ApplicationCredential, CloudConfig, ConfigError, ConfigRequest, Credentials, Domain, Interface, Project, User,
    find_config,
};
pub use error::{CloudError, Refusal};
pub use funnel::{Cloud, Statistics};
pub use http::HttpApi;
