//! What the DHCP agent does: one port on each network that has a subnet with DHCP, with an address of each such subnet.

use serde_json::{Value as Json, json};

use super::address::{self, Wanted};
use super::kinds::{NETWORK, PORT};
use super::ports::{self, NewPort};
use super::rows::{change, flag, list, object, ready_in, text};
use crate::embedded::context::Context;
use crate::embedded::world::Row;

/// The agent's host, as device ids have it.
const AGENT: &str = "dhcpe5e61fb5-d685-5b50-9ba7-acb6e6962ef3";

/// Makes the network's port what its subnets ask for; `without`: a subnet that is about to go.
pub fn refresh(context: &mut Context<'_>, network: &str, without: &str) {
    let device = format!("{AGENT}-{network}");
    let wanted: Vec<String> = context
        .world
        .by("subnets", "network_id", network)
        .filter(|subnet| flag(subnet, "enable_dhcp") && text(subnet, "id") != without)
        .map(|subnet| text(subnet, "id").to_owned())
        .collect();
    let port = ports::of_device(context.world, &device).into_iter().next();
    match port {
        Some(port) if wanted.is_empty() => ports::delete(context, text(&port, "id")),
        None if wanted.is_empty() => {}
        Some(port) => keep(context, &port, network, &wanted),
        None => {
            let project = context.world.get(NETWORK.table, network).map(|row| text(row, "project_id").to_owned());
            let fixed = wanted.iter().map(|subnet| json!({"subnet_id": subnet})).collect();
            let new = NewPort {
                network: network.to_owned(),
                project: project.unwrap_or_default(),
                device_id: device,
                device_owner: "network:dhcp".to_owned(),
                fixed_ips: Some(fixed),
                host: "vm".to_owned(),
                ..NewPort::default()
            };
            // A subnet without a free address is left without DHCP, as the agent leaves it.
            if let Ok(port) = ports::make(context, new, &Row::new()) {
                let ready = ready_in(context, 1_000);
                context.world.change(PORT.table, text(&port, "id"), |row| {
                    row.insert("_ready_at".to_owned(), json!(ready));
                });
            }
        }
    }
}

fn keep(context: &mut Context<'_>, port: &Row, network: &str, wanted: &[String]) {
    let had = list(port, "fixed_ips");
    let mut fixed: Vec<Json> =
        had.iter().filter(|one| wanted.iter().any(|subnet| one["subnet_id"] == *subnet)).cloned().collect();
    for subnet in wanted {
        if fixed.iter().any(|one| one["subnet_id"] == *subnet) {
            continue;
        }
        let how = Wanted { port: text(port, "id"), lowest: true, had: &[] };
        let asked = [json!({"subnet_id": subnet})];
        fixed.extend(address::allocate(context.world, network, Some(&asked), &how).unwrap_or_default());
    }
    if fixed != had {
        change(context, &PORT, text(port, "id"), 3, object(json!({"fixed_ips": fixed})));
    }
}
