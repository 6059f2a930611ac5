//! The ways that a request takes through an environment: what verification follows, hop by hop.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::OutputRef;

/// What a service is for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A web server, in front of applications.
    Web,
    /// An application server.
    Application,
    /// A relational database.
    Database,
    /// A cache.
    Cache,
    /// A message queue.
    Queue,
    /// An API gateway, in front of applications.
    Gateway,
    /// A page that a web server makes itself.
    Page,
    /// A tool with pages of its own.
    Tool,
}

impl Role {
    /// As manifests and the self-check write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Application => "application",
            Self::Database => "database",
            Self::Cache => "cache",
            Self::Queue => "queue",
            Self::Gateway => "gateway",
            Self::Page => "page",
            Self::Tool => "tool",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// All that one environment's verification has to see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chain {
    /// The environment's name.
    pub environment: String,
    /// The word that this deployment's database holds.
    pub token: String,
    /// Where requests from outside come in.
    pub fronts: Vec<Front>,
    /// The servers that something is installed on.
    pub nodes: Vec<Node>,
}

/// A place where requests from outside come in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Front {
    /// The load balancer's name, or that of the server which has a floating address itself.
    pub name: String,
    /// Which floating address it is.
    pub address: OutputRef,
    /// On which port.
    pub port: u16,
    /// The servers behind it, by local name.
    pub servers: Vec<String>,
}

/// A server of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// `was-1`.
    pub local: String,
    /// What its components are for others.
    pub roles: Vec<Role>,
    /// What its own answer must tell of: the roles of what it depends on.
    pub depends_on: Vec<Role>,
    /// The application servers that it passes requests on to.
    pub applications: Vec<String>,
    /// The gateways that it passes requests on to.
    pub gateways: Vec<String>,
}

/// The word that a deployment's database holds, from the environment's id: `구름-1a2b3c4d`.
pub fn token(environment_id: &str) -> String {
    format!("구름-{environment_id}")
}

impl Chain {
    /// The server of that local name.
    pub fn node(&self, local: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.local == local)
    }
}

impl Node {
    /// Whether it has that role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}
