//! An OpenStack in one process: the real REST paths, answers and refusals, over a world of rows and stored times.
//!
//! It imports nothing of ours: it is written from OpenStack's API documents and from what a real OpenStack was seen to answer,
//! so that our own client cannot agree with itself about a mistake. Its state is a function of the rows and of the time now:
//! nothing runs in the background. A server is `BUILD` until its stored time has come, whoever asks.
//!
//! The way of one request: `server/` reads it from the wire → [`Cloud::handle`] finds its operation in the services' tables
//! (`operation`), checks the token (`identity`), lets the operation change the world (`world`), commits the changed rows
//! (`server/store`), and only then answers.

#![allow(clippy::unnecessary_wraps, reason = "a handler that never refuses has the type of those that do")]

mod cloud;
mod compute;
mod context;
mod digest;
mod exchange;
mod fault;
pub mod faults;
mod guest;
mod identity;
mod image;
mod index;
mod insider;
mod load_balancer;
mod network;
mod object_store;
mod operation;
pub mod server;
mod time;
mod world;

pub use cloud::{Cloud, Release, Settings, operations};
pub use exchange::{Reply, Request};
pub use guest::GuestFault;
pub use identity::{MEMBER, MEMBER_PROJECT, PASSWORD, REGION};
pub use operation::{Operation, Service};
pub use world::{Change, Row, World};
