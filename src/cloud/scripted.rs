//! A cloud that answers by script, for tests of every room above: it records what was asked and takes its time virtually.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use super::{CloudApi, Method, Request, Response, TransportError};

/// What the script says to one request.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The answer.
    pub result: Result<Response, TransportError>,
    /// After how long. Longer than the request's own time limit, and the answer is lost.
    pub delay: Duration,
}

impl Reply {
    /// An answer with a JSON body.
    pub fn json(status: u16, body: &Json) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self::from(Response { status, headers, body: body.to_string().into_bytes() })
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self::from(Response { status, headers: Vec::new(), body: Vec::new() })
    }

    /// The request never left.
    pub fn not_sent() -> Self {
        Self { result: Err(TransportError::NotSent("Connection refused".to_owned())), delay: Duration::ZERO }
    }

    /// The answer never came.
    pub fn lost() -> Self {
        Self { result: Err(TransportError::Lost("connection reset by peer".to_owned())), delay: Duration::ZERO }
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Ok(response) = &mut self.result {
            response.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Only after that long.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

impl From<Response> for Reply {
    fn from(response: Response) -> Self {
        Self { result: Ok(response), delay: Duration::ZERO }
    }
}

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The request.
    pub request: Request,
    /// Its path, without host and query.
    pub path: String,
    /// Its decoded query.
    pub query: Vec<(String, String)>,
    /// Its JSON body; `Null` for none.
    pub body: Json,
}

impl Recorded {
    fn new(request: &Request) -> Self {
        let url = url::Url::parse(&request.url).ok();
        Self {
            path: url.as_ref().map(|url| url.path().to_owned()).unwrap_or_default(),
            query: url.iter().flat_map(url::Url::query_pairs).map(|(k, v)| (k.into_owned(), v.into_owned())).collect(),
            body: serde_json::from_slice(&request.body).unwrap_or_default(),
            request: request.clone(),
        }
    }

    /// Method and path: `POST /v2.0/ports`.
    pub fn line(&self) -> String {
        format!("{} {}", self.request.method, self.path)
    }

    /// Whether it asks Keystone for a token.
    pub fn is_for_token(&self) -> bool {
        self.request.method == Method::Post && self.path.ends_with("/v3/auth/tokens")
    }

    /// A header's value; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

type Script = dyn Fn(&Recorded) -> Reply + Send + Sync;

/// A [`CloudApi`] whose answers a closure gives.
pub struct Scripted {
    script: Box<Script>,
    requests: Mutex<Vec<Recorded>>,
}

impl Scripted {
    /// Answers by `script`, token requests included.
    pub fn new(script: impl Fn(&Recorded) -> Reply + Send + Sync + 'static) -> Self {
        Self { script: Box::new(script), requests: Mutex::new(Vec::new()) }
    }

    /// Answers token requests with [`Scripted::token`] (valid until 2030), the rest by `script`.
    pub fn with_keystone(script: impl Fn(&Recorded) -> Reply + Send + Sync + 'static) -> Self {
        Self::new(move |asked| {
            if asked.is_for_token() { Self::token("token-1", "2030-01-01T00:00:00.000000Z") } else { script(asked) }
        })
    }

    /// Keystone's answer to a token request: project `project-1`, region `RegionOne`, every service at
    /// `http://cloud.test/<service type>` without a version.
    pub fn token(token: &str, expires_at: &str) -> Reply {
        let catalogue: Vec<Json> = crate::model::Service::ALL
            .iter()
            .map(|service| {
                let kind = service.catalogue_type();
                json!({"type": kind, "name": kind, "endpoints": [
                    {"interface": "public", "region": "RegionOne", "region_id": "RegionOne", "url": format!("http://cloud.test/{kind}")},
                ]})
            })
            .collect();
        Reply::json(
            201,
            &json!({"token": {
                "expires_at": expires_at, "issued_at": "2026-01-01T00:00:00.000000Z",
                "project": {"id": "project-1", "name": "project"}, "catalog": catalogue,
            }}),
        )
        .header("x-subject-token", token)
    }

    /// Everything that was asked so far, in order.
    pub fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Method and path of everything that was asked so far, token requests left out.
    pub fn lines(&self) -> Vec<String> {
        self.requests().iter().filter(|asked| !asked.is_for_token()).map(Recorded::line).collect()
    }
}

#[async_trait]
impl CloudApi for Scripted {
    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        let recorded = Recorded::new(&request);
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(recorded.clone());
        let reply = (self.script)(&recorded);
        if reply.delay > request.timeout {
            tokio::time::sleep(request.timeout).await;
            return Err(TransportError::Lost(format!("timed out after {} s", request.timeout.as_secs_f64())));
        }
        tokio::time::sleep(reply.delay).await;
        reply.result
    }
}
