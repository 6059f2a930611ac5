//! Microversions: which one a request asks for, what it may ask for, and the headers that say so.

use serde_json::{Value as Json, json};

use crate::embedded::context::Context;
use crate::embedded::exchange::{Reply, Request};
use crate::embedded::fault::Fault;
use crate::embedded::operation::Service;

/// The newest minor version: Zed's.
pub(super) const NEWEST: u32 = 93;

/// The minor version that a request asks for; 1 when it names none.
pub(super) fn minor(request: &Request) -> u32 {
    asked(request).ok().flatten().filter(|(major, _)| *major == 2).map_or(1, |(_, minor)| minor)
}

/// The version named in either header; `OpenStack-API-Version` may name other services only.
fn asked(request: &Request) -> Result<Option<(u32, u32)>, String> {
    let own = request.header("openstack-api-version").and_then(|value| {
        value.split(',').filter_map(|part| part.trim().split_once(' ')).find(|(service, _)| *service == "compute")
    });
    let Some(text) = own.map(|(_, version)| version.trim()).or_else(|| request.header("x-openstack-nova-api-version"))
    else {
        return Ok(None);
    };
    if text == "latest" {
        return Ok(Some((2, NEWEST)));
    }
    let parts = text.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    parts.map(Some).ok_or_else(|| text.to_owned())
}

/// Refuses what cannot be served: 400 for what is no version, 406 for one that is not supported.
pub(crate) fn check(request: &Request) -> Result<(), Reply> {
    match asked(request) {
        Ok(None | Some((2, 1..=NEWEST))) => Ok(()),
        Ok(Some((major, minor))) => {
            let message = format!(
                "Version {major}.{minor} is not supported by the API. Minimum is 2.1 and maximum is 2.{NEWEST}."
            );
            Err(Fault::new(406, message).reply(Service::Compute))
        }
        Err(text) => {
            let message =
                format!("API Version String {text} is of invalid format. Must be of format MajorNum.MinorNum.");
            Err(Fault::new(400, message).reply(Service::Compute))
        }
    }
}

/// The reply with the headers that name its version.
pub(crate) fn dressed(request: &Request, reply: Reply) -> Reply {
    match asked(request) {
        Ok(_) if reply.status == 401 => reply,
        Ok(version) => {
            let (major, minor) = version.unwrap_or((2, 1));
            reply
                .header("OpenStack-API-Version", format!("compute {major}.{minor}"))
                .header("X-OpenStack-Nova-API-Version", format!("{major}.{minor}"))
                .header("Vary", "OpenStack-API-Version, X-OpenStack-Nova-API-Version")
        }
        Err(_) => reply,
    }
}

/// Answers 404, as for a path that does not exist, before the microversion that brought it.
pub(super) fn since(context: &Context<'_>, first: u32) -> Result<(), Fault> {
    if minor(context.request) >= first { Ok(()) } else { Err(Fault::new(404, "The resource could not be found.")) }
}

/// `GET /`: the versions there are.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let base = context.base();
    let old = json!({"id": "v2.0", "status": "SUPPORTED", "version": "", "min_version": "",
        "updated": "2011-01-21T11:33:21Z", "links": [{"rel": "self", "href": format!("{base}/compute/v2/")}]});
    let mut current = current(&base);
    current["links"] = json!([{"rel": "self", "href": format!("{base}/compute/v2.1/")}]);
    if let Some(current) = current.as_object_mut() {
        current.remove("media-types");
    }
    Ok(Reply::json(200, &json!({"versions": [old, current]})))
}

/// `GET /v2.1`: one version.
pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    Ok(Reply::json(200, &json!({"version": current(&context.base())})))
}

fn current(base: &str) -> Json {
    json!({"id": "v2.1", "status": "CURRENT", "version": format!("2.{NEWEST}"), "min_version": "2.1",
        "updated": "2013-07-23T11:33:21Z",
        "links": [{"rel": "self", "href": format!("{base}/compute/v2.1/")},
            {"rel": "describedby", "type": "text/html", "href": "http://docs.openstack.org/"}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.compute+json;version=2.1"}]})
}
