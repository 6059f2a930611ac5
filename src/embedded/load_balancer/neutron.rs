//! All that Octavia does in Neutron: it looks up subnets and ports, makes the virtual IP's port if none is given, and puts
//! a security group of its own, `lb-<id>`, on that port in place of those it had. Nothing else here touches Neutron's rows.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Value as Json, json};

use super::super::context::Context;
use super::super::fault::Fault;
use super::super::network::{groups, ports};
use super::super::time::zulu;
use super::super::world::Row;
use super::kinds::text;

/// The project that Octavia works in: users do not see its groups.
const SERVICE_PROJECT: &str = "0000000000000000000000000000005e";

fn missing(human: &str, id: &str) -> Fault {
    Fault::new(400, format!("{human} {id} not found."))
}

/// A subnet, or the refusal of one that the caller may not see.
pub(super) fn subnet(context: &Context<'_>, id: &str) -> Result<Row, Fault> {
    let row = context.world.get("subnets", id).ok_or_else(|| missing("Subnet", id))?;
    let network = context.world.get("networks", &text(row, "network_id"));
    let shared = network.and_then(|network| network.get("shared")) == Some(&Json::Bool(true));
    let own = context.caller.is_admin() || text(row, "project_id") == context.caller.project;
    if own || shared { Ok(row.clone()) } else { Err(missing("Subnet", id)) }
}

/// A port, or the refusal of one that is not there.
pub(super) fn port(context: &Context<'_>, id: &str) -> Result<Row, Fault> {
    ports::usable(context, id).map_err(|_| missing("Port", id))
}

/// A network's subnets, or the refusal of one that is not there.
pub(super) fn subnets_of(context: &Context<'_>, network: &str) -> Result<Vec<Row>, Fault> {
    ports::network(context, network).map_err(|_| missing("Network", network))?;
    Ok(context.world.rows_by("subnets", "network_id", network).into_iter().cloned().collect())
}

/// Whether an address lies in a subnet.
pub(super) fn contains(subnet: &Row, address: &str) -> bool {
    match (text(subnet, "cidr").parse::<IpNet>(), address.parse::<IpAddr>()) {
        (Ok(net), Ok(address)) => net.contains(&address),
        _ => false,
    }
}

/// Makes the virtual IP's port, which is down: the amphorae answer for its address. Its id and address.
pub(super) fn create_port(
    context: &mut Context<'_>,
    balancer: &str,
    project: &str,
    subnet: &Row,
    address: Option<&str>,
) -> Result<(String, String), Fault> {
    let mut fixed = json!({"subnet_id": subnet["id"]});
    if let Some(address) = address {
        fixed["ip_address"] = json!(address);
    }
    let new = ports::NewPort {
        network: text(subnet, "network_id"),
        project: project.to_owned(),
        name: format!("octavia-lb-{balancer}"),
        device_id: format!("lb-{balancer}"),
        device_owner: "Octavia".to_owned(),
        fixed_ips: Some(vec![fixed]),
        security_groups: Some(Vec::new()),
        ..ports::NewPort::default()
    };
    let port = ports::create(context, new).map_err(|fault| {
        let (message, request) = (fault.message, context.uuid());
        let words = format!("{message}\nNeutron server returns request_ids: ['req-{request}']");
        Fault::new(500, format!("Provider 'amphora' reports error: {words}"))
    })?;
    let id = text(&port, "id");
    context.world.change("ports", &id, |row| {
        row.insert("admin_state_up".into(), json!(false));
    });
    let address = port["fixed_ips"][0]["ip_address"].as_str().unwrap_or_default().to_owned();
    Ok((id, address))
}

/// Puts the load balancer's own group on its port, in place of what was there.
pub(super) fn adopt(context: &mut Context<'_>, balancer: &str, port: &str) -> String {
    let group = groups::make_inner(context, SERVICE_PROJECT, &format!("lb-{balancer}"), "");
    let (now, on) = (zulu(context.now), json!([group]));
    context.world.change("ports", port, |row| {
        let revision = row.get("revision_number").and_then(Json::as_u64).unwrap_or(0);
        row.insert("security_groups".into(), on);
        row.insert("revision_number".into(), json!(revision + 1));
        row.insert("updated_at".into(), json!(now));
    });
    group
}

/// Admits the listeners' ports to a load balancer's group, and no others.
pub(super) fn admit(context: &mut Context<'_>, group: &str, wanted: &[(&str, i64)]) {
    let rules = context.world.rows_by("security_group_rules", "security_group_id", group).into_iter();
    let known: Vec<(String, String, i64)> = rules
        .filter(|rule| text(rule, "direction") == "ingress")
        .map(|rule| (text(rule, "id"), text(rule, "protocol"), rule["port_range_min"].as_i64().unwrap_or(0)))
        .collect();
    for (id, protocol, port) in &known {
        if !wanted.contains(&(protocol.as_str(), *port)) {
            context.world.remove("security_group_rules", id);
        }
    }
    for (protocol, port) in wanted {
        if !known.iter().any(|(_, known, at)| known == protocol && at == port) {
            groups::admit(context, group, protocol, *port);
        }
    }
}

/// What goes with a load balancer: its group, and its port if Octavia had made it. A port of the user's is left without
/// groups.
pub(super) fn release(context: &mut Context<'_>, balancer: &Row) {
    groups::delete_inner(context, &text(balancer, "_group"));
    if balancer.get("_owns_port") == Some(&Json::Bool(true)) {
        ports::delete(context, &text(balancer, "vip_port_id"));
    }
}
