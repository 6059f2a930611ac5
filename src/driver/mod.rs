//! Each kind's requests, their decoding and their waiting: one file per kind, and one line in the table.
//!
//! A driver sends one request and says what the answer means. When it is sent, whether again, and what is written down
//! belong to `execute/`. Kinds whose mark is their description share a core (`marked`); what is below a load balancer
//! shares its way of waiting (`status_tree`).

mod claim;
mod composed;
mod container;
mod floating_ip;
mod guest;
mod guest_report;
#[cfg(test)]
mod guest_tests;
mod health_monitor;
mod json;
mod listener;
mod load_balancer;
mod marked;
mod member;
mod network;
mod object;
#[cfg(test)]
mod object_tests;
mod place;
mod pool;
mod port;
mod router;
mod router_interface;
mod security_group;
mod security_group_rule;
mod server;
mod server_decode;
mod server_group;
mod server_write;
mod signed_url;
mod status_tree;
mod subnet;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod types;
mod waiting;

pub use guest::REPORT;
pub use types::{Created, Driver, Gone, Progress, ReadyChange, ReadyItem, Scope, Waiting};

use crate::kind::Kind;

/// The table: every kind's driver.
static TABLE: [&dyn Driver; 19] = [
    &network::Network,
    &router::Router,
    &security_group::SecurityGroup,
    &security_group_rule::SecurityGroupRule,
    &server_group::ServerGroup,
    &container::Container,
    &claim::Claim,
    &object::Object,
    &subnet::Subnet,
    &port::Port,
    &load_balancer::LoadBalancer,
    &router_interface::RouterInterface,
    &floating_ip::FloatingIp,
    &pool::Pool,
    &listener::Listener,
    &member::Member,
    &health_monitor::HealthMonitor,
    &server::Server,
    &guest::Guest,
];

/// Every driver, one for each kind.
pub fn table() -> &'static [&'static dyn Driver] {
    &TABLE
}

/// The kind's driver.
///
/// # Panics
/// Never: the table has a line for every kind, and a test says so.
pub fn of(kind: Kind) -> &'static dyn Driver {
    *TABLE.iter().find(|driver| driver.kind() == kind).expect("every kind has a driver: tested below")
}
