//! How applications reach the environment's services: databases, caches, queues, gateways, and object containers.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::Serialize;

use crate::blueprint::{Blueprint, Inputs};
use crate::component;
use crate::model::{Diagnostics, EnvironmentKey, Role, SecretName};

use super::addresses::Addresses;
use super::chain::roles;
use super::servers::local_name;

/// One service that applications are bound to. What it is called and by which secret it is opened, every component of a role
/// has in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Binding {
    /// The tier, after which the binding is called.
    pub tier: String,
    /// What runs there: the scheme of its URL too.
    pub service: String,
    /// What it is for others.
    pub role: Role,
    /// Its servers; applications take the first.
    pub hosts: Vec<Ipv4Addr>,
    /// Its port.
    pub port: u16,
    /// The user that applications are, where it knows users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<&'static str>,
    /// The database that is theirs, where it has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<&'static str>,
    /// The secret that opens it.
    pub secret: SecretName,
}

/// An object container that applications use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// After which the binding is called.
    pub name: String,
    /// Its name in the object store.
    pub container: String,
}

/// What applications call themselves, and their database.
const APPLICATION: &str = "app";

/// The services of the environment that gureum installs and applications use.
pub fn bindings(
    blueprint: &Blueprint,
    inputs: &Inputs,
    environment: &EnvironmentKey,
) -> Result<Vec<Binding>, Diagnostics> {
    let addresses = Addresses::of(blueprint, &inputs.settings)?;
    let roles = roles(blueprint, inputs, environment);
    let mut found = Vec::new();
    for tier in &blueprint.tiers {
        let service = blueprint.service_of(tier, inputs);
        let (Some(component), Some(roles)) = (component::find(service), roles.get(&tier.name)) else { continue };
        let role = component.role;
        let (Some(port), Some((user, database, secret))) = (component.port, access(role)) else { continue };
        if roles.contains(&role) {
            let count = blueprint.count_of(tier, inputs);
            found.push(Binding {
                tier: tier.name.clone(),
                service: service.to_owned(),
                role,
                hosts: (1..=count).map(|number| addresses.server(&tier.name, number)).collect(),
                port,
                user,
                database,
                secret: SecretName(format!("{}.{secret}", tier.name)),
            });
        }
    }
    Ok(found)
}

/// User, database and secret of what has that role; none where applications are not bound to it.
fn access(role: Role) -> Option<(Option<&'static str>, Option<&'static str>, &'static str)> {
    match role {
        Role::Database => Some((Some(APPLICATION), Some(APPLICATION), "app_password")),
        Role::Queue => Some((Some(APPLICATION), None, "app_password")),
        Role::Cache => Some((None, None, "password")),
        Role::Gateway => Some((None, None, "api_key")),
        Role::Web | Role::Application | Role::Page | Role::Tool => None,
    }
}

/// The environment's object containers.
pub fn buckets(blueprint: &Blueprint, environment: &EnvironmentKey) -> Vec<Bucket> {
    let bucket = |name: &String| Bucket {
        name: name.clone(),
        container: format!("{}-{}", environment.resource_name(name), environment.id()),
    };
    blueprint.storage.iter().map(|storage| bucket(&storage.name)).collect()
}

/// Every server's own address by its local name, the bastion's too where there is one; it does not depend on the cloud.
pub fn server_addresses(blueprint: &Blueprint, inputs: &Inputs) -> Result<BTreeMap<String, Ipv4Addr>, Diagnostics> {
    let addresses = Addresses::of(blueprint, &inputs.settings)?;
    let mut found = BTreeMap::new();
    for tier in &blueprint.tiers {
        let numbers = 1..=blueprint.count_of(tier, inputs);
        found.extend(numbers.map(|number| (local_name(&tier.name, number), addresses.server(&tier.name, number))));
    }
    if let Some(zone) = blueprint.zones.first().filter(|_| inputs.settings.ssh_from.is_some()) {
        found.insert(local_name(super::bastion::BASTION, 1), addresses.bastion(&zone.name));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn servers_have_the_addresses_that_their_ports_have() {
        let mut world = testing::shop();
        world.inputs.settings.ssh_from = Some("203.0.113.0/24".parse().expect("a range"));
        let addresses = server_addresses(&world.blueprint, &world.inputs).expect("there is room");
        let desired = world.desired();
        let servers = testing::addresses(&desired, &["server"]);
        assert_eq!(servers.len(), addresses.len());
        for server in servers {
            let local = server.strip_prefix("server.").expect("a server");
            let port = testing::json(&desired, &format!("port.{local}"));
            assert_eq!(port["fixed_ips"][0]["ip_address"], addresses[local].to_string(), "{local}");
        }
    }

    #[test]
    fn containers_are_named_as_they_are_made() {
        let world = testing::shop();
        let [bucket] = &buckets(&world.blueprint, &world.environment)[..] else { panic!("one container") };
        assert_eq!(testing::json(&world.desired(), "container.assets")["name"], bucket.container.as_str());
    }
}
