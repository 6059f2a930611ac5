//! What a cloud is: its services, flavors, images, external networks and the project's quotas.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::kind::{Quota, Service};

/// What was asked for, or why it is not known. What a role may not see is "not checked", never a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checked<T> {
    /// The cloud's answer.
    Known(T),
    /// Not seen, and what would be needed to see it, or that it was not asked for.
    NotChecked(String),
}

impl<T> Checked<T> {
    /// The answer, if there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::NotChecked(_) => None,
        }
    }
}

/// Facts of one cloud, as one project sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudFacts {
    /// Services in the catalogue for this region.
    pub services: BTreeSet<Service>,
    /// Flavors the project may use, sorted by vCPU, memory, disk and name.
    pub flavors: Vec<Flavor>,
    /// Active images the project may use, sorted by name and id.
    pub images: Vec<Image>,
    /// Networks with `router:external`, sorted by name and id.
    pub external_networks: Vec<ExternalNetwork>,
    /// The project's quotas. Asked for only when something may be created.
    pub quotas: BTreeMap<Quota, Checked<QuotaFact>>,
    /// Names of Nova's availability zones; not checked when the environment names none.
    pub availability_zones: Checked<BTreeSet<String>>,
}

impl CloudFacts {
    /// Of a cloud that nobody has looked at, for what does not depend on it.
    pub fn unseen() -> Self {
        Self {
            services: BTreeSet::new(),
            flavors: Vec::new(),
            images: Vec::new(),
            external_networks: Vec::new(),
            quotas: BTreeMap::new(),
            availability_zones: Checked::NotChecked("not asked for".to_owned()),
        }
    }

    /// The name of what an id of the cloud's own things stands for: a flavor's, an image's, an external network's.
    pub fn name_of(&self, property: &str, id: &str) -> Option<&str> {
        let last = property.rsplit('.').next().unwrap_or(property);
        match last {
            "flavorRef" => self.flavors.iter().find(|flavor| flavor.id == id).map(|flavor| flavor.name.as_str()),
            "imageRef" => self.images.iter().find(|image| image.id == id).map(|image| image.name.as_str()),
            "network_id" | "floating_network_id" => {
                self.external_networks.iter().find(|network| network.id == id).map(|network| network.name.as_str())
            }
            _ => None,
        }
    }
}

/// A flavor (Nova API v2.1, `flavors/detail`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flavor {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Virtual CPUs.
    pub vcpus: u32,
    /// Memory, MiB.
    pub ram_mib: u64,
    /// Root disk, GiB; 0 means as large as the image.
    pub disk_gib: u64,
}

/// An image (Image API v2, `images`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Its id.
    pub id: String,
    /// Its name; images may have none.
    pub name: String,
    /// Property `os_distro`, where it is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_distro: Option<String>,
    /// Property `os_version`, where it is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// Root disk it needs, GiB.
    pub min_disk_gib: u64,
    /// Memory it needs, MiB.
    pub min_ram_mib: u64,
    /// When it was made, RFC 3339.
    pub created_at: String,
}

/// A network that routers may take as their gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalNetwork {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// One limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaFact {
    /// How much there may be; −1 is unlimited.
    pub limit: i64,
    /// How much there is (for Neutron with what is reserved).
    pub used: i64,
}
