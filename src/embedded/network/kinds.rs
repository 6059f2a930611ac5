//! Neutron's kinds of resource: their names, attributes and the refusals that name them.

use super::attributes::{Attribute, fixed, needed, shown, value};
use super::checks::Check;
use super::{floating_ips, groups, networks};
use crate::embedded::fault::Fault;
use crate::embedded::world::{Row, World};

/// One kind of resource.
pub struct Kind {
    /// The table of its rows, and the name of its collection in JSON.
    pub table: &'static str,
    /// The name of one in JSON, in quotas and in policy rules.
    pub singular: &'static str,
    /// Its exception when there is none of that id.
    pub absent: &'static str,
    /// How its message names the kind, and how it ends.
    pub words: (&'static str, &'static str),
    /// Whether many can be created in one request.
    pub bulk: bool,
    /// Attributes, in the order in which they are checked.
    pub attributes: &'static [Attribute],
    /// Those that only the administrator sees.
    pub admin_sees: &'static [&'static str],
    /// Adds what other rows say, at a time; whether in the answer to the creation.
    pub complete: Option<fn(&World, i64, bool, &mut Row)>,
}

impl Kind {
    /// 404 in the kind's own words.
    pub fn not_found(&self, id: &str) -> Fault {
        let (name, end) = self.words;
        Fault::new(404, format!("{name} {id} {end}")).code(self.absent)
    }

    /// The collection's name in paths.
    pub fn path(&self) -> String {
        self.table.replace('_', "-")
    }
}

const NAME: Attribute = value("name", "\"\"", Check::Text(255));
const DESCRIPTION: Attribute = value("description", "\"\"", Check::Text(255));
const UP: Attribute = value("admin_state_up", "true", Check::Bool);
const HINTS: Attribute = fixed("availability_zone_hints", "[]", Check::List);
const ENDING: &str = "could not be found.";

/// Networks.
pub static NETWORK: Kind = Kind {
    table: "networks",
    singular: "network",
    absent: "NetworkNotFound",
    words: ("Network", ENDING),
    bulk: true,
    attributes: &[
        shown("id"),
        NAME,
        DESCRIPTION,
        UP,
        value("shared", "false", Check::Bool).guarded(),
        value("router:external", "false", Check::Bool).guarded(),
        value("is_default", "false", Check::Bool).guarded(),
        value("port_security_enabled", "true", Check::Bool),
        value("mtu", "0", Check::Number(0, 65_535)),
        value("qos_policy_id", "null", Check::IdOrNone),
        HINTS,
        fixed("provider:network_type", "null", Check::TextOrNone).guarded(),
        fixed("provider:physical_network", "null", Check::TextOrNone).guarded(),
        fixed("provider:segmentation_id", "null", Check::NumberOrNone).guarded(),
        shown("status"),
        shown("subnets"),
        shown("availability_zones"),
        shown("ipv4_address_scope"),
        shown("ipv6_address_scope"),
        shown("l2_adjacency"),
    ],
    admin_sees: &["provider:network_type", "provider:physical_network", "provider:segmentation_id"],
    complete: Some(networks::complete),
};

/// Subnets.
pub static SUBNET: Kind = Kind {
    table: "subnets",
    singular: "subnet",
    absent: "SubnetNotFound",
    words: ("Subnet", ENDING),
    bulk: true,
    attributes: &[
        shown("id"),
        NAME,
        DESCRIPTION,
        needed("ip_version", Check::Version),
        needed("network_id", Check::Id),
        fixed("subnetpool_id", "null", Check::IdOrNone),
        fixed("prefixlen", "null", Check::NumberOrNone),
        fixed("cidr", "null", Check::TextOrNone),
        value("gateway_ip", "", Check::AddressOrNone),
        value("allocation_pools", "", Check::Pools),
        value("dns_nameservers", "[]", Check::NameServers),
        value("host_routes", "[]", Check::Routes),
        value("enable_dhcp", "true", Check::Bool),
        fixed("ipv6_ra_mode", "null", Check::TextOrNone),
        fixed("ipv6_address_mode", "null", Check::TextOrNone),
        value("service_types", "[]", Check::List),
        value("segment_id", "null", Check::IdOrNone).guarded(),
    ],
    admin_sees: &["segment_id"],
    complete: None,
};

/// Ports.
pub static PORT: Kind = Kind {
    table: "ports",
    singular: "port",
    absent: "PortNotFound",
    words: ("Port", ENDING),
    bulk: true,
    attributes: &[
        shown("id"),
        NAME,
        DESCRIPTION,
        needed("network_id", Check::Id),
        UP,
        value("mac_address", "", Check::Mac).guarded_in_put(),
        value("fixed_ips", "", Check::FixedIps),
        value("device_id", "\"\"", Check::Text(255)),
        value("device_owner", "\"\"", Check::Text(255)),
        value("security_groups", "", Check::Ids),
        value("allowed_address_pairs", "[]", Check::Pairs),
        value("extra_dhcp_opts", "[]", Check::List),
        value("port_security_enabled", "", Check::Bool),
        value("binding:vnic_type", "\"normal\"", Check::OneOf(VNIC_TYPES)),
        value("binding:profile", "", Check::ObjectOrNone).guarded(),
        value("binding:host_id", "", Check::TextOrNone).guarded(),
        value("qos_policy_id", "null", Check::IdOrNone),
        fixed("tags", "[]", Check::List),
        shown("status"),
        shown("binding:vif_type"),
        shown("binding:vif_details"),
        shown("ip_allocation"),
        shown("qos_network_policy_id"),
        shown("resource_request"),
    ],
    admin_sees: &["binding:profile", "binding:host_id", "binding:vif_type", "binding:vif_details", "resource_request"],
    complete: None,
};

const VNIC_TYPES: &[&str] = &[
    "normal",
    "direct",
    "macvtap",
    "baremetal",
    "direct-physical",
    "virtio-forwarder",
    "smart-nic",
    "vdpa",
    "accelerator-direct",
    "accelerator-direct-physical",
    "remote-managed",
];

/// Routers.
pub static ROUTER: Kind = Kind {
    table: "routers",
    singular: "router",
    absent: "RouterNotFound",
    words: ("Router", "could not be found"),
    bulk: false,
    attributes: &[
        shown("id"),
        NAME,
        DESCRIPTION,
        UP,
        value("external_gateway_info", "null", Check::Gateway),
        HINTS,
        value("distributed", "", Check::Bool).guarded(),
        value("ha", "", Check::Bool).guarded(),
        fixed("flavor_id", "null", Check::IdOrNone),
        value("routes", "", Check::Routes).not_in_post(),
        shown("status"),
        shown("availability_zones"),
    ],
    admin_sees: &["distributed", "ha"],
    complete: None,
};

/// Security groups.
pub static SECURITY_GROUP: Kind = Kind {
    table: "security_groups",
    singular: "security_group",
    absent: "SecurityGroupNotFound",
    words: ("Security group", "does not exist"),
    bulk: true,
    attributes: &[
        shown("id"),
        NAME,
        DESCRIPTION,
        value("stateful", "true", Check::Bool),
        shown("security_group_rules"),
        shown("shared"),
    ],
    admin_sees: &[],
    complete: Some(groups::complete),
};

/// Rules of security groups.
pub static RULE: Kind = Kind {
    table: "security_group_rules",
    singular: "security_group_rule",
    absent: "SecurityGroupRuleNotFound",
    words: ("Security group rule", "does not exist"),
    bulk: true,
    attributes: &[
        shown("id"),
        needed("security_group_id", Check::Id).unchanging(),
        needed("direction", Check::OneOf(&["ingress", "egress"])).unchanging(),
        fixed("protocol", "null", Check::Protocol),
        fixed("port_range_min", "null", Check::PortNumber),
        fixed("port_range_max", "null", Check::PortNumber),
        fixed("ethertype", "\"IPv4\"", Check::EtherType),
        fixed("remote_ip_prefix", "null", Check::Prefix),
        fixed("remote_group_id", "null", Check::TextOrNone),
        fixed("remote_address_group_id", "null", Check::IdOrNone),
        DESCRIPTION,
        shown("normalized_cidr"),
    ],
    admin_sees: &["tags"],
    complete: Some(groups::complete_rule),
};

/// Floating addresses.
pub static FLOATING_IP: Kind = Kind {
    table: "floatingips",
    singular: "floatingip",
    absent: "FloatingIPNotFound",
    words: ("Floating IP", "could not be found"),
    bulk: false,
    attributes: &[
        shown("id"),
        DESCRIPTION,
        needed("floating_network_id", Check::Id),
        fixed("subnet_id", "null", Check::IdOrNone),
        fixed("floating_ip_address", "null", Check::AddressOrNone).guarded(),
        value("port_id", "null", Check::IdOrNone),
        value("fixed_ip_address", "null", Check::AddressOrNone),
        value("qos_policy_id", "null", Check::IdOrNone),
        shown("status"),
        shown("router_id"),
        shown("port_details"),
    ],
    admin_sees: &[],
    complete: Some(floating_ips::complete),
};

/// Every kind.
pub static KINDS: [&Kind; 7] = [&NETWORK, &SUBNET, &PORT, &ROUTER, &SECURITY_GROUP, &RULE, &FLOATING_IP];

impl Kind {
    /// The form of an attribute.
    pub fn check(&self, name: &str) -> Option<Check> {
        self.attributes.iter().find(|attribute| attribute.name() == name).map(Attribute::check)
    }
}
