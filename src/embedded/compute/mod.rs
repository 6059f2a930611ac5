//! Nova, the compute service (Compute API v2.1, microversions 2.1 to 2.93).
//!
//! `servers/` are the servers; the other files are what is around them. `version` knows microversions, `schema` the checks of
//! bodies, `listing` pages; everything that Nova asks of Neutron stands in `ports`.

#![allow(clippy::unnecessary_wraps, reason = "every handler has the same form")]

mod flavors;
mod groups;
mod hosts;
mod keypairs;
mod listing;
mod ports;
mod quotas;
mod schema;
mod servers;
#[cfg(test)]
mod tests;
mod version;

use super::operation::Operation;
use super::world::{Row, World};

pub(super) use servers::state::usual;
pub(super) use version::{check, dressed};

/// Whether what is inside a server runs.
pub(super) fn is_running(server: &Row, now: i64) -> bool {
    servers::state::of(server, now).vm == "active"
}

/// The flavors of a new cloud.
pub(super) fn seed(world: &mut World, _now: i64) {
    flavors::seed(world);
}

pub(super) static OPERATIONS: &[Operation] = &[
    Operation::new("GET", "/", "List All Major Versions", version::list).open(),
    Operation::new("GET", "/v2.1", "Show Details of Specific API Version", version::show).open(),
    Operation::new("GET", "/v2.1/servers", "List Servers", servers::list),
    Operation::new("GET", "/v2.1/servers/detail", "List Servers Detailed", servers::list),
    Operation::new("POST", "/v2.1/servers", "Create Server", servers::create),
    Operation::new("GET", "/v2.1/servers/{id}", "Show Server Details", servers::show),
    Operation::new("PUT", "/v2.1/servers/{id}", "Update Server", servers::update),
    Operation::new("DELETE", "/v2.1/servers/{id}", "Delete Server", servers::delete),
    Operation::new("POST", "/v2.1/servers/{id}/action", "Run an action", servers::act),
    Operation::new("POST", "/v2.1/servers/{id}/remote-consoles", "Create Remote Console", servers::console),
    Operation::new("GET", "/v2.1/servers/{id}/metadata", "List All Metadata", servers::metadata),
    Operation::new("POST", "/v2.1/servers/{id}/metadata", "Create or Update Metadata Items", servers::add_metadata),
    Operation::new("PUT", "/v2.1/servers/{id}/metadata", "Replace Metadata Items", servers::replace_metadata),
    Operation::new("GET", "/v2.1/servers/{id}/metadata/{key}", "Show Metadata Item Details", servers::meta),
    Operation::new("PUT", "/v2.1/servers/{id}/metadata/{key}", "Create or Update Metadata Item", servers::set_meta),
    Operation::new("DELETE", "/v2.1/servers/{id}/metadata/{key}", "Delete Metadata Item", servers::delete_meta),
    Operation::new("GET", "/v2.1/servers/{id}/tags", "List Tags", servers::tags),
    Operation::new("PUT", "/v2.1/servers/{id}/tags", "Replace Tags", servers::replace_tags),
    Operation::new("DELETE", "/v2.1/servers/{id}/tags", "Delete All Tags", servers::delete_tags),
    Operation::new("GET", "/v2.1/servers/{id}/tags/{tag}", "Check Tag Existence", servers::has_tag),
    Operation::new("PUT", "/v2.1/servers/{id}/tags/{tag}", "Add a Single Tag", servers::add_tag),
    Operation::new("DELETE", "/v2.1/servers/{id}/tags/{tag}", "Delete a Single Tag", servers::delete_tag),
    Operation::new("GET", "/v2.1/servers/{id}/ips", "List Ips", servers::addresses),
    Operation::new("GET", "/v2.1/servers/{id}/ips/{network}", "Show Ip Details", servers::network_addresses),
    Operation::new("GET", "/v2.1/servers/{id}/os-security-groups", "List Security Groups", servers::security_groups),
    Operation::new("GET", "/v2.1/servers/{id}/os-interface", "List Port Interfaces", servers::interfaces),
    Operation::new("POST", "/v2.1/servers/{id}/os-interface", "Create Interface", servers::attach),
    Operation::new("GET", "/v2.1/servers/{id}/os-interface/{port}", "Show Port Interface Details", servers::interface),
    Operation::new("DELETE", "/v2.1/servers/{id}/os-interface/{port}", "Detach Interface", servers::detach),
    Operation::new("GET", "/v2.1/servers/{id}/os-volume_attachments", "List volume attachments", servers::volumes),
    Operation::new("GET", "/v2.1/flavors", "List Flavors", flavors::list),
    Operation::new("GET", "/v2.1/flavors/detail", "List Flavors With Details", flavors::list),
    Operation::new("GET", "/v2.1/flavors/{id}", "Show Flavor Details", flavors::show),
    Operation::new("GET", "/v2.1/flavors/{id}/os-extra_specs", "List Extra Specs For A Flavor", flavors::specs),
    Operation::new("GET", "/v2.1/flavors/{id}/os-extra_specs/{key}", "Show An Extra Spec For A Flavor", flavors::spec),
    Operation::new("GET", "/v2.1/os-keypairs", "List Keypairs", keypairs::list),
    Operation::new("POST", "/v2.1/os-keypairs", "Import (or create) Keypair", keypairs::create),
    Operation::new("GET", "/v2.1/os-keypairs/{name}", "Show Keypair Details", keypairs::show),
    Operation::new("DELETE", "/v2.1/os-keypairs/{name}", "Delete Keypair", keypairs::delete),
    Operation::new("GET", "/v2.1/os-server-groups", "List Server Groups", groups::list),
    Operation::new("POST", "/v2.1/os-server-groups", "Create Server Group", groups::create),
    Operation::new("GET", "/v2.1/os-server-groups/{id}", "Show Server Group Details", groups::show),
    Operation::new("DELETE", "/v2.1/os-server-groups/{id}", "Delete Server Group", groups::delete),
    Operation::new("GET", "/v2.1/limits", "Show Rate And Absolute Limits", quotas::limits),
    Operation::new("GET", "/v2.1/os-quota-sets/{project}", "Show A Quota", quotas::show),
    Operation::new("PUT", "/v2.1/os-quota-sets/{project}", "Update Quotas", quotas::update),
    Operation::new("DELETE", "/v2.1/os-quota-sets/{project}", "Revert Quotas To Defaults", quotas::reset),
    Operation::new("GET", "/v2.1/os-quota-sets/{project}/detail", "Show The Detail of Quota", quotas::detail),
    Operation::new("GET", "/v2.1/os-quota-sets/{project}/defaults", "List Default Quotas For Tenant", quotas::defaults),
    Operation::new("GET", "/v2.1/os-availability-zone", "Get Availability Zone Information", hosts::zones),
    Operation::new(
        "GET",
        "/v2.1/os-availability-zone/detail",
        "Get Detailed Availability Zone Information",
        hosts::zones,
    ),
    Operation::new("GET", "/v2.1/os-services", "List Compute Services", hosts::services),
    Operation::new("GET", "/v2.1/os-hypervisors", "List Hypervisors", hosts::hypervisors),
    Operation::new("GET", "/v2.1/os-hypervisors/detail", "List Hypervisors Details", hosts::hypervisors),
];
