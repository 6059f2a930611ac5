//! What a kind's page says.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::Address;
pub use crate::model::Service;

/// The kinds, by OpenStack's own words for its resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Kind {
    Network,
    Subnet,
    Router,
    RouterInterface,
    SecurityGroup,
    SecurityGroupRule,
    Port,
    ServerGroup,
    Server,
    FloatingIp,
    LoadBalancer,
    Listener,
    Pool,
    Member,
    HealthMonitor,
    Container,
    Claim,
    Object,
    Guest,
}

impl Kind {
    /// Every kind there is.
    pub const EVERY: [Self; 19] = [
        Self::Network,
        Self::Subnet,
        Self::Router,
        Self::RouterInterface,
        Self::SecurityGroup,
        Self::SecurityGroupRule,
        Self::Port,
        Self::ServerGroup,
        Self::Server,
        Self::FloatingIp,
        Self::LoadBalancer,
        Self::Listener,
        Self::Pool,
        Self::Member,
        Self::HealthMonitor,
        Self::Container,
        Self::Claim,
        Self::Object,
        Self::Guest,
    ];
}

impl Kind {
    /// Whether what stands at that address holds data by its nature. The container of the guests' reports holds nothing that
    /// anybody would miss.
    pub fn bears_data_at(self, address: &Address) -> bool {
        self.spec().bears_data && *address != signals()
    }
}

impl Kind {
    /// Whether it only says something of its parent, and is no resource of its own: it is not counted, and it stays as long as
    /// its parent does.
    pub fn is_word(self) -> bool {
        matches!(self, Self::Claim | Self::Guest)
    }
}

/// Where the container stands in which guests report how their first boot goes.
pub fn signals() -> Address {
    Address::new("container", "signals")
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.spec().title)
    }
}

/// Where a kind's mark stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// `description` is exactly `gureum <name> <id>`.
    Description,
    /// Metadata `gureum` is that text; the tag `gureum-<id>` is only the filter.
    Metadata,
    /// The name ends in `-<id>`.
    Name,
    /// It has none of its own: it is ours if its parent is.
    Parent,
}

/// How an address is read back from what the cloud shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// From the name: `<environment>-<local>`.
    Name,
    /// From the name between environment and id: `<environment>-<local>-<id>`.
    NameBeforeId,
    /// From metadata `gureum_address`.
    Metadata,
    /// From the content (a rule's fields, a member's address and port); the kind's file has the function.
    Content,
    /// From what this property refers to: a floating IP's port, an interface's subnet.
    Reference(&'static str),
    /// There is one per parent.
    Only,
}

/// What a difference in a property asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// An update request.
    InPlace,
    /// Deletion and creation.
    Replace,
    /// It is shown and never acted upon by itself (user-data).
    Reported,
    /// Nothing: it is given when the resource is made and never looked at again.
    Never,
}

/// When two values of a property are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// Equal; of maps the keys that we set, of lists the same length and order.
    Exact,
    /// Lists as sets.
    Unordered,
    /// Every item or key that we set is there; others do not matter.
    AtLeast,
}

/// One property of a kind.
#[derive(Debug)]
pub struct Property {
    /// OpenStack's own name, as the create request has it.
    pub name: &'static str,
    /// What a difference asks for.
    pub change: Change,
    /// What a difference is.
    pub compare: Compare,
}

impl Property {
    /// Mended by an update.
    pub const fn in_place(name: &'static str) -> Self {
        Self { name, change: Change::InPlace, compare: Compare::Exact }
    }

    /// Mended only by a replacement.
    pub const fn replace(name: &'static str) -> Self {
        Self { name, change: Change::Replace, compare: Compare::Exact }
    }

    /// Shown only.
    pub const fn reported(name: &'static str) -> Self {
        Self { name, change: Change::Reported, compare: Compare::Exact }
    }

    /// Given with the creation only.
    pub const fn once(name: &'static str) -> Self {
        Self { name, change: Change::Never, compare: Compare::Exact }
    }

    /// The same with another comparison.
    #[must_use]
    pub const fn compared(self, compare: Compare) -> Self {
        Self { compare, ..self }
    }
}

/// How many of a kind one request makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bulk {
    /// One.
    None,
    /// Whatever is ready together.
    Any,
    /// What is ready together and has the same parent.
    SameParent,
}

/// When something of a kind is finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settles {
    /// With the answer to its request.
    AtOnce,
    /// When a later list shows it so.
    Later,
    /// When a later list shows it so; the stages on its way are told, and patience begins anew with each.
    InStages,
}

/// Limits that a project may have. Names as the services' quota documents have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Quota {
    Instances,
    Cores,
    RamMib,
    ServerGroups,
    ServerGroupMembers,
    Network,
    Subnet,
    Router,
    Port,
    SecurityGroup,
    SecurityGroupRule,
    Floatingip,
    LoadBalancer,
    Listener,
    Pool,
    Member,
    HealthMonitor,
}

impl Quota {
    /// The service whose limit it is.
    pub fn service(self) -> Service {
        match self {
            Self::Instances | Self::Cores | Self::RamMib | Self::ServerGroups | Self::ServerGroupMembers => {
                Service::Compute
            }
            Self::Network
            | Self::Subnet
            | Self::Router
            | Self::Port
            | Self::SecurityGroup
            | Self::SecurityGroupRule
            | Self::Floatingip => Service::Network,
            Self::LoadBalancer | Self::Listener | Self::Pool | Self::Member | Self::HealthMonitor => {
                Service::LoadBalancer
            }
        }
    }

    /// The name as it is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::Cores => "cores",
            Self::RamMib => "ram",
            Self::ServerGroups => "server_groups",
            Self::ServerGroupMembers => "server_group_members",
            Self::Network => "network",
            Self::Subnet => "subnet",
            Self::Router => "router",
            Self::Port => "port",
            Self::SecurityGroup => "security_group",
            Self::SecurityGroupRule => "security_group_rule",
            Self::Floatingip => "floatingip",
            Self::LoadBalancer => "load_balancer",
            Self::Listener => "listener",
            Self::Pool => "pool",
            Self::Member => "member",
            Self::HealthMonitor => "health_monitor",
        }
    }
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A kind's page.
#[derive(Debug)]
pub struct KindSpec {
    /// Which kind.
    pub kind: Kind,
    /// Its word in addresses.
    pub word: &'static str,
    /// OpenStack's own words for it.
    pub title: &'static str,
    /// Whose it is.
    pub service: Service,
    /// Where its mark stands.
    pub mark: Mark,
    /// How its address is read back.
    pub key: Key,
    /// The property that refers to the parent, for kinds whose addresses stand below another's.
    pub parent: Option<&'static str>,
    /// The property whose resource, when deleted, takes this with it; no request of its own is then needed.
    pub deleted_with: Option<&'static str>,
    /// Everything that gureum sets, and only that.
    pub properties: &'static [Property],
    /// Whether a create that is sent twice can make two.
    pub can_act_twice: bool,
    /// How many one request makes.
    pub bulk: Bulk,
    /// Whether requests below the same top-level address go one at a time, each until it has settled.
    pub exclusive: bool,
    /// When it is finished.
    pub settles: Settles,
    /// Whether what a run made and never saw working is made again by the same run.
    pub made_again: bool,
    /// How long creation usually takes until settled, in milliseconds (the lab, alone); the journal teaches better.
    pub typical_ms: u64,
    /// Whether every one of this kind holds data that outlives mistakes, but for [`signals`].
    pub bears_data: bool,
    /// What of the quota one of it uses; a server's cores and memory come from its flavor.
    pub quota: &'static [Quota],
}

impl KindSpec {
    /// The property of that name.
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.properties.iter().find(|property| property.name == name)
    }
}
