//! One request on its way: its turn, its trace, its repetition. It knows neither tokens nor catalogue.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::Service;
use crate::runtime::{Clock, Ids};

use super::pace::{Health, Pacer, shape};
use super::refusal;
use super::retry::{Attempts, Repeat};
use super::{CloudApi, CloudError, Method, Refusal, Request, Response, Statistics, TransportError, redact};

/// Everything that the way of a request needs.
pub(super) struct Wire {
    api: Arc<dyn CloudApi>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    pacer: Pacer,
    statistics: Mutex<Statistics>,
}

/// An answer, or a refusal with its words decoded.
pub(super) enum Outcome {
    /// 2xx or 3xx.
    Answered(Response),
    /// 4xx or 5xx.
    Refused(Refusal),
}

impl Wire {
    pub(super) fn new(api: Arc<dyn CloudApi>, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { api, clock, ids, pacer: Pacer::new(), statistics: Mutex::default() }
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    pub(super) fn statistics(&self) -> Statistics {
        self.counted().clone()
    }

    pub(super) fn writes_at_once(&self, service: Service) -> usize {
        self.pacer.limit(service, Method::Post) as usize
    }

    fn counted(&self) -> MutexGuard<'_, Statistics> {
        // Counters are right after a panic too.
        self.statistics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts that a request is sent again for a reason that is not this module's.
    pub(super) fn count_retry(&self) {
        self.counted().retries += 1;
    }

    /// Sends a request until its result stands.
    pub(super) async fn carry(
        &self,
        service: Service,
        request: Request,
        repeat: Repeat,
    ) -> Result<Outcome, CloudError> {
        let path = path_of(&request.url);
        let label = format!("{} {path}", request.method);
        let shape = shape(request.method, &path, request.body.len());
        let mut attempts = Attempts::default();
        loop {
            let result = self.once(service, &request, &path, &shape).await;
            let retry_after =
                result.as_ref().ok().and_then(|response| refusal::retry_after(response, self.clock.now_ms()));
            if let Some(wait) = attempts.again(&result, retry_after, repeat, self.ids.spread()) {
                let why = match &result {
                    Ok(response) => response.status.to_string(),
                    Err(error) => error.to_string(),
                };
                tracing::debug!(service = %service, wait_ms = wait, why, "{label} is sent again");
                self.count_retry();
                self.clock.sleep(Duration::from_millis(wait)).await;
                continue;
            }
            return match result {
                Ok(response) if response.status >= 400 => {
                    let mut refused = refusal::decode(&label, &response, self.clock.now_ms());
                    refused.message = redact::without(&refused.message, secrets(&request));
                    Ok(Outcome::Refused(refused))
                }
                Ok(response) => Ok(Outcome::Answered(response)),
                Err(TransportError::NotSent(why)) => Err(CloudError::NotSent {
                    request: label,
                    why: format!("cannot connect to {}: {why}", host_of(&request.url)),
                }),
                Err(TransportError::Lost(why)) => Err(CloudError::Lost {
                    request: label,
                    why: format!("no answer from {}: {why}", host_of(&request.url)),
                }),
            };
        }
    }

    async fn once(
        &self,
        service: Service,
        request: &Request,
        path: &str,
        shape: &str,
    ) -> Result<Response, TransportError> {
        let turn = self.pacer.enter(service, request.method).await;
        *self.counted().calls.entry(service).or_default() += 1;
        redact::trace_body(service, "request", &request.body, secrets(request));
        let begun = self.clock.now_ms();
        let result = self.api.exchange(request.clone()).await;
        let ms = self.clock.now_ms().saturating_sub(begun);
        turn.leave(
            shape,
            match &result {
                Ok(response) if matches!(response.status, 429 | 503 | 504) => Health::Overloaded,
                Ok(_) => Health::Answered(ms),
                Err(_) => Health::Overloaded,
            },
        );
        match &result {
            Ok(response) => {
                let id = refusal::request_id(response).unwrap_or_default();
                tracing::debug!(method = %request.method, service = %service, path, status = response.status, ms, request_id = %id);
                redact::trace_body(service, "response", &response.body, secrets(request));
            }
            Err(error) => tracing::debug!(method = %request.method, service = %service, path, ms, error = %error),
        }
        result
    }
}

/// What must not stand in a message about this request.
fn secrets(request: &Request) -> impl Iterator<Item = &str> {
    let secret = |name: &str| matches!(name, "x-auth-token" | "x-container-meta-temp-url-key");
    request.headers.iter().filter(move |(name, _)| secret(name)).map(|(_, value)| value.as_str())
}

/// The path, which names the request to people; a query may hold a signature.
fn path_of(url: &str) -> String {
    url::Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default()
}

/// Host and port.
pub(super) fn host_of(url: &str) -> String {
    let Ok(url) = url::Url::parse(url) else { return "?".to_owned() };
    let host = url.host_str().unwrap_or("?").to_owned();
    url.port().map_or(host.clone(), |port| format!("{host}:{port}"))
}
