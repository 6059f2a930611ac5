//! Nova as its clients see it.

mod lifecycle;
mod requests;

use serde_json::{Value as Json, json};

use crate::embedded::exchange::Request;
use crate::embedded::{Cloud, Settings};

const SMALL: &str = "f1a70000-0000-4000-a000-000000000001";
const MEDIUM: &str = "f1a70000-0000-4000-a000-000000000002";
const IMAGE: &str = "1ca60000-0000-4000-a000-000000000005";
const START: i64 = 1_764_000_000_000;
const PROJECT: &str = "000000000000000000000000000007e0";

struct Client {
    cloud: Cloud,
    now: i64,
    tokens: [String; 2],
    headers: Vec<(String, String)>,
    network: String,
    port: String,
}

impl Client {
    fn new(pace: f64) -> Self {
        let cloud = Cloud::seeded(Settings { pace, ..Settings::default() }, START);
        let mut client = Self {
            cloud,
            now: START,
            tokens: [String::new(), String::new()],
            headers: Vec::new(),
            network: String::new(),
            port: String::new(),
        };
        client.tokens = ["tenant", "admin"].map(|name| client.login(name));
        let network = json!({"network": {"name": "net"}});
        client.network = client.neutron("networks", &network);
        let subnet = json!({"subnet": {"network_id": client.network, "ip_version": 4, "cidr": "10.0.0.0/24"}});
        client.neutron("subnets", &subnet);
        let fixed = json!([{"ip_address": "10.0.0.9"}]);
        let port = json!({"port": {"network_id": client.network, "name": "mine", "fixed_ips": fixed}});
        client.port = client.neutron("ports", &port);
        client
    }

    /// Makes something of Neutron's.
    fn neutron(&mut self, collection: &str, body: &Json) -> String {
        let request = Request {
            method: "POST".into(),
            path: format!("/network/v2.0/{collection}"),
            headers: vec![("x-auth-token".into(), self.tokens[0].clone())],
            body: body.to_string().into_bytes(),
            ..Request::default()
        };
        let (reply, _) = self.cloud.handle(self.now, &request);
        let answer: Json = serde_json::from_slice(&reply.body).expect("JSON");
        let made = answer.as_object().and_then(|map| map.values().next()).cloned().unwrap_or_default();
        made["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
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
