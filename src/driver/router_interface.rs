//! Router interfaces: a router's ports, made and removed by subnet. Removing one by its port can take a shared IPv6 port with it.

use std::collections::BTreeSet;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use crate::cloud::{Call, Cloud, CloudError, Method};
use crate::kind::Kind;
use crate::model::{Properties, Service, Value};
use crate::snapshot::Observed;

use super::json::{items, malformed, text, text_of, unresolved};
use super::marked::{Rest, found, taken};
use super::{Created, Driver, Gone, ReadyItem, Scope, place};

pub(super) struct RouterInterface;

static REST: Rest = Rest { kind: Kind::RouterInterface, path: "/ports", collection: "ports", singular: "port" };

/// What such a port's owner is called: of a plain router, a distributed one, and a highly available one.
const OWNERS: [&str; 3] =
    ["network:router_interface", "network:router_interface_distributed", "network:ha_router_replicated_interface"];

/// The interface that a port is; `None` for any other port.
fn read(item: &Json) -> Result<Option<Observed>, CloudError> {
    if !text(item, "device_owner").is_some_and(|owner| OWNERS.contains(&owner)) {
        return Ok(None);
    }
    let subnet = items(item, "fixed_ips").first().and_then(|ip| text(ip, "subnet_id"));
    let properties = [("router_id", text(item, "device_id")), ("subnet_id", subnet)]
        .into_iter()
        .filter_map(|(name, id)| Some((name.to_owned(), Value::from(id?))))
        .collect();
    REST.observed(item, properties).map(Some)
}

/// The interfaces of these routers, with one request.
async fn of_routers(cloud: &Cloud, routers: &[&str]) -> Result<Vec<Observed>, CloudError> {
    if routers.is_empty() {
        return Ok(Vec::new());
    }
    let call = Call::get(Service::Network, REST.path);
    let call = routers.iter().fold(call, |call, router| call.query("device_id", *router));
    let call = OWNERS.iter().fold(call, |call, owner| call.query("device_owner", *owner));
    let routers: BTreeSet<&str> = routers.iter().copied().collect();
    let mut interfaces = Vec::new();
    for item in cloud.list(call, REST.collection).await? {
        if text(&item, "device_id").is_some_and(|router| routers.contains(router)) {
            interfaces.extend(read(&item)?);
        }
    }
    Ok(interfaces)
}

fn action(properties: &Properties, action: &str) -> Result<Call, CloudError> {
    let path = format!("/routers/{}/{action}", text_of(properties, "router_id")?);
    let subnet = text_of(properties, "subnet_id")?;
    Ok(Call::new(Service::Network, Method::Put, path).json(json!({ "subnet_id": subnet })))
}

#[async_trait]
impl Driver for RouterInterface {
    fn kind(&self) -> Kind {
        Kind::RouterInterface
    }

    async fn list(&self, cloud: &Cloud, scope: Scope<'_>) -> Result<Vec<Observed>, CloudError> {
        let mut interfaces = of_routers(cloud, &place::ids(scope, Kind::Router)).await?;
        for interface in &mut interfaces {
            self.place(scope, interface);
        }
        Ok(interfaces)
    }

    fn place(&self, scope: Scope<'_>, observed: &mut Observed) {
        let subnet = place::reference(scope, observed, "subnet_id");
        observed.address = subnet.and_then(|subnet| place::address(scope, observed, subnet.local()));
    }

    async fn get(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        id: &str,
        _: &Properties,
    ) -> Result<Option<Observed>, CloudError> {
        let Some(item) = REST.fetch(cloud, id).await? else { return Ok(None) };
        let mut observed = read(&item)?;
        if let Some(interface) = &mut observed {
            self.place(scope, interface);
        }
        Ok(observed)
    }

    async fn create(&self, cloud: &Cloud, _: Scope<'_>, wanted: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
        let [item] = wanted else { return Err(unresolved("how to make several interfaces with one request")) };
        let call = action(&item.properties, "add_router_interface")?;
        let path = call.path.clone();
        match cloud.send(call).await {
            Ok(answer) => {
                let port = text(&answer.body, "port_id").ok_or_else(|| malformed(&path, "it has no port_id"))?;
                let made = json!({ "id": port });
                let observed = REST.observed(&made, item.properties.clone())?;
                Ok(vec![Created { request_id: answer.request_id, ..taken(&item.address, observed, false) }])
            }
            // "Router already has a port on subnet …" is a plain 400 BadRequest: looking is surer than reading it.
            Err(refusal) if matches!(refusal.status(), Some(400 | 409)) => {
                let there = of_routers(cloud, &[text_of(&item.properties, "router_id")?]).await?;
                let same =
                    |interface: &Observed| interface.properties.get("subnet_id") == item.properties.get("subnet_id");
                match there.into_iter().find(same) {
                    Some(interface) => Ok(vec![taken(&item.address, interface, true)]),
                    None => Err(refusal),
                }
            }
            Err(error) => Err(error),
        }
    }

    async fn delete(&self, cloud: &Cloud, _: Scope<'_>, _: &str, properties: &Properties) -> Result<Gone, CloudError> {
        found(cloud.send(action(properties, "remove_router_interface")?).await)?;
        Ok(Gone::Now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_routers_interface_is_one() {
        // The lab's answer, shortened.
        let port = |owner: &str| {
            json!({"id": "p", "name": "", "device_id": "r", "device_owner": owner, "description": "",
                "fixed_ips": [{"subnet_id": "s", "ip_address": "10.77.1.1"}], "created_at": "2026-11-24T18:50:09Z"})
        };
        let interface = read(&port(OWNERS[0])).expect("readable").expect("an interface");
        assert_eq!(interface.properties["router_id"], Value::from("r"));
        assert_eq!(interface.properties["subnet_id"], Value::from("s"));
        assert!(read(&port("network:router_gateway")).expect("readable").is_none());
    }
}
