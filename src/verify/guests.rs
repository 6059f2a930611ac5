//! What the guests said of themselves: the reports of their first boot. They lie in the environment's own container, where one
//! listing shows the stage of all and the words are each report's text; without an object store each stands on its server's console.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;
use serde_json::{Value as Json, json};

use crate::cloud::{Call, Cloud, CloudError, Method};
use crate::event::{Fault, Hop};
use crate::model::{Address, Chain, GuestReport, SecretName, Secrets, Service, showable};

/// What resources gave, by address.
pub type Outputs = BTreeMap<Address, BTreeMap<String, String>>;

/// A guest's last report with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Whose it is, and what it had reached.
    pub report: GuestReport,
    /// When: milliseconds since the epoch.
    pub at: Option<i64>,
    /// Its words, as they may be shown.
    pub words: String,
}

/// A report as the listing shows it.
struct Listed {
    report: GuestReport,
    at: Option<i64>,
}

/// The guest's last report; none where that very server has written none.
pub async fn report(
    cloud: &Cloud,
    outputs: &Outputs,
    local: &str,
    secrets: &Secrets,
) -> Result<Option<Told>, CloudError> {
    Place::of(cloud, outputs).await?.told(cloud, outputs, local, secrets).await
}

/// The guests' own view of the whole chain.
pub async fn reports(cloud: &Cloud, chain: &Chain, outputs: &Outputs, secrets: &Secrets) -> Vec<Hop> {
    let bad = |local: &str, fault: Fault| Hop::bad(local, GuestReport::READY, fault);
    let unread = |error: &CloudError| Fault::Unread { words: error.to_string() };
    let place = match Place::of(cloud, outputs).await {
        Ok(place) => place,
        Err(error) => return chain.nodes.iter().map(|node| bad(&node.local, unread(&error))).collect(),
    };
    let mut hops = Vec::new();
    for node in &chain.nodes {
        let local = node.local.as_str();
        match place.told(cloud, outputs, local, secrets).await {
            Ok(Some(report)) => hops.extend(said(local, &report)),
            Ok(None) => hops.push(bad(local, Fault::NoReport)),
            Err(error) => hops.push(bad(local, unread(&error))),
        }
    }
    hops
}

/// Where guests report.
enum Place<'a> {
    /// In the environment's own container: its name, and what the listing shows of each server.
    Container(&'a str, BTreeMap<String, Listed>),
    /// Each on its console.
    Consoles,
}

impl<'a> Place<'a> {
    async fn of(cloud: &Cloud, outputs: &'a Outputs) -> Result<Self, CloudError> {
        Ok(match container(outputs) {
            Some(container) => Self::Container(container, listing(cloud, container).await?),
            None => Self::Consoles,
        })
    }

    /// What that very server reported last.
    async fn told(
        &self,
        cloud: &Cloud,
        outputs: &Outputs,
        local: &str,
        secrets: &Secrets,
    ) -> Result<Option<Told>, CloudError> {
        let Some(server) = server(outputs, local) else { return Ok(None) };
        match self {
            Self::Container(container, listed) => {
                match listed.get(local).filter(|listed| listed.report.instance == server) {
                    Some(listed) => Ok(Some(read(cloud, container, local, listed, secrets).await?)),
                    None => Ok(None),
                }
            }
            Self::Consoles => signalled(cloud, server, secrets).await,
        }
    }
}

/// What a server's console shows (Nova API, `os-getConsoleOutput`): its last lines, or all that the cloud keeps.
pub async fn console(cloud: &Cloud, id: &str, lines: Option<u32>) -> Result<String, CloudError> {
    let asked = lines.map_or_else(|| json!({}), |lines| json!({ "length": lines }));
    let call = Call::new(Service::Compute, Method::Post, format!("/servers/{id}/action"));
    let answer = cloud.send(call.json(json!({ "os-getConsoleOutput": asked }))).await?;
    Ok(answer.body.get("output").and_then(Json::as_str).unwrap_or_default().to_owned())
}

/// The last report on a server's console. Without the key nothing on it can be believed, and without a console there is none.
async fn signalled(cloud: &Cloud, server: &str, secrets: &Secrets) -> Result<Option<Told>, CloudError> {
    let Some(key) = secrets.get(&SecretName(GuestReport::KEY.into())) else { return Ok(None) };
    let text = match console(cloud, server, None).await {
        Ok(text) => text,
        Err(error) if matches!(error.status(), Some(404 | 409)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let told = GuestReport::on_console(&text, server, key.expose_secret());
    Ok(told.map(|(report, words)| Told { report, at: None, words: showable(&words, secrets) }))
}

fn container(outputs: &Outputs) -> Option<&str> {
    outputs.get(&Address::new("container", "signals"))?.get("id").map(String::as_str)
}

fn server<'a>(outputs: &'a Outputs, local: &str) -> Option<&'a str> {
    outputs.get(&Address::new("server", local))?.get("id").map(String::as_str)
}

async fn listing(cloud: &Cloud, container: &str) -> Result<BTreeMap<String, Listed>, CloudError> {
    let call = Call::new(Service::ObjectStore, Method::Get, format!("/{container}")).query("format", "json");
    let answer = cloud.send(call).await?;
    let items = answer.body.as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(items.iter().filter_map(listed).collect())
}

fn listed(item: &Json) -> Option<(String, Listed)> {
    let text = |name: &str| item.get(name).and_then(Json::as_str);
    let report = GuestReport::of_type(text("content_type")?)?;
    let at = text("last_modified").and_then(milliseconds);
    Some((text("name")?.to_owned(), Listed { report, at }))
}

/// Swift's times are in UTC and say no zone.
fn milliseconds(text: &str) -> Option<i64> {
    let time: jiff::Timestamp = format!("{}Z", text.trim_end_matches('Z')).parse().ok()?;
    Some(time.as_millisecond())
}

async fn read(
    cloud: &Cloud,
    container: &str,
    local: &str,
    listed: &Listed,
    secrets: &Secrets,
) -> Result<Told, CloudError> {
    let answer = cloud.send(Call::new(Service::ObjectStore, Method::Get, format!("/{container}/{local}"))).await?;
    let words = match answer.body {
        Json::String(text) => text,
        Json::Null => String::new(),
        other => other.to_string(),
    };
    Ok(Told { report: listed.report.clone(), at: listed.at, words: showable(&words, secrets) })
}

/// One guest's report as hops: whether it is ready, and what it sees of the rest.
fn said(local: &str, told: &Told) -> Vec<Hop> {
    let at = told.at;
    let words = told.words.trim();
    let fault = match told.report.stage.as_str() {
        GuestReport::READY => None,
        GuestReport::FAILED => Some(Fault::Boot { words: words.to_owned() }),
        stage => Some(Fault::Booting { stage: stage.to_owned() }),
    };
    let ready = fault.is_none();
    let mut hops = vec![Hop { at, fault, ms: None, ..Hop::good(local, GuestReport::READY, 0) }];
    if ready {
        hops.extend(words.lines().filter_map(|line| check(local, line)).map(|hop| Hop { at, ..hop }));
    }
    hops
}

/// `check <name> ok|failed <ms> <words>`
fn check(local: &str, line: &str) -> Option<Hop> {
    let mut words = line.strip_prefix("check ")?.splitn(4, ' ');
    let (name, how) = (words.next()?, words.next()?);
    let ms = words.next().and_then(|ms| ms.parse().ok());
    let rest = words.next().unwrap_or_default().trim().to_owned();
    let fault = match how {
        "ok" => None,
        _ => Some(Fault::Down { words: if rest.is_empty() { how.to_owned() } else { rest.clone() } }),
    };
    let product = Some(rest).filter(|rest| fault.is_none() && !rest.is_empty());
    Some(Hop { product, ms, fault, ..Hop::good(local, name, 0) })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::cloud::scripted::{Reply, Scripted};
    use crate::cloud::{CloudConfig, Credentials, Interface};
    use crate::model::Node;
    use crate::runtime::{CountingIds, SystemClock};

    use super::*;

    #[test]
    fn a_listing_says_whose_report_it_is_and_when() {
        let item = |kind: &str| serde_json::json!({"name": "web-1", "content_type": kind, "last_modified": "2026-11-24T10:00:00.250000"});
        let (name, report) = listed(&item("application/x-gureum.0a-b.7.ready; charset=utf-8")).expect("a report");
        assert_eq!(
            (name.as_str(), report.report.instance.as_str(), report.report.stage.as_str()),
            ("web-1", "0a-b", "ready")
        );
        assert_eq!(report.at, Some(1_795_514_400_250));
        assert!(listed(&item("text/plain")).is_none(), "something else lies there");
        assert!(listed(&item("application/x-gureum.0a-b")).is_none());
    }

    /// A cloud that is asked for nothing but consoles.
    async fn consoles(shown: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Cloud {
        let api = Arc::new(Scripted::with_keystone(move |asked| {
            let parts: Vec<&str> = asked.path.split('/').collect();
            match parts[..] {
                [.., server, "action"] => shown(server),
                _ => panic!("nothing else is asked: {}", asked.path),
            }
        }));
        let config = CloudConfig {
            name: "test".into(),
            source: "a test".into(),
            auth_url: "http://cloud.test/identity".into(),
            credentials: Credentials::Token { token: "given".to_owned().into(), project: None },
            region: None,
            interface: Interface::Public,
            cacert: None,
            verify: true,
            endpoint_overrides: BTreeMap::new(),
        };
        let cloud = Cloud::connect(api, Arc::new(SystemClock), Arc::new(CountingIds::default()), config).await;
        cloud.expect("the script lets us in")
    }

    fn node(local: &str) -> Node {
        let (applications, gateways) = (vec![], vec![]);
        Node { local: local.into(), roles: vec![], depends_on: vec![], applications, gateways }
    }

    #[tokio::test]
    async fn without_an_object_store_each_console_tells_and_only_what_is_signed_counts() {
        // Signed with the key `k3y`.
        let line = "gureum-signal s-1 3 ready Y2hlY2sgZGF0YWJhc2Ugb2sgMTIgazN5Cg== \
                    d404e6daf8a392f539365fb96fa530ca5ed5034c85469e885bf46e4247d3dc0f";
        let cloud = consoles(move |server| match server {
            "s-1" => Reply::json(200, &json!({ "output": format!("boot\r\n{line}\r\n") })),
            "s-2" => Reply::json(200, &json!({ "output": "gureum-signal s-2 9 ready x y\n" })),
            "s-3" => Reply::json(404, &json!({ "itemNotFound": { "message": "no console" } })),
            _ => Reply::json(403, &json!({ "forbidden": { "message": "Policy doesn't allow it" } })),
        })
        .await;
        let chain = Chain {
            environment: "shop".into(),
            token: "t".into(),
            fronts: vec![],
            nodes: ["was-1", "was-2", "was-3", "was-4", "was-5"].map(node).into(),
        };
        let id = |number: u8| {
            (Address::new("server", &format!("was-{number}")), [("id".into(), format!("s-{number}"))].into())
        };
        let outputs: Outputs = (1..=4).map(id).collect();
        let mut secrets = Secrets::default();
        secrets.insert(SecretName(GuestReport::KEY.into()), "k3y".to_owned().into());
        let seen = reports(&cloud, &chain, &outputs, &secrets).await;
        let names: Vec<String> = seen.iter().map(Hop::name).collect();
        assert_eq!(
            names,
            ["was-1 → ready", "was-1 → database", "was-2 → ready", "was-3 → ready", "was-4 → ready", "was-5 → ready"]
        );
        assert_eq!((&seen[0].fault, seen[1].product.as_deref()), (&None, Some("***")), "its words tell no secret");
        assert_eq!((&seen[2].fault, &seen[3].fault), (&Some(Fault::NoReport), &Some(Fault::NoReport)));
        assert!(matches!(&seen[4].fault, Some(Fault::Unread { words }) if words.contains("Policy")), "{:?}", seen[4]);
        assert_eq!(seen[5].fault, Some(Fault::NoReport), "there is no such server");
        let told = report(&cloud, &outputs, "was-1", &Secrets::default()).await.expect("readable");
        assert_eq!(told, None, "without the key nothing can be believed");
    }

    #[test]
    fn a_report_tells_what_its_guest_sees() {
        let report = |stage: &str, words: &str| Told {
            report: GuestReport::new("i", "1", stage).expect("a report"),
            at: Some(5),
            words: words.into(),
        };
        let text =
            "check database ok 12 MariaDB 10.11.6\nnoise\ncheck cache failed 3 Connection refused\ncheck queue ok\n";
        let hops = said("was-1", &report("ready", text));
        let names: Vec<String> = hops.iter().map(Hop::name).collect();
        assert_eq!(names, ["was-1 → ready", "was-1 → database", "was-1 → cache", "was-1 → queue"]);
        assert_eq!((hops[1].product.as_deref(), hops[1].ms, hops[1].at), (Some("MariaDB 10.11.6"), Some(12), Some(5)));
        assert_eq!(hops[2].fault, Some(Fault::Down { words: "Connection refused".into() }));
        let failed = said("was-1", &report("failed", "stage: packages\nno space left\n"));
        assert_eq!(failed[0].fault, Some(Fault::Boot { words: "stage: packages\nno space left".into() }));
        assert_eq!(said("was-1", &report("files", ""))[0].fault, Some(Fault::Booting { stage: "files".into() }));
    }
}
