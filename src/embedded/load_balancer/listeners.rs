//! Listeners: one port and layer 4 protocol of a load balancer each.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value as Json;

use super::super::context::Context;
use super::super::exchange::Reply;
use super::super::fault::Fault;
use super::super::world::Row;
use super::attributes;
use super::kinds::{Kind, LISTENER, LOAD_BALANCER, POOL, allowed, text};
use super::{lists, nested, quotas, status};

const KIND: &Kind = &LISTENER;

pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    lists::list(context, KIND, None)
}

pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    lists::show(context, KIND, 200, &context.parameter("id"))
}

pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let given = attributes::body(context, KIND.key, KIND.argument)?;
    let row = attributes::created(KIND.attributes, &given, KIND.argument)?;
    let balancer_id = text(&row, "loadbalancer_id");
    let balancer = LOAD_BALANCER.get(context.world, &balancer_id).ok_or_else(|| LOAD_BALANCER.missing(&balancer_id))?;
    let balancer = balancer.clone();
    allowed(context, &balancer)?;
    let project = text(&balancer, "project_id");
    quotas::room(context, KIND, &project, 1)?;
    default_pool(context, &balancer_id, &row, &text(&row, "protocol"))?;
    if !row["default_pool"].is_null() || row["l7policies"].as_array().is_some_and(|list| !list.is_empty()) {
        return Err(nested::broken());
    }
    status::touch(context, &balancer_id, &[], None)?;
    check(context, &balancer, &row)?;
    let id = KIND.insert(context, &project, row, &[("_lb", &balancer_id)]);
    lists::show(context, KIND, 201, &id)
}

/// Checks a new listener against its load balancer.
pub(super) fn check(context: &Context<'_>, balancer: &Row, row: &Row) -> Result<(), Fault> {
    let protocol = text(row, "protocol");
    let invalid = |detail: String| Err(Fault::new(400, format!("Validation failure: {detail}")));
    headers(row, &protocol)?;
    let certificates = !row["default_tls_container_ref"].is_null()
        || row["sni_container_refs"].as_array().is_some_and(|list| !list.is_empty());
    match protocol.as_str() {
        "TERMINATED_HTTPS" if !certificates => {
            return invalid(format!(
                "An SNI or default certificate container reference must be provided for {protocol} protocol listeners."
            ));
        }
        "UDP" | "SCTP" if certificates => {
            return invalid(format!("{protocol} protocol listener does not support TLS."));
        }
        "TERMINATED_HTTPS" | "PROMETHEUS" => {}
        _ if certificates => {
            return invalid(format!(
                "Certificate container references are not allowed on {protocol} protocol listeners."
            ));
        }
        _ => {}
    }
    let layer =
        |protocol: &str| if matches!(protocol, "UDP" | "SCTP") { protocol.to_owned() } else { "TCP".to_owned() };
    let same = KIND.below(context.world, &text(balancer, "id")).into_iter().find(|known| {
        known["protocol_port"] == row["protocol_port"] && layer(&text(known, "protocol")) == layer(&protocol)
    });
    if let Some(same) = same {
        let message = format!(
            "Another Listener on this Load Balancer is already using protocol {} and protocol_port {}",
            text(same, "protocol"),
            row["protocol_port"]
        );
        return Err(Fault::new(409, message));
    }
    cidrs(balancer, row)
}

fn headers(row: &Row, protocol: &str) -> Result<(), Fault> {
    let Some(headers) = row.get("insert_headers").and_then(Json::as_object).filter(|headers| !headers.is_empty())
    else {
        return Ok(());
    };
    if !matches!(protocol, "HTTP" | "TERMINATED_HTTPS") {
        let message = format!("insert-headers is not a valid option for a {protocol} protocol listener.");
        return Err(Fault::new(400, message));
    }
    let known = |name: &str| {
        matches!(name, "X-Forwarded-For" | "X-Forwarded-Port" | "X-Forwarded-Proto")
            || name.starts_with("X-SSL-Client-")
    };
    if headers.keys().all(|name| known(name)) {
        return Ok(());
    }
    let names: Vec<String> = headers.keys().map(|name| format!("'{name}'")).collect();
    let message = format!("dict_keys([{}]) is not a valid option for insert_headers", names.join(", "));
    Err(Fault::new(400, message))
}

fn cidrs(balancer: &Row, row: &Row) -> Result<(), Fault> {
    let address = text(balancer, "vip_address");
    let six = address.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6());
    let given = row.get("allowed_cidrs").and_then(Json::as_array);
    for cidr in given.into_iter().flatten().filter_map(Json::as_str) {
        if cidr.parse::<IpNet>().is_ok_and(|net| matches!(net, IpNet::V6(_)) != six) {
            let message =
                format!("Validation failure: CIDR {cidr} IP version incompatible with VIP {address} IP version.");
            return Err(Fault::new(400, message));
        }
    }
    Ok(())
}

/// A default pool must be one of the same load balancer, with a protocol that goes with the listener's.
fn default_pool(context: &Context<'_>, balancer: &str, row: &Row, protocol: &str) -> Result<(), Fault> {
    let Some(id) = row.get("default_pool_id").and_then(Json::as_str) else { return Ok(()) };
    let pool = POOL.get(context.world, id).filter(|pool| pool["_lb"] == balancer).ok_or_else(|| POOL.missing(id))?;
    compatible(protocol, &text(pool, "protocol"))
}

/// Whether a pool's protocol goes with a listener's.
pub(super) fn compatible(listener: &str, pool: &str) -> Result<(), Fault> {
    let fits: &[&str] = match listener {
        "TCP" => &["HTTP", "HTTPS", "PROXY", "PROXYV2", "TCP"],
        "HTTP" | "TERMINATED_HTTPS" => &["HTTP", "PROXY", "PROXYV2"],
        "HTTPS" => &["HTTPS", "PROXY", "PROXYV2", "TCP"],
        "UDP" => &["UDP"],
        "SCTP" => &["SCTP"],
        _ => &[],
    };
    if fits.contains(&pool) {
        return Ok(());
    }
    let message = format!(
        "Validation failure: The pool protocol '{pool}' is invalid while the listener protocol is '{listener}'."
    );
    Err(Fault::new(400, message))
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    let given = attributes::body(context, KIND.key, KIND.argument)?;
    let changes = attributes::updated(KIND.attributes, &given, KIND.argument)?;
    let listener = KIND.find(context, &id)?;
    let (balancer_id, protocol) = (text(&listener, "_lb"), text(&listener, "protocol"));
    headers(&changes, &protocol)?;
    if let Some(balancer) = LOAD_BALANCER.get(context.world, &balancer_id) {
        cidrs(balancer, &changes)?;
    }
    default_pool(context, &balancer_id, &changes, &protocol)?;
    status::touch(context, &balancer_id, std::slice::from_ref(&id), None)?;
    KIND.change(context.world, &id, |row| row.extend(changes));
    lists::show(context, KIND, 200, &id)
}

pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    let listener = KIND.find(context, &id)?;
    status::touch(context, &text(&listener, "_lb"), &[], None)?;
    status::mark(context, KIND, &id, "PENDING_DELETE");
    Ok(Reply::empty(204))
}
