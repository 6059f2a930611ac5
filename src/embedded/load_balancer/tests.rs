//! Octavia as its clients see it. What a real Octavia answers was seen on a Zed installation.

use serde_json::{Value as Json, json};

use super::super::cloud::{Cloud, Release, Settings};
use super::super::exchange::{Reply, Request};
use super::super::world::Row;

const ADMIN: &str = "00000000000000000000000000000ad1";
const TENANT: &str = "000000000000000000000000000007e0";
const NETWORK: &str = "11111111-1111-4111-8111-000000000001";
const SUBNET: &str = "11111111-1111-4111-8111-000000000002";
const PORT: &str = "11111111-1111-4111-8111-000000000003";

/// A cloud with a network, its clock and two tokens.
struct Bench {
    cloud: Cloud,
    now: i64,
}

fn row(value: Json) -> Row {
    value.as_object().cloned().unwrap_or_default()
}

impl Bench {
    fn new(release: Release, pace: f64) -> Self {
        let settings = Settings { release, pace, ..Settings::default() };
        let mut cloud = Cloud::seeded(settings, 0);
        for (token, project, role) in [("tenant", TENANT, "member"), ("admin", ADMIN, "admin")] {
            let token_row = json!({"_user": project, "_project": project, "_roles": [role], "_expires": i64::MAX});
            cloud.world.put("tokens", token, row(token_row));
        }
        let network = json!({"id": NETWORK, "project_id": TENANT, "shared": false, "router:external": false});
        cloud.world.put("networks", NETWORK, row(network));
        let subnet = json!({"id": SUBNET, "project_id": TENANT, "network_id": NETWORK, "cidr": "10.7.0.0/24",
            "ip_version": 4, "gateway_ip": "10.7.0.1",
            "allocation_pools": [{"start": "10.7.0.2", "end": "10.7.0.254"}]});
        cloud.world.put("subnets", SUBNET, row(subnet));
        let port = json!({"id": PORT, "project_id": TENANT, "network_id": NETWORK, "device_id": "", "device_owner": "",
            "fixed_ips": [{"subnet_id": SUBNET, "ip_address": "10.7.0.9"}], "security_groups": ["mine"],
            "revision_number": 1});
        cloud.world.put("ports", PORT, row(port));
        cloud.world.commit();
        Self { cloud, now: 1_000_000 }
    }

    fn zed() -> Self {
        Self::new(Release::Zed, 0.0)
    }

    fn ask(&mut self, token: &str, method: &str, path: &str, body: &Json) -> (u16, Json) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let request = Request {
            method: method.to_owned(),
            path: format!("/load-balancer/v2/lbaas{path}"),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: vec![("x-auth-token".into(), token.into()), ("host".into(), "h".into())],
            body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
        };
        let (Reply { status, body, .. }, _) = self.cloud.handle(self.now, &request);
        let text = || Json::from(String::from_utf8_lossy(&body).into_owned());
        (status, serde_json::from_slice(&body).unwrap_or_else(|_| text()))
    }

    fn get(&mut self, path: &str) -> Json {
        let (status, body) = self.ask("tenant", "GET", path, &Json::Null);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    fn post(&mut self, path: &str, body: Json) -> (u16, Json) {
        self.ask("tenant", "POST", path, &body)
    }

    fn put(&mut self, path: &str, body: Json) -> (u16, Json) {
        self.ask("tenant", "PUT", path, &body)
    }

    fn delete(&mut self, path: &str) -> (u16, Json) {
        self.ask("tenant", "DELETE", path, &Json::Null)
    }

    /// Creates something and returns its id.
    fn made(&mut self, path: &str, key: &str, body: Json) -> String {
        let (status, answer) = self.post(path, json!({key: body}));
        assert_eq!(status, 201, "{path}: {answer}");
        assert_eq!(answer[key]["provisioning_status"], "PENDING_CREATE");
        answer[key]["id"].as_str().expect("an id").to_owned()
    }

    fn balancer(&mut self) -> String {
        self.made(
            "/loadbalancers",
            "loadbalancer",
            json!({"name": "lb", "vip_subnet_id": SUBNET, "description": "mark"}),
        )
    }

    /// A load balancer with a listener and its default pool: their ids.
    fn web(&mut self) -> (String, String, String) {
        let balancer = self.balancer();
        let listener = json!({"loadbalancer_id": balancer, "protocol": "HTTP", "protocol_port": 80, "name": "l"});
        let listener = self.made("/listeners", "listener", listener);
        let pool = json!({"listener_id": listener, "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN", "name": "p"});
        let pool = self.made("/pools", "pool", pool);
        (balancer, listener, pool)
    }
}

fn fault(answer: &(u16, Json)) -> (u16, &str) {
    (answer.0, answer.1["faultstring"].as_str().unwrap_or_default())
}

#[test]
fn a_balancer_is_immutable_until_its_time_has_come() {
    let mut bench = Bench::new(Release::Zed, 1.0);
    let id = bench.balancer();
    let path = format!("/loadbalancers/{id}");
    let refusal = format!("Invalid state PENDING_CREATE of loadbalancer resource {id}");
    assert_eq!(fault(&bench.put(&path, json!({"loadbalancer": {"name": "x"}}))), (409, refusal.as_str()));
    assert_eq!(fault(&bench.delete(&path)), (409, refusal.as_str()));
    let listener = json!({"listener": {"loadbalancer_id": id, "protocol": "HTTP", "protocol_port": 80}});
    let refusal = format!("Load Balancer {id} is immutable and cannot be updated.");
    assert_eq!(fault(&bench.post("/listeners", listener.clone())), (409, refusal.as_str()));
    bench.now += 1_100;
    let shown = bench.get(&path)["loadbalancer"].clone();
    assert_eq!((&shown["provisioning_status"], &shown["operating_status"]), (&json!("ACTIVE"), &json!("OFFLINE")));
    assert_eq!(shown["updated_at"], "1970-01-01T00:16:41");
    assert_eq!(bench.post("/listeners", listener).0, 201);
    assert_eq!(bench.get(&path)["loadbalancer"]["provisioning_status"], "PENDING_UPDATE");
}

#[test]
fn octavia_makes_the_port_and_its_group_and_takes_them_away() {
    let mut bench = Bench::zed();
    let id = bench.balancer();
    let shown = bench.get(&format!("/loadbalancers/{id}"))["loadbalancer"].clone();
    let port = shown["vip_port_id"].as_str().expect("a port").to_owned();
    assert!(shown["vip_address"].as_str().is_some_and(|address| address.starts_with("10.7.0.")));
    let row = bench.cloud.world.get("ports", &port).expect("a port").clone();
    assert_eq!(row["name"], format!("octavia-lb-{id}"));
    assert_eq!((&row["device_owner"], &row["project_id"]), (&json!("Octavia"), &json!(TENANT)));
    let group = bench.cloud.world.get("security_groups", row["security_groups"][0].as_str().expect("a group"));
    assert_eq!(group.expect("its own")["name"], format!("lb-{id}"));
    let listener = json!({"loadbalancer_id": id, "protocol": "UDP", "protocol_port": 53});
    let listener = bench.made("/listeners", "listener", listener);
    bench.get("/loadbalancers");
    let admitted = |bench: &Bench| {
        let rules = bench.cloud.world.rows("security_group_rules").into_iter();
        rules.filter(|rule| rule["direction"] == "ingress").map(|rule| rule["protocol"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(admitted(&bench), ["udp"]);
    assert_eq!(bench.delete(&format!("/listeners/{listener}")).0, 204);
    bench.get("/loadbalancers");
    assert!(admitted(&bench).is_empty());
    assert_eq!(bench.delete(&format!("/loadbalancers/{id}")).0, 204);
    assert_eq!(bench.ask("tenant", "GET", &format!("/loadbalancers/{id}"), &Json::Null).0, 404);
    assert!(bench.cloud.world.get("ports", &port).is_none());
    assert!(bench.cloud.world.rows("security_groups").iter().all(|row| row["name"] != format!("lb-{id}")));
}

#[test]
fn a_port_of_the_users_stays_without_its_groups() {
    let mut bench = Bench::zed();
    let body = json!({"vip_port_id": PORT, "vip_subnet_id": SUBNET, "vip_address": "10.7.0.9"});
    let id = bench.made("/loadbalancers", "loadbalancer", body.clone());
    let groups = bench.cloud.world.get("ports", PORT).expect("there")["security_groups"].clone();
    assert_ne!(groups, json!(["mine"]), "Octavia's group stands in place of ours");
    assert_eq!(bench.delete(&format!("/loadbalancers/{id}")).0, 204);
    bench.get("/loadbalancers");
    assert_eq!(bench.cloud.world.get("ports", PORT).expect("stays")["security_groups"], json!([]));
}

#[test]
fn where_a_virtual_ip_may_come_from() {
    let mut bench = Bench::zed();
    let nowhere = "22222222-1111-4111-8111-000000000001";
    let cases = [
        (json!({}), 400, "Validation failure: VIP must contain one of: vip_port_id, vip_network_id, vip_subnet_id."),
        (
            json!({"vip_subnet_id": "x"}),
            400,
            "Invalid input for field/attribute vip_subnet_id. Value: 'x'. Value should be UUID format",
        ),
        (json!({"vip_subnet_id": nowhere}), 400, "Subnet 22222222-1111-4111-8111-000000000001 not found."),
        (json!({"vip_network_id": nowhere}), 400, "Network 22222222-1111-4111-8111-000000000001 not found."),
        (json!({"vip_port_id": nowhere}), 400, "Port 22222222-1111-4111-8111-000000000001 not found."),
        (json!({"vip_subnet_id": SUBNET, "provider": "ovn"}), 400, "Provider 'ovn' is not enabled."),
        (
            json!({"vip_subnet_id": SUBNET, "foo": 1}),
            400,
            "Unknown attribute for argument load_balancer.loadbalancer: foo",
        ),
        (
            json!({"vip_subnet_id": SUBNET, "project_id": ADMIN}),
            403,
            "Policy does not allow this request to be performed.",
        ),
    ];
    for (body, status, message) in cases {
        let answer = bench.post("/loadbalancers", json!({"loadbalancer": body}));
        assert_eq!(fault(&answer), (status, message));
    }
    let answer =
        bench.post("/loadbalancers", json!({"loadbalancer": {"vip_subnet_id": SUBNET, "vip_address": "10.7.0.9"}}));
    assert_eq!(answer.0, 500);
    assert!(fault(&answer).1.contains("already allocated in subnet"), "{answer:?}");
    for body in [json!({"vip_port_id": PORT}), json!({"vip_network_id": NETWORK})] {
        bench.made("/loadbalancers", "loadbalancer", body);
    }
    assert!(bench.cloud.world.rows("octavia_loadbalancers").len() == 2, "refused ones leave nothing");
}

#[test]
fn listeners_and_pools_name_each_other() {
    let mut bench = Bench::zed();
    let (balancer, listener, pool) = bench.web();
    let shown = bench.get(&format!("/listeners/{listener}"))["listener"].clone();
    assert_eq!(shown["default_pool_id"], pool);
    assert_eq!(shown["loadbalancers"], json!([{"id": balancer}]));
    assert_eq!(shown["connection_limit"], -1);
    assert!(shown.get("loadbalancer_id").is_none() && shown.get("_lb").is_none());
    let shown = bench.get(&format!("/pools/{pool}"))["pool"].clone();
    assert_eq!(shown["listeners"], json!([{"id": listener}]));
    assert!(shown.get("healthmonitor_id").is_none());
    let monitor = json!({"pool_id": pool, "type": "HTTP", "delay": 5, "timeout": 3, "max_retries": 3});
    let id = bench.made("/healthmonitors", "healthmonitor", monitor.clone());
    assert_eq!(bench.get(&format!("/pools/{pool}"))["pool"]["healthmonitor_id"], id);
    let shown = bench.get(&format!("/healthmonitors/{id}"))["healthmonitor"].clone();
    assert_eq!((&shown["url_path"], &shown["operating_status"]), (&json!("/"), &json!("ONLINE")));
    let again = bench.post("/healthmonitors", json!({"healthmonitor": monitor}));
    assert_eq!(fault(&again), (409, "This pool already has a health monitor"));
    let again = json!({"pool": {"listener_id": listener, "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN"}});
    assert_eq!(fault(&bench.post("/pools", again)), (409, "This listener already has a default pool"));
    let same = json!({"listener": {"loadbalancer_id": balancer, "protocol": "TCP", "protocol_port": 80}});
    let refusal = "Another Listener on this Load Balancer is already using protocol HTTP and protocol_port 80";
    assert_eq!(fault(&bench.post("/listeners", same)), (409, refusal));
    let tree = bench.get(&format!("/loadbalancers/{balancer}/status"))["statuses"]["loadbalancer"].clone();
    assert_eq!(tree["listeners"][0]["pools"][0]["health_monitor"]["id"], id);
    assert_eq!(bench.delete(&format!("/pools/{pool}")).0, 204);
    assert_eq!(bench.get(&format!("/listeners/{listener}"))["listener"]["default_pool_id"], Json::Null);
    assert_eq!(bench.ask("tenant", "GET", &format!("/healthmonitors/{id}"), &Json::Null).0, 404);
}

#[test]
fn members_one_by_one_and_as_a_batch() {
    let mut bench = Bench::zed();
    let (balancer, _, pool) = bench.web();
    let path = format!("/pools/{pool}/members");
    let first = bench.made(&path, "member", json!({"address": "10.7.0.20", "protocol_port": 80, "name": "m"}));
    let again = bench.post(&path, json!({"member": {"address": "10.7.0.20", "protocol_port": 80}}));
    let refusal = "Another member on this pool is already using ip 10.7.0.20 on protocol_port 80";
    assert_eq!(fault(&again), (409, refusal));
    let wanted = json!({"members": [{"address": "10.7.0.20", "protocol_port": 80, "weight": 5},
        {"address": "10.7.0.21", "protocol_port": 80}]});
    assert_eq!(bench.put(&path, wanted).0, 202);
    let members = bench.get(&path);
    assert_eq!(members["members"].as_array().map(Vec::len), Some(2));
    assert_eq!((&members["members"][0]["id"], &members["members"][0]["weight"]), (&json!(first), &json!(5)));
    let more = json!({"members": [{"address": "10.7.0.22", "protocol_port": 80}]});
    assert_eq!(bench.put(&format!("{path}?additive_only=true"), more.clone()).0, 202);
    assert_eq!(bench.get(&path)["members"].as_array().map(Vec::len), Some(3));
    assert_eq!(bench.put(&path, more).0, 202);
    let left = bench.get(&format!("{path}?fields=address"));
    assert_eq!(left, json!({"members": [{"address": "10.7.0.22"}], "members_links": []}));
    let (status, text) = bench.ask("tenant", "GET", "/pools/nope/members", &Json::Null);
    assert_eq!(status, 404);
    assert!(text.as_str().is_some_and(|text| text.contains("Pool nope not found.")));
    let twice = json!({"members": [{"address": "10.7.0.22", "protocol_port": 80}, {"address": "10.7.0.22", "protocol_port": 80}]});
    assert_eq!(bench.put(&path, twice).0, 202);
    bench.now += 10_000_000;
    let stuck = bench.get(&format!("/loadbalancers/{balancer}"));
    assert_eq!(stuck["loadbalancer"]["provisioning_status"], "PENDING_UPDATE", "as on the lab: for ever");
}

#[test]
fn policies_keep_their_order_and_their_pool() {
    let mut bench = Bench::zed();
    let (_, listener, pool) = bench.web();
    let to_pool = json!({"listener_id": listener, "action": "REDIRECT_TO_POOL", "redirect_pool_id": pool});
    let first = bench.made("/l7policies", "l7policy", to_pool);
    let to_url =
        json!({"listener_id": listener, "action": "REDIRECT_TO_URL", "redirect_url": "http://x/", "position": 1});
    let second = bench.made("/l7policies", "l7policy", to_url);
    assert_eq!(bench.get(&format!("/l7policies/{first}"))["l7policy"]["position"], 2);
    assert_eq!(bench.get(&format!("/l7policies/{second}"))["l7policy"]["redirect_http_code"], 302);
    let rules = format!("/l7policies/{first}/rules");
    let rule = bench.made(&rules, "rule", json!({"type": "PATH", "compare_type": "STARTS_WITH", "value": "/api"}));
    assert_eq!(bench.get(&format!("/l7policies/{first}"))["l7policy"]["rules"], json!([{"id": rule}]));
    let bare = bench.post(&rules, json!({"rule": {"type": "HEADER", "compare_type": "EQUAL_TO", "value": "x"}}));
    assert_eq!(fault(&bare), (400, "Error parsing L7Rule: Invalid L7 Rule: L7 rule type requires a key"));
    let refusal = format!("Pool {pool} is in use by L7 policy {first}");
    assert_eq!(fault(&bench.delete(&format!("/pools/{pool}"))), (409, refusal.as_str()));
    assert_eq!(bench.delete(&format!("/l7policies/{second}")).0, 204);
    assert_eq!(bench.get(&format!("/l7policies/{first}"))["l7policy"]["position"], 1);
}

#[test]
fn deletion_asks_for_cascade() {
    let mut bench = Bench::zed();
    let (balancer, listener, pool) = bench.web();
    let refusal = format!("Validation failure: Cannot delete Load Balancer {balancer} - it has children");
    assert_eq!(fault(&bench.delete(&format!("/loadbalancers/{balancer}"))), (400, refusal.as_str()));
    assert_eq!(bench.delete(&format!("/loadbalancers/{balancer}?cascade=true")).0, 204);
    for path in [format!("/loadbalancers/{balancer}"), format!("/listeners/{listener}"), format!("/pools/{pool}")] {
        assert_eq!(bench.ask("tenant", "GET", &path, &Json::Null).0, 404);
    }
}

fn nested() -> Json {
    json!({"loadbalancer": {"vip_subnet_id": SUBNET, "listeners": [{"name": "l", "protocol": "HTTP", "protocol_port": 80,
        "default_pool": {"name": "p", "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN",
            "members": [{"address": "10.7.0.20", "protocol_port": 80}],
            "healthmonitor": {"type": "TCP", "delay": 5, "timeout": 3, "max_retries": 3}}}]}})
}

#[test]
fn a_nested_create_leaves_its_children_pending_on_zed() {
    let mut bench = Bench::zed();
    let (status, answer) = bench.post("/loadbalancers", nested());
    assert_eq!(status, 201, "{answer}");
    let balancer = answer["loadbalancer"].clone();
    let (id, pool) = (balancer["id"].as_str().expect("id"), balancer["pools"][0]["id"].as_str().expect("pool"));
    let member = balancer["pools"][0]["members"][0]["id"].as_str().expect("a member");
    bench.now += 10_000_000;
    assert_eq!(bench.get(&format!("/loadbalancers/{id}"))["loadbalancer"]["provisioning_status"], "ACTIVE");
    assert_eq!(bench.get(&format!("/pools/{pool}"))["pool"]["provisioning_status"], "PENDING_CREATE");
    let refusal = format!("Pool {pool} is immutable and cannot be updated.");
    assert_eq!(fault(&bench.delete(&format!("/pools/{pool}/members/{member}"))), (409, refusal.as_str()));
    assert_eq!(bench.delete(&format!("/pools/{pool}")).0, 204);
    assert_eq!(bench.ask("tenant", "GET", &format!("/pools/{pool}"), &Json::Null).0, 404);
    let listener = balancer["listeners"][0]["id"].as_str().expect("a listener");
    assert_eq!(bench.delete(&format!("/listeners/{listener}")).0, 204);
    assert_eq!(bench.get(&format!("/loadbalancers/{id}"))["loadbalancer"]["listeners"], json!([]));
    let with_members = json!({"pool": {"loadbalancer_id": id, "protocol": "HTTP", "lb_algorithm": "ROUND_ROBIN",
        "members": [{"address": "10.7.0.20", "protocol_port": 80}]}});
    assert_eq!(
        fault(&bench.post("/pools", with_members)),
        (500, "'dict' object has no attribute '_sa_instance_state'")
    );
}

#[test]
fn a_nested_create_works_on_newer_releases() {
    let mut bench = Bench::new(Release::Current, 0.0);
    let (status, answer) = bench.post("/loadbalancers", nested());
    assert_eq!(status, 201);
    let pool = answer["loadbalancer"]["pools"][0]["id"].as_str().expect("a pool");
    assert_eq!(bench.get(&format!("/pools/{pool}"))["pool"]["provisioning_status"], "ACTIVE");
    assert_eq!(bench.get(&format!("/pools/{pool}/members"))["members"][0]["provisioning_status"], "ACTIVE");
}

#[test]
fn lists_filter_sort_and_page() {
    let mut bench = Bench::zed();
    let ids: Vec<String> = (0..3).map(|_| bench.balancer()).collect();
    let page = bench.get("/loadbalancers?limit=2&fields=id");
    assert_eq!(page["loadbalancers"], json!([{"id": ids[0]}, {"id": ids[1]}]));
    let next = format!("http://h/load-balancer/v2/lbaas/loadbalancers?limit=2&marker={}", ids[1]);
    assert_eq!(page["loadbalancers_links"], json!([{"rel": "next", "href": next}]));
    let rest = bench.get(&format!("/loadbalancers?limit=2&marker={}&fields=id", ids[1]));
    assert_eq!(rest["loadbalancers"], json!([{"id": ids[2]}]));
    assert_eq!(rest["loadbalancers_links"][0]["rel"], "previous");
    let back = bench.get(&format!("/loadbalancers?limit=1&marker={}&page_reverse=True&fields=id", ids[2]));
    assert_eq!(back["loadbalancers"], json!([{"id": ids[1]}]));
    assert_eq!(bench.get("/loadbalancers?description=mark")["loadbalancers"].as_array().map(Vec::len), Some(3));
    assert_eq!(bench.get("/loadbalancers?description=other")["loadbalancers"], json!([]));
    let last = bench.get("/loadbalancers?sort=id:desc&limit=1&fields=id")["loadbalancers"][0]["id"].clone();
    assert_eq!(last.as_str(), ids.iter().map(String::as_str).max());
    for (path, message) in [
        ("/healthmonitors?description=x", "One or more arguments are either duplicate or invalid"),
        ("/loadbalancers?nonsense=1", "One or more arguments are either duplicate or invalid"),
        ("/pools?sort=nope", "Supplied sort key 'nope' is not valid."),
        ("/pools?marker=nope", "Supplied pagination marker 'nope' is not valid."),
    ] {
        let answer = bench.ask("tenant", "GET", path, &Json::Null);
        assert_eq!(fault(&answer), (400, message));
    }
}

#[test]
fn quotas_and_projects_bound_what_one_may_do() {
    let mut bench = Bench::zed();
    let path = format!("/quotas/{TENANT}");
    assert_eq!(bench.get(&path)["quota"]["load_balancer"], -1);
    assert_eq!(bench.put(&path, json!({"quota": {"pool": 1}})).0, 403);
    let (status, _) = bench.ask("admin", "PUT", &path, &json!({"quota": {"load_balancer": 1}}));
    assert_eq!(status, 202);
    let id = bench.balancer();
    let more = bench.post("/loadbalancers", json!({"loadbalancer": {"vip_subnet_id": SUBNET}}));
    assert_eq!(fault(&more), (403, "Quota has been met for resources: Load Balancer"));
    assert_eq!(bench.ask("admin", "GET", &format!("/loadbalancers/{id}"), &Json::Null).0, 200);
    bench.cloud.world.change("octavia_loadbalancers", &id, |row| {
        row.insert("project_id".into(), json!(ADMIN));
    });
    bench.cloud.world.commit();
    assert_eq!(bench.ask("tenant", "GET", &format!("/loadbalancers/{id}"), &Json::Null).0, 403);
    assert_eq!(bench.get("/loadbalancers")["loadbalancers"], json!([]));
    assert_eq!(bench.get("/providers")["providers"][0]["name"], "amphora");
}
