//! Where a load balancer's virtual IP comes from: a port, a network, a subnet, an address, or several of them together.

use std::net::IpAddr;

use serde_json::Value as Json;

use super::super::context::Context;
use super::super::fault::Fault;
use super::super::world::Row;
use super::kinds::text;
use super::neutron;

/// A virtual IP before the load balancer is made.
pub(super) struct Vip {
    pub(super) port: Option<String>,
    pub(super) address: Option<String>,
    pub(super) network: String,
    /// The subnet's row.
    pub(super) subnet: Row,
}

fn invalid(detail: impl std::fmt::Display) -> Fault {
    Fault::new(400, format!("Validation failure: {detail}"))
}

/// Checks what was given and fills in the rest.
pub(super) fn resolve(context: &Context<'_>, given: &Row) -> Result<Vip, Fault> {
    let get = |name: &str| given.get(name).and_then(Json::as_str).map(str::to_owned);
    let (port, network, subnet, address) =
        (get("vip_port_id"), get("vip_network_id"), get("vip_subnet_id"), get("vip_address"));
    match (port, network, subnet) {
        (Some(port), _, subnet) => by_port(context, &port, subnet, address),
        (None, Some(network), subnet) => by_network(context, network, subnet, address),
        (None, None, Some(subnet)) => {
            let subnet = neutron::subnet(context, &subnet)?;
            Ok(Vip { port: None, address, network: text(&subnet, "network_id"), subnet })
        }
        (None, None, None) => Err(invalid("VIP must contain one of: vip_port_id, vip_network_id, vip_subnet_id.")),
    }
}

fn by_port(context: &Context<'_>, id: &str, subnet: Option<String>, address: Option<String>) -> Result<Vip, Fault> {
    let port = neutron::port(context, id)?;
    let device = text(&port, "device_id");
    if !device.is_empty() {
        return Err(invalid(format!("Port {id} is already used by device {device} ")));
    }
    let fixed: Vec<(String, String)> = port["fixed_ips"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|fixed| Some((fixed["subnet_id"].as_str()?.to_owned(), fixed["ip_address"].as_str()?.to_owned())))
        .collect();
    let parsed = |text: &str| text.parse::<IpAddr>().ok();
    let (subnet, address) = match (subnet, address) {
        (Some(subnet), _) => {
            neutron::subnet(context, &subnet)?;
            let of_subnet = fixed.into_iter().find(|(of, _)| *of == subnet);
            of_subnet
                .ok_or_else(|| invalid("No VIP address found on the specified VIP port within the specified subnet."))?
        }
        (None, Some(address)) => {
            let same = fixed.into_iter().find(|(_, known)| parsed(known) == parsed(&address));
            same.ok_or_else(|| invalid("Specified VIP address not found on the specified VIP port."))?
        }
        (None, None) => match fixed.as_slice() {
            [one] => one.clone(),
            _ => {
                return Err(invalid(
                    "VIP port's subnet could not be determined. Please specify either a VIP subnet or address.",
                ));
            }
        },
    };
    let subnet = neutron::subnet(context, &subnet)?;
    Ok(Vip { port: Some(id.to_owned()), address: Some(address), network: text(&port, "network_id"), subnet })
}

fn by_network(
    context: &Context<'_>,
    network: String,
    subnet: Option<String>,
    address: Option<String>,
) -> Result<Vip, Fault> {
    let subnets = neutron::subnets_of(context, &network)?;
    let chosen = match (&subnet, &address) {
        (Some(id), _) => {
            let of_network = subnets.into_iter().find(|row| row["id"] == id.as_str());
            of_network.ok_or_else(|| invalid("Supplied VIP subnet not found in network."))?
        }
        (None, Some(address)) => {
            let fitting = subnets.into_iter().find(|row| neutron::contains(row, address));
            fitting.ok_or_else(|| invalid("Supplied network does not contain a subnet for VIP address specified."))?
        }
        (None, None) => {
            let four = subnets.iter().find(|row| row["ip_version"] == 4).or_else(|| subnets.first()).cloned();
            four.ok_or_else(|| invalid("Supplied network does not contain a subnet."))?
        }
    };
    Ok(Vip { port: None, address, network, subnet: chosen })
}
