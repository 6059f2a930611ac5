//! Keystone: a token and the catalogue that comes with it, renewed before it ends.
//! <https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management>

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value as Json, json};
use tokio::sync::Mutex;

use crate::model::Service;

use super::catalogue::{self, Endpoints};
use super::config::{ApplicationCredential, CloudConfig, Credentials, Domain, Interface, Project, User};
use super::retry::Repeat;
use super::wire::{Outcome, Wire, host_of};
use super::{CloudError, Method, Refusal, Request, Response, redact};

/// Keystone answers quickly or not at all: whoever waits at the prompt learns of a silent one within a minute.
const TIMEOUT: Duration = Duration::from_secs(30);
/// A token more does no harm, so its request may be repeated.
const REPEAT: Repeat = Repeat::UpTo(1);
/// A token is renewed when so little of its life is left …
const MARGIN_MS: i64 = 5 * 60 * 1000;
/// … or this part of its whole life, if that is less.
const MARGIN_PART: i64 = 10;
/// After a renewal that failed, the next one is tried so much later.
const RENEW_AGAIN_MS: i64 = 30_000;

/// What a first token tells for good.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) project_id: String,
    pub(super) region: String,
    pub(super) endpoints: Endpoints,
    /// What others than this process are told of the services, whichever interface it uses itself.
    pub(super) public: Endpoints,
}

/// Holds the token and renews it: whoever finds it old renews it while the others wait for that one.
pub(super) struct Auth {
    url: String,
    config: CloudConfig,
    current: Mutex<Token>,
}

struct Token {
    value: SecretString,
    /// Counts renewals, so that a 401 renews only the token that it was about.
    number: u64,
    renew_at_ms: i64,
    ends_at_ms: i64,
}

/// A token to use, and which one it is.
pub(super) struct InUse {
    pub(super) value: SecretString,
    pub(super) number: u64,
}

impl Auth {
    /// Authenticates for the first time.
    pub(super) async fn connect(wire: &Wire, config: CloudConfig) -> Result<(Self, Identity), CloudError> {
        let url = catalogue::versioned(Service::Identity, &config.auth_url);
        let (token, body) = request(wire, &url, &config, 1).await?;
        let identity = identity(&url, &config, &body)?;
        Ok((Self { url, config, current: Mutex::new(token) }, identity))
    }

    /// The token, renewed if it is about to end or is the one that was `refused`.
    pub(super) async fn token(&self, wire: &Wire, refused: Option<u64>) -> Result<InUse, CloudError> {
        let mut current = self.current.lock().await;
        let is_refused = refused == Some(current.number);
        if is_refused || wire.now_ms() >= current.renew_at_ms {
            let number = current.number + 1;
            match request(wire, &self.url, &self.config, number).await {
                Ok((token, _)) => *current = token,
                // A Keystone that is away for a while stops nothing as long as the token still counts.
                Err(error) if !is_refused && wire.now_ms() < current.ends_at_ms => {
                    tracing::warn!(%error, "the token is not renewed yet");
                    current.renew_at_ms = wire.now_ms() + RENEW_AGAIN_MS;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(InUse { value: current.value.clone(), number: current.number })
    }

    /// The error for a service that refuses a token fresh from Keystone.
    pub(super) fn still_refused(&self, refusal: &Refusal) -> CloudError {
        CloudError::Unauthenticated { url: self.url.clone(), why: format!("a fresh token was refused: {refusal}") }
    }
}

async fn request(wire: &Wire, url: &str, config: &CloudConfig, number: u64) -> Result<(Token, Json), CloudError> {
    let request = Request {
        method: Method::Post,
        url: format!("{url}/auth/tokens"),
        headers: vec![
            ("accept".to_owned(), "application/json".to_owned()),
            ("content-type".to_owned(), "application/json".to_owned()),
        ],
        body: body(&config.credentials).to_string().into_bytes(),
        timeout: TIMEOUT,
    };
    let label = "POST /v3/auth/tokens";
    match wire.carry(Service::Identity, request, REPEAT).await? {
        Outcome::Answered(response) => token(label, &response, number, wire.now_ms()),
        Outcome::Refused(mut refusal) => {
            refusal.message = redact::without(&refusal.message, [secret(&config.credentials).expose_secret()]);
            Err(refused(url, config, refusal))
        }
    }
}

/// 401 is Keystone's "no"; 404 where no Keystone is; anything else is an ordinary refusal.
fn refused(url: &str, config: &CloudConfig, refusal: Refusal) -> CloudError {
    let check = match (&config.credentials, refusal.status) {
        (_, 404) => format!("is auth_url Keystone's address? {} has no /v3 there", host_of(url)),
        (Credentials::Password { .. }, 401) => {
            "check username, password, user domain, project and project domain".to_owned()
        }
        (Credentials::Token { .. }, 401) => {
            "check the token: it may have ended, or not be allowed to rescope".to_owned()
        }
        (Credentials::ApplicationCredential { .. }, 401) => {
            "check the application credential's id and secret: it may have ended or been deleted".to_owned()
        }
        _ => return CloudError::Refused(refusal),
    };
    let id = refusal.request_id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
    let why =
        format!("{} {}{id}; {check} (cloud `{}` in {})", refusal.status, refusal.message, config.name, config.source);
    CloudError::Unauthenticated { url: url.to_owned(), why }
}

fn token(label: &str, response: &Response, number: u64, now_ms: i64) -> Result<(Token, Json), CloudError> {
    let malformed = |why: &str| CloudError::Malformed {
        request: label.to_owned(),
        why: why.to_owned(),
        request_id: super::refusal::request_id(response),
    };
    let value = response.header("x-subject-token").ok_or_else(|| malformed("no X-Subject-Token header"))?;
    let mut body: Json = serde_json::from_slice(&response.body).map_err(|_| malformed("the body is not JSON"))?;
    let body = body.get_mut("token").map(Json::take).ok_or_else(|| malformed("no `token` in the body"))?;
    let expires = body
        .get("expires_at")
        .and_then(Json::as_str)
        .and_then(|text| text.parse::<jiff::Timestamp>().ok())
        .ok_or_else(|| malformed("no `expires_at` that is a time"))?
        .as_millisecond();
    let life = expires.saturating_sub(now_ms).max(0);
    let token = Token {
        value: SecretString::from(value),
        number,
        renew_at_ms: expires.saturating_sub(MARGIN_MS.min(life / MARGIN_PART)),
        ends_at_ms: expires,
    };
    Ok((token, body))
}

fn identity(url: &str, config: &CloudConfig, token: &Json) -> Result<Identity, CloudError> {
    let Some(project_id) = token.pointer("/project/id").and_then(Json::as_str) else {
        let why = format!(
            "the token is for no project: set project_name or project_id (cloud `{}` in {})",
            config.name, config.source
        );
        return Err(CloudError::Unauthenticated { url: url.to_owned(), why });
    };
    let catalogue = token.get("catalog").unwrap_or(&Json::Null);
    let known = catalogue::regions(catalogue, config.interface);
    let region = match &config.region {
        Some(region) if known.is_empty() || known.contains(region) => region.clone(),
        Some(region) => {
            return Err(CloudError::Region { wanted: Some(region.clone()), known: known.into_iter().collect() });
        }
        None if known.len() > 1 => return Err(CloudError::Region { wanted: None, known: known.into_iter().collect() }),
        None => known.into_iter().next().unwrap_or_default(),
    };
    let wanted = Some(region.as_str()).filter(|region| !region.is_empty());
    let mut endpoints = catalogue::choose(catalogue, config.interface, wanted);
    let mut public = catalogue::choose(catalogue, Interface::Public, wanted);
    for (service, url) in &config.endpoint_overrides {
        endpoints.insert(*service, catalogue::versioned(*service, url));
        public.entry(*service).or_insert_with(|| catalogue::versioned(*service, url));
    }
    Ok(Identity { project_id: project_id.to_owned(), region, endpoints, public })
}

fn secret(credentials: &Credentials) -> &SecretString {
    match credentials {
        Credentials::Password { password, .. } => password,
        Credentials::Token { token, .. } => token,
        Credentials::ApplicationCredential { secret, .. } => secret,
    }
}

fn body(credentials: &Credentials) -> Json {
    let secret = secret(credentials).expose_secret();
    let (identity, scope) = match credentials {
        Credentials::Password { user, project, .. } => {
            let mut user = user_json(user);
            user["password"] = json!(secret);
            (json!({"methods": ["password"], "password": {"user": user}}), Some(project))
        }
        Credentials::Token { project, .. } => {
            (json!({"methods": ["token"], "token": {"id": secret}}), project.as_ref())
        }
        Credentials::ApplicationCredential { credential, .. } => {
            let credential = match credential {
                ApplicationCredential::Id(id) => json!({"id": id, "secret": secret}),
                ApplicationCredential::Name(name, user) => {
                    json!({"name": name, "user": user_json(user), "secret": secret})
                }
            };
            (json!({"methods": ["application_credential"], "application_credential": credential}), None)
        }
    };
    let mut auth = json!({"identity": identity});
    if let Some(project) = scope {
        auth["scope"] = match project {
            Project::Id(id) => json!({"project": {"id": id}}),
            Project::Name(name, domain) => json!({"project": {"name": name, "domain": domain_json(domain)}}),
        };
    }
    json!({"auth": auth})
}

fn user_json(user: &User) -> Json {
    match user {
        User::Id(id) => json!({"id": id}),
        User::Name(name, domain) => json!({"name": name, "domain": domain_json(domain)}),
    }
}

fn domain_json(domain: &Domain) -> Json {
    match domain {
        Domain::Id(id) => json!({"id": id}),
        Domain::Name(name) => json!({"name": name}),
    }
}
