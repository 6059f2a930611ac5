//! What the guests said of themselves: the reports of their first boot, which lie in the environment's own container. One listing
//! shows the stage of all; the words are each report's text.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::cloud::{Call, Cloud, CloudError, Method};
use crate::event::{Fault, Hop};
use crate::model::{Address, Chain, GuestReport, Secrets, Service, showable};

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
    let Some(container) = container(outputs) else { return Ok(None) };
    let listed = listing(cloud, container).await?;
    match listed.get(local).filter(|listed| Some(listed.report.instance.as_str()) == server(outputs, local)) {
        Some(listed) => Ok(Some(read(cloud, container, local, listed, secrets).await?)),
        None => Ok(None),
    }
}

/// The guests' own view of the whole chain.
pub async fn reports(cloud: &Cloud, chain: &Chain, outputs: &Outputs, secrets: &Secrets) -> Vec<Hop> {
    let unread = |error: &CloudError| -> Vec<Hop> {
        let fault = Fault::Unread { words: error.to_string() };
        chain.nodes.iter().map(|node| Hop::bad(&node.local, GuestReport::READY, fault.clone())).collect()
    };
    let listed = match container(outputs) {
        Some(container) => listing(cloud, container).await.map(|listed| (container, listed)),
        None => {
            return chain.nodes.iter().map(|node| Hop::bad(&node.local, GuestReport::READY, Fault::NoReport)).collect();
        }
    };
    let (container, listed) = match listed {
        Ok(listed) => listed,
        Err(error) => return unread(&error),
    };
    let mut hops = Vec::new();
    for node in &chain.nodes {
        let local = node.local.as_str();
        let own = |listed: &&Listed| Some(listed.report.instance.as_str()) == server(outputs, local);
        let Some(listed) = listed.get(local).filter(own) else {
            hops.push(Hop::bad(local, GuestReport::READY, Fault::NoReport));
            continue;
        };
        match read(cloud, container, local, listed, secrets).await {
            Ok(report) => hops.extend(said(local, &report)),
            Err(error) => hops.push(Hop::bad(local, GuestReport::READY, Fault::Unread { words: error.to_string() })),
        }
    }
    hops
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
