//! One request as the drivers say it: by service and path, without URL, token or time limits.

use std::fmt;

use serde_json::Value as Json;

use crate::model::Service;

use super::Method;
use super::refusal::http_date;

/// One request.
#[derive(Clone)]
pub struct Call {
    /// To which service.
    pub service: Service,
    /// With which method.
    pub method: Method,
    /// Below the service's versioned endpoint, with a leading slash: `/ports`, `/servers/detail`, `/lbaas/pools`.
    /// (Network: after `/v2.0`; load balancer: after `/v2` so that paths start with `/lbaas`; image: after `/v2`;
    /// compute: after `/v2.1`; object store: after the account.)
    pub path: String,
    /// Query parameters, not yet encoded.
    pub query: Vec<(String, String)>,
    /// A JSON body.
    pub body: Option<Json>,
    /// A body that is a text instead; its `content-type` stands in the headers.
    pub text: Option<String>,
    /// More headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Nova's microversion; sent as `OpenStack-API-Version: compute 2.x`.
    pub microversion: Option<&'static str>,
}

impl fmt::Debug for Call {
    /// Without headers, query and body, which may hold a secret of a guest's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.service, self.method, self.path)
    }
}

impl Call {
    /// A request without query and body.
    pub fn new(service: Service, method: Method, path: impl Into<String>) -> Self {
        Self {
            service,
            method,
            path: path.into(),
            query: Vec::new(),
            body: None,
            text: None,
            headers: Vec::new(),
            microversion: None,
        }
    }

    /// `GET`.
    pub fn get(service: Service, path: impl Into<String>) -> Self {
        Self::new(service, Method::Get, path)
    }

    /// With one more query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(mut self, body: Json) -> Self {
        self.body = Some(body);
        self
    }

    /// With a text as its body, of that type.
    #[must_use]
    pub fn text(mut self, kind: &str, body: String) -> Self {
        self.text = Some(body);
        self.header("content-type", kind)
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With a microversion of Nova's: `2.64`.
    #[must_use]
    pub fn microversion(mut self, version: &'static str) -> Self {
        self.microversion = Some(version);
        self
    }
}

/// What came back: 2xx or 3xx, anything else is a [`super::CloudError`].
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header names (lower case) and values.
    pub headers: Vec<(String, String)>,
    /// The JSON body; `Null` for none, a text for anything that is not JSON.
    pub body: Json,
    /// `x-openstack-request-id`, `x-compute-request-id` or `x-trans-id`.
    pub request_id: Option<String>,
}

impl Answer {
    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// The whole second in which it was given, by the service's own clock: milliseconds since the epoch.
    pub fn date_ms(&self) -> Option<i64> {
        http_date(self.header("date")?)
    }
}
