//! The public network of a new cloud.

use serde_json::json;

use super::kinds::{Kind, NETWORK, SUBNET};
use super::rows::object;
use crate::embedded::time::zulu;
use crate::embedded::world::World;

/// The public network's id.
pub const PUBLIC: &str = "00000000-0000-4000-a000-0000000000e1";
const PUBLIC_SUBNET: &str = "00000000-0000-4000-a000-0000000000e2";
const ADMIN: &str = "00000000000000000000000000000ad1";

/// Makes `public`: external, 10.250.0.0/24, as the lab has it.
pub fn seed(world: &mut World, now: i64) {
    let mut put = |kind: &Kind, id: &str, row: serde_json::Value| {
        let mut row = object(row);
        row.extend(object(json!({"id": id, "name": "public", "description": "", "tags": [], "project_id": ADMIN,
            "tenant_id": ADMIN, "created_at": zulu(now), "updated_at": zulu(now)})));
        world.put(kind.table, id, row);
    };
    put(
        &NETWORK,
        PUBLIC,
        json!({"admin_state_up": true, "mtu": 1500, "status": "ACTIVE", "shared": false,
            "availability_zone_hints": [], "availability_zones": [], "_scheduled": true, "ipv4_address_scope": null,
            "ipv6_address_scope": null, "router:external": true, "port_security_enabled": true,
            "qos_policy_id": null, "l2_adjacency": true, "is_default": false, "revision_number": 2,
            "provider:network_type": "flat", "provider:physical_network": "public",
            "provider:segmentation_id": null}),
    );
    put(
        &SUBNET,
        PUBLIC_SUBNET,
        json!({"network_id": PUBLIC, "ip_version": 4, "subnetpool_id": null, "enable_dhcp": false,
            "ipv6_ra_mode": null, "ipv6_address_mode": null, "gateway_ip": "10.250.0.1", "cidr": "10.250.0.0/24",
            "allocation_pools": [{"start": "10.250.0.20", "end": "10.250.0.250"}], "host_routes": [],
            "dns_nameservers": [], "service_types": [], "segment_id": null, "revision_number": 0}),
    );
}
