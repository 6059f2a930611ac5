//! A network and a subnet for each zone, and one router between them and the world.

use crate::model::{Address, Value};
use crate::snapshot::ExternalNetwork;

use super::addresses::Addresses;
use super::draft::{Draft, map, properties};

/// The one router's local name.
const ROUTER: &str = "main";

pub(super) fn network(zone: &str) -> Address {
    Address::new("network", zone)
}

pub(super) fn subnet(zone: &str) -> Address {
    Address::new("subnet", zone)
}

pub(super) fn add(draft: &mut Draft<'_>, addresses: &Addresses, external: &ExternalNetwork) {
    let router = Address::new("router", ROUTER);
    let mut gateway = draft.named(ROUTER);
    gateway.extend(properties([
        ("admin_state_up", Value::from(true)),
        ("external_gateway_info", map([("network_id", Value::from(external.id.as_str()))])),
    ]));
    draft.add(router.clone(), gateway);
    let dns: Vec<Value> = draft.inputs.settings.dns.iter().map(|server| Value::from(server.to_string())).collect();
    for zone in &draft.blueprint.zones {
        let zone = &zone.name;
        let mut is = draft.named(zone);
        is.extend(properties([("admin_state_up", Value::from(true))]));
        draft.add(network(zone), is);
        let (start, end) = addresses.pool(zone);
        let pool = map([("start", Value::from(start.to_string())), ("end", Value::from(end.to_string()))]);
        let mut is = draft.named(zone);
        is.extend(properties([
            ("network_id", Value::id_of(&network(zone))),
            ("cidr", Value::from(addresses.range(zone).to_string())),
            ("enable_dhcp", Value::from(true)),
            ("dns_nameservers", Value::List(dns.clone())),
            ("allocation_pools", Value::List(vec![pool])),
        ]));
        draft.add(subnet(zone), is);
        let is = properties([("router_id", Value::id_of(&router)), ("subnet_id", Value::id_of(&subnet(zone)))]);
        draft.add(router.child("interface", zone), is);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;

    #[test]
    fn each_zone_has_network_subnet_and_interface_and_one_router_leads_out() {
        let mut world = testing::shop();
        world.inputs.settings.dns = vec!["10.0.0.53".parse().expect("an address")];
        let desired = world.desired();
        assert_eq!(
            testing::addresses(&desired, &["network", "subnet", "router", "interface"]),
            [
                "network.db",
                "network.was",
                "network.web",
                "router.main",
                "router.main/interface.db",
                "router.main/interface.was",
                "router.main/interface.web",
                "subnet.db",
                "subnet.was",
                "subnet.web",
            ]
        );
        assert_eq!(
            testing::json(&desired, "subnet.was"),
            serde_json::json!({
                "name": "shop-was", "description": world.environment.mark(),
                "network_id": {"$output": "network.was", "field": "id"}, "cidr": "10.10.2.0/24", "enable_dhcp": true,
                "dns_nameservers": ["10.0.0.53"], "allocation_pools": [{"start": "10.10.2.128", "end": "10.10.2.254"}],
            })
        );
        assert_eq!(
            testing::json(&desired, "router.main")["external_gateway_info"],
            serde_json::json!({"network_id": "ext-1"})
        );
        assert_eq!(
            testing::json(&desired, "router.main/interface.web"),
            serde_json::json!({
                "router_id": {"$output": "router.main", "field": "id"}, "subnet_id": {"$output": "subnet.web", "field": "id"},
            })
        );
    }
}
