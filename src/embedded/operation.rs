//! What this cloud can do: one line per operation, in one table per service; everything else answers 501 and is named.

use serde::{Deserialize, Serialize};

use super::context::Context;
use super::exchange::Reply;
use super::fault::Fault;

/// The services, each below its own prefix of the one port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// Keystone.
    Identity,
    /// Nova.
    Compute,
    /// Neutron.
    Network,
    /// Glance.
    Image,
    /// Octavia.
    LoadBalancer,
    /// Swift.
    ObjectStore,
}

impl Service {
    /// Every service.
    pub const ALL: [Self; 6] =
        [Self::Identity, Self::Compute, Self::Network, Self::Image, Self::LoadBalancer, Self::ObjectStore];

    /// The path that all of the service's paths begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Identity => "/v3",
            Self::Compute => "/compute",
            Self::Network => "/network",
            Self::Image => "/image",
            Self::LoadBalancer => "/load-balancer",
            Self::ObjectStore => "/object-store",
        }
    }

    /// The service whose path it is.
    pub fn of(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.has(path))
    }

    /// Whether a path is one of this service's.
    pub fn has(self, path: &str) -> bool {
        path.strip_prefix(self.prefix()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The type in the catalogue.
    pub fn catalogue_type(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Compute => "compute",
            Self::Network => "network",
            Self::Image => "image",
            Self::LoadBalancer => "load-balancer",
            Self::ObjectStore => "object-store",
        }
    }

    /// The name in the catalogue.
    pub fn project(self) -> &'static str {
        match self {
            Self::Identity => "keystone",
            Self::Compute => "nova",
            Self::Network => "neutron",
            Self::Image => "glance",
            Self::LoadBalancer => "octavia",
            Self::ObjectStore => "swift",
        }
    }

    /// The document of its operations.
    pub fn document(self) -> &'static str {
        match self {
            Self::Identity => "https://docs.openstack.org/api-ref/identity/v3/",
            Self::Compute => "https://docs.openstack.org/api-ref/compute/",
            Self::Network => "https://docs.openstack.org/api-ref/network/v2/",
            Self::Image => "https://docs.openstack.org/api-ref/image/v2/",
            Self::LoadBalancer => "https://docs.openstack.org/api-ref/load-balancer/v2/",
            Self::ObjectStore => "https://docs.openstack.org/api-ref/object-store/",
        }
    }

    /// What stands behind the prefix in the catalogue's URL.
    pub fn endpoint_tail(self) -> &'static str {
        match self {
            Self::Compute => "/v2.1",
            Self::ObjectStore => "/v1/AUTH_%(project_id)s",
            Self::Identity | Self::Network | Self::Image | Self::LoadBalancer => "",
        }
    }
}

/// Carries one operation out.
pub type Handler = fn(&mut Context<'_>) -> Result<Reply, Fault>;

/// One operation.
pub struct Operation {
    /// Its method.
    pub method: &'static str,
    /// Its path behind the service's prefix: `/v2.0/ports/{id}`; a last `{*rest}` takes all that follows.
    pub path: &'static str,
    /// What it does, in the API document's words.
    pub title: &'static str,
    /// Whether it answers without a token (versions documents, the token request itself).
    pub open: bool,
    /// Carries it out.
    pub handler: Handler,
}

impl Operation {
    /// An operation that needs a token.
    pub const fn new(method: &'static str, path: &'static str, title: &'static str, handler: Handler) -> Self {
        Self { method, path, title, open: false, handler }
    }

    /// The same without one.
    #[must_use]
    pub const fn open(self) -> Self {
        Self { open: true, ..self }
    }

    /// The parameters in the path, if it is of this operation's form.
    pub fn matches(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        path_matches(self.path, path)
    }
}

/// The parameters in a path, if it is of the pattern's form.
pub fn path_matches(pattern: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    let mut found = Vec::new();
    let mut given = path.trim_start_matches('/').trim_end_matches('/').split('/');
    for part in pattern.trim_start_matches('/').split('/') {
        if let Some(name) = part.strip_prefix("{*").and_then(|part| part.strip_suffix('}')) {
            let rest: Vec<&str> = given.by_ref().collect();
            if rest.is_empty() {
                return None;
            }
            found.push((name, rest.join("/")));
            return Some(found);
        }
        let actual = given.next()?;
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) if !actual.is_empty() => found.push((name, actual.to_owned())),
            None if part == actual => {}
            Some(_) | None => return None,
        }
    }
    given.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(path: &'static str) -> Operation {
        Operation::new("GET", path, "t", |_| Ok(Reply::empty(200)))
    }

    #[test]
    fn paths_match_whole_segments() {
        let port = operation("/v2.0/ports/{id}");
        assert_eq!(port.matches("/v2.0/ports/7"), Some(vec![("id", "7".to_owned())]));
        assert!(port.matches("/v2.0/ports").is_none());
        assert!(port.matches("/v2.0/ports/7/x").is_none());
        assert!(operation("/v2.0/ports").matches("/v2.0/ports/").is_some());
        let object = operation("/v1/{account}/{container}/{*object}");
        let found = object.matches("/v1/AUTH_a/c/x/y").expect("matches");
        assert_eq!(found[2], ("object", "x/y".to_owned()));
        assert!(object.matches("/v1/AUTH_a/c").is_none());
    }
}
