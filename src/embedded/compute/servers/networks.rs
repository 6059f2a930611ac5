//! The networks of a create: checked all before anything is made, then made.

use serde_json::{Value as Json, json};

use crate::embedded::compute::ports;
use crate::embedded::compute::schema::{self, Kind, invalid, python};
use crate::embedded::compute::version::minor;
use crate::embedded::context::Context;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

/// One network interface to be.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// This port of the user's.
    Port(String),
    /// A port to be made on this network, with this address.
    Network(String, Option<String>),
}

/// What the body asks for, its form checked only.
pub(super) fn asked(context: &Context<'_>, given: Option<&Json>) -> Result<Option<Vec<Wanted>>, Fault> {
    let modern = minor(context.request) >= 37;
    let items = match given {
        None => return Ok(None),
        Some(Json::String(word)) if modern && word == "none" => return Ok(Some(Vec::new())),
        Some(Json::String(word)) if modern && word == "auto" => return Ok(None),
        Some(Json::Array(items)) if items.is_empty() => return Ok(None),
        Some(Json::Array(items)) => items,
        Some(other) if modern => return Err(formless(other)),
        Some(other) => return Err(invalid("networks", other, format!("{} is not of type 'array'", python(other)))),
    };
    let mut known = vec![("fixed_ip", Kind::Text), ("port", Kind::TextOrNull), ("uuid", Kind::Text)];
    if minor(context.request) >= 42 || minor(context.request) == 32 {
        known.push(("tag", Kind::Text));
    }
    let mut checked = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let item = schema::object(&place.to_string(), item, &known, &[]).and_then(|item| form(item, modern));
        // Of a word or a list, the schema only says that it is neither.
        checked.push(item.map_err(|fault| if modern { formless(&json!(items)) } else { fault })?);
    }
    let mut wanted = Vec::new();
    for item in &checked {
        wanted.push(one(item, &wanted)?);
    }
    Ok(Some(wanted))
}

fn formless(given: &Json) -> Fault {
    invalid("networks", given, format!("{} is not valid under any of the given schemas", python(given)))
}

/// Checks the form of one item's values.
fn form(item: Row, modern: bool) -> Result<Row, Fault> {
    let wrong = |name: &str, right: &dyn Fn(&str) -> bool| {
        let text = item.get(name).and_then(Json::as_str).filter(|text| !right(text));
        let problem = |text: &str| format!("'{text}' is not valid under any of the given schemas");
        text.map(|text| invalid(name, &json!(text), problem(text)))
    };
    let fault = wrong("fixed_ip", &|text| text.parse::<std::net::IpAddr>().is_ok())
        .or_else(|| wrong("port", &schema::is_uuid))
        .or_else(|| wrong("uuid", &|text| !modern || schema::is_uuid(text)))
        .or_else(|| wrong("tag", &|text| (1..=60).contains(&text.len()) && !text.contains([',', '/'])));
    fault.map_or(Ok(item.clone()), Err)
}

fn one(item: &Row, before: &[Wanted]) -> Result<Wanted, Fault> {
    let field = |name: &str| item.get(name).and_then(Json::as_str);
    if let Some(port) = field("port") {
        if before.iter().any(|wanted| matches!(wanted, Wanted::Port(other) if other == port)) {
            let message = format!("Port ID '{port}' was specified twice: you cannot attach a port multiple times.");
            return Err(Fault::new(400, message));
        }
        if let Some(address) = field("fixed_ip") {
            let message = format!(
                "Specified Fixed IP '{address}' cannot be used with port '{port}': the two cannot be specified together."
            );
            return Err(Fault::new(400, message));
        }
        return Ok(Wanted::Port(port.to_owned()));
    }
    let network = field("uuid").ok_or_else(|| Fault::new(400, "Bad network format: missing 'uuid'"))?;
    if !schema::is_uuid(network) {
        let message = format!("Bad networks format: network uuid is not in proper format ({network})");
        return Err(Fault::new(400, message));
    }
    Ok(Wanted::Network(network.to_owned(), field("fixed_ip").map(str::to_owned)))
}

/// Checks what was asked for against Neutron; without a wish, the project's only network.
pub(super) fn resolved(
    context: &Context<'_>,
    asked: Option<Vec<Wanted>>,
    automatic: bool,
) -> Result<Vec<Wanted>, Fault> {
    let Some(wanted) = asked else {
        let mut networks = ports::available(context);
        return match (networks.len(), automatic) {
            (0, true) => {
                let project = &context.caller.project;
                Err(Fault::new(400, format!("Unable to automatically allocate a network for project {project}")))
            }
            (0, false) => Ok(Vec::new()),
            (1, _) => {
                let only = networks.remove(0);
                subnet(context, &only)?;
                Ok(vec![Wanted::Network(only, None)])
            }
            _ => Err(Fault::new(
                409,
                "More than one possible network found. Specify network ID(s) to select which one(s) to connect to.",
            )),
        };
    };
    for wanted in &wanted {
        match wanted {
            Wanted::Port(id) => port(context, id)?,
            Wanted::Network(id, address) => network(context, id, address.as_deref())?,
        }
    }
    Ok(wanted)
}

fn subnet(context: &Context<'_>, network: &str) -> Result<(), Fault> {
    if ports::has_subnet(context, network) {
        return Ok(());
    }
    Err(Fault::new(400, format!("Network {network} requires a subnet in order to boot instances on.")))
}

/// Whether a port can be given to a server.
pub(super) fn port(context: &Context<'_>, id: &str) -> Result<(), Fault> {
    let Some(port) = ports::port(context, id) else {
        return Err(Fault::new(400, format!("Port id {id} could not be found.")));
    };
    if port.get("device_id").and_then(Json::as_str).is_some_and(|device| !device.is_empty()) {
        return Err(Fault::new(409, format!("Port {id} is still in use.")));
    }
    if ports::addresses(&port).is_empty() {
        return Err(Fault::new(400, format!("Port {id} requires a FixedIP in order to be used.")));
    }
    Ok(())
}

/// Whether a server can stand on a network, with this address.
fn network(context: &Context<'_>, id: &str, address: Option<&str>) -> Result<(), Fault> {
    let Some(network) = ports::network(context, id) else {
        return Err(Fault::new(400, format!("Network {id} could not be found.")));
    };
    subnet(context, id)?;
    if ports::closed(context, &network) {
        return Err(Fault::new(403, format!("It is not allowed to create an interface on external network {id}")));
    }
    if let Some((address, holder)) = address.and_then(|address| Some((address, ports::holder(context, id, address)?))) {
        let message = format!("Fixed IP address {address} is already in use on instance {holder}.");
        return Err(Fault::new(400, message));
    }
    Ok(())
}

/// Binds and makes the ports: each with whether Nova made it, so that it deletes it too. Or why the build fails.
pub(super) fn made(
    context: &mut Context<'_>,
    server: &str,
    wanted: &[Wanted],
    groups: &[String],
    ready_at: i64,
) -> Result<Vec<Json>, Fault> {
    for one in wanted {
        if let Wanted::Network(network, Some(address)) = one
            && !ports::fits(context, network, address)
        {
            let message =
                format!("Invalid input received: Fixed IP {address} is not a valid ip address for network {network}.");
            return Err(Fault::new(400, message));
        }
    }
    let mut made = Vec::new();
    for one in wanted {
        let result = match one {
            Wanted::Port(id) => {
                ports::bind(context, id, server, ready_at);
                Ok(json!({"id": id, "own": false}))
            }
            Wanted::Network(network, address) => {
                let port = ports::create(context, network, address.as_deref(), groups, server);
                port.map(|id| {
                    ports::bind(context, &id, server, ready_at);
                    json!({"id": id, "own": true})
                })
            }
        };
        match result {
            Ok(port) => made.push(port),
            Err(fault) => {
                released(context, &made);
                let message = format!("Failed to allocate the network(s), not rescheduling. {}", fault.message);
                return Err(if fault.code == "OverQuota" {
                    Fault::new(403, "Maximum number of ports exceeded").code("OverQuota")
                } else {
                    Fault { message, ..fault }
                });
            }
        }
    }
    Ok(made)
}

/// Gives the user's ports back and deletes those that Nova made.
pub(super) fn released(context: &mut Context<'_>, made: &[Json]) {
    for port in made {
        let id = port["id"].as_str().unwrap_or_default();
        if port["own"] == true {
            ports::delete(context, id);
        } else {
            ports::unbind(context, id);
        }
    }
}
