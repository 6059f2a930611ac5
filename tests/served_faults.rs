//! What goes wrong by rule in the embedded cloud as a process: every effect as a client feels it, over real HTTP.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, Method, Response};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

/// A cloud of its own, and a member with a token.
struct Cloud {
    folder: TempDir,
    child: Child,
    port: u16,
    token: String,
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(folder: &TempDir) -> (Child, u16) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gureum"));
    command.env_clear().args(["--json", "embedded", "serve", "--state"]).arg(folder.path());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("text");
    let told: Json = serde_json::from_str(&line).expect("JSON");
    let port = told["port"].as_u64().and_then(|port| u16::try_from(port).ok()).expect("a port");
    (child, port)
}

impl Cloud {
    async fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let (child, port) = serve(&folder);
        let mut cloud = Self { folder, child, port, token: String::new() };
        cloud.log_in().await;
        cloud
    }

    async fn log_in(&mut self) {
        let login = json!({"auth": {"identity": {"methods": ["password"], "password": {"user":
            {"name": "tenant", "domain": {"id": "default"}, "password": "embedded"}}},
            "scope": {"project": {"name": "tenant", "domain": {"id": "default"}}}}});
        let answer = self.send(Method::POST, "/v3/auth/tokens", Some(login)).await.expect("a token");
        let token = answer.headers()["x-subject-token"].to_str().expect("text");
        token.clone_into(&mut self.token);
    }

    /// `kill -9`, and another process in its place, on the same port.
    fn die_and_come_back(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
        let port = self.port;
        (self.child, self.port) = serve(&self.folder);
        assert_eq!(self.port, port);
    }

    async fn send(&self, method: Method, path: &str, body: Option<Json>) -> reqwest::Result<Response> {
        // A client of its own: no connection is used twice.
        let client = Client::builder().timeout(Duration::from_secs(20)).build().expect("a client");
        let request = client.request(method, format!("http://127.0.0.1:{}{path}", self.port));
        let request = request.header("X-Auth-Token", &self.token).header("OpenStack-API-Version", "compute 2.90");
        match body {
            Some(body) => request.json(&body).send().await,
            None => request.send().await,
        }
    }

    async fn get(&self, path: &str) -> (u16, Json) {
        let answer = self.send(Method::GET, path, None).await.expect("answers");
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    async fn post(&self, path: &str, body: Json) -> (u16, Json) {
        let answer = self.send(Method::POST, path, Some(body)).await.expect("answers");
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    /// `gureum embedded …` as JSON; its exit code and its words else.
    fn gureum(&self, words: &[&str]) -> Result<Json, (i32, String)> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gureum"));
        command.env_clear().args(["--json", "embedded"]).args(words).arg("--state").arg(self.folder.path());
        let output = command.output().expect("runs");
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err((output.status.code().unwrap_or(-1), words));
        }
        Ok(serde_json::from_slice(&output.stdout).expect("JSON"))
    }

    fn add(&self, words: &[&str]) -> String {
        let added = self.gureum(&[&["faults", "add"], words].concat()).expect("a rule");
        added["fault"]["id"].as_str().expect("an id").to_owned()
    }

    /// How many networks of that name there are.
    async fn networks(&self, name: &str) -> usize {
        let (status, found) = self.get(&format!("/network/v2.0/networks?name={name}")).await;
        assert_eq!(status, 200, "{found}");
        found["networks"].as_array().expect("a list").len()
    }

    async fn make_network(&self, name: &str) -> reqwest::Result<Response> {
        self.send(Method::POST, NETWORKS, Some(json!({"network": {"name": name}}))).await
    }

    async fn make_server(&self) -> (u16, Json) {
        let flavors = self.get("/compute/v2.1/flavors").await.1;
        let images = self.get("/image/v2/images").await.1;
        let server = json!({"server": {"name": "it", "flavorRef": flavors["flavors"][0]["id"],
            "imageRef": images["images"][0]["id"], "networks": "none"}});
        self.post("/compute/v2.1/servers", server).await
    }

    async fn make_balancer(&self) -> String {
        let network = self.make_network("lb").await.expect("answers").json::<Json>().await.expect("JSON");
        let subnet =
            json!({"subnet": {"network_id": network["network"]["id"], "ip_version": 4, "cidr": "10.0.0.0/24"}});
        let subnet = self.post("/network/v2.0/subnets", subnet).await.1;
        let balancer = json!({"loadbalancer": {"name": "lb", "vip_subnet_id": subnet["subnet"]["id"]}});
        let (status, balancer) = self.post("/load-balancer/v2/lbaas/loadbalancers", balancer).await;
        assert_eq!(status, 201, "{balancer}");
        format!("/load-balancer/v2/lbaas/loadbalancers/{}", balancer["loadbalancer"]["id"].as_str().expect("an id"))
    }
}

const NETWORKS: &str = "/network/v2.0/networks";
const MAKES: [&str; 4] = ["--method", "POST", "--path", "*/networks"];

/// The connection was reset, not refused, and not closed after an answer.
fn assert_reset(error: &reqwest::Error) {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(one) = cause {
        if let Some(io) = one.downcast_ref::<std::io::Error>()
            && io.kind() == std::io::ErrorKind::ConnectionReset
        {
            return;
        }
        cause = one.source();
    }
    panic!("no reset: {error:?}")
}

#[tokio::test]
async fn a_refusal_has_its_status_message_and_time_to_come_again() {
    let cloud = Cloud::new().await;
    let words = ["--message", "down for lunch", "--retry-after", "7", "--service", "network", "--nth", "2"];
    let id = cloud.add(&[&["status=503"][..], &words].concat());
    assert_eq!(cloud.get(NETWORKS).await.0, 200);
    let refused = cloud.send(Method::GET, NETWORKS, None).await.expect("answers");
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"] == "7"), (503, true));
    let body: Json = refused.json().await.expect("JSON");
    assert_eq!(body["NeutronError"]["message"], "down for lunch");
    assert_eq!(cloud.get(NETWORKS).await.0, 200);
    assert_eq!(cloud.get("/compute/v2.1/servers").await.0, 200, "another service");
    let all = cloud.gureum(&["faults", "list"]).expect("a list");
    assert_eq!((&all["faults"][0]["matched"], &all["faults"][0]["happened"]), (&json!(3), &json!(1)), "{all}");

    cloud.add(&["status=429", "--retry-after", "3", "--service", "compute"]);
    let busy = cloud.send(Method::GET, "/compute/v2.1/servers", None).await.expect("answers");
    assert_eq!((busy.status().as_u16(), &busy.headers()["retry-after"] == "3"), (429, true));
    cloud.gureum(&["faults", "clear", &id]).expect("it goes");
    assert_eq!(cloud.gureum(&["faults", "list"]).expect("a list")["faults"].as_array().expect("a list").len(), 1);
    cloud.gureum(&["faults", "clear"]).expect("all go");
    assert_eq!(cloud.get("/compute/v2.1/servers").await.0, 200);
}

#[tokio::test]
async fn an_answer_is_late() {
    let cloud = Cloud::new().await;
    cloud.add(&["delay=700", "--path", "*/networks", "--nth", "1"]);
    let begun = Instant::now();
    assert_eq!(cloud.get(NETWORKS).await.0, 200);
    assert!(begun.elapsed() >= Duration::from_millis(700));
    let begun = Instant::now();
    assert_eq!(cloud.get(NETWORKS).await.0, 200);
    assert!(begun.elapsed() < Duration::from_millis(700));
}

#[tokio::test]
async fn a_connection_is_reset_before_and_after_the_act() {
    let cloud = Cloud::new().await;
    cloud.add(&[&["reset-before", "--nth", "1"][..], &MAKES].concat());
    cloud.add(&[&["reset-after", "--nth", "2"][..], &MAKES].concat());
    assert_reset(&cloud.make_network("before").await.expect_err("reset"));
    assert_eq!(cloud.networks("before").await, 0);
    assert_reset(&cloud.make_network("after").await.expect_err("reset"));
    assert_eq!(cloud.networks("after").await, 1);
    assert_eq!(cloud.make_network("then").await.expect("answers").status().as_u16(), 201);
}

#[tokio::test]
async fn an_answer_never_comes() {
    let cloud = Cloud::new().await;
    cloud.add(&[&["no-answer", "--nth", "1"][..], &MAKES].concat());
    let waited = tokio::time::timeout(Duration::from_secs(1), cloud.make_network("silent")).await;
    waited.expect_err("nothing is heard");
    assert_eq!(cloud.networks("silent").await, 1, "it is there");
}

#[tokio::test]
async fn an_act_comes_late_even_when_the_cloud_was_killed() {
    let mut cloud = Cloud::new().await;
    cloud.add(&[&["late=1500", "--times", "2"][..], &MAKES].concat());
    let sent = Instant::now();
    assert_reset(&cloud.make_network("late").await.expect_err("reset"));
    assert_reset(&cloud.make_network("later").await.expect_err("reset"));
    let (soon, took) = (cloud.networks("late").await, sent.elapsed());
    assert!(soon == 0 || took > Duration::from_millis(1400), "{soon} after {took:?}");
    cloud.die_and_come_back();
    tokio::time::sleep(Duration::from_millis(1600).saturating_sub(sent.elapsed())).await;
    assert_eq!((cloud.networks("late").await, cloud.networks("later").await), (1, 1));
    assert_eq!(cloud.networks("late").await, 1, "once");
}

#[tokio::test]
async fn what_is_made_goes_to_error_and_says_why() {
    let cloud = Cloud::new().await;
    cloud.add(&["error=No valid host was found.", "--method", "POST", "--path", "*/servers", "--nth", "1"]);
    let (status, server) = cloud.make_server().await;
    assert_eq!(status, 202, "{server}");
    let path = format!("/compute/v2.1/servers/{}", server["server"]["id"].as_str().expect("an id"));
    tokio::time::sleep(Duration::from_millis(20)).await;
    let server = cloud.get(&path).await.1;
    assert_eq!(server["server"]["status"], "ERROR", "{server}");
    assert_eq!(server["server"]["fault"]["message"], "No valid host was found.");
    cloud.add(&["error=no amphora", "--method", "POST", "--path", "*/loadbalancers"]);
    let balancer = cloud.make_balancer().await;
    assert_eq!(cloud.get(&balancer).await.1["loadbalancer"]["provisioning_status"], "ERROR");
}

#[tokio::test]
async fn what_is_begun_never_ends() {
    let cloud = Cloud::new().await;
    let stuck = cloud.add(&["stuck", "--method", "POST"]);
    let server = cloud.make_server().await.1;
    let path = format!("/compute/v2.1/servers/{}", server["server"]["id"].as_str().expect("an id"));
    let balancer = cloud.make_balancer().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(cloud.get(&path).await.1["server"]["status"], "BUILD");
    assert_eq!(cloud.get(&balancer).await.1["loadbalancer"]["provisioning_status"], "PENDING_CREATE");
    let refused = cloud.send(Method::DELETE, &balancer, None).await.expect("answers");
    assert_eq!(refused.status().as_u16(), 409, "it is immutable for ever");

    cloud.gureum(&["faults", "clear", &stuck]).expect("it goes");
    cloud.add(&["stuck", "--method", "DELETE", "--service", "compute", "--nth", "1"]);
    assert_eq!(cloud.send(Method::DELETE, &path, None).await.expect("answers").status().as_u16(), 204);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let there = cloud.get(&path).await;
    assert_eq!((there.0, &there.1["server"]["OS-EXT-STS:task_state"]), (200, &json!("deleting")));
}

#[tokio::test]
async fn a_quota_shrinks_and_a_token_ends() {
    let mut cloud = Cloud::new().await;
    cloud.add(&["shrink=instances:0", "--service", "compute", "--method", "POST", "--nth", "1"]);
    let (status, refused) = cloud.make_server().await;
    assert_eq!(status, 403, "{refused}");
    assert!(refused["forbidden"]["message"].as_str().expect("words").contains("Quota exceeded"), "{refused}");
    cloud.add(&["revoke-tokens", "--service", "network", "--nth", "2"]);
    assert_eq!(cloud.get(NETWORKS).await.0, 200);
    assert_eq!(cloud.get(NETWORKS).await.0, 401);
    cloud.log_in().await;
    assert_eq!(cloud.get(NETWORKS).await.0, 200);
}

#[tokio::test]
async fn a_seed_chooses_the_same_requests_again() {
    let cloud = Cloud::new().await;
    let pattern = async |seed: &str| {
        cloud.add(&["status=500", "--path", "*/networks", "--percent", "40", "--seed", seed]);
        let mut refused = Vec::new();
        for _ in 0..24 {
            refused.push(cloud.get(NETWORKS).await.0 == 500);
        }
        cloud.gureum(&["faults", "clear"]).expect("all go");
        refused
    };
    let first = pattern("7").await;
    let share = first.iter().filter(|it| **it).count();
    assert!((3..=18).contains(&share), "{share}");
    assert_eq!(pattern("7").await, first);
    assert_ne!(pattern("8").await, first);
}

#[tokio::test]
async fn rules_and_their_counts_outlive_the_process_and_go_with_reset() {
    let mut cloud = Cloud::new().await;
    cloud.add(&["status=500", "--path", "*/networks", "--nth", "3"]);
    for _ in 0..2 {
        assert_eq!(cloud.get(NETWORKS).await.0, 200);
    }
    cloud.die_and_come_back();
    assert_eq!(cloud.get(NETWORKS).await.0, 500, "it is the third");
    assert_eq!(cloud.get(NETWORKS).await.0, 200);
    cloud.gureum(&["reset"]).expect("it forgets");
    assert_eq!(cloud.gureum(&["faults", "list"]).expect("a list"), json!({"faults": []}));
}

#[tokio::test]
async fn rules_that_cannot_be_are_refused() {
    let cloud = Cloud::new().await;
    for (words, why) in [
        (&["status=200"][..], "400 to 599"),
        (&["shrink=instances:1"], "whose"),
        (&["shrink=gold:1", "--service", "network"], "Unrecognized attribute"),
        (&["stuck", "--service", "storage"], "unknown variant"),
        (&["stuck", "--message", "x"], "--message"),
        (&["explode"], "revoke-tokens"),
    ] {
        let (code, said) = cloud.gureum(&[&["faults", "add"], words].concat()).expect_err(why);
        assert!(said.contains(why), "{words:?}: {said}");
        assert!(code == 1, "{code}");
    }
    let (status, said) = cloud.post("/embedded/faults", json!({"fault": "not_sent"})).await;
    assert_eq!(status, 400, "{said}");
    assert_eq!(cloud.gureum(&["faults", "clear", "999"]).expect_err("unknown").0, 1);
    assert_eq!(cloud.gureum(&["faults", "list"]).expect("a list"), json!({"faults": []}));
}

#[tokio::test]
async fn a_plans_lower_bound_is_told() {
    let cloud = Cloud::new().await;
    let snapshot = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/cloud.json");
    let mut plan = Command::new(env!("CARGO_BIN_EXE_gureum"));
    plan.env_clear().args(["plan", "usecase-2.6", "--json", "--snapshot", snapshot]);
    let file = cloud.folder.path().join("plan.json");
    let planned = plan.output().expect("runs");
    assert!(planned.status.success(), "{}", String::from_utf8_lossy(&planned.stderr));
    std::fs::write(&file, &planned.stdout).expect("written");
    let found = cloud.gureum(&["bound", file.to_str().expect("text")]).expect("a bound");
    let ms = |name: &str| found[name].as_u64().expect("a number");
    assert!(ms("bound_ms") >= ms("chain_ms") && ms("chain_ms") > 5_000, "{found}");
    let chain = found["chain"].as_array().expect("a chain");
    assert!(chain.len() > 3, "{found}");
    let requests: u64 =
        found["services"].as_array().expect("services").iter().filter_map(|it| it["requests"].as_u64()).sum();
    let steps =
        serde_json::from_slice::<Json>(&planned.stdout).expect("JSON")["steps"].as_array().expect("steps").len();
    assert_eq!(usize::try_from(requests).expect("few"), steps);

    let two = json!({"steps": [
        {"id": "net", "service": "network", "method": "POST", "path": "/v2.0/networks"},
        {"id": "sub", "service": "network", "method": "POST", "path": "/v2.0/subnets", "after": ["net"]},
    ]});
    let (status, told) = cloud.post("/embedded/bound", two).await;
    assert_eq!((status, &told["chain"][1]["id"]), (200, &json!("sub")), "{told}");
    assert_eq!(told["bound_ms"], told["services"][0]["total_ms"]);
    let (status, told) = cloud.post("/embedded/bound", json!({"steps": [{"id": "a"}]})).await;
    assert_eq!(status, 400, "{told}");
    assert_eq!(cloud.gureum(&["bound", "/dev/null"]).expect_err("no plan").0, 1);
}
