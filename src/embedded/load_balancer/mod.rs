//! Octavia: load balancers and what is below them (Load Balancer API v2).
//!
//! A load balancer that changes is immutable with everything below it until the change is done (`status`). What a kind takes
//! is a table (`attributes`), how its rows are found, shown and listed is the same for all (`kinds`, `lists`), and each kind
//! has a file for what is its own. Only `neutron` touches Neutron's rows.

mod attributes;
mod balancers;
mod catalogue;
mod kinds;
mod listeners;
mod lists;
mod members;
mod monitors;
mod nested;
mod neutron;
mod policies;
mod pools;
mod quotas;
mod rules;
mod status;
mod vip;

use super::operation::Operation;

pub(super) use balancers::truth;
pub(super) use status::{BUILD_MS, CHILD_MS, DELETE_MS, settle};

/// Both spellings of a path: `/v2` and the older `/v2.0`.
macro_rules! operations {
    ($($method:literal $path:literal $title:literal $handler:path;)*) => {
        &[
            Operation::new("GET", "/", "List all API versions", catalogue::versions).open(),
            Operation::new("GET", "/v2", "API root", catalogue::root),
            Operation::new("GET", "/v2.0", "API root", catalogue::root),
            Operation::new("GET", "/v2/lbaas", "API root", catalogue::root),
            Operation::new("GET", "/v2.0/lbaas", "API root", catalogue::root),
            $(
                Operation::new($method, concat!("/v2/lbaas", $path), $title, $handler),
                Operation::new($method, concat!("/v2.0/lbaas", $path), $title, $handler),
            )*
        ]
    };
}

pub(super) static OPERATIONS: &[Operation] = operations! {
    "GET" "/loadbalancers" "List Load Balancers" balancers::list;
    "POST" "/loadbalancers" "Create a Load Balancer" balancers::create;
    "GET" "/loadbalancers/{id}" "Show Load Balancer details" balancers::show;
    "PUT" "/loadbalancers/{id}" "Update a Load Balancer" balancers::update;
    "DELETE" "/loadbalancers/{id}" "Remove a Load Balancer" balancers::delete;
    "GET" "/loadbalancers/{id}/stats" "Get Load Balancer statistics" balancers::stats;
    "GET" "/loadbalancers/{id}/status" "Get the Load Balancer status tree" balancers::tree;
    "GET" "/loadbalancers/{id}/statuses" "Get the Load Balancer status tree" balancers::tree;
    "PUT" "/loadbalancers/{id}/failover" "Failover a load balancer" balancers::failover;
    "GET" "/listeners" "List Listeners" listeners::list;
    "POST" "/listeners" "Create Listener" listeners::create;
    "GET" "/listeners/{id}" "Show Listener details" listeners::show;
    "PUT" "/listeners/{id}" "Update a Listener" listeners::update;
    "DELETE" "/listeners/{id}" "Remove a Listener" listeners::delete;
    "GET" "/listeners/{id}/stats" "Get Listener statistics" balancers::stats;
    "GET" "/pools" "List Pools" pools::list;
    "POST" "/pools" "Create Pool" pools::create;
    "GET" "/pools/{id}" "Show Pool details" pools::show;
    "PUT" "/pools/{id}" "Update a Pool" pools::update;
    "DELETE" "/pools/{id}" "Remove a Pool" pools::delete;
    "GET" "/pools/{pool}/members" "List Members" members::list;
    "POST" "/pools/{pool}/members" "Create Member" members::create;
    "PUT" "/pools/{pool}/members" "Batch Update Members" members::batch;
    "GET" "/pools/{pool}/members/{id}" "Show Member details" members::show;
    "PUT" "/pools/{pool}/members/{id}" "Update a Member" members::update;
    "DELETE" "/pools/{pool}/members/{id}" "Remove a Member" members::delete;
    "GET" "/healthmonitors" "List Health Monitors" monitors::list;
    "POST" "/healthmonitors" "Create Health Monitor" monitors::create;
    "GET" "/healthmonitors/{id}" "Show Health Monitor details" monitors::show;
    "PUT" "/healthmonitors/{id}" "Update a Health Monitor" monitors::update;
    "DELETE" "/healthmonitors/{id}" "Remove a Health Monitor" monitors::delete;
    "GET" "/l7policies" "List L7 Policies" policies::list;
    "POST" "/l7policies" "Create an L7 Policy" policies::create;
    "GET" "/l7policies/{id}" "Show L7 Policy details" policies::show;
    "PUT" "/l7policies/{id}" "Update a L7 Policy" policies::update;
    "DELETE" "/l7policies/{id}" "Remove a L7 Policy" policies::delete;
    "GET" "/l7policies/{policy}/rules" "List L7 Rules" rules::list;
    "POST" "/l7policies/{policy}/rules" "Create an L7 Rule" rules::create;
    "GET" "/l7policies/{policy}/rules/{id}" "Show L7 Rule details" rules::show;
    "PUT" "/l7policies/{policy}/rules/{id}" "Update a L7 Rule" rules::update;
    "DELETE" "/l7policies/{policy}/rules/{id}" "Remove a L7 Rule" rules::delete;
    "GET" "/quotas" "List Quota" quotas::list;
    "GET" "/quotas/defaults" "Show Quota Defaults" quotas::defaults;
    "GET" "/quotas/default" "Show Quota Defaults" quotas::defaults;
    "GET" "/quotas/{project}/default" "Show Quota Defaults" quotas::defaults;
    "GET" "/quotas/{project}" "Show Project Quota" quotas::show;
    "PUT" "/quotas/{project}" "Update a Quota" quotas::update;
    "DELETE" "/quotas/{project}" "Reset a Quota" quotas::reset;
    "GET" "/providers" "List Providers" catalogue::providers;
    "GET" "/flavors" "List Flavors" catalogue::flavors;
    "GET" "/availabilityzones" "List Availability Zones" catalogue::zones;
};

#[cfg(test)]
mod tests;
