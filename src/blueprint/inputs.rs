//! What the user says beside the blueprint: flags, `--set`, an environment file, `config.yaml`. All say the same things.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use crate::model::{EnvironmentName, Size};

/// One environment's inputs. They serialise into the journal, where a later run starts from them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Inputs {
    /// The environment's name, where it is not the use case's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<EnvironmentName>,
    /// The blueprint's id.
    pub usecase: String,
    /// The size of every server that no tier's own size is said for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flavor: Option<Size>,
    /// The operating system of every server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    /// By tier.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tiers: BTreeMap<String, TierInputs>,
    /// How far a deploy goes; until the service answers unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Goal>,
    /// How the environment meets this cloud.
    pub settings: Settings,
}

/// How far a deploy goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Until the cloud says ACTIVE; what runs inside the servers is not waited for.
    Active,
    /// Until every server has said that it is ready, and the service answers.
    #[default]
    Ready,
}

impl Inputs {
    /// These inputs, and over them what `over` says: it wins wherever it says something.
    #[must_use]
    pub fn merged(mut self, over: Self) -> Self {
        for (tier, over) in over.tiers {
            let said = self.tiers.entry(tier).or_default();
            said.count = over.count.or(said.count);
            said.size = over.size.or(said.size);
            said.service = over.service.or_else(|| said.service.take());
        }
        Self {
            name: over.name.or(self.name),
            usecase: if over.usecase.is_empty() { self.usecase } else { over.usecase },
            flavor: over.flavor.or(self.flavor),
            os: over.os.or(self.os),
            tiers: self.tiers,
            until: over.until.or(self.until),
            settings: self.settings.merged(over.settings),
        }
    }
}

impl Settings {
    /// These settings, and over them what `over` says.
    #[must_use]
    pub fn merged(mut self, over: Self) -> Self {
        self.flavors.extend(over.flavors);
        self.images.extend(over.images);
        self.os_mirror.extend(over.os_mirror);
        self.artifacts.extend(over.artifacts);
        Self {
            external_network: over.external_network.or(self.external_network),
            dns: if over.dns.is_empty() { self.dns } else { over.dns },
            availability_zone: over.availability_zone.or(self.availability_zone),
            ssh_key: over.ssh_key.or(self.ssh_key),
            ssh_from: over.ssh_from.or(self.ssh_from),
            cidr: over.cidr.or(self.cidr),
            egress: over.egress.or(self.egress),
            config_drive: over.config_drive.or(self.config_drive),
            flavors: self.flavors,
            images: self.images,
            os_mirror: self.os_mirror,
            artifact_base_url: over.artifact_base_url.or(self.artifact_base_url),
            artifacts: self.artifacts,
            ca_bundle: over.ca_bundle.or(self.ca_bundle),
            ntp: if over.ntp.is_empty() { self.ntp } else { over.ntp },
            proxy: over.proxy.or(self.proxy),
            pip_index: over.pip_index.or(self.pip_index),
            npm_index: over.npm_index.or(self.npm_index),
            user_data: over.user_data.or(self.user_data),
        }
    }

    /// Where that operating system's packages come from: its own mirror, else the one for all, else the system's own archive.
    pub fn mirror_of(&self, system: &str) -> Option<&str> {
        self.os_mirror.get(system).or_else(|| self.os_mirror.get(EVERY_SYSTEM)).map(String::as_str)
    }
}

/// The key of [`Settings::os_mirror`] that stands for every operating system.
pub const EVERY_SYSTEM: &str = "*";

/// What is said of one artifact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ArtifactInputs {
    /// The SHA-256 of its content, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// What is said of one tier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TierInputs {
    /// How many servers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Their size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Which of the choice's services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
}

/// How an environment meets a cloud.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Name or id of the external network, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_network: Option<String>,
    /// DNS servers for the guests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns: Vec<std::net::IpAddr>,
    /// Nova's availability zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// An SSH public key that goes into user-data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_key: Option<String>,
    /// From where SSH is let in: plans a bastion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_from: Option<Ipv4Net>,
    /// The range that zones take their networks from; 10.10.0.0/16 unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cidr: Option<Ipv4Net>,
    /// Ranges that servers may reach; open unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress: Option<Vec<Ipv4Net>>,
    /// Whether servers get a config drive; they do unless said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_drive: Option<bool>,
    /// Flavor names by size, where the smallest fit is not wanted; `*` stands for any characters.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub flavors: BTreeMap<Size, String>,
    /// Image names by operating system; `*` stands for any characters.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub images: BTreeMap<String, String>,
    /// Where packages come from, by operating system; `*` is every system that has none of its own.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub os_mirror: BTreeMap<String, String>,
    /// What artifacts lie below, instead of where their makers publish them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact_base_url: Option<String>,
    /// By an artifact's name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub artifacts: BTreeMap<String, ArtifactInputs>,
    /// Certificates, in PEM, that guests trust beside their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_bundle: Option<String>,
    /// Time servers for the guests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ntp: Vec<String>,
    /// The proxy through which guests fetch packages and artifacts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// Python's package index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pip_index: Option<String>,
    /// Node's package registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub npm_index: Option<String>,
    /// The operator's own part of every server's user-data: a cloud-config or a script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_data: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_over_wins_and_the_rest_stays() {
        let below: Inputs = serde_json::from_str(
            r#"{"name":"a","usecase":"u","flavor":"small","os":"debian-12","tiers":{"web":{"count":2,"size":"small"}},
                "settings":{"dns":["8.8.8.8"],"cidr":"10.0.0.0/16","flavors":{"small":"s"},"egress":[]}}"#,
        )
        .expect("inputs");
        let over: Inputs = serde_json::from_str(
            r#"{"usecase":"","tiers":{"web":{"count":3},"db":{"service":"mariadb"}},"settings":{"flavors":{"large":"l"},
                "egress":["10.0.0.0/8"],"config_drive":false}}"#,
        )
        .expect("inputs");
        let expected: Inputs = serde_json::from_str(
            r#"{"name":"a","usecase":"u","flavor":"small","os":"debian-12","tiers":{"web":{"count":3,"size":"small"},
                "db":{"service":"mariadb"}},"settings":{"dns":["8.8.8.8"],"cidr":"10.0.0.0/16","flavors":{"small":"s",
                "large":"l"},"egress":["10.0.0.0/8"],"config_drive":false}}"#,
        )
        .expect("inputs");
        assert_eq!(below.clone().merged(over), expected);
        assert_eq!(below.clone().merged(Inputs::default()), below);
        assert_eq!(Inputs::default().merged(below.clone()), below);
    }
}
