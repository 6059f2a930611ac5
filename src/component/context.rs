//! What templates may name: one server as its components see it. `docs/components.md` lists the words.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::SecretName;

use super::placeholder;
use super::types::Role;

/// The words of the context, which no variable of a manifest may take.
pub(super) const WORDS: [&str; 21] = [
    "server",
    "local",
    "tier",
    "environment",
    "environment_id",
    "system",
    "address",
    "cidr",
    "network",
    "secrets",
    "links",
    "clients",
    "containers",
    "token",
    "component",
    "port",
    "unit",
    "program",
    "settings",
    "beside",
    "loop",
];

/// One server, whatever runs on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Context {
    /// The server's name on the cloud, which is its host name: `shop-web-1`.
    pub server: String,
    /// Its name within the environment: `web-1`.
    pub local: String,
    /// Its tier: `web`.
    pub tier: String,
    /// The environment's name: `shop`.
    pub environment: String,
    /// The environment's id: 8 hex digits.
    pub environment_id: String,
    /// Its operating system: `ubuntu-16.04`.
    pub system: String,
    /// Its IPv4 address.
    pub address: String,
    /// Its own subnet.
    pub cidr: String,
    /// The range that all networks of the environment lie in.
    pub network: String,
    /// The secrets of its tier: a placeholder by name.
    pub secrets: BTreeMap<String, String>,
    /// Whom it may talk to, by role: the first tier that a link leads to.
    pub links: BTreeMap<Role, Link>,
    /// Who may talk to it.
    pub clients: Vec<Client>,
    /// The object containers that its tier uses.
    pub containers: Vec<Container>,
    /// This deployment's own word: `구름-<environment id>`.
    pub token: String,
    /// The settings that the blueprint gives its tier; templates see them over the components' own.
    #[serde(skip)]
    pub settings: BTreeMap<String, String>,
}

/// A tier that is talked to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Which.
    pub tier: String,
    /// What runs there.
    pub service: String,
    /// On which port.
    pub port: u16,
    /// Its servers, or the load balancer before them.
    pub servers: Vec<Peer>,
    /// The secrets of that tier: a placeholder by name.
    pub secrets: BTreeMap<String, String>,
}

/// Who may talk to the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Client {
    /// A tier, a load balancer, or `internet`.
    pub tier: String,
    /// What it is for others: a [`Role`]'s word, `balancer`, `internet`, or `other` where nothing of ours runs there.
    pub role: String,
    /// The roles of all that runs there.
    pub roles: Vec<Role>,
    /// What runs there.
    pub service: String,
    /// The range that it talks from.
    pub cidr: String,
    /// Its servers; empty where they are not ours.
    pub servers: Vec<Peer>,
}

/// Another server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Peer {
    /// Its name on the cloud.
    pub name: String,
    /// Its name within the environment.
    pub local: String,
    /// Its IPv4 address.
    pub address: String,
}

/// An object container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Container {
    /// Its name on the cloud.
    pub name: String,
    /// Its name within the environment.
    pub local: String,
}

/// The secrets of a tier as templates see them: by their short name, what stands for the value of `<tier>.<name>`.
pub fn secrets_of<'a>(tier: &str, names: impl IntoIterator<Item = &'a String>) -> BTreeMap<String, String> {
    let stands_for = |name: &String| (name.clone(), placeholder::secret(&SecretName(format!("{tier}.{name}"))));
    names.into_iter().map(stands_for).collect()
}
