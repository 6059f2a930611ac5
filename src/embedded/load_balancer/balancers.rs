//! Load balancers: create with or without children, delete with or without cascade, status tree, statistics.

use serde_json::{Value as Json, json};

use super::super::cloud::Release;
use super::super::context::Context;
use super::super::exchange::Reply;
use super::super::fault::Fault;
use super::super::world::Row;
use super::attributes;
use super::kinds::{Kind, LISTENER, LOAD_BALANCER, Links, MEMBER, MONITOR, POOL, allowed, forbidden, text};
use super::{lists, nested, neutron, quotas, status, vip};

const KIND: &Kind = &LOAD_BALANCER;

pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    lists::list(context, KIND, None)
}

pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    lists::show(context, KIND, 200, &context.parameter("id"))
}

pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let given = attributes::body(context, KIND.key, KIND.argument)?;
    let mut row = attributes::created(KIND.attributes, &given, KIND.argument)?;
    let project = project(context, &row)?;
    let vip = vip::resolve(context, &row)?;
    let provider = text(&row, "provider");
    if !matches!(provider.as_str(), "amphora" | "octavia") {
        return Err(Fault::new(400, format!("Provider '{provider}' is not enabled.")));
    }
    for (name, thing) in [("flavor_id", "flavor_id"), ("availability_zone", "availability_zone")] {
        if !row[name].is_null() {
            return Err(Fault::new(400, format!("Validation failure: Invalid {thing}.")));
        }
    }
    quotas::room(context, KIND, &project, 1)?;
    let (listeners, pools) = (row["listeners"].take(), row["pools"].take());
    row.insert("vip_network_id".into(), json!(vip.network));
    row.insert("vip_subnet_id".into(), vip.subnet["id"].clone());
    let id = KIND.insert(context, &project, row, &[]);
    let (port, address, owned) = match (vip.port, vip.address) {
        (Some(port), Some(address)) => (port, address, false),
        (_, address) => {
            let (port, address) = neutron::create_port(context, &id, &project, &vip.subnet, address.as_deref())?;
            (port, address, true)
        }
    };
    let group = neutron::adopt(context, &id, &port);
    KIND.change(context.world, &id, |row| {
        row.insert("vip_port_id".into(), json!(port));
        row.insert("vip_address".into(), json!(address));
        row.insert("_owns_port".into(), json!(owned));
        row.insert("_group".into(), json!(group));
        row.insert("_lb".into(), json!(id));
    });
    nested::create(context, &id, &project, &listeners, &pools)?;
    status::begin(context, &id, status::BUILD_MS);
    Ok(Reply::json(201, &json!({"loadbalancer": full(context, &id)})))
}

fn project(context: &Context<'_>, row: &Row) -> Result<String, Fault> {
    let wanted = row["project_id"].as_str().or_else(|| row["tenant_id"].as_str());
    match wanted {
        Some(wanted) if wanted != context.caller.project && !context.caller.is_admin() => Err(forbidden()),
        Some(wanted) => Ok(wanted.to_owned()),
        None => Ok(context.caller.project.clone()),
    }
}

/// A new load balancer with its children in full, as only its creation answers it.
fn full(context: &Context<'_>, id: &str) -> Row {
    let links = Links::of(context.world);
    let show = |kind: &Kind, id: &String| kind.get(context.world, id).map(|row| links.show(kind, row));
    let all = |kind: &Kind, way: &'static str, id: &str| -> Vec<Json> {
        links.ids(way, id).iter().filter_map(|id| show(kind, id)).map(Json::Object).collect()
    };
    let mut answer = show(KIND, &id.to_owned()).unwrap_or_default();
    let pools: Vec<Json> = links
        .ids("pools", id)
        .iter()
        .filter_map(|pool| {
            let mut row = show(&POOL, pool)?;
            row.remove("healthmonitor_id");
            row.remove("loadbalancers");
            row.insert("members".into(), Json::Array(all(&MEMBER, "members", pool)));
            // On Zed the API has not read it back when it answers.
            let monitor =
                all(&MONITOR, "monitors", pool).into_iter().next().filter(|_| context.settings.release != Release::Zed);
            row.insert("healthmonitor".into(), monitor.unwrap_or_default());
            Some(Json::Object(row))
        })
        .collect();
    let mut listeners = all(&LISTENER, "listeners", id);
    for listener in listeners.iter_mut().filter_map(Json::as_object_mut) {
        listener.remove("loadbalancers");
    }
    answer.insert("listeners".into(), Json::Array(listeners));
    answer.insert("pools".into(), Json::Array(pools));
    answer
}

pub(super) fn update(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    let given = attributes::body(context, KIND.key, KIND.argument)?;
    let changes = attributes::updated(KIND.attributes, &given, KIND.argument)?;
    let balancer = KIND.find(context, &id)?;
    status::take(context, &balancer, "PENDING_UPDATE", status::CHILD_MS)?;
    KIND.change(context.world, &id, |row| row.extend(changes));
    lists::show(context, KIND, 200, &id)
}

pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    let balancer = KIND.find(context, &id)?;
    let links = Links::of(context.world);
    let children = !links.ids("listeners", &id).is_empty() || !links.ids("pools", &id).is_empty();
    if children && !truth(context.request.parameter("cascade")) {
        let message = format!("Validation failure: Cannot delete Load Balancer {id} - it has children");
        return Err(Fault::new(400, message));
    }
    status::take(context, &balancer, "PENDING_DELETE", status::DELETE_MS)?;
    Ok(Reply::empty(204))
}

/// A query's flag as oslo reads it.
pub(in super::super) fn truth(value: Option<&str>) -> bool {
    let value = value.unwrap_or_default().to_lowercase();
    matches!(value.as_str(), "1" | "t" | "true" | "on" | "y" | "yes")
}

pub(super) fn stats(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let kind = if context.request.path.contains("/listeners/") { &LISTENER } else { KIND };
    kind.find(context, &context.parameter("id"))?;
    let zero =
        json!({"bytes_in": 0, "bytes_out": 0, "active_connections": 0, "total_connections": 0, "request_errors": 0});
    Ok(Reply::json(200, &json!({"stats": zero})))
}

pub(super) fn failover(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let balancer = KIND.find(context, &context.parameter("id"))?;
    if !context.caller.is_admin() {
        return Err(forbidden());
    }
    status::take(context, &balancer, "PENDING_UPDATE", status::BUILD_MS)?;
    Ok(Reply::empty(202))
}

/// The tree of statuses: pools stand below the listeners whose default they are, others are not in it.
pub(super) fn tree(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    let balancer = KIND.find(context, &id)?;
    allowed(context, &balancer)?;
    let links = Links::of(context.world);
    let part = |kind: &Kind, id: &str, more: &[&str]| {
        let row = kind.get(context.world, id)?;
        let mut names = vec!["id", "name", "operating_status", "provisioning_status"];
        names.extend(more);
        let picked = names.into_iter().map(|name| (name.to_owned(), row.get(name).cloned().unwrap_or_default()));
        Some(picked.collect::<Row>())
    };
    let pool = |id: &str| {
        let mut pool = part(&POOL, id, &[])?;
        if let Some(monitor) = links.ids("monitors", id).first().and_then(|id| part(&MONITOR, id, &["type"])) {
            pool.insert("health_monitor".into(), Json::Object(monitor));
        }
        let members = links.ids("members", id);
        let members = members.iter().filter_map(|id| part(&MEMBER, id, &["address", "protocol_port"]));
        pool.insert("members".into(), members.map(Json::Object).collect());
        Some(Json::Object(pool))
    };
    let listeners = links.ids("listeners", &id);
    let listeners = listeners.iter().filter_map(|id| {
        let mut listener = part(&LISTENER, id, &[])?;
        let default = LISTENER.get(context.world, id).map(|row| text(row, "default_pool_id")).unwrap_or_default();
        listener.insert("pools".into(), pool(&default).into_iter().collect());
        Some(Json::Object(listener))
    });
    let listeners: Vec<Json> = listeners.collect();
    let mut top = part(KIND, &id, &[]).unwrap_or_default();
    top.insert("listeners".into(), Json::Array(listeners));
    Ok(Reply::json(200, &json!({"statuses": {"loadbalancer": top}})))
}
