//! The OpenStack services that gureum speaks to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The OpenStack service that a kind belongs to.
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
    /// Every service that gureum speaks to.
    pub const ALL: [Self; 6] =
        [Self::Identity, Self::Compute, Self::Network, Self::Image, Self::LoadBalancer, Self::ObjectStore];

    /// The service type in Keystone's catalogue (OpenStack service types authority).
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
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.catalogue_type())
    }
}
