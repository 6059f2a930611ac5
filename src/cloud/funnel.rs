//! The one funnel that every request goes through.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::Value as Json;
use tokio::sync::OnceCell;

use crate::model::Service;
use crate::runtime::{Clock, Ids};

use super::auth::{Auth, Identity, InUse};
use super::config::{CloudConfig, Interface};
use super::page::Pages;
use super::retry::Repeat;
use super::wire::{Outcome, Wire};
use super::{Answer, Call, CloudApi, CloudError, Method, Request, Response, refusal};

const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// A busy cloud takes long over a write, and one whose answer was lost costs more than the wait.
const WRITE_TIMEOUT: Duration = Duration::from_secs(180);
/// How often a read that got no answer is sent again.
const READ_REPEAT: Repeat = Repeat::UpTo(3);

/// A connected cloud: a project of it, in one region.
pub struct Cloud {
    wire: Wire,
    auth: Auth,
    identity: Identity,
    interface: Interface,
    /// What the object store says of itself, once it was asked.
    about_objects: OnceCell<Json>,
}

/// What the funnel counted since it was connected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Requests by service, retries included.
    pub calls: BTreeMap<Service, u64>,
    /// Requests that were sent again.
    pub retries: u64,
}

impl fmt::Debug for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cloud")
            .field("project_id", &self.identity.project_id)
            .field("region", &self.identity.region)
            .finish_non_exhaustive()
    }
}

impl Cloud {
    /// Authenticates and reads the catalogue.
    pub async fn connect(
        api: Arc<dyn CloudApi>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        config: CloudConfig,
    ) -> Result<Self, CloudError> {
        let wire = Wire::new(api, clock, ids);
        let interface = config.interface;
        let (auth, identity) = Auth::connect(&wire, config).await?;
        Ok(Self { wire, auth, identity, interface, about_objects: OnceCell::new() })
    }

    /// Sends one request, with all that belongs to it: authentication (a token is renewed before it ends, and once on 401),
    /// the service's endpoint, time limits, pacing, and sending again what is safe to send again: any read that got no answer, and
    /// any request that was refused by 429 or 503 or never left. A write whose answer was lost is never sent again here.
    pub async fn send(&self, call: Call) -> Result<Answer, CloudError> {
        let url = self.url(&call)?;
        let repeat = if call.method.reads() { READ_REPEAT } else { Repeat::Never };
        let mut refused = None;
        loop {
            let token = self.auth.token(&self.wire, refused).await?;
            let number = token.number;
            match self.wire.carry(call.service, request(&call, &url, &token), repeat).await? {
                Outcome::Answered(response) => return answer(&call, &url, response),
                Outcome::Refused(refusal) if refusal.status != 401 => return Err(CloudError::Refused(refusal)),
                Outcome::Refused(refusal) if refused.is_some() => return Err(self.auth.still_refused(&refusal)),
                // A service checks the token before anything else, so that a refused one cannot have acted.
                Outcome::Refused(_) => {
                    refused = Some(number);
                    self.wire.count_retry();
                }
            }
        }
    }

    /// Sends a `GET` for a collection and follows its pages: the items of `collection` in all of them.
    pub async fn list(&self, call: Call, collection: &str) -> Result<Vec<Json>, CloudError> {
        let mut pages = Pages::new(collection);
        let mut next = call;
        loop {
            let mut answer = self.send(next.clone()).await?;
            let label = format!("{} {}", next.method, path(&self.url(&next)?));
            match pages.take(&mut answer.body) {
                Ok(Some(query)) => next.query = query,
                Ok(None) => return Ok(pages.into_items()),
                Err(why) => return Err(CloudError::Malformed { request: label, why, request_id: answer.request_id }),
            }
        }
    }

    /// Keystone's id of the project.
    pub fn project_id(&self) -> &str {
        &self.identity.project_id
    }

    /// The region's name; empty where the cloud has none.
    pub fn region(&self) -> &str {
        &self.identity.region
    }

    /// The services in the catalogue for this region and interface.
    pub fn services(&self) -> BTreeSet<Service> {
        self.identity.endpoints.keys().copied().collect()
    }

    /// The service's address for others than this process: servers in the cloud reach the public one.
    pub fn public_endpoint(&self, service: Service) -> Result<&str, CloudError> {
        self.identity.public.get(&service).map(String::as_str).ok_or_else(|| CloudError::NoService {
            service: service.to_string(),
            region: self.identity.region.clone(),
            interface: Interface::Public.to_string(),
        })
    }

    /// What the object store says of itself at `/info`, which stands beside the accounts and needs no token; asked once. Null where it
    /// is not told.
    pub async fn about_objects(&self) -> Result<&Json, CloudError> {
        self.about_objects.get_or_try_init(|| self.ask_about_objects()).await
    }

    async fn ask_about_objects(&self) -> Result<Json, CloudError> {
        let call = Call::get(Service::ObjectStore, "");
        let mut url = self.url(&call)?;
        let before = url.path().split("/v1").next().unwrap_or_default().to_owned();
        url.set_path(&format!("{before}/info"));
        let headers = vec![("accept".to_owned(), "application/json".to_owned())];
        let (url, timeout) = (url.to_string(), READ_TIMEOUT);
        let request = Request { method: Method::Get, url: url.clone(), headers, body: Vec::new(), timeout };
        match self.wire.carry(Service::ObjectStore, request, READ_REPEAT).await? {
            Outcome::Answered(response) => Ok(serde_json::from_slice(&response.body).unwrap_or(Json::Null)),
            // Operators may hide it.
            Outcome::Refused(refusal) if refusal.status < 500 => Ok(Json::Null),
            Outcome::Refused(refusal) => Err(CloudError::Refused(refusal)),
        }
    }

    /// The time by which signed addresses end: milliseconds since the epoch.
    pub fn now_ms(&self) -> i64 {
        self.wire.now_ms()
    }

    /// What was counted so far.
    pub fn statistics(&self) -> Statistics {
        self.wire.statistics()
    }

    /// How many writes that service gets at once now: more would stand in a line, first come, first served.
    pub fn writes_at_once(&self, service: Service) -> usize {
        self.wire.writes_at_once(service)
    }

    fn url(&self, call: &Call) -> Result<url::Url, CloudError> {
        let base = self.identity.endpoints.get(&call.service).ok_or_else(|| CloudError::NoService {
            service: call.service.to_string(),
            region: self.identity.region.clone(),
            interface: self.interface.to_string(),
        })?;
        let mut url = url::Url::parse(&format!("{base}{}", call.path)).map_err(|error| CloudError::NotSent {
            request: format!("{} {}", call.method, call.path),
            why: format!("`{base}`, the {} service's address, is no URL: {error}", call.service),
        })?;
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        Ok(url)
    }
}

fn request(call: &Call, url: &url::Url, token: &InUse) -> Request {
    let mut headers = vec![
        ("accept".to_owned(), "application/json".to_owned()),
        ("x-auth-token".to_owned(), token.value.expose_secret().to_owned()),
    ];
    if call.body.is_some() {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    if let Some(version) = call.microversion {
        headers.push(("openstack-api-version".to_owned(), format!("compute {version}")));
    }
    // The caller's own headers win over ours of the same name.
    headers.retain(|(name, _)| call.headers.iter().all(|(own, _)| own != name));
    headers.extend(call.headers.iter().cloned());
    let json = || call.body.as_ref().map(|body| body.to_string().into_bytes());
    Request {
        method: call.method,
        url: url.to_string(),
        headers,
        body: call.text.clone().map(String::into_bytes).or_else(json).unwrap_or_default(),
        timeout: if call.method.reads() { READ_TIMEOUT } else { WRITE_TIMEOUT },
    }
}

fn answer(call: &Call, url: &url::Url, response: Response) -> Result<Answer, CloudError> {
    let request_id = refusal::request_id(&response);
    let says_json = response.header("content-type").map(|kind| kind.contains("json"));
    let text = || Json::String(String::from_utf8_lossy(&response.body).into_owned());
    let body = if response.body.is_empty() || call.method == Method::Head {
        Json::Null
    } else if says_json == Some(false) {
        text()
    } else {
        match serde_json::from_slice(&response.body) {
            Ok(body) => body,
            Err(_) if says_json.is_none() => text(),
            Err(error) => {
                return Err(CloudError::Malformed {
                    request: format!("{} {}", call.method, path(url)),
                    why: format!("the body is not JSON: {error}"),
                    request_id,
                });
            }
        }
    };
    Ok(Answer { status: response.status, headers: response.headers, body, request_id })
}

fn path(url: &url::Url) -> &str {
    url.path()
}
