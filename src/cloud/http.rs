//! The real transport: osauth's session over a reqwest client of our own.
//!
//! The session comes without osauth's authentication (the token is in each request already), and requests go through its inner
//! client: osauth's own `send_unchecked` turns an error into one text, without its cause and without whether it connected, and
//! whether a write can have acted depends on exactly that.

use std::error::Error as StdError;
use std::time::Duration;

use ::http::header::{HeaderMap, HeaderName, HeaderValue};
use async_trait::async_trait;
use futures::FutureExt;
use osauth::client::AuthenticatedClient;
use osauth::{NoAuth, Session};
use url::{Host, Url};

use super::{CloudApi, CloudConfig, ConfigError, Method, Request, Response, TransportError};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an unused connection is kept. A server that closes one just when a request goes out on it leaves a write in doubt;
/// OpenStack's servers (uwsgi, eventlet, Apache) close after 5 s or later, so we let go of it first.
const IDLE: Duration = Duration::from_secs(4);

/// Headers whose values must not appear in any library's log.
const SECRET_HEADERS: [&str; 2] = ["x-auth-token", "x-subject-token"];

/// HTTP over the network.
#[derive(Clone)]
pub struct HttpApi {
    session: Session,
}

impl std::fmt::Debug for HttpApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HttpApi")
    }
}

impl HttpApi {
    /// A transport that trusts the system's certificate authorities and the configuration's `cacert`. Needs no network.
    pub fn new(config: &CloudConfig) -> Result<Self, ConfigError> {
        let failed = |why: String| ConfigError::Transport { why };
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("gureum/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none())
            .use_rustls_tls();
        // A cloud on this machine is never behind a proxy, whatever HTTP_PROXY says.
        if is_loopback(&config.auth_url) {
            builder = builder.no_proxy();
        }
        if let Some(path) = &config.cacert {
            let unreadable = |why: String| ConfigError::Certificate { path: path.display().to_string(), why };
            let pem = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
            let certificates =
                reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| unreadable(chain(&error)))?;
            if certificates.is_empty() {
                return Err(unreadable("it holds no certificate in PEM form".to_owned()));
            }
            for certificate in certificates {
                builder = builder.add_root_certificate(certificate);
            }
        }
        if !config.verify {
            builder = builder.danger_accept_invalid_certs(true);
        }
        let client = builder.build().map_err(|error| failed(chain(&error)))?;
        let client = AuthenticatedClient::new(client, NoAuth::new_without_endpoint())
            .now_or_never()
            .ok_or_else(|| failed("the session did not start at once".to_owned()))?
            .map_err(|error| failed(error.to_string()))?;
        Ok(Self { session: Session::new_with_authenticated_client(client) })
    }
}

fn is_loopback(url: &str) -> bool {
    match Url::parse(url).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[async_trait]
impl CloudApi for HttpApi {
    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        let url = Url::parse(&request.url).map_err(|error| TransportError::NotSent(error.to_string()))?;
        let headers = headers(&request.headers)?;
        let mut builder = self
            .session
            .client()
            .inner()
            .request(method(request.method), url)
            .headers(headers)
            .timeout(request.timeout);
        if !request.body.is_empty() {
            builder = builder.body(request.body);
        } else if matches!(request.method, Method::Post | Method::Put | Method::Patch) {
            // hyper leaves the length out; servers and proxies may answer 411 to that.
            builder = builder.header(::http::header::CONTENT_LENGTH, "0");
        }
        let answer = builder.send().await.map_err(|error| failure(error, request.timeout))?;
        let status = answer.status().as_u16();
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let body = answer.bytes().await.map_err(|error| failure(error, request.timeout))?.to_vec();
        Ok(Response { status, headers, body })
    }
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Head => reqwest::Method::HEAD,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

/// A header that cannot be sent is an error that names it, never its value.
fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, TransportError> {
    let mut headers = HeaderMap::with_capacity(pairs.len());
    for (name, value) in pairs {
        let unsendable = || TransportError::NotSent(format!("header {name} holds characters that HTTP cannot carry"));
        let key = HeaderName::try_from(name.as_str()).map_err(|_| unsendable())?;
        let mut value = HeaderValue::try_from(value.as_str()).map_err(|_| unsendable())?;
        value.set_sensitive(SECRET_HEADERS.contains(&name.as_str()));
        headers.append(key, value);
    }
    Ok(headers)
}

/// Only a failure to connect (TCP, TLS, name lookup) proves that nothing was sent.
fn failure(error: reqwest::Error, timeout: Duration) -> TransportError {
    let error = error.without_url();
    if error.is_connect() || error.is_builder() {
        return TransportError::NotSent(if error.is_timeout() {
            format!("no connection within {} s", CONNECT_TIMEOUT.min(timeout).as_secs_f64())
        } else {
            chain(&error)
        });
    }
    if error.is_timeout() {
        return TransportError::Lost(format!("timed out after {} s", timeout.as_secs_f64()));
    }
    TransportError::Lost(chain(&error))
}

/// An error's causes, each once, without reqwest's and hyper's own layers, which say nothing that the causes do not.
fn chain(error: &dyn StdError) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        next = error.source();
        let layer = text.starts_with("error sending request") || text.starts_with("client error (");
        let repeated = parts.last().is_some_and(|last| last.contains(&text));
        let says_nothing = repeated || (layer && next.is_some());
        if !says_nothing {
            parts.push(text);
        }
    }
    parts.join(": ")
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
