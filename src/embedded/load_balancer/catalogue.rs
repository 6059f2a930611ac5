//! What Octavia says about itself: versions, providers, flavors, availability zones.

use serde_json::{Value as Json, json};

use super::super::context::Context;
use super::super::exchange::Reply;
use super::super::fault::Fault;

/// Minor versions of API v2 and when each came.
static VERSIONS: &[(&str, &str)] = &[
    ("v2.0", "2016-12-11T00:00:00Z"),
    ("v2.1", "2018-04-20T00:00:00Z"),
    ("v2.2", "2018-07-31T00:00:00Z"),
    ("v2.3", "2018-12-18T00:00:00Z"),
    ("v2.4", "2018-12-19T00:00:00Z"),
    ("v2.5", "2019-01-21T00:00:00Z"),
    ("v2.6", "2019-01-25T00:00:00Z"),
    ("v2.7", "2018-01-25T12:00:00Z"),
    ("v2.8", "2019-02-12T00:00:00Z"),
    ("v2.9", "2019-03-04T00:00:00Z"),
    ("v2.10", "2019-03-05T00:00:00Z"),
    ("v2.11", "2019-06-24T00:00:00Z"),
    ("v2.12", "2019-09-11T00:00:00Z"),
    ("v2.13", "2019-09-13T00:00:00Z"),
    ("v2.14", "2019-11-10T00:00:00Z"),
    ("v2.15", "2020-03-10T00:00:00Z"),
    ("v2.16", "2020-03-15T00:00:00Z"),
    ("v2.17", "2020-04-29T00:00:00Z"),
    ("v2.18", "2020-04-29T01:00:00Z"),
    ("v2.19", "2020-05-12T00:00:00Z"),
    ("v2.20", "2020-08-02T00:00:00Z"),
    ("v2.21", "2020-09-03T00:00:00Z"),
    ("v2.22", "2020-09-04T00:00:00Z"),
    ("v2.23", "2020-09-07T00:00:00Z"),
    ("v2.24", "2020-10-15T00:00:00Z"),
    ("v2.25", "2021-10-02T00:00:00Z"),
    ("v2.26", "2022-08-29T00:00:00Z"),
];

pub(super) fn versions(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let href = format!("{}/load-balancer/v2", context.base());
    let versions: Vec<Json> = VERSIONS
        .iter()
        .enumerate()
        .map(|(place, (version, updated))| {
            let status = if place + 1 == VERSIONS.len() { "CURRENT" } else { "SUPPORTED" };
            json!({"id": version, "status": status, "updated": updated, "links": [{"href": href, "rel": "self"}]})
        })
        .collect();
    Ok(Reply::json(200, &json!({"versions": versions})))
}

/// What stands at `/v2` itself: not a versions document.
pub(super) fn root(_: &mut Context<'_>) -> Result<Reply, Fault> {
    Ok(Reply::json(200, &json!("v2")))
}

pub(super) fn providers(_: &mut Context<'_>) -> Result<Reply, Fault> {
    Ok(Reply::json(
        200,
        &json!({"providers": [{"name": "amphora", "description": "'amphora'"},
        {"name": "octavia", "description": "'alias'"}]}),
    ))
}

pub(super) fn flavors(_: &mut Context<'_>) -> Result<Reply, Fault> {
    Ok(Reply::json(200, &json!({"flavors": [], "flavors_links": []})))
}

pub(super) fn zones(_: &mut Context<'_>) -> Result<Reply, Fault> {
    Ok(Reply::json(200, &json!({"availability_zones": [], "availability_zones_links": []})))
}
