//! What an operation has at hand: the request, who asks, the time, and the world.

use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::cloud::Settings;
use super::exchange::Request;
use super::fault::Fault;
use super::world::{Row, World};

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// The user's id.
    pub user: String,
    /// The project's id.
    pub project: String,
    /// Names of the roles in it.
    pub roles: Vec<String>,
}

impl Caller {
    /// Whether it administers the cloud.
    pub fn is_admin(&self) -> bool {
        self.roles.iter().any(|role| role == "admin")
    }
}

/// What an operation has at hand.
pub struct Context<'a> {
    /// The world, which it may change.
    pub world: &'a mut World,
    /// Milliseconds since the Unix epoch.
    pub now: i64,
    /// The request.
    pub request: &'a Request,
    /// Who asks.
    pub caller: Caller,
    /// The parameters of its path.
    pub parameters: Vec<(&'static str, String)>,
    /// How this cloud behaves.
    pub settings: &'a Settings,
}

impl Context<'_> {
    /// A parameter of the path; empty if its operation has none of that name.
    pub fn parameter(&self, name: &str) -> String {
        self.parameters.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// A new UUID: the same in every run of the same requests.
    pub fn uuid(&mut self) -> String {
        let number = self.world.next();
        let digest = Sha256::digest(format!("{}/{number}", self.settings.seed));
        let hex = format!("{digest:x}");
        format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
    }

    /// The request's JSON body, an object.
    pub fn body(&self) -> Result<Row, Fault> {
        match serde_json::from_slice(&self.request.body) {
            Ok(Json::Object(map)) => Ok(map),
            Ok(_) | Err(_) => Err(Fault::new(400, "Malformed request body")),
        }
    }

    /// The object below a key of the body: `{"network": {…}}`.
    pub fn body_of(&self, key: &str) -> Result<Row, Fault> {
        match self.body()?.remove(key) {
            Some(Json::Object(map)) => Ok(map),
            _ => Err(Fault::new(400, format!("Unable to find '{key}' in request body"))),
        }
    }

    /// Where clients reach this cloud: `http://127.0.0.1:PORT`.
    pub fn base(&self) -> String {
        match self.request.header("host") {
            Some(host) => format!("http://{host}"),
            None => "http://127.0.0.1".to_owned(),
        }
    }
}

/// A row without what clients do not see.
pub fn shown(row: &Row) -> Map<String, Json> {
    row.iter().filter(|(name, _)| !name.starts_with('_')).map(|(name, value)| (name.clone(), value.clone())).collect()
}
