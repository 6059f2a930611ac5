//! The table of what Neutron can do here.

use super::kinds::{FLOATING_IP, NETWORK, PORT, ROUTER, RULE, SECURITY_GROUP, SUBNET};
use super::{
    about, crud, floating_ips, groups, interfaces, list, networks, port_api, quotas, routers, rules, subnets, tags,
};
use crate::embedded::operation::Operation;

/// Neutron's operations.
pub static OPERATIONS: &[Operation] = &[
    Operation::new("GET", "/", "List API versions", about::versions).open(),
    Operation::new("GET", "/v2.0", "Show API v2 details", about::resources),
    Operation::new("GET", "/v2.0/extensions", "List extensions", about::extensions),
    Operation::new("GET", "/v2.0/extensions/{alias}", "Show extension details", about::extension),
    Operation::new("GET", "/v2.0/networks", "List networks", |context| list::respond(context, &NETWORK)),
    Operation::new("POST", "/v2.0/networks", "Create network or bulk create networks", networks::create),
    Operation::new("GET", "/v2.0/networks/{id}", "Show network details", |context| crud::show(context, &NETWORK)),
    Operation::new("PUT", "/v2.0/networks/{id}", "Update network", networks::update),
    Operation::new("DELETE", "/v2.0/networks/{id}", "Delete network", networks::delete),
    Operation::new("GET", "/v2.0/subnets", "List subnets", |context| list::respond(context, &SUBNET)),
    Operation::new("POST", "/v2.0/subnets", "Create subnet or bulk create subnets", subnets::create),
    Operation::new("GET", "/v2.0/subnets/{id}", "Show subnet details", |context| crud::show(context, &SUBNET)),
    Operation::new("PUT", "/v2.0/subnets/{id}", "Update subnet", subnets::update),
    Operation::new("DELETE", "/v2.0/subnets/{id}", "Delete subnet", subnets::delete),
    Operation::new("GET", "/v2.0/ports", "List ports", |context| list::respond(context, &PORT)),
    Operation::new("POST", "/v2.0/ports", "Create port or bulk create ports", port_api::create),
    Operation::new("GET", "/v2.0/ports/{id}", "Show port details", |context| crud::show(context, &PORT)),
    Operation::new("PUT", "/v2.0/ports/{id}", "Update port", port_api::update),
    Operation::new("DELETE", "/v2.0/ports/{id}", "Delete port", port_api::delete),
    Operation::new("GET", "/v2.0/routers", "List routers", |context| list::respond(context, &ROUTER)),
    Operation::new("POST", "/v2.0/routers", "Create router", routers::create),
    Operation::new("GET", "/v2.0/routers/{id}", "Show router details", |context| crud::show(context, &ROUTER)),
    Operation::new("PUT", "/v2.0/routers/{id}", "Update router", routers::update),
    Operation::new("DELETE", "/v2.0/routers/{id}", "Delete router", routers::delete),
    Operation::new("GET", "/v2.0/security-groups", "List security groups", groups::index),
    Operation::new(
        "POST",
        "/v2.0/security-groups",
        "Create security group or bulk create security groups",
        groups::create,
    ),
    Operation::new("GET", "/v2.0/security-groups/{id}", "Show security group details", |context| {
        crud::show(context, &SECURITY_GROUP)
    }),
    Operation::new("PUT", "/v2.0/security-groups/{id}", "Update security group", groups::update),
    Operation::new("DELETE", "/v2.0/security-groups/{id}", "Delete security group", groups::delete),
    Operation::new("GET", "/v2.0/security-group-rules", "List security group rules", |context| {
        list::respond(context, &RULE)
    }),
    Operation::new(
        "POST",
        "/v2.0/security-group-rules",
        "Create security group rule or bulk create security group rules",
        rules::create,
    ),
    Operation::new("GET", "/v2.0/security-group-rules/{id}", "Show security group rule details", |context| {
        crud::show(context, &RULE)
    }),
    Operation::new("PUT", "/v2.0/security-group-rules/{id}", "Update security group rule", rules::update),
    Operation::new("DELETE", "/v2.0/security-group-rules/{id}", "Delete security group rule", rules::delete),
    Operation::new("GET", "/v2.0/floatingips", "List floating IPs", |context| list::respond(context, &FLOATING_IP)),
    Operation::new("POST", "/v2.0/floatingips", "Create floating IP", floating_ips::create),
    Operation::new("GET", "/v2.0/floatingips/{id}", "Show floating IP details", |context| {
        crud::show(context, &FLOATING_IP)
    }),
    Operation::new("PUT", "/v2.0/floatingips/{id}", "Update floating IP", floating_ips::update),
    Operation::new("DELETE", "/v2.0/floatingips/{id}", "Delete floating IP", floating_ips::delete),
    Operation::new("PUT", "/v2.0/routers/{id}/add_router_interface", "Add interface to router", interfaces::add),
    Operation::new(
        "PUT",
        "/v2.0/routers/{id}/remove_router_interface",
        "Remove interface from router",
        interfaces::remove,
    ),
    Operation::new("GET", "/v2.0/quotas", "List quotas for projects with non-default quota values", quotas::list),
    Operation::new("GET", "/v2.0/quotas/{project}", "List quotas for a project", quotas::show),
    Operation::new("PUT", "/v2.0/quotas/{project}", "Update quota for a project", quotas::update),
    Operation::new("DELETE", "/v2.0/quotas/{project}", "Reset quota for a project", quotas::reset),
    Operation::new("GET", "/v2.0/quotas/{project}/default", "List default quotas for a project", quotas::default),
    Operation::new("GET", "/v2.0/quotas/{project}/details", "Show quota details for a tenant", quotas::details),
    Operation::new("GET", "/v2.0/quotas/{project}/details.json", "Show quota details for a tenant", quotas::details),
    Operation::new("GET", "/v2.0/{collection}/{id}/tags", "Obtain tag list", tags::index),
    Operation::new("PUT", "/v2.0/{collection}/{id}/tags", "Replace all tags", tags::replace),
    Operation::new("DELETE", "/v2.0/{collection}/{id}/tags", "Remove all tags", tags::clear),
    Operation::new("POST", "/v2.0/{collection}/{id}/tags", "Refuse to create tags (not supported)", tags::unsupported),
    Operation::new("GET", "/v2.0/{collection}/{id}/tags/{tag}", "Confirm a tag", tags::show),
    Operation::new("PUT", "/v2.0/{collection}/{id}/tags/{tag}", "Add a tag", tags::add),
    Operation::new("DELETE", "/v2.0/{collection}/{id}/tags/{tag}", "Remove a tag", tags::remove),
    Operation::new("GET", "/v2.0/availability_zones", "List all availability zones", about::zones),
    Operation::new("GET", "/v2.0/agents", "List all agents", about::agents),
    Operation::new("GET", "/v2.0/network-ip-availabilities", "List Network IP Availability", about::availabilities),
    Operation::new(
        "GET",
        "/v2.0/network-ip-availabilities/{id}",
        "Show Network IP Availability",
        about::network_availability,
    ),
];
