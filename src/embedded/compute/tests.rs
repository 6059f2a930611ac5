//! Nova as its clients see it.

use serde_json::{Value as Json, json};

use crate::embedded::exchange::Request;
use crate::embedded::{Cloud, Settings};

const SMALL: &str = "f1a70000-0000-4000-a000-000000000001";
const MEDIUM: &str = "f1a70000-0000-4000-a000-000000000002";
const IMAGE: &str = "1ca60000-0000-4000-a000-000000000005";
const START: i64 = 1_764_000_000_000;
const NETWORK: &str = "0e700000-0000-4000-a000-000000000001";
const PORT: &str = "00070000-0000-4000-a000-000000000001";
const PROJECT: &str = "000000000000000000000000000007e0";

struct Client {
    cloud: Cloud,
    now: i64,
    tokens: [String; 2],
    headers: Vec<(String, String)>,
}

impl Client {
    fn new(pace: f64) -> Self {
        let cloud = Cloud::seeded(Settings { pace, ..Settings::default() }, START);
        let mut client = Self { cloud, now: START, tokens: [String::new(), String::new()], headers: Vec::new() };
        client.tokens = ["tenant", "admin"].map(|name| client.login(name));
        let row = |value: Json| value.as_object().cloned().expect("an object");
        let world = &mut client.cloud.world;
        world.put("networks", NETWORK, row(json!({"id": NETWORK, "name": "net", "project_id": PROJECT})));
        world.put(
            "subnets",
            "s1",
            row(json!({"id": "s1", "network_id": NETWORK, "cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.1",
            "project_id": PROJECT, "ip_version": 4, "allocation_pools": [{"start": "10.0.0.2", "end": "10.0.0.254"}]})),
        );
        world.put(
            "ports",
            PORT,
            row(json!({"id": PORT, "name": "mine", "network_id": NETWORK, "project_id": PROJECT, "device_id": "",
            "device_owner": "", "mac_address": "fa:16:3e:00:00:01", "status": "DOWN", "security_groups": [],
            "fixed_ips": [{"subnet_id": "s1", "ip_address": "10.0.0.9"}]})),
        );
        world.commit();
        client
    }

    fn login(&mut self, name: &str) -> String {
        let body = json!({"auth": {"identity": {"methods": ["password"],
            "password": {"user": {"name": name, "password": "embedded", "domain": {"id": "default"}}}}}});
        let request = Request {
            method: "POST".into(),
            path: "/v3/auth/tokens".into(),
            body: body.to_string().into_bytes(),
            ..Request::default()
        };
        let (reply, _) = self.cloud.handle(self.now, &request);
        let found = reply.headers.into_iter().find(|(name, _)| name == "X-Subject-Token");
        found.expect("a token").1
    }

    fn send(&mut self, who: usize, version: &str, method: &str, path: &str, body: &Json) -> (u16, Json) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let request = Request {
            method: method.into(),
            path: format!("/compute{path}"),
            query: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            headers: vec![
                ("x-auth-token".into(), self.tokens[who].clone()),
                ("openstack-api-version".into(), format!("compute {version}")),
                ("host".into(), "cloud".into()),
            ],
            body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
        };
        let (reply, _) = self.cloud.handle(self.now, &request);
        self.headers = reply.headers;
        (reply.status, serde_json::from_slice(&reply.body).unwrap_or(Json::Null))
    }

    fn get(&mut self, path: &str) -> (u16, Json) {
        self.send(0, "2.93", "GET", path, &Json::Null)
    }

    fn post(&mut self, path: &str, body: &Json) -> (u16, Json) {
        self.send(0, "2.93", "POST", path, body)
    }

    fn server(&mut self, changes: &Json) -> (u16, Json) {
        let mut body = json!({"server": {"name": "one", "flavorRef": SMALL, "imageRef": IMAGE, "networks": "none"}});
        for (name, value) in changes.as_object().expect("an object") {
            body["server"][name] = value.clone();
        }
        self.post("/v2.1/servers", &body)
    }

    fn made(&mut self, changes: &Json) -> String {
        let (status, answer) = self.server(changes);
        assert_eq!(status, 202, "{answer}");
        answer["server"]["id"].as_str().expect("an id").to_owned()
    }

    fn act(&mut self, id: &str, action: &Json) -> (u16, String) {
        let (status, answer) = self.post(&format!("/v2.1/servers/{id}/action"), action);
        (status, message(&answer))
    }
}

fn message(answer: &Json) -> String {
    let fault = answer.as_object().and_then(|map| map.values().next()).cloned().unwrap_or_default();
    fault["message"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn versions_are_named_and_refused() {
    let mut client = Client::new(0.0);
    let (status, answer) = client.send(0, "2.94", "GET", "/v2.1/servers", &Json::Null);
    assert_eq!((status, answer["computeFault"]["code"].as_u64()), (406, Some(406)));
    assert_eq!(message(&answer), "Version 2.94 is not supported by the API. Minimum is 2.1 and maximum is 2.93.");
    let (status, answer) = client.send(0, "abc", "GET", "/v2.1/servers", &Json::Null);
    assert_eq!(status, 400);
    assert_eq!(message(&answer), "API Version String abc is of invalid format. Must be of format MajorNum.MinorNum.");
    client.send(0, "latest", "GET", "/v2.1/servers", &Json::Null);
    assert!(client.headers.iter().any(|(name, value)| name == "OpenStack-API-Version" && value == "compute 2.93"));
    let (_, answer) = client.send(0, "2.1", "GET", "/", &Json::Null);
    assert_eq!(answer["versions"][1]["version"], "2.93");
}

#[test]
fn a_server_is_build_until_its_time_has_come() {
    let mut client = Client::new(1.0);
    let id = client.made(&json!({}));
    let path = format!("/v2.1/servers/{id}");
    let seen = client.get(&path).1["server"].clone();
    assert_eq!(
        (&seen["status"], &seen["OS-EXT-STS:task_state"], &seen["hostId"]),
        (&json!("BUILD"), &json!("scheduling"), &json!(""))
    );
    assert_eq!(client.act(&id, &json!({"os-stop": null})).0, 409);
    client.now += 4000;
    let seen = client.get(&path).1["server"].clone();
    assert_eq!((&seen["status"], &seen["OS-EXT-STS:power_state"]), (&json!("ACTIVE"), &json!(1)));
    assert_eq!(seen["OS-SRV-USG:launched_at"], "2025-11-24T16:00:04.000000");
    assert_eq!(client.send(0, "2.93", "DELETE", &path, &Json::Null).0, 204);
    let seen = client.get(&path).1["server"].clone();
    assert_eq!((&seen["status"], &seen["OS-EXT-STS:task_state"]), (&json!("ACTIVE"), &json!("deleting")));
    client.now += 2500;
    let (status, answer) = client.get(&path);
    assert_eq!((status, message(&answer)), (404, format!("Instance {id} could not be found.")));
    assert_eq!(client.get("/v2.1/limits").1["limits"]["absolute"]["totalInstancesUsed"], 0);
}

#[test]
fn fields_follow_the_microversion() {
    let mut client = Client::new(0.0);
    let id = client.made(&json!({"description": "d", "tags": ["t", "t"]}));
    let path = format!("/v2.1/servers/{id}");
    let old = client.send(0, "2.1", "GET", &path, &Json::Null).1["server"].clone();
    assert_eq!(old["flavor"]["id"], SMALL);
    for name in ["locked", "description", "tags", "server_groups", "OS-EXT-SRV-ATTR:host"] {
        assert!(old.get(name).is_none(), "{name}");
    }
    let new = client.get(&path).1["server"].clone();
    assert_eq!(new["flavor"]["original_name"], "small");
    assert_eq!((&new["locked"], &new["description"], &new["tags"]), (&json!(false), &json!("d"), &json!(["t"])));
    assert_eq!(new["server_groups"], json!([]));
    let seen = client.send(1, "2.93", "GET", &path, &Json::Null).1["server"].clone();
    assert_eq!(seen["OS-EXT-SRV-ATTR:host"], "embedded");
    let (status, answer) = client.send(0, "2.25", "GET", &format!("{path}/tags"), &Json::Null);
    assert_eq!((status, message(&answer)), (404, "The resource could not be found.".to_owned()));
}

#[test]
fn what_cannot_be_is_refused_in_novas_words() {
    let mut client = Client::new(0.0);
    let other = "00000000-0000-4000-a000-000000000000";
    for (changes, status, words) in [
        (json!({"flavorRef": "xx"}), 400, "Flavor xx could not be found.".to_owned()),
        (json!({"imageRef": other}), 400, "Can not find requested image".to_owned()),
        (json!({"imageRef": ""}), 400, "Missing imageRef attribute".to_owned()),
        (json!({"key_name": "no"}), 400, "Invalid key_name provided.".to_owned()),
        (json!({"availability_zone": "zz"}), 400, "The requested availability zone is not available".to_owned()),
        (json!({"networks": [{"uuid": other}]}), 400, format!("Network {other} could not be found.")),
        (json!({"networks": [{"port": other}]}), 400, format!("Port id {other} could not be found.")),
        (
            json!({"networks": [{"port": PORT}, {"port": PORT}]}),
            400,
            format!("Port ID '{PORT}' was specified twice: you cannot attach a port multiple times."),
        ),
        (
            json!({"security_groups": [{"name": "zz"}]}),
            400,
            "Unable to find security_group with name or id 'zz'".to_owned(),
        ),
        (
            json!({"tags": ["a/b"]}),
            400,
            "Invalid input for field/attribute 0. Value: a/b. 'a/b' does not match '^[^,/]*$'".to_owned(),
        ),
        (
            json!({"metadata": {"a": 1}}),
            400,
            "Invalid input for field/attribute a. Value: 1. 1 is not of type 'string'".to_owned(),
        ),
        (json!({"name": ""}), 400, "Invalid input for field/attribute name. Value: . '' is too short".to_owned()),
        (
            json!({"min_count": 500}),
            403,
            "Quota exceeded for instances: Requested 500, but already used 0 of 400 instances".to_owned(),
        ),
    ] {
        let (seen, answer) = client.server(&changes);
        assert_eq!((seen, message(&answer)), (status, words), "{changes}");
    }
    let data = "QUJD".repeat(16_384);
    let (status, answer) = client.server(&json!({"user_data": data}));
    assert_eq!(status, 400);
    assert!(message(&answer).starts_with("Invalid input for field/attribute user_data. Value: QUJD"));
    assert!(message(&answer).ends_with("is too long"));
    let many: serde_json::Map<String, Json> = (0..129).map(|number| (format!("k{number}"), json!("v"))).collect();
    let (status, answer) = client.server(&json!({"metadata": many}));
    assert_eq!((status, message(&answer).as_str()), (403, "Maximum number of metadata items exceeds 128"));
    assert_eq!(client.get("/v2.1/servers").1["servers"], json!([]));
}

#[test]
fn ports_are_made_bound_and_given_back() {
    let mut client = Client::new(0.0);
    let id = client.made(&json!({"networks": [{"port": PORT}, {"uuid": NETWORK}]}));
    let path = format!("/v2.1/servers/{id}");
    let addresses = client.get(&path).1["server"]["addresses"]["net"].clone();
    assert_eq!((&addresses[0]["addr"], addresses.as_array().map(Vec::len)), (&json!("10.0.0.9"), Some(2)));
    let (status, answer) = client.server(&json!({"networks": [{"port": PORT}]}));
    assert_eq!((status, message(&answer)), (409, format!("Port {PORT} is still in use.")));
    let (status, answer) = client.server(&json!({"networks": [{"uuid": NETWORK, "fixed_ip": "10.0.0.9"}]}));
    assert_eq!(
        (status, message(&answer)),
        (400, format!("Fixed IP address 10.0.0.9 is already in use on instance {id}."))
    );
    let held = client.get(&format!("{path}/os-interface")).1["interfaceAttachments"].clone();
    let made = held[1]["port_id"].as_str().expect("an id").to_owned();
    client.send(0, "2.93", "DELETE", &path, &Json::Null);
    assert!(client.cloud.world.get("ports", &made).is_none());
    assert_eq!(client.cloud.world.get("ports", PORT).expect("kept")["device_id"], "");
}

#[test]
fn a_wrong_address_ends_in_error_with_its_reason() {
    let mut client = Client::new(0.0);
    let id = client.made(&json!({"networks": [{"uuid": NETWORK, "fixed_ip": "10.9.9.9"}]}));
    let seen = client.get(&format!("/v2.1/servers/{id}")).1["server"].clone();
    assert_eq!(seen["status"], "ERROR");
    assert_eq!(
        seen["fault"]["message"],
        format!(
            "Build of instance {id} aborted: Invalid input received: Fixed IP 10.9.9.9 is not a valid ip address for network {NETWORK}."
        )
    );
}

#[test]
fn interfaces_come_and_go() {
    let mut client = Client::new(0.0);
    let id = client.made(&json!({}));
    let path = format!("/v2.1/servers/{id}/os-interface");
    let (status, answer) = client.post(&path, &json!({"interfaceAttachment": {"port_id": PORT, "net_id": NETWORK}}));
    assert_eq!((status, message(&answer).as_str()), (400, "Must not input both network_id and port_id"));
    let (status, answer) = client.post(&path, &json!({"interfaceAttachment": {"port_id": PORT}}));
    assert_eq!((status, &answer["interfaceAttachment"]["port_id"]), (200, &json!(PORT)));
    assert_eq!(client.send(0, "2.1", "DELETE", &format!("{path}/{PORT}"), &Json::Null).0, 202);
    assert_eq!(client.get(&path).1["interfaceAttachments"], json!([]));
    assert_eq!(client.send(0, "2.1", "DELETE", &format!("{path}/{SMALL}"), &Json::Null).0, 202);
}

#[test]
fn actions_follow_the_state() {
    let mut client = Client::new(0.0);
    let id = client.made(&json!({}));
    let status = |client: &mut Client| client.get(&format!("/v2.1/servers/{id}")).1["server"]["status"].clone();
    let words = format!("Cannot 'start' instance {id} while it is in vm_state active");
    assert_eq!(client.act(&id, &json!({"os-start": null})), (409, words));
    assert_eq!(client.act(&id, &json!({"lock": null})).0, 202);
    assert_eq!(client.act(&id, &json!({"os-stop": null})), (409, format!("Instance {id} is locked")));
    client.act(&id, &json!({"unlock": null}));
    assert_eq!(client.act(&id, &json!({"os-stop": null})).0, 202);
    assert_eq!(status(&mut client), "SHUTOFF");
    assert_eq!(client.act(&id, &json!({"os-start": null})).0, 202);
    let words = "When resizing, instances must change flavor!".to_owned();
    assert_eq!(client.act(&id, &json!({"resize": {"flavorRef": SMALL}})), (400, words));
    assert_eq!(client.act(&id, &json!({"resize": {"flavorRef": MEDIUM}})).0, 202);
    assert_eq!(status(&mut client), "VERIFY_RESIZE");
    assert_eq!(client.act(&id, &json!({"revertResize": null})).0, 202);
    assert_eq!(client.get(&format!("/v2.1/servers/{id}")).1["server"]["flavor"]["original_name"], "small");
    client.act(&id, &json!({"resize": {"flavorRef": MEDIUM}}));
    assert_eq!(client.act(&id, &json!({"confirmResize": null})).0, 204);
    let seen = client.get(&format!("/v2.1/servers/{id}")).1["server"].clone();
    assert_eq!((&seen["status"], &seen["flavor"]["original_name"]), (&json!("ACTIVE"), &json!("medium")));
    assert_eq!(client.get("/v2.1/limits").1["limits"]["absolute"]["totalCoresUsed"], 2);
    let (_, answer) =
        client.post(&format!("/v2.1/servers/{id}/action"), &json!({"os-getConsoleOutput": {"length": 1}}));
    assert_eq!(answer["output"], "LAST LINE");
    let (status, answer) = client.post(&format!("/v2.1/servers/{id}/action"), &json!({"createImage": {"name": "i"}}));
    assert_eq!((status, answer["image_id"].is_string()), (202, true));
    assert_eq!(client.act(&id, &json!({"bogus": null})), (400, "There is no such action: bogus".to_owned()));
}

#[test]
fn lists_are_filtered_sorted_and_paged() {
    let mut client = Client::new(0.0);
    for (name, tag) in [("shop-1", "shop"), ("shop-2", "shop"), ("other", "else")] {
        client.made(&json!({"name": name, "tags": [tag]}));
    }
    let names = |client: &mut Client, version: &str, query: &str| {
        let (_, answer) = client.send(0, version, "GET", &format!("/v2.1/servers{query}"), &Json::Null);
        let all = answer["servers"].as_array().expect("a list").clone();
        all.iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&mut client, "2.93", ""), ["other", "shop-2", "shop-1"]);
    assert_eq!(names(&mut client, "2.93", "?name=^shop"), ["shop-2", "shop-1"]);
    assert_eq!(names(&mut client, "2.26", "?not-tags=shop"), ["other"]);
    assert_eq!(names(&mut client, "2.25", "?tags=none").len(), 3);
    assert_eq!(names(&mut client, "2.1", "?bogus=x").len(), 3);
    assert_eq!(names(&mut client, "2.93", "?host=x").len(), 3);
    assert_eq!(names(&mut client, "2.1", "?sort_key=display_name&sort_dir=asc"), ["other", "shop-1", "shop-2"]);
    let (_, answer) = client.get("/v2.1/servers?name=shop&limit=1");
    let last = answer["servers"][0]["id"].as_str().expect("an id");
    assert_eq!(
        answer["servers_links"][0]["href"],
        format!("http://cloud/compute/v2.1/servers?limit=1&name=shop&marker={last}")
    );
    for (query, status, words) in [
        ("?bogus=x", 400, "'bogus' does not match any of the regexes: '^_'"),
        ("?status=zz", 400, "Invalid status value"),
        ("?limit=x", 400, "Invalid input for query parameters limit. Value: x. 'x' does not match '^[0-9]*$'"),
        ("?marker=zz", 400, "marker [zz] not found"),
        ("?name=[", 400, "Invalid input for query parameters name. Value: [. '[' is not a 'regex'"),
        ("?all_tenants=1", 403, "Policy doesn't allow os_compute_api:servers:index:get_all_tenants to be performed."),
    ] {
        let (seen, answer) = client.get(&format!("/v2.1/servers{query}"));
        assert_eq!((seen, message(&answer).as_str()), (status, words), "{query}");
    }
    let (_, answer) = client.send(1, "2.93", "GET", "/v2.1/servers?all_tenants=1", &Json::Null);
    assert_eq!(answer["servers"].as_array().map(Vec::len), Some(3));
    let (_, answer) = client.send(1, "2.93", "GET", "/v2.1/servers", &Json::Null);
    assert_eq!(answer["servers"], json!([]));
}

#[test]
fn groups_name_their_policy_as_the_version_does() {
    let mut client = Client::new(0.0);
    let (status, answer) =
        client.post("/v2.1/os-server-groups", &json!({"server_group": {"name": "g", "policy": "soft-anti-affinity"}}));
    assert_eq!((status, &answer["server_group"]["policy"]), (200, &json!("soft-anti-affinity")));
    let group = answer["server_group"]["id"].as_str().expect("an id").to_owned();
    let old = client.send(0, "2.63", "GET", "/v2.1/os-server-groups", &Json::Null).1;
    assert_eq!(old["server_groups"][0]["policies"], json!(["soft-anti-affinity"]));
    let body = json!({"server": {"name": "m", "flavorRef": SMALL, "imageRef": IMAGE, "networks": "none"},
        "os:scheduler_hints": {"group": group}});
    let (_, answer) = client.post("/v2.1/servers", &body);
    let id = answer["server"]["id"].clone();
    let shown = client.get(&format!("/v2.1/os-server-groups/{group}")).1;
    assert_eq!(shown["server_group"]["members"], json!([id]));
    let shown = client.get(&format!("/v2.1/servers/{}", id.as_str().expect("an id"))).1;
    assert_eq!(shown["server"]["server_groups"], json!([group]));
    client.send(
        1,
        "2.93",
        "PUT",
        &format!("/v2.1/os-quota-sets/{PROJECT}"),
        &json!({"quota_set": {"server_group_members": 1}}),
    );
    let (status, answer) = client.post("/v2.1/servers", &body);
    assert_eq!((status, message(&answer).as_str()), (403, "Quota exceeded, too many servers in group"));
    assert_eq!(client.send(0, "2.93", "DELETE", &format!("/v2.1/os-server-groups/{group}"), &Json::Null).0, 204);
}

#[test]
fn key_pairs_have_the_fingerprint_that_nova_shows() {
    let mut client = Client::new(0.0);
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAzsItLg4f8f3DHZRBfS6fNdeNG853xMiTDjJSer9Es3 x";
    let body = json!({"keypair": {"name": "k", "public_key": key}});
    let (status, answer) = client.post("/v2.1/os-keypairs", &body);
    assert_eq!(status, 201);
    assert_eq!(answer["keypair"]["fingerprint"], "ce:91:d8:1d:ff:ef:62:ab:12:1d:77:5c:38:31:3e:8f");
    let (status, answer) = client.post("/v2.1/os-keypairs", &body);
    assert_eq!((status, message(&answer).as_str()), (409, "Key pair 'k' already exists."));
    let (status, answer) = client.post("/v2.1/os-keypairs", &json!({"keypair": {"name": "j", "public_key": "junk"}}));
    assert_eq!((status, message(&answer).as_str()), (400, "Keypair data is invalid: failed to generate fingerprint"));
    client.made(&json!({"key_name": "k"}));
    assert_eq!(client.send(0, "2.1", "DELETE", "/v2.1/os-keypairs/k", &Json::Null).0, 202);
}

#[test]
fn metadata_and_tags_item_by_item() {
    let mut client = Client::new(0.0);
    let id = client.made(&json!({"metadata": {"a": "1"}}));
    let path = format!("/v2.1/servers/{id}");
    let (_, answer) = client.post(&format!("{path}/metadata"), &json!({"metadata": {"b": "2"}}));
    assert_eq!(answer, json!({"metadata": {"a": "1", "b": "2"}}));
    let (_, answer) = client.send(0, "2.1", "PUT", &format!("{path}/metadata/a"), &json!({"meta": {"x": "d"}}));
    assert_eq!(message(&answer), "Request body and URI mismatch");
    assert_eq!(client.send(0, "2.1", "DELETE", &format!("{path}/metadata/a"), &Json::Null).0, 204);
    assert_eq!(client.get(&format!("{path}/metadata/a")).0, 404);
    assert_eq!(client.send(0, "2.93", "PUT", &format!("{path}/tags/t"), &Json::Null).0, 201);
    assert_eq!(client.send(0, "2.93", "PUT", &format!("{path}/tags/t"), &Json::Null).0, 204);
    assert_eq!(client.get(&format!("{path}/tags/t")).0, 204);
    assert_eq!(client.send(0, "2.93", "DELETE", &format!("{path}/tags/u"), &Json::Null).0, 404);
}

#[test]
fn quotas_and_hosts_are_the_administrators() {
    let mut client = Client::new(0.0);
    let quota = format!("/v2.1/os-quota-sets/{PROJECT}");
    let change = json!({"quota_set": {"instances": 0, "cores": 0}});
    assert_eq!(client.send(0, "2.93", "PUT", &quota, &change).0, 403);
    assert_eq!(client.send(1, "2.93", "PUT", &quota, &change).0, 200);
    let (status, answer) = client.server(&json!({}));
    assert_eq!(status, 403);
    assert_eq!(
        message(&answer),
        "Quota exceeded for cores, instances: Requested 1, 1, but already used 0, 0 of 0, 0 cores, instances"
    );
    let (status, answer) = client.get("/v2.1/os-hypervisors");
    let words = "Policy doesn't allow os_compute_api:os-hypervisors:list to be performed.";
    assert_eq!((status, message(&answer).as_str()), (403, words));
    assert_eq!(client.send(1, "2.93", "GET", "/v2.1/os-services", &Json::Null).0, 200);
    assert_eq!(client.get("/v2.1/flavors/detail?minRam=5000").1["flavors"][0]["name"], "large");
}
