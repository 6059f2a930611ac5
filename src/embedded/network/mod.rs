//! Neutron: networks and all that is on them (Networking API v2.0).
//!
//! `kinds` is the table of resources and attributes; `crud`, `list` and `tags` do for every kind what every kind does the same way;
//! one file per kind holds its own behaviour. `ports` is the inner door: Nova and Octavia make, bind and delete ports through it.
//! The agents (DHCP, L3) are functions of the request that would wake them, and of the time.

mod about;
mod address;
mod attributes;
mod checks;
mod crud;
mod dhcp;
mod floating_ips;
pub mod groups;
mod interfaces;
mod kinds;
mod list;
mod networks;
mod operations;
mod port_api;
pub mod ports;
mod quotas;
mod routers;
mod rows;
mod rules;
mod seed;
mod subnets;
mod tags;
#[cfg(test)]
mod tests;

pub(super) use operations::OPERATIONS;
pub(super) use seed::seed;
