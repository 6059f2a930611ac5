//! Somebody else in the same project, whose resources look very much like ours.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::site::Site;

/// Makes one of nearly everything with our names, without our mark, and with one that is not quite ours. `prefix` is what our
/// resources' names begin with (`usecase-2-6`), `environment` our environment's name.
///
/// # Panics
/// Where the cloud refuses one of them.
pub async fn foreigner(site: &Site, prefix: &str, environment: &str) {
    let mark = format!("gureum {environment} 00000000");
    let make = |path: &str, body: Json| -> Json {
        let (status, answer) = site.as_user("tenant", "POST", path, Some(&body));
        assert!((200..300).contains(&status), "POST {path} {body}: {status} {answer}");
        answer.as_object().and_then(|map| map.values().next()).cloned().unwrap_or_default()
    };
    let network = |path: &str, body: Json| make(&format!("/network/v2.0/{path}"), body);
    let net = network("networks", json!({"network": {"name": format!("{prefix}-web"), "description": mark}}));
    let subnet = json!({"subnet": {"name": format!("{prefix}-web"), "network_id": net["id"], "ip_version": 4,
        "cidr": "10.10.1.0/24"}});
    let subnet = network("subnets", subnet);
    let router = network("routers", json!({"router": {"name": format!("{prefix}-main"), "description": mark}}));
    let path = format!("/network/v2.0/routers/{}/add_router_interface", router["id"].as_str().unwrap_or_default());
    let body = json!({"subnet_id": subnet["id"]});
    let (status, answer) = site.as_user("tenant", "PUT", &path, Some(&body));
    assert_eq!(status, 200, "{answer}");
    let group = json!({"security_group": {"name": format!("{prefix}-web"), "description": "not gureum's"}});
    let group = network("security-groups", group);
    let rule = json!({"security_group_rule": {"security_group_id": group["id"], "direction": "ingress",
        "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 80, "port_range_max": 80}});
    network("security-group-rules", rule);
    let port = |name: &str, address: &str| {
        let port = json!({"port": {"name": format!("{prefix}-{name}"), "description": mark, "network_id": net["id"],
            "fixed_ips": [{"subnet_id": subnet["id"], "ip_address": address}], "security_groups": [group["id"]]}});
        network("ports", port)
    };
    let (web, front) = (port("web-1", "10.10.1.11"), port("front", "10.10.1.10"));
    let server_group =
        json!({"server_group": {"name": format!("{prefix}-web-00000000"), "policy": "soft-anti-affinity"}});
    make("/compute/v2.1/os-server-groups", server_group);
    let flavors = site.as_user("tenant", "GET", "/compute/v2.1/flavors", None).1;
    let images = site.as_user("tenant", "GET", "/image/v2/images", None).1;
    let server = json!({"server": {"name": format!("{prefix}-web-1"), "flavorRef": flavors["flavors"][0]["id"],
        "imageRef": images["images"][0]["id"], "networks": [{"port": web["id"]}], "tags": ["gureum-00000000"],
        "metadata": {"gureum": mark, "gureum_address": "server.web-1"}}});
    make("/compute/v2.1/servers", server);
    // A load balancer takes one change after the other.
    let balancing = async |path: &str, body: Json| {
        let made = make(&format!("/load-balancer/v2/lbaas/{path}"), body);
        site.clock().sleep(Duration::from_secs(10)).await;
        made
    };
    let balancer = balancing(
        "loadbalancers",
        json!({"loadbalancer": {"name": format!("{prefix}-front"), "description": mark, "vip_port_id": front["id"],
            "vip_subnet_id": subnet["id"], "vip_address": "10.10.1.10"}}),
    )
    .await;
    let pool = json!({"pool": {"name": format!("{prefix}-http"), "loadbalancer_id": balancer["id"], "protocol": "HTTP",
        "lb_algorithm": "ROUND_ROBIN"}});
    let pool = balancing("pools", pool).await;
    let listener = json!({"listener": {"name": format!("{prefix}-http"), "loadbalancer_id": balancer["id"],
        "protocol": "HTTP", "protocol_port": 80, "default_pool_id": pool["id"]}});
    balancing("listeners", listener).await;
    let projects = site.as_user("tenant", "GET", "/v3/auth/projects", None).1;
    let project = projects["projects"][0]["id"].as_str().unwrap_or_default();
    let container = format!("/object-store/v1/AUTH_{project}/{prefix}-assets-00000000");
    let (status, answer) = site.as_user("tenant", "PUT", &container, None);
    assert!(matches!(status, 201 | 202), "PUT {container}: {status} {answer}");
}
