//! Runs cases on an embedded cloud whose clock we turn.

use std::collections::BTreeMap;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use gureum::embedded::{Cloud, Reply, Request, Settings};
use serde_json::{Value as Json, json};

use crate::case::{Case, Step, Table};
use crate::expect::{Variables, check, filled};

const HOST: &str = "embedded";
/// When signed addresses end: long after all of this.
const EXPIRES: i64 = 4_000_000_000;
const START: i64 = 1_795_548_000_000;

/// One cloud for the cases of one file.
pub struct Runner<'a> {
    table: &'a Table,
    cloud: Cloud,
    now: i64,
    token: String,
    /// URL paths by service type, as the catalogue names them.
    urls: Variables,
    known: Variables,
    fixtures: BTreeMap<String, Variables>,
    number: usize,
}

impl<'a> Runner<'a> {
    pub fn new(table: &'a Table, file: &str) -> Self {
        let settings = Settings { pace: 1.0, ..Settings::default() };
        let mut runner = Self {
            table,
            cloud: Cloud::seeded(settings, START),
            now: START,
            token: String::new(),
            urls: Variables::from([("identity".to_owned(), "/v3".to_owned())]),
            known: Variables::new(),
            fixtures: BTreeMap::new(),
            number: 0,
        };
        for (name, value) in [
            ("run", "contract"),
            ("username", "tenant"),
            ("password", "embedded"),
            ("nobody", "deadbeef-0000-4000-8000-00000000dead"),
        ] {
            runner.known.insert(name.into(), value.into());
        }
        runner.known.insert("long".into(), "y".repeat(115_000));
        runner.known.insert("name".into(), format!("contract-{file}"));
        runner.login();
        for (name, service, path, list, wanted) in [
            ("flavor", "compute", "/flavors", "flavors", "small"),
            ("flavor2", "compute", "/flavors", "flavors", "medium"),
            ("image", "image", "/v2/images", "images", "ubuntu-24.04"),
            ("public", "network", "/v2.0/networks?router:external=True", "networks", "public"),
        ] {
            let reply = runner.ask("GET", service, path, &[], "");
            let body: Json = serde_json::from_slice(&reply.body).expect("JSON");
            let item =
                body[list].as_array().expect("a list").iter().find(|item| item["name"] == wanted).expect("there");
            runner.known.insert(name.into(), item["id"].as_str().expect("an id").into());
        }
        runner
    }

    fn login(&mut self) {
        let auth = json!({"auth": {"identity": {"methods": ["password"], "password": {"user":
            {"name": "tenant", "password": "embedded", "domain": {"name": "Default"}}}},
            "scope": {"project": {"name": "tenant", "domain": {"name": "Default"}}}}});
        let reply = self.ask("POST", "identity", "/auth/tokens", &[], &auth.to_string());
        let token = reply.headers.iter().find(|(name, _)| name == "X-Subject-Token").expect("a token");
        self.token.clone_from(&token.1);
        let body: Json = serde_json::from_slice(&reply.body).expect("JSON");
        for entry in body["token"]["catalog"].as_array().expect("a catalogue") {
            let url =
                entry["endpoints"][0]["url"].as_str().expect("a URL").trim_start_matches(&format!("http://{HOST}"));
            self.urls.insert(entry["type"].as_str().expect("a type").into(), url.into());
        }
        for (name, of) in [("project", "project"), ("user", "user")] {
            self.known.insert(name.into(), body["token"][of]["id"].as_str().expect("an id").into());
        }
    }

    /// Runs a case, after the fixtures it needs.
    pub fn case(&mut self, case: &Case) -> Result<(), String> {
        let mut variables = self.known.clone();
        for name in &case.fixtures {
            if !self.fixtures.contains_key(name) {
                let fragment = self.table.fragments.get(name).ok_or_else(|| format!("no fixture {name}"))?;
                self.steps(&fragment.steps, &mut variables).map_err(|failure| format!("fixture {name}: {failure}"))?;
                self.fixtures.insert(name.clone(), variables.clone());
            }
            variables.extend(self.fixtures[name].clone());
        }
        self.number += 1;
        variables.insert("name".into(), format!("contract-{}-{}", case.file, self.number));
        self.steps(&case.steps, &mut variables)
    }

    fn steps(&mut self, steps: &[Step], variables: &mut Variables) -> Result<(), String> {
        for step in steps {
            let mut outcome = self.step(step, variables);
            for _ in 0..400 {
                if !step.wait || outcome.is_ok() {
                    break;
                }
                self.now += 500;
                outcome = self.step(step, variables);
            }
            outcome.map_err(|failure| format!("line {}: {} {}: {failure}", step.line, step.method, step.path))?;
        }
        Ok(())
    }

    fn step(&mut self, step: &Step, variables: &mut Variables) -> Result<(), String> {
        let headers = step.headers.iter().map(|(name, value)| Ok((name.to_lowercase(), filled(value, variables)?)));
        let headers = headers.collect::<Result<Vec<_>, String>>()?;
        let (path, body) = (filled(&step.path, variables)?, filled(&step.body, variables)?);
        let reply = self.ask(&step.method, &step.service, &path, &headers, &body);
        let shown = || String::from_utf8_lossy(&reply.body).chars().take(600).collect::<String>();
        if step.status != "000" && reply.status.to_string() != step.status {
            return Err(format!("{} instead of {}: {}", reply.status, step.status, shown()));
        }
        for expected in &step.expected {
            if expected.side.as_deref() != Some("lab") {
                check(expected, &reply, variables).map_err(|failure| format!("{failure}\n    {}", shown()))?;
            }
        }
        Ok(())
    }

    fn ask(&mut self, method: &str, service: &str, path: &str, headers: &[(String, String)], body: &str) -> Reply {
        self.now += 20;
        let target = if service == "-" {
            path.trim_start_matches(&format!("http://{HOST}")).to_owned()
        } else {
            format!("{}{path}", self.urls.get(service).unwrap_or_else(|| panic!("no service {service}")))
        };
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let query = signed(path, query);
        let plain =
            url::form_urlencoded::parse(path.replace('+', "%2B").replace('&', "%26").replace('=', "%3D").as_bytes())
                .next()
                .map_or_else(String::new, |(path, _)| path.into_owned());
        let mut all = vec![("host".to_owned(), HOST.to_owned())];
        if !headers.iter().any(|(name, _)| name == "x-auth-token") {
            all.push(("x-auth-token".to_owned(), self.token.clone()));
        }
        if !body.is_empty() && !headers.iter().any(|(name, _)| name == "content-type") {
            all.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        if !headers.iter().any(|(name, _)| name == "accept") {
            all.push(("accept".to_owned(), "*/*".to_owned()));
        }
        all.extend(headers.iter().filter(|(_, value)| !value.is_empty()).cloned());
        let request = Request {
            method: method.to_owned(),
            path: plain,
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: all,
            body: body.as_bytes().to_vec(),
        };
        self.cloud.handle(self.now, &request).0
    }
}

/// With `signed=METHOD:KEY` made what it stands for: the parameters of a signed address (TempURL) of that path.
fn signed(path: &str, query: &str) -> String {
    let one = |part: &str| {
        let Some((method, key)) = part.strip_prefix("signed=").and_then(|what| what.split_once(':')) else {
            return part.to_owned();
        };
        let path = &path[path.find("/v1").expect("an account's path")..];
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("any length");
        let bytes = mac.chain_update(format!("{method}\n{EXPIRES}\n{path}")).finalize().into_bytes();
        let signature = bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        format!("temp_url_sig={signature}&temp_url_expires={EXPIRES}")
    };
    query.split('&').map(one).collect::<Vec<_>>().join("&")
}
