//! Every driver against the real OpenStack of the lab: one of every kind is made, seen, made again (and taken up), changed in every
//! property that can be changed, and deleted, until nothing is left.
//!
//! `cargo test --test lab_drivers -- --ignored --nocapture`, with the lab up. It reads the lab's own `clouds.yaml`.

mod world;

use gureum::cloud::{Call, Method};
use gureum::event::Known;
use gureum::kind::{Change, Kind, member_local_name, rule_local_name};
use gureum::model::{Address, Service, Value};
use gureum::snapshot::{Checked, Status};
use serde_json::{Value as Json, json};
use world::{World, properties, value};

/// Another value of each property that a kind can change in place, as somebody at the dashboard might set it.
fn other(kind: Kind, name: &str, before: &Value) -> Option<Value> {
    Some(match (kind, name) {
        (_, "name") => Value::from("renamed"),
        (_, "description") => Value::from(""),
        (_, "admin_state_up") => Value::from(before != &Value::from(true)),
        (Kind::Subnet, "enable_dhcp") => Value::from(false),
        (Kind::Subnet, "dns_nameservers") => value(&json!(["9.9.9.9", "8.8.4.4"])),
        (Kind::Subnet, "allocation_pools") => value(&json!([{"start": "10.77.1.200", "end": "10.77.1.220"}])),
        (Kind::Pool, "lb_algorithm") => Value::from("LEAST_CONNECTIONS"),
        (Kind::Pool, "session_persistence") => value(&json!({"type": "HTTP_COOKIE"})),
        (Kind::Listener, "insert_headers") => value(&json!({"X-Forwarded-Port": "true"})),
        (Kind::Member, "weight") => Value::from(7),
        (Kind::HealthMonitor, "delay") => Value::from(9),
        (Kind::HealthMonitor, "timeout") => Value::from(4),
        (Kind::HealthMonitor, "max_retries") => Value::from(5),
        (Kind::HealthMonitor, "http_method") => Value::from("HEAD"),
        (Kind::HealthMonitor, "url_path") => Value::from("/health"),
        (Kind::HealthMonitor, "expected_codes") => Value::from("200-204"),
        (Kind::Listener, "default_pool_id") | (Kind::FloatingIp, "port_id") => Value::Null,
        (Kind::Port, "security_groups") => Value::List(Vec::new()),
        (Kind::Server, "metadata") => value(&json!({"gureum_data": "true", "colour": "blue"})),
        (Kind::Server, "tags") => value(&json!(["driver-test"])),
        // Each of these has its own part of the test.
        (Kind::Router, "external_gateway_info")
        | (Kind::Port, "fixed_ips")
        | (Kind::Server, "networks" | "power_state") => {
            return None;
        }
        _ => panic!("{kind}: {name} has no other value here"),
    })
}

fn with(mut base: Json, more: Json) -> Json {
    base.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    base
}

#[tokio::test]
#[ignore = "needs the lab"]
async fn one_of_every_kind() {
    let mut world = World::new("driver-test").await;
    let before = world.look(true).await;
    assert_eq!(before.resources, [], "left over from before: delete it first");
    assert!(matches!(&before.facts.availability_zones, Checked::Known(zones) if !zones.is_empty()));
    assert_eq!(before.facts.quotas.values().filter(|quota| quota.known().is_some()).count(), 17);
    let flavor = before.facts.flavors.iter().find(|flavor| flavor.name == "small").expect("a flavor").id.clone();
    let image = before.facts.images.iter().find(|image| image.name.starts_with("ubuntu")).expect("an image").id.clone();
    let external = before.facts.external_networks[0].id.clone();

    let (mark, tag, id) = (world.environment.mark(), world.environment.tag(), world.environment.id());
    let name = |local: &str| format!("driver-test-{local}");
    let marked = |local: &str, more: Json| with(json!({"name": name(local), "description": mark}), more);
    let at = |word: &str, local: &str| Address::new(word, local);
    let (network, subnet, router) = (at("network", "web"), at("subnet", "web"), at("router", "main"));
    let (group, from, spread) = (at("group", "web"), at("group", "lb"), at("server-group", "web"));
    let (web, front, spare) = (at("port", "web-1"), at("port", "front"), at("port", "spare"));
    let (balancer, server) = (at("balancer", "front"), at("server", "web-1"));
    let (floating, container) = (at("floating-ip", "front"), at("container", "assets"));
    let (pool, listener) = (balancer.child("pool", "http"), balancer.child("listener", "http"));
    let (interface, monitor) = (router.child("interface", "web"), pool.child("monitor", ""));

    world.make(&[(network.clone(), marked("web", json!({"admin_state_up": true})))]).await;
    let range = json!({"network_id": world.id(&network), "cidr": "10.77.1.0/24", "enable_dhcp": true, "dns_nameservers": ["8.8.8.8"],
        "allocation_pools": [{"start": "10.77.1.128", "end": "10.77.1.254"}]});
    world.make(&[(subnet.clone(), marked("web", range))]).await;
    let gateway = json!({"admin_state_up": true, "external_gateway_info": {"network_id": external}});
    world.make(&[(router.clone(), marked("main", gateway.clone()))]).await;
    let groups = [(group.clone(), marked("web", json!({}))), (from.clone(), marked("lb", json!({})))];
    let groups = world.make(&groups).await;
    assert!(groups.iter().all(|one| one.brought.len() == 2), "{groups:?}");

    let rule = |port: u16, remote: Json| {
        let rule = json!({"security_group_id": world.id(&group), "direction": "ingress", "ethertype": "IPv4", "protocol": "tcp",
            "port_range_min": port, "port_range_max": port});
        with(rule, remote)
    };
    let rules = [
        (rule(80, json!({"remote_ip_prefix": "0.0.0.0/0"})), None),
        (rule(443, json!({"remote_group_id": world.id(&from)})), Some("lb")),
    ];
    let rules = rules.map(|(rule, remote)| (group.child("rule", &rule_local_name(&properties(&rule), remote)), rule));
    world.make(&rules).await;
    let policy = json!({"name": format!("driver-test-web-{id}"), "policy": "soft-anti-affinity"});
    world.make(&[(spread.clone(), policy)]).await;
    world.make(&[(container.clone(), json!({"name": format!("driver-test-assets-{id}")}))]).await;
    let port = |local: &str, address: &str| {
        let port = json!({"admin_state_up": true, "network_id": world.id(&network), "security_groups": [world.id(&group)],
            "fixed_ips": [{"subnet_id": world.id(&subnet), "ip_address": address}]});
        marked(local, port)
    };
    let ports = [
        (web.clone(), port("web-1", "10.77.1.11")),
        (front.clone(), port("front", "10.77.1.10")),
        (spare.clone(), port("spare", "10.77.1.12")),
    ];
    world.make(&ports).await;
    let plug = json!({"router_id": world.id(&router), "subnet_id": world.id(&subnet)});
    world.make(&[(interface.clone(), plug)]).await;
    let vip = json!({"admin_state_up": true, "vip_port_id": world.id(&front), "vip_subnet_id": world.id(&subnet), "vip_address": "10.77.1.10"});
    world.make(&[(balancer.clone(), marked("front", vip))]).await;
    // Octavia has put a group of its own, which the project can neither see nor name, in place of ours.
    let ours = value(&json!([world.id(&group)]));
    world.change(&front, "security_groups", ours).await;
    let leads = json!({"description": mark, "floating_network_id": external, "port_id": world.id(&front)});
    let made = world.make(&[(floating.clone(), leads)]).await;
    assert!(made[0].outputs.contains_key("floating_ip_address"), "{made:?}");
    let below = json!({"admin_state_up": true, "loadbalancer_id": world.id(&balancer), "protocol": "HTTP"});
    let more = json!({"lb_algorithm": "ROUND_ROBIN", "session_persistence": {"type": "SOURCE_IP"}});
    world.make(&[(pool.clone(), marked("http", with(below.clone(), more)))]).await;
    let more =
        json!({"protocol_port": 80, "default_pool_id": world.id(&pool), "insert_headers": {"X-Forwarded-For": "true"}});
    world.make(&[(listener.clone(), marked("http", with(below, more)))]).await;
    let members = ["10.77.1.11", "10.77.1.12"].map(|address| {
        let member = json!({"pool_id": world.id(&pool), "address": address, "protocol_port": 80, "subnet_id": world.id(&subnet),
            "name": name("web-1"), "weight": 1, "admin_state_up": true});
        (pool.child("member", &member_local_name(address, 80)), member)
    });
    world.make(&members).await;
    let checks = json!({"pool_id": world.id(&pool), "type": "HTTP", "name": name("http"), "admin_state_up": true, "delay": 5, "timeout": 3,
        "max_retries": 3, "http_method": "GET", "url_path": "/", "expected_codes": "200"});
    world.make(&[(monitor.clone(), checks)]).await;
    let machine = json!({"name": name("web-1"), "imageRef": image, "flavorRef": flavor, "networks": [{"port": world.id(&web)}],
        "metadata": {"gureum": mark, "gureum_address": "server.web-1", "gureum_data": "false"}, "tags": [tag],
        "config_drive": true, "server_group": world.id(&spread), "user_data": "#cloud-config\n", "power_state": "on"});
    world.make(&[(server.clone(), machine)]).await;

    // Seen without and with the journal, all the same.
    let journal = std::mem::take(&mut world.known);
    let earlier = world.calls();
    let first = world.look(false).await;
    println!("an observation of {} resources took {} requests", first.resources.len(), world.calls() - earlier);
    world.known = journal;
    world.compare();
    assert!(first.resources.iter().all(|resource| resource.address.is_some()), "{:#?}", first.resources);
    assert_eq!(first.resources.len(), world.wanted.len() + 4, "and the groups' own four rules");
    assert_eq!(world.server().run.as_deref(), Some("run-1"));
    let second = world.look(false).await;
    assert_eq!(first.resources, second.resources);

    // What is asked for a second time is taken up.
    for address in
        [&subnet, &rules[0].0, &rules[1].0, &web, &interface, &floating, &listener, &monitor, &members[0].0, &server]
    {
        world.adopt(address).await;
    }
    assert_eq!(world.look(false).await.resources.len(), first.resources.len(), "nothing twice");
    // A port that lost its mark is known by its name and address.
    world.change(&spare, "description", Value::from("")).await;
    world.adopt(&spare).await;
    world.change(&spare, "description", Value::from(mark.as_str())).await;

    // Every property that can be changed in place, one by one, there and back.
    for (address, (kind, before)) in world.wanted.clone() {
        for property in kind.spec().properties.iter().filter(|property| property.change == Change::InPlace) {
            let Some(old) = before.get(property.name) else { continue };
            let Some(new) = other(kind, property.name, old) else { continue };
            world.change(&address, property.name, new).await;
            world.check().await;
            if kind == Kind::Server && property.name == "metadata" {
                assert!(world.server().bears_data);
            }
            world.change(&address, property.name, old.clone()).await;
        }
    }
    world.check().await;
    world.remove(&floating).await;
    world.change(&router, "external_gateway_info", Value::Null).await;
    world.check().await;
    world.change(&router, "external_gateway_info", value(&gateway["external_gateway_info"])).await;
    let moved = json!([{"subnet_id": world.id(&subnet), "ip_address": "10.77.1.13"}]);
    world.change(&spare, "fixed_ips", value(&moved)).await;
    world.check().await;

    // A server switched off is switched on, and one that lacks a port gets it.
    let stop = Call::new(Service::Compute, Method::Post, format!("/servers/{}/action", world.id(&server)));
    world.cloud.send(stop.json(json!({"os-stop": null}))).await.expect("stopped");
    world.settle(&server, false).await;
    world.look(false).await;
    assert_eq!(
        (&world.server().properties["power_state"], &world.server().status),
        (&Value::from("off"), &Status::Ready)
    );
    world.change(&server, "power_state", Value::from("on")).await;
    world.check().await;
    let both = json!([{"port": world.id(&web)}, {"port": world.id(&spare)}]);
    world.change(&server, "networks", value(&both)).await;
    world.check().await;

    // An object in the container does not keep it from going.
    let path = format!("/driver-test-assets-{id}/a/b%20c");
    world.cloud.send(Call::new(Service::ObjectStore, Method::Put, path).json(json!({}))).await.expect("stored");
    let mut order = vec![container, server, monitor];
    order.extend(members.into_iter().map(|(address, _)| address));
    order.extend([listener, pool, balancer, interface, router]);
    order.extend(rules.into_iter().map(|(address, _)| address));
    order.extend([web, front, spare, spread, group, from, subnet, network]);
    for address in &order {
        world.remove(address).await;
    }
    assert!(world.wanted.is_empty(), "{:?}", world.wanted.keys());
    assert_eq!(world.look(false).await.resources, [], "by the journal's ids");
    world.known = Known::default();
    assert_eq!(world.look(false).await.resources, [], "by the mark alone");
}
