//! Neutron's behaviour as the lab showed it.

use serde_json::{Value as Json, json};

use super::ports::{self, NewPort};
use super::seed::PUBLIC;
use crate::embedded::context::{Caller, Context};
use crate::embedded::{Cloud, Request, Settings};

const NOBODY: &str = "dddddddd-0000-4000-8000-000000000000";

struct Lab {
    cloud: Cloud,
    token: String,
    now: i64,
}

impl Lab {
    fn new() -> Self {
        Self::of("tenant", Settings::default())
    }

    fn of(user: &str, settings: Settings) -> Self {
        let now = 1_790_000_000_000;
        let mut lab = Self { cloud: Cloud::seeded(settings, now), token: String::new(), now };
        lab.login(user);
        lab
    }

    fn login(&mut self, user: &str) {
        let auth = json!({"auth": {"identity": {"methods": ["password"], "password": {"user":
            {"name": user, "password": "embedded", "domain": {"name": "Default"}}}},
            "scope": {"project": {"name": user, "domain": {"name": "Default"}}}}});
        let request = Request {
            method: "POST".into(),
            path: "/v3/auth/tokens".into(),
            body: auth.to_string().into(),
            ..Request::default()
        };
        let (reply, _) = self.cloud.handle(self.now, &request);
        let token = reply.headers.iter().find(|(name, _)| name == "X-Subject-Token");
        self.token = token.expect("a token").1.clone();
    }

    fn send(&mut self, method: &str, target: &str, body: &Json) -> (u16, Json) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = url::form_urlencoded::parse(query.as_bytes()).map(|(a, b)| (a.into_owned(), b.into_owned()));
        let request = Request {
            method: method.into(),
            path: format!("/network/v2.0/{path}"),
            query: query.collect(),
            headers: vec![("x-auth-token".into(), self.token.clone())],
            body: if body.is_null() { Vec::new() } else { body.to_string().into() },
        };
        let (reply, _) = self.cloud.handle(self.now, &request);
        (reply.status, serde_json::from_slice(&reply.body).unwrap_or_default())
    }

    fn get(&mut self, target: &str) -> Json {
        let (status, body) = self.send("GET", target, &Json::Null);
        assert_eq!(status, 200, "{target}: {body}");
        body
    }

    fn make(&mut self, collection: &str, key: &str, body: &Json) -> Json {
        let (status, mut made) = self.send("POST", collection, &json!({key: body}));
        assert_eq!(status, 201, "{made}");
        made[key].take()
    }

    fn id(&mut self, collection: &str, key: &str, body: &Json) -> String {
        self.make(collection, key, body)["id"].as_str().expect("an id").to_owned()
    }

    fn refused(&mut self, method: &str, target: &str, body: &Json, status: u16, kind: &str) -> String {
        let (actual, body) = self.send(method, target, body);
        let error = &body["NeutronError"];
        assert_eq!((actual, error["type"].as_str()), (status, Some(kind)), "{body}");
        error["message"].as_str().unwrap_or_default().to_owned()
    }

    fn network(&mut self, cidr: &str) -> (String, String) {
        let network = self.id("networks", "network", &json!({"name": "n"}));
        let subnet = json!({"network_id": network, "ip_version": 4, "cidr": cidr});
        let subnet = self.id("subnets", "subnet", &subnet);
        (network, subnet)
    }

    fn router(&mut self) -> String {
        self.id("routers", "router", &json!({"name": "r", "external_gateway_info": {"network_id": PUBLIC}}))
    }

    fn attach(&mut self, router: &str, subnet: &str) -> Json {
        let target = format!("routers/{router}/add_router_interface");
        let (status, body) = self.send("PUT", &target, &json!({"subnet_id": subnet}));
        assert_eq!(status, 200, "{body}");
        body
    }
}

#[test]
fn a_network_has_its_dhcp_port_and_takes_it_along() {
    let mut lab = Lab::new();
    let (network, subnet) = lab.network("10.77.1.7/24");
    let shown = lab.get(&format!("subnets/{subnet}"))["subnet"].clone();
    assert_eq!(shown["cidr"], "10.77.1.0/24");
    assert_eq!(shown["allocation_pools"], json!([{"start": "10.77.1.2", "end": "10.77.1.254"}]));
    let ports = lab.get(&format!("ports?network_id={network}"))["ports"].clone();
    assert_eq!(ports[0]["device_owner"], "network:dhcp");
    assert_eq!(ports[0]["fixed_ips"][0]["ip_address"], "10.77.1.2");
    assert_eq!(ports[0]["status"], "ACTIVE");
    assert_eq!(lab.get(&format!("networks/{network}"))["network"]["revision_number"], 2);
    assert_eq!(lab.send("DELETE", &format!("networks/{network}"), &Json::Null).0, 204);
    assert_eq!(lab.get("ports")["ports"], json!([]));
    assert_eq!(lab.get("subnets")["subnets"], json!([]));
}

#[test]
fn addresses_are_given_taken_and_used_up() {
    let mut lab = Lab::new();
    let (network, subnet) = lab.network("10.75.1.0/29");
    let port =
        |address: &str| json!({"network_id": network, "fixed_ips": [{"subnet_id": subnet, "ip_address": address}]});
    lab.make("ports", "port", &port("10.75.1.1"));
    let bulk = json!({"ports": [port("10.75.1.4"), port("10.75.1.1")]});
    let message = lab.refused("POST", "ports", &bulk, 409, "IpAddressAlreadyAllocated");
    assert_eq!(message, format!("IP address 10.75.1.1 already allocated in subnet {subnet}"));
    assert_eq!(lab.get("ports")["ports"].as_array().map(Vec::len), Some(2));
    lab.refused("POST", "ports", &json!({"port": port("10.75.1.7")}), 400, "InvalidIpForSubnet");
    lab.make("ports", "ports", &json!([{"network_id": network}, {"network_id": network}, {"network_id": network}]));
    lab.make("ports", "port", &json!({"network_id": network}));
    let message =
        lab.refused("POST", "ports", &json!({"port": {"network_id": network}}), 409, "IpAddressGenerationFailure");
    assert_eq!(message, format!("No more IP addresses available on network {network}."));
    lab.refused("DELETE", &format!("subnets/{subnet}"), &Json::Null, 409, "SubnetInUse");
    lab.refused("DELETE", &format!("networks/{network}"), &Json::Null, 409, "NetworkInUse");
}

#[test]
fn subnets_refuse_what_does_not_fit() {
    let mut lab = Lab::new();
    let (network, subnet) = lab.network("10.77.1.0/24");
    let body = |more: &Json| {
        let mut row = json!({"network_id": network, "ip_version": 4, "cidr": "10.77.3.0/24"});
        row.as_object_mut().expect("object").extend(more.as_object().expect("object").clone());
        json!({"subnet": row})
    };
    for (more, status, kind) in [
        (json!({"cidr": "10.77.1.0/25"}), 400, "InvalidInput"),
        (json!({"cidr": "10.77.3.0/33"}), 400, "InvalidInput"),
        (json!({"cidr": "10.77.3.0/31"}), 400, "InvalidInput"),
        (json!({"ip_version": 6}), 400, "InvalidInput"),
        (json!({"gateway_ip": "10.77.3.0"}), 400, "InvalidInput"),
        (
            json!({"allocation_pools": [{"start": "10.77.3.1", "end": "10.77.3.9"}]}),
            409,
            "GatewayConflictWithAllocationPools",
        ),
        (json!({"allocation_pools": [{"start": "10.77.3.9", "end": "10.77.3.5"}]}), 400, "InvalidAllocationPool"),
        (json!({"allocation_pools": [{"start": "10.77.4.5", "end": "10.77.4.9"}]}), 400, "OutOfBoundsAllocationPool"),
        (json!({"foo": 1}), 400, "HTTPBadRequest"),
        (json!({"network_id": NOBODY}), 404, "NetworkNotFound"),
    ] {
        lab.refused("POST", "subnets", &body(&more), status, kind);
    }
    let target = format!("subnets/{subnet}");
    let message = lab.refused("PUT", &target, &json!({"subnet": {"cidr": "10.0.0.0/8"}}), 400, "HTTPBadRequest");
    assert_eq!(message, "Cannot update read-only attribute cidr");
    lab.refused(
        "PUT",
        &target,
        &json!({"subnet": {"gateway_ip": "10.77.1.9"}}),
        409,
        "GatewayConflictWithAllocationPools",
    );
}

#[test]
fn groups_come_with_rules_and_keep_them_apart() {
    let mut lab = Lab::new();
    let group = lab.make("security-groups", "security_group", &json!({"name": "g"}));
    assert_eq!(group["security_group_rules"].as_array().map(Vec::len), Some(2));
    let default = lab.get("security-groups?name=default")["security_groups"].clone();
    assert_eq!(default[0]["security_group_rules"].as_array().map(Vec::len), Some(4));
    let rule = |group: &Json, port: i64| {
        json!({"security_group_id": group, "direction": "ingress", "protocol": "tcp", "port_range_min": port,
            "port_range_max": port, "remote_ip_prefix": "0.0.0.0/0"})
    };
    let made = lab.make(
        "security-group-rules",
        "security_group_rules",
        &json!([rule(&group["id"], 22), rule(&group["id"], 80)]),
    );
    let mut same = rule(&group["id"], 22);
    same["remote_ip_prefix"] = Json::Null;
    let message = lab.refused(
        "POST",
        "security-group-rules",
        &json!({"security_group_rule": same}),
        409,
        "SecurityGroupRuleExists",
    );
    assert_eq!(
        message,
        format!("Security group rule already exists. Rule id is {}.", made[0]["id"].as_str().expect("id"))
    );
    let mixed = json!({"security_group_rules": [rule(&group["id"], 1), rule(&default[0]["id"], 2)]});
    lab.refused("POST", "security-group-rules", &mixed, 400, "SecurityGroupNotSingleGroupRules");
    let twice = json!({"security_group_rules": [rule(&group["id"], 1), rule(&group["id"], 1)]});
    lab.refused("POST", "security-group-rules", &twice, 409, "DuplicateSecurityGroupRuleInPost");
    let (network, _) = lab.network("10.1.0.0/24");
    let port = lab.id("ports", "port", &json!({"network_id": network, "security_groups": [group["id"]]}));
    let target = format!("security-groups/{}", group["id"].as_str().expect("id"));
    lab.refused("DELETE", &target, &Json::Null, 409, "SecurityGroupInUse");
    lab.send("DELETE", &format!("ports/{port}"), &Json::Null);
    assert_eq!(lab.send("DELETE", &target, &Json::Null).0, 204);
    assert_eq!(lab.get("security-group-rules")["security_group_rules"].as_array().map(Vec::len), Some(4));
}

#[test]
fn routers_hold_what_they_need() {
    let mut lab = Lab::new();
    let (network, subnet) = lab.network("10.76.1.0/24");
    let (_, other) = lab.network("10.76.1.0/25");
    let router = lab.router();
    let answer = lab.attach(&router, &subnet);
    let port = answer["port_id"].as_str().expect("port").to_owned();
    let target = format!("routers/{router}/add_router_interface");
    lab.refused("PUT", &target, &json!({"subnet_id": subnet}), 400, "BadRequest");
    let message = lab.refused("PUT", &target, &json!({"subnet_id": other}), 400, "BadRequest");
    assert!(message.contains("overlaps with cidr 10.76.1.0/24 of subnet"), "{message}");
    lab.refused("DELETE", &format!("ports/{port}"), &Json::Null, 409, "ServicePortInUse");
    let message = lab.refused("DELETE", &format!("routers/{router}"), &Json::Null, 409, "RouterInUse");
    assert_eq!(message, format!("Router {router} has ports still attached: {port}"));
    let server = lab.id("ports", "port", &json!({"network_id": network}));
    let body = json!({"floating_network_id": PUBLIC, "port_id": server});
    let floating = lab.make("floatingips", "floatingip", &body);
    assert_eq!((&floating["status"], &floating["router_id"]), (&json!("DOWN"), &json!(router)));
    let target = format!("floatingips/{}", floating["id"].as_str().expect("id"));
    assert_eq!(lab.get(&target)["floatingip"]["status"], "ACTIVE");
    let leave = format!("routers/{router}/remove_router_interface");
    lab.refused("PUT", &leave, &json!({"subnet_id": subnet}), 409, "RouterInterfaceInUseByFloatingIP");
    let body = json!({"router": {"external_gateway_info": null}});
    lab.refused("PUT", &format!("routers/{router}"), &body, 409, "RouterExternalGatewayInUseByFloatingIp");
    lab.refused(
        "POST",
        "floatingips",
        &json!({"floatingip": {"floating_network_id": PUBLIC, "port_id": server}}),
        409,
        "FloatingIPPortAlreadyAssociated",
    );
    lab.send("DELETE", &format!("ports/{server}"), &Json::Null);
    assert_eq!(lab.get(&target)["floatingip"]["port_id"], Json::Null);
    assert_eq!(lab.send("PUT", &leave, &json!({"subnet_id": subnet})).0, 200);
    lab.refused("PUT", &leave, &json!({"subnet_id": subnet}), 404, "RouterInterfaceNotFoundForSubnet");
    assert_eq!(lab.send("DELETE", &format!("routers/{router}"), &Json::Null).0, 204);
    assert_eq!(lab.send("DELETE", &target, &Json::Null).0, 204);
    lab.login("admin");
    assert_eq!(lab.get(&format!("ports?network_id={PUBLIC}"))["ports"], json!([]));
}

#[test]
fn a_floating_address_needs_a_router() {
    let mut lab = Lab::new();
    let (network, _) = lab.network("10.76.1.0/24");
    let port = lab.id("ports", "port", &json!({"network_id": network}));
    let body = json!({"floatingip": {"floating_network_id": PUBLIC, "port_id": port}});
    lab.refused("POST", "floatingips", &body, 404, "ExternalGatewayForFloatingIPNotFound");
    let body = json!({"floatingip": {"floating_network_id": network}});
    lab.refused("POST", "floatingips", &body, 400, "BadRequest");
}

#[test]
fn lists_are_filtered_sorted_and_paged() {
    let mut lab = Lab::new();
    for name in ["b", "a", "c", "a"] {
        lab.make("networks", "network", &json!({"name": name, "description": format!("d-{name}")}));
    }
    let names = |body: &Json| -> Vec<String> {
        body["networks"]
            .as_array()
            .expect("list")
            .iter()
            .map(|row| row["name"].as_str().expect("name").to_owned())
            .collect()
    };
    assert_eq!(names(&lab.get("networks?name=a&name=b&sort_key=name&sort_dir=desc")), ["b", "a", "a"]);
    assert_eq!(names(&lab.get("networks?description=d-c")), ["c"]);
    assert_eq!(lab.get("networks?description=d-c&fields=name")["networks"], json!([{"name": "c"}]));
    let first = lab.get("networks?sort_key=name&sort_dir=asc&limit=3");
    assert_eq!(names(&first), ["a", "a", "b"]);
    let next = first["networks_links"][0]["href"].as_str().expect("link");
    let rest = lab.get(next.split_once("/v2.0/").expect("path").1);
    assert_eq!(names(&rest), ["c", "public"]);
    assert_eq!(rest["networks_links"][0]["rel"], "previous");
    lab.refused("GET", "networks?foo=1", &Json::Null, 400, "HTTPBadRequest");
    lab.refused("GET", "networks?limit=1&marker=nope", &Json::Null, 404, "NetworkNotFound");
}

#[test]
fn tags_and_quotas() {
    let mut lab = Lab::new();
    let (network, _) = lab.network("10.1.0.0/24");
    let tags = format!("networks/{network}/tags");
    assert_eq!(lab.send("PUT", &tags, &json!({"tags": ["a", "b"]})).0, 200);
    assert_eq!(lab.send("PUT", &format!("{tags}/c"), &Json::Null).0, 201);
    assert_eq!(lab.get("networks?tags=a,c&fields=id")["networks"], json!([{"id": network}]));
    assert_eq!(lab.get("networks?not-tags=a&name=n")["networks"], json!([]));
    lab.refused("DELETE", &format!("{tags}/z"), &Json::Null, 404, "TagNotFound");
    let project = "000000000000000000000000000007e0";
    let target = format!("quotas/{project}");
    lab.refused("PUT", &target, &json!({"quota": {"port": 1}}), 403, "PolicyNotAuthorized");
    lab.login("admin");
    assert_eq!(lab.send("PUT", &target, &json!({"quota": {"port": 1}})).1["quota"]["port"], 1);
    lab.login("tenant");
    let message = lab.refused("POST", "ports", &json!({"port": {"network_id": network}}), 409, "OverQuota");
    assert_eq!(message, "Quota exceeded for resources: ['port'].");
    let details = lab.get(&format!("{target}/details.json"));
    assert_eq!(details["quota"]["port"], json!({"limit": 1, "used": 1, "reserved": 0}));
}

#[test]
fn others_see_and_touch_only_what_they_may() {
    let mut lab = Lab::new();
    assert_eq!(lab.get("networks?router:external=True")["networks"][0]["name"], "public");
    assert_eq!(lab.get("subnets")["subnets"], json!([]));
    lab.refused("DELETE", &format!("networks/{PUBLIC}"), &Json::Null, 403, "PolicyNotAuthorized");
    lab.refused("POST", "ports", &json!({"port": {"network_id": PUBLIC}}), 403, "HTTPForbidden");
    let message = lab.refused("POST", "networks", &json!({"network": {"shared": true}}), 403, "PolicyNotAuthorized");
    assert_eq!(message, "(rule:create_network and rule:create_network:shared) is disallowed by policy");
    lab.login("admin");
    let (network, _) = lab.network("10.1.0.0/24");
    lab.login("tenant");
    lab.refused("GET", &format!("networks/{network}"), &Json::Null, 404, "NetworkNotFound");
    let long = json!({"network": {"name": "x", "description": "y".repeat(115_000)}});
    let message = lab.refused("POST", "networks", &long, 400, "HTTPBadRequest");
    assert!(message.ends_with("exceeds maximum length of 255."));
}

#[test]
fn the_inner_door_makes_binds_and_frees() {
    let mut lab = Lab::new();
    let (network, _) = lab.network("10.1.0.0/24");
    let request = Request::default();
    let settings = Settings { pace: 1.0, ..Settings::default() };
    let project = "000000000000000000000000000007e0".to_owned();
    let mut context = Context {
        world: &mut lab.cloud.world,
        now: lab.now,
        request: &request,
        caller: Caller { project: project.clone(), ..Caller::default() },
        parameters: Vec::new(),
        settings: &settings,
    };
    let new = NewPort { network, project, name: "p".into(), ..NewPort::default() };
    let port = ports::create(&mut context, new).expect("a port");
    let id = port["id"].as_str().expect("id").to_owned();
    ports::bind(&mut context, &id, "s", "compute:nova", "vm", lab.now + 5_000);
    lab.cloud.world.commit();
    assert_eq!(lab.get(&format!("ports/{id}"))["port"]["status"], "DOWN");
    lab.now += 5_000;
    let shown = lab.get(&format!("ports/{id}"))["port"].clone();
    assert_eq!((&shown["status"], &shown["device_owner"]), (&json!("ACTIVE"), &json!("compute:nova")));
    assert_eq!(shown["security_groups"].as_array().map(Vec::len), Some(1));
}
