//! Load balancers: a port for the virtual IP, the balancer, and for each listener a pool with members and a monitor.

use crate::blueprint::{Balancer, Blueprint, Listener, Protocol, Want};
use crate::kind::member_local_name;
use crate::model::{Address, OutputRef, Value};

use super::addresses::Addresses;
use super::draft::{Draft, map, properties};
use super::networks::subnet;
use super::servers;
use super::tiers::Decided;

/// What a listener really speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spoken<'a> {
    pub protocol: Protocol,
    pub port: u16,
    pub to: &'a str,
    pub to_port: u16,
}

/// What a balancer's listeners really speak. One that is to end TLS has no certificate yet: it speaks HTTP, on HTTP's port
/// instead of HTTPS's, and is left out where another one has that port.
pub(super) fn spoken<'a>(blueprint: &Blueprint, balancer: &'a Balancer) -> Vec<(&'a Listener, Spoken<'a>)> {
    let ends_tls = ends_tls(blueprint, balancer);
    let taken = |port: u16| balancer.listeners.iter().any(|listener| listener.port == port);
    let speaks = |listener: &'a Listener| {
        let (mut protocol, mut port) = (listener.protocol, listener.port);
        if ends_tls && protocol == Protocol::Https {
            protocol = Protocol::Http;
            if port == 443 {
                port = 80;
            }
            if port != listener.port && taken(port) {
                return None;
            }
        }
        Some((listener, Spoken { protocol, port, to: &listener.to, to_port: listener.to_port }))
    };
    balancer.listeners.iter().filter_map(speaks).collect()
}

fn ends_tls(blueprint: &Blueprint, balancer: &Balancer) -> bool {
    blueprint.wants.iter().any(|want| matches!(want, Want::Tls { balancer: of } if *of == balancer.name))
}

pub(super) fn add(draft: &mut Draft<'_>, addresses: &Addresses, tiers: &[Decided<'_>], external: &str) {
    for balancer in &draft.blueprint.balancers {
        add_one(draft, addresses, tiers, external, balancer);
    }
}

fn add_one(draft: &mut Draft<'_>, addresses: &Addresses, tiers: &[Decided<'_>], external: &str, balancer: &Balancer) {
    let vip = addresses.vip(&balancer.name);
    // Octavia puts the port into a group of its own and out of any other (docs/decisions/vip-port-groups.md).
    let port = servers::add_port(draft, &balancer.name, &balancer.zone, vip, None);
    let address = Address::new("balancer", &balancer.name);
    let mut is = draft.named(&balancer.name);
    is.extend(properties([
        ("admin_state_up", Value::from(true)),
        ("vip_port_id", Value::id_of(&port)),
        ("vip_subnet_id", Value::id_of(&subnet(&balancer.zone))),
        ("vip_address", Value::from(vip.to_string())),
    ]));
    draft.add(address.clone(), is);
    for (listener, spoken) in spoken(draft.blueprint, balancer) {
        add_listener(draft, &address, listener, spoken);
        if let Some(decided) = tiers.iter().find(|decided| decided.tier.name == spoken.to) {
            add_members(draft, addresses, &address, listener, decided);
        }
    }
    if balancer.public {
        let floating = servers::add_floating_ip(draft, &port, external);
        if draft.entry.is_none() {
            draft.entry = Some(OutputRef { address: floating, field: "floating_ip_address".into() });
        }
    }
}

fn add_listener(draft: &mut Draft<'_>, balancer: &Address, listener: &Listener, spoken: Spoken<'_>) {
    let pool = balancer.child("pool", &listener.name);
    let protocol = octavia(spoken.protocol);
    let mut is = draft.named(&listener.name);
    is.extend(properties([
        ("admin_state_up", Value::from(true)),
        ("loadbalancer_id", Value::id_of(balancer)),
        ("protocol", Value::from(protocol)),
        ("lb_algorithm", Value::from("ROUND_ROBIN")),
    ]));
    if listener.sticky {
        // A cookie needs HTTP.
        let by = if spoken.protocol == Protocol::Http { "HTTP_COOKIE" } else { "SOURCE_IP" };
        is.insert("session_persistence".into(), map([("type", Value::from(by))]));
    }
    draft.add(pool.clone(), is);

    let mut is = draft.named(&listener.name);
    is.extend(properties([
        ("admin_state_up", Value::from(true)),
        ("loadbalancer_id", Value::id_of(balancer)),
        ("protocol", Value::from(protocol)),
        ("protocol_port", Value::from(i64::from(spoken.port))),
        ("default_pool_id", Value::id_of(&pool)),
    ]));
    if spoken.protocol == Protocol::Http {
        is.insert("insert_headers".into(), map([("X-Forwarded-For", Value::from("true"))]));
    }
    draft.add(balancer.child("listener", &listener.name), is);

    let health = &listener.health;
    let mut is = properties([
        ("pool_id", Value::id_of(&pool)),
        ("name", Value::from(draft.environment.resource_name(&listener.name))),
        ("admin_state_up", Value::from(true)),
        ("delay", Value::from(i64::from(health.delay))),
        ("timeout", Value::from(i64::from(health.timeout))),
        ("max_retries", Value::from(i64::from(health.max_retries))),
    ]);
    let (watched, path) = match (&health.path, spoken.protocol) {
        (_, Protocol::Udp) => ("UDP-CONNECT", None),
        (Some(path), Protocol::Https) => ("HTTPS", Some(path)),
        (Some(path), Protocol::Http | Protocol::Tcp) => ("HTTP", Some(path)),
        (None, _) => ("TCP", None),
    };
    is.insert("type".into(), Value::from(watched));
    if let Some(path) = path {
        is.extend(properties([
            ("http_method", Value::from("GET")),
            ("url_path", Value::from(path.as_str())),
            ("expected_codes", Value::from("200")),
        ]));
    }
    draft.add(pool.child("monitor", ""), is);
}

fn add_members(
    draft: &mut Draft<'_>,
    addresses: &Addresses,
    balancer: &Address,
    listener: &Listener,
    decided: &Decided<'_>,
) {
    let pool = balancer.child("pool", &listener.name);
    let port = i64::from(listener.to_port);
    for number in 1..=decided.count {
        let address = addresses.server(&decided.tier.name, number).to_string();
        let local = servers::local_name(&decided.tier.name, number);
        let is = properties([
            ("pool_id", Value::id_of(&pool)),
            ("address", Value::from(address.as_str())),
            ("protocol_port", Value::from(port)),
            ("subnet_id", Value::id_of(&subnet(&decided.tier.zone))),
            ("name", Value::from(draft.environment.resource_name(&local))),
            ("weight", Value::from(1)),
            ("admin_state_up", Value::from(true)),
        ]);
        draft.add(pool.child("member", &member_local_name(&address, port)), is);
    }
}

/// Octavia's word; HTTPS passes TLS through to the members.
fn octavia(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
        Protocol::Http => "HTTP",
        Protocol::Https => "HTTPS",
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn a_balancer_has_a_port_of_ours_and_its_listener_a_pool_with_members_and_a_monitor() {
        let world = testing::shop();
        let desired = world.desired();
        let mark = world.environment.mark();
        let id = |address: &str| serde_json::json!({"$output": address, "field": "id"});
        assert_eq!(
            testing::addresses(&desired, &["balancer", "pool", "listener", "member", "monitor"]),
            [
                "balancer.front",
                "balancer.front/listener.http",
                "balancer.front/pool.http",
                "balancer.front/pool.http/member.10.10.1.11:80",
                "balancer.front/pool.http/member.10.10.1.12:80",
                "balancer.front/pool.http/monitor",
            ]
        );
        assert_eq!(
            testing::json(&desired, "balancer.front"),
            serde_json::json!({
                "name": "shop-front", "description": mark, "admin_state_up": true, "vip_port_id": id("port.front"),
                "vip_subnet_id": id("subnet.web"), "vip_address": "10.10.1.10",
            })
        );
        assert_eq!(
            testing::json(&desired, "balancer.front/pool.http"),
            serde_json::json!({
                "name": "shop-http", "description": mark, "admin_state_up": true, "loadbalancer_id": id("balancer.front"),
                "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN",
            })
        );
        assert_eq!(
            testing::json(&desired, "balancer.front/listener.http"),
            serde_json::json!({
                "name": "shop-http", "description": mark, "admin_state_up": true, "loadbalancer_id": id("balancer.front"),
                "protocol": "HTTP", "protocol_port": 80, "default_pool_id": id("balancer.front/pool.http"),
                "insert_headers": {"X-Forwarded-For": "true"},
            })
        );
        assert_eq!(
            testing::json(&desired, "balancer.front/pool.http/member.10.10.1.12:80"),
            serde_json::json!({
                "pool_id": id("balancer.front/pool.http"), "address": "10.10.1.12", "protocol_port": 80,
                "subnet_id": id("subnet.web"), "name": "shop-web-2", "weight": 1, "admin_state_up": true,
            })
        );
        assert_eq!(
            testing::json(&desired, "balancer.front/pool.http/monitor"),
            serde_json::json!({
                "pool_id": id("balancer.front/pool.http"), "type": "HTTP", "name": "shop-http", "admin_state_up": true,
                "delay": 5, "timeout": 3, "max_retries": 3, "http_method": "GET", "url_path": "/gureum/web", "expected_codes": "200",
            })
        );
        let vip = &desired.resources[&Address::new("port", "front")];
        assert!(vip.at_least.contains("security_groups"));
        assert!(vip.properties["security_groups"].items().is_empty());
        assert_eq!(
            testing::json(&desired, "floating-ip.front"),
            serde_json::json!({
                "description": mark, "floating_network_id": "ext-1", "port_id": id("port.front"),
            })
        );
        let entry = desired.entry.expect("an entry");
        assert_eq!((entry.address.as_str(), entry.field.as_str()), ("floating-ip.front", "floating_ip_address"));
    }

    #[test]
    fn what_would_end_tls_speaks_http_and_what_passes_it_through_stays() {
        let mut world = testing::shop();
        let listener = &mut world.blueprint.balancers[0].listeners[0];
        (listener.protocol, listener.port, listener.sticky) = (Protocol::Https, 443, true);
        let desired = world.desired();
        let listener = testing::json(&desired, "balancer.front/listener.http");
        assert_eq!((&listener["protocol"], &listener["protocol_port"]), (&"HTTP".into(), &80.into()));
        let persistence = &testing::json(&desired, "balancer.front/pool.http")["session_persistence"];
        assert_eq!(*persistence, serde_json::json!({"type": "HTTP_COOKIE"}));

        let mut both = world.blueprint.balancers[0].clone();
        both.listeners.push(Listener {
            name: "plain".into(),
            protocol: Protocol::Http,
            port: 80,
            ..both.listeners[0].clone()
        });
        let names = |blueprint: &Blueprint| -> Vec<String> {
            spoken(blueprint, &both).into_iter().map(|(listener, _)| listener.name.clone()).collect()
        };
        assert_eq!(names(&world.blueprint), ["plain"]);

        world.blueprint.wants.clear();
        assert_eq!(names(&world.blueprint), ["http", "plain"]);
        let desired = world.desired();
        let listener = testing::json(&desired, "balancer.front/listener.http");
        assert_eq!((&listener["protocol"], &listener["protocol_port"]), (&"HTTPS".into(), &443.into()));
        assert!(listener.get("insert_headers").is_none());
        assert_eq!(testing::json(&desired, "balancer.front/pool.http")["session_persistence"]["type"], "SOURCE_IP");
        assert_eq!(testing::json(&desired, "balancer.front/pool.http/monitor")["type"], "HTTPS");
    }

    #[test]
    fn a_monitor_without_a_path_only_connects() {
        let mut world = testing::shop();
        world.blueprint.balancers[0].listeners[0].health.path = None;
        let monitor = testing::json(&world.desired(), "balancer.front/pool.http/monitor");
        assert_eq!(monitor["type"], "TCP");
        assert!(monitor.get("url_path").is_none());
        world.blueprint.balancers[0].listeners[0].protocol = Protocol::Udp;
        assert_eq!(testing::json(&world.desired(), "balancer.front/pool.http/monitor")["type"], "UDP-CONNECT");
    }
}
