//! Guests as their owner sees them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::super::cloud::{Cloud, Settings};
use super::super::exchange::{Reply, Request};
use super::GuestFault;

const PROJECT: &str = "000000000000000000000000000007e0";

struct Bench {
    cloud: Cloud,
    now: i64,
}

fn row(value: Json) -> super::super::world::Row {
    value.as_object().cloned().unwrap_or_default()
}

impl Bench {
    fn new(pace: f64) -> Self {
        let mut cloud = Cloud::seeded(Settings { pace, ..Settings::default() }, 0);
        let token = json!({"_user": "u", "_project": PROJECT, "_roles": ["member"], "_expires": i64::MAX});
        cloud.world.put("tokens", "tenant", row(token));
        cloud.world.commit();
        let mut bench = Self { cloud, now: 1_795_548_004_000 };
        let network = bench.ask("POST", "/network/v2.0/networks", &[], &json!({"network": {"name": "n"}}).to_string());
        let network = serde_json::from_slice::<Json>(&network.body).expect("JSON")["network"]["id"].clone();
        let subnet = json!({"subnet": {"network_id": network, "ip_version": 4, "cidr": "10.9.0.0/24"}});
        bench.ask("POST", "/network/v2.0/subnets", &[], &subnet.to_string());
        bench.ask(
            "PUT",
            "/object-store/v1/AUTH_000000000000000000000000000007e0/s",
            &[("x-container-meta-temp-url-key", "k")],
            "",
        );
        bench
    }

    fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let own = [("x-auth-token", "tenant"), ("host", "c")];
        let headers = own.iter().chain(headers).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: headers.collect(),
            body: body.as_bytes().to_vec(),
        };
        self.cloud.handle(self.now, &request).0
    }

    fn json(&mut self, method: &str, path: &str, body: &str) -> Json {
        let reply = self.ask(method, path, &[], body);
        assert!(reply.status < 300, "{} {}", reply.status, String::from_utf8_lossy(&reply.body));
        serde_json::from_slice(&reply.body).unwrap_or_default()
    }

    fn address(&self, key: &str) -> String {
        self.signed(key, "PUT", "web-1")
    }

    fn signed(&self, key: &str, method: &str, object: &str) -> String {
        let expires = self.now / 1000 + 86_400;
        let path = format!("/v1/AUTH_{PROJECT}/s/{object}");
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("any length");
        let bytes = mac.chain_update(format!("{method}\n{expires}\n{path}")).finalize().into_bytes();
        let signature = bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        format!("http://c/object-store{path}?temp_url_sig={signature}&temp_url_expires={expires}")
    }

    /// A server with these files in its user-data; its id.
    fn boot(&mut self, files: &[(&str, &str)]) -> String {
        let files: Vec<Json> = files.iter().map(|(path, content)| json!({"path": path, "content": content})).collect();
        let user_data = STANDARD.encode(format!("#cloud-config\n{}\n", json!({"write_files": files})));
        let images = self.json("GET", "/image/v2/images", "");
        let flavors = self.json("GET", "/compute/v2.1/flavors/detail", "");
        let roomy = |flavor: &&Json| flavor["disk"].as_i64() >= Some(20) && flavor["ram"].as_i64() >= Some(2048);
        let flavor = flavors["flavors"].as_array().and_then(|all| all.iter().find(roomy)).expect("one")["id"].clone();
        let network = self.json("GET", "/network/v2.0/networks?name=n", "")["networks"][0]["id"].clone();
        let server = json!({"server": {"name": "shop-web-1", "imageRef": images["images"][0]["id"], "flavorRef": flavor,
            "networks": [{"uuid": network}], "user_data": user_data}});
        let made = self.json("POST", "/compute/v2.1/servers", &server.to_string());
        made["server"]["id"].as_str().expect("an id").to_owned()
    }

    /// What the container's listing says of the guest: number and stage.
    fn reported(&mut self, id: &str) -> Option<(u64, String)> {
        let listing = self.json("GET", &format!("/object-store/v1/AUTH_{PROJECT}/s?format=json"), "");
        let kind = listing.as_array()?.iter().find(|one| one["name"] == "web-1")?["content_type"].as_str()?.to_owned();
        let told = kind.strip_prefix(&format!("application/x-gureum.{id}."))?.to_owned();
        let (number, stage) = told.split_once('.')?;
        Some((number.parse().ok()?, stage.to_owned()))
    }

    fn console(&mut self, id: &str) -> String {
        let body = json!({"os-getConsoleOutput": {}}).to_string();
        let shown = self.json("POST", &format!("/compute/v2.1/servers/{id}/action"), &body);
        shown["output"].as_str().unwrap_or_default().to_owned()
    }

    fn words(&mut self) -> String {
        let reply = self.ask("GET", &format!("/object-store/v1/AUTH_{PROJECT}/s/web-1"), &[], "");
        String::from_utf8_lossy(&reply.body).into_owned()
    }
}

#[test]
fn a_guest_reports_its_stages_at_their_times() {
    let mut bench = Bench::new(1.0);
    let url = bench.address("k");
    let id = bench.boot(&[("/var/lib/x/report-url", &url)]);
    let mut told = Vec::new();
    for _ in 0..100 {
        bench.now += 1_000;
        if let Some((_, stage)) = bench.reported(&id).filter(|(_, stage)| told.last() != Some(stage)) {
            told.push(stage);
        }
    }
    assert_eq!(told, ["boot", "mirror", "packages", "artifacts", "files", "start", "health", "ready"]);
    assert!(bench.words().starts_with("check "));
    assert!(bench.console(&id).contains("gureum: ready"));
}

#[test]
fn a_guest_of_an_instant_cloud_is_ready_at_once_and_whoever_comes_late_finds_the_end() {
    for (pace, later) in [(0.0, 0), (1.0, 3_600_000)] {
        let mut bench = Bench::new(pace);
        let url = bench.address("k");
        let id = bench.boot(&[("/var/lib/x/report-url", &url)]);
        bench.now += later;
        assert_eq!(bench.reported(&id), Some((8, "ready".to_owned())), "{pace}");
    }
}

#[test]
fn a_guest_with_a_key_signs_its_lines_on_the_console() {
    let mut bench = Bench::new(0.0);
    let id = bench.boot(&[("/var/lib/x/signal-key", "k3y\n")]);
    let console = bench.console(&id);
    let line = console.lines().rfind(|line| line.starts_with("gureum-signal ")).expect("a line");
    let parts: Vec<&str> = line.split(' ').collect();
    let proof = Sha256::digest(format!("k3y:{id}:8:ready:{}:k3y", parts[4]));
    assert_eq!((parts[1], parts[2], parts[3], parts[5]), (id.as_str(), "8", "ready", format!("{proof:x}").as_str()));
    assert_eq!(bench.reported(&id), None);
}

#[test]
fn a_guest_without_anything_to_report_to_says_nothing() {
    let mut bench = Bench::new(0.0);
    let id = bench.boot(&[("/etc/motd", "hello")]);
    assert_eq!(bench.console(&id), "FAKE CONSOLE OUTPUT\nANOTHER\nLAST LINE");
}

#[test]
fn a_report_that_is_refused_is_lost_and_shows_on_the_console() {
    let mut bench = Bench::new(0.0);
    let url = bench.address("another key");
    let id = bench.boot(&[("/var/lib/x/report-url", &url)]);
    assert_eq!(bench.reported(&id), None);
    assert!(bench.console(&id).contains("could not report ready: The requested URL returned error: 401"));
}

#[test]
fn one_that_has_more_to_fetch_is_ready_only_when_it_has_what_was_meant_for_it() {
    let mut bench = Bench::new(1.0);
    let (url, content) = (bench.address("k"), bench.signed("k", "GET", "content/web-1"));
    let id = bench.boot(&[
        ("/var/lib/x/content-url", &content),
        ("/var/lib/x/content-key", "c0ntent"),
        ("/var/lib/x/report-url", &url),
    ]);
    let object = format!("/object-store/v1/AUTH_{PROJECT}/s/content/web-1");
    let files = "unpack 0600 '/a' 'b'\n";
    let proof = format!("{:x}", Sha256::digest(format!("c0ntent{files}c0ntent")));
    let mut said = Vec::new();
    let mut told = Vec::new();
    for (second, body) in
        [(60, None), (60, Some(format!("{proof}\n{files}#"))), (200, Some(format!("{proof}\n{files}")))]
    {
        if let Some(body) = body {
            bench.ask("PUT", &object, &[], &body);
        }
        for _ in 0..second {
            bench.now += 1_000;
            let Some(report) = bench.reported(&id).filter(|report| told.last() != Some(report)) else { continue };
            if report.1 == "failed" {
                said.push(bench.words());
            }
            told.push(report);
        }
    }
    let refused = "stage: content\ncurl: (22) The requested URL returned error: 404\n".to_owned();
    assert!(said.contains(&refused) && said.contains(&"stage: content\nits proof is wrong\n".to_owned()), "{said:?}");
    let stages: Vec<&str> = told.iter().map(|(_, stage)| stage.as_str()).collect();
    assert!(!stages[..stages.len() - 7].contains(&"mirror"), "{stages:?}");
    assert_eq!(stages[stages.len() - 7..], ["mirror", "packages", "artifacts", "files", "start", "health", "ready"]);
}

#[test]
fn one_that_fails_tries_again_until_it_comes_through() {
    let mut bench = Bench::new(1.0);
    bench.cloud.let_guests_fail(&GuestFault::fails("shop-*", "packages", &["E: no such package"]).times(2));
    let url = bench.address("k");
    let id = bench.boot(&[("/var/lib/x/report-url", &url)]);
    let (mut failures, mut told) = (0, Vec::new());
    for _ in 0..300 {
        bench.now += 1_000;
        if let Some(report) = bench.reported(&id).filter(|report| told.last() != Some(report)) {
            if report.1 == "failed" {
                assert_eq!(bench.words(), "stage: packages\nE: no such package\n");
                failures += 1;
            }
            told.push(report);
        }
    }
    assert_eq!((failures, told.last().map(|report| report.1.as_str())), (2, Some("ready")));
    assert!(told.is_sorted_by_key(|report| report.0), "numbers count up");
}

#[test]
fn one_that_always_fails_is_not_gone_through_a_thousand_times() {
    let mut bench = Bench::new(0.0);
    bench.cloud.let_guests_fail(&GuestFault::fails("shop-web-1", "mirror", &["no route to host"]));
    let url = bench.address("k");
    let id = bench.boot(&[("/var/lib/x/report-url", &url)]);
    bench.now += 24 * 3_600_000;
    let (number, stage) = bench.reported(&id).expect("a report");
    assert!(stage == "failed" && number < 60, "{number} {stage}");
}

#[test]
fn one_that_hangs_says_nothing_until_it_is_let_go() {
    let mut bench = Bench::new(0.0);
    bench.cloud.let_guests_fail(&GuestFault::falls_silent("shop-web-1", "start"));
    let url = bench.address("k");
    let id = bench.boot(&[("/var/lib/x/report-url", &url)]);
    bench.now += 3_600_000;
    assert_eq!(bench.reported(&id), Some((6, "start".to_owned())));
    bench.cloud.let_guests_be();
    assert_eq!(bench.reported(&id), Some((8, "ready".to_owned())));
}
