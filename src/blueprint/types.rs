//! A blueprint, checked: every name that it uses exists. Order of tiers and zones is the file's, for addresses follow it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Size, Span};

/// A use case as a government operator writes it down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blueprint {
    /// `usecase-2.6`.
    pub id: String,
    /// Its title.
    pub title: Localized,
    /// What it is for.
    pub description: Localized,
    /// Inconsistencies of the source and other things that a reader should know.
    pub notes: Vec<Localized>,
    /// Where exactly one of several services is taken.
    pub choices: Vec<Choice>,
    /// Operating systems that it can run on; the first is the default.
    pub systems: Vec<System>,
    /// Networks, in order.
    pub zones: Vec<Zone>,
    /// Servers, in order.
    pub tiers: Vec<Tier>,
    /// Who talks to whom.
    pub links: Vec<Link>,
    /// Load balancers.
    pub balancers: Vec<Balancer>,
    /// Object containers.
    pub storage: Vec<ObjectStorage>,
    /// Volumes.
    pub volumes: Vec<Volume>,
    /// Services that are bound from outside.
    pub external: Vec<External>,
    /// What the use case asks for beyond that.
    pub wants: Vec<Want>,
}

impl Blueprint {
    /// The tier of that name.
    pub fn tier(&self, name: &str) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.name == name)
    }

    /// The zone of that name.
    pub fn zone(&self, name: &str) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.name == name)
    }

    /// The choice of that name.
    pub fn choice(&self, name: &str) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.name == name)
    }
}

/// Text in Korean and English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Localized {
    /// Korean.
    pub ko: String,
    /// English.
    pub en: String,
}

/// Exactly one of several services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What it is called: `web`, `was`, `db`.
    pub name: String,
    /// The services; the first is the default.
    pub one_of: Vec<String>,
}

/// An operating system by gureum's name for it: `ubuntu-16.04`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct System(pub String);

/// A network of its own, behind the environment's router.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Zone {
    /// `web`.
    pub name: String,
}

/// What runs on a tier's servers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// This component.
    Named(String),
    /// What is taken in this choice.
    Chosen(String),
}

/// How many servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Where none is said.
    pub default: u32,
    /// At least.
    pub min: u32,
    /// At most; the tier's addresses are reserved for so many.
    pub max: u32,
}

/// Servers that are alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tier {
    /// `web`; its servers are `web-1`, `web-2`, …
    pub name: String,
    /// What it is for.
    pub title: Localized,
    /// What runs there.
    pub service: Service,
    /// What runs there beside it.
    pub also: Vec<String>,
    /// Settings of what runs there, by the names that the components give them.
    pub settings: BTreeMap<String, String>,
    /// How many.
    pub count: Count,
    /// Their size where none is said.
    pub size: Size,
    /// Their network.
    pub zone: String,
    /// Whether they are spread over hosts (a soft anti-affinity server group).
    pub spread: bool,
    /// Whether they hold data that outlives mistakes.
    pub bears_data: bool,
    /// Whether each gets a floating address.
    pub public: bool,
    /// An operating system of its own, where the environment's does not do.
    pub system: Option<System>,
    /// Where it stands in the file.
    #[serde(skip)]
    pub span: Span,
}

/// An end of a link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// Anybody.
    Internet,
    /// A tier's servers.
    Tier(String),
    /// A load balancer's virtual IP.
    Balancer(String),
    /// A service outside.
    External(String),
}

/// A transport protocol, or an application protocol over TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Protocol {
    Tcp,
    Udp,
    Http,
    Https,
}

/// The port of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPort {
    /// This one.
    Number(u16),
    /// From the first to the last.
    Range(u16, u16),
    /// The own port of the service that runs on the tier which is linked to, whichever is chosen.
    OfService,
}

/// Who talks to whom. Where nothing is linked nothing is let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Who begins.
    pub from: Endpoint,
    /// Whom with.
    pub to: Endpoint,
    /// On which port.
    pub port: LinkPort,
    /// TCP unless said otherwise.
    pub protocol: Protocol,
    /// Where it stands in the file.
    #[serde(skip)]
    pub span: Span,
}

/// A load balancer: one virtual IP with its listeners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Balancer {
    /// `front`.
    pub name: String,
    /// The zone of its virtual IP.
    pub zone: String,
    /// Whether it has a floating address.
    pub public: bool,
    /// What it listens to; at least one.
    pub listeners: Vec<Listener>,
    /// Where it stands in the file.
    #[serde(skip)]
    pub span: Span,
}

/// A port that a load balancer listens on, and the pool of servers behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listener {
    /// Listener and pool name (`http`).
    pub name: String,
    /// What clients speak.
    pub protocol: Protocol,
    /// Where clients speak to it.
    pub port: u16,
    /// The tier it spreads over.
    pub to: String,
    /// The members' port.
    pub to_port: u16,
    /// Whether a client stays with its server.
    pub sticky: bool,
    /// How members are watched.
    pub health: Health,
}

/// A health monitor's settings (Octavia's words).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The path that an HTTP monitor asks for; without one the monitor only connects (TCP).
    pub path: Option<String>,
    /// Seconds between checks.
    pub delay: u32,
    /// Seconds until a check has failed.
    pub timeout: u32,
    /// Failures until a member is out.
    pub max_retries: u32,
}

/// An object container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObjectStorage {
    /// `assets`.
    pub name: String,
    /// Tiers that use it.
    pub used_by: Vec<String>,
}

/// A volume on each server of a tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Volume {
    /// `data`.
    pub name: String,
    /// On which tier.
    pub tier: String,
    /// GiB.
    pub size_gib: u32,
}

/// A service outside the environment that tiers use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct External {
    /// `speech`.
    pub name: String,
    /// What it is.
    pub title: Localized,
    /// What the user has to say to bind it: `url`, `key`, …
    pub needs: Vec<String>,
    /// Whether the environment works without it.
    pub optional: bool,
    /// The tier that is not deployed where this service is bound.
    pub replaces: Option<String>,
}

/// What the use case asks for beyond servers and networks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Want {
    /// A tier grows and shrinks by itself.
    AutoScaling {
        /// Which.
        tier: String,
        /// At least.
        min: u32,
        /// At most.
        max: u32,
    },
    /// A balancer speaks TLS.
    Tls {
        /// Which.
        balancer: String,
    },
    /// A site-to-site VPN into a zone.
    Vpn {
        /// Which.
        zone: String,
    },
    /// Two tiers are one Kubernetes cluster.
    Kubernetes {
        /// The tier of its master nodes.
        masters: String,
        /// The tier of its worker nodes.
        workers: String,
    },
    /// Tiers' services are made known to applications on a platform (Cloud Foundry's user-provided services, Kubernetes' Secrets).
    Offer {
        /// The platform: a bound service, or a tier of a cluster.
        to: Endpoint,
        /// Whose services.
        tiers: Vec<String>,
    },
    /// The platform's own monitoring dashboard.
    Monitoring,
}
