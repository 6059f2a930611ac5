//! One process's way to a site: a `CloudApi` like the real transport.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::cloud::{
    CloudApi, CloudConfig, Credentials, Domain, Interface, Project, Request, Response, TransportError, User,
};
use crate::embedded::faults::{Effect, Fault};
use crate::embedded::{self, Service};

use super::exchange::{answer, arriving, first_items};
use super::life::{Kill, Life, Moment};
use super::site::{Site, latency};

/// The host that every site answers as.
pub(super) const HOST: &str = "embedded";

/// One process's way to a site.
pub struct Simulated {
    site: Arc<Site>,
    life: Arc<Life>,
    kill: Option<Kill>,
    sent: AtomicUsize,
}

impl Simulated {
    /// A way to the site for a process with this life, which ends as `kill` says.
    pub fn new(site: Arc<Site>, life: Arc<Life>, kill: Option<Kill>) -> Self {
        Self { site, life, kill, sent: AtomicUsize::new(0) }
    }

    /// The configuration of the cloud's plain member, as a clouds.yaml would give it.
    pub fn config() -> CloudConfig {
        let domain = || Domain::Id("default".into());
        CloudConfig {
            name: "embedded".into(),
            source: "simulation".into(),
            auth_url: format!("http://{HOST}/v3"),
            credentials: Credentials::Password {
                user: User::Name("tenant".into(), domain()),
                password: SecretString::from("embedded"),
                project: Project::Name("tenant".into(), domain()),
            },
            region: None,
            interface: Interface::Public,
            cacert: None,
            verify: true,
            endpoint_overrides: BTreeMap::new(),
        }
    }

    async fn sleep(&self, ms: i64) {
        self.site.clock().sleep(Duration::from_millis(u64::try_from(ms).unwrap_or(0))).await;
    }

    /// It acts after so many milliseconds, and is answered.
    async fn acts(
        &self,
        number: usize,
        after: i64,
        request: embedded::Request,
        effect: Option<Effect>,
    ) -> Option<Response> {
        self.site.acts_at(number, self.site.clock().now_ms() + after, request, effect);
        self.sleep(after).await;
        self.site.reply(number).map(answer)
    }
}

fn lost(why: &str) -> TransportError {
    TransportError::Lost(why.to_owned())
}

#[async_trait]
impl CloudApi for Simulated {
    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        if self.life.is_over() {
            return std::future::pending().await;
        }
        let mut arrives = arriving(&request)?;
        let count = self.sent.fetch_add(1, Ordering::SeqCst) + 1;
        let moment = self.kill.filter(|kill| kill.request == count).map(|kill| kill.moment);
        if moment == Some(Moment::Before) {
            return self.life.end().await;
        }
        let (number, fault) = self.site.leaves(request.method, &arrives.path);
        let (way, back) = latency(number);
        match moment {
            Some(Moment::After) => {
                self.acts(number, way, arrives, None).await;
                return self.life.end().await;
            }
            Some(Moment::Items(count)) => {
                first_items(&mut arrives, count);
                self.acts(number, way, arrives, None).await;
                return self.life.end().await;
            }
            Some(Moment::Late(ms)) => {
                self.site.acts_at(number, self.site.clock().now_ms() + ms, arrives, None);
                return self.life.end().await;
            }
            Some(Moment::Before) | None => {}
        }
        let timeout = i64::try_from(request.timeout.as_millis()).unwrap_or(i64::MAX);
        let (mut effect, mut answers_after) = (None, back);
        match fault {
            None => {}
            Some(Fault::Status(status)) => {
                self.sleep(way + back).await;
                return Ok(answer(status.reply(Service::of(&arrives.path))));
            }
            Some(Fault::NotSent) => return Err(TransportError::NotSent("connection refused".to_owned())),
            Some(Fault::LostBefore) => {
                self.sleep(way).await;
                return Err(lost("connection reset by peer"));
            }
            Some(Fault::LostAfter) => {
                self.acts(number, way, arrives, None).await;
                return Err(lost("connection reset by peer"));
            }
            Some(Fault::Silence) => {
                self.acts(number, way, arrives, None).await;
                self.sleep(timeout - way).await;
                return Err(lost("timed out"));
            }
            Some(Fault::Late(ms)) => {
                self.sleep(way).await;
                self.site.acts_at(number, self.site.clock().now_ms() + ms, arrives, None);
                return Err(lost("connection reset by peer"));
            }
            Some(Fault::Delay(ms)) => answers_after += ms,
            Some(fault @ (Fault::Error(_) | Fault::Stuck)) => effect = Effect::of(&fault),
            Some(Fault::Shrink(shrink)) => {
                let service = Service::of(&arrives.path).unwrap_or(Service::Network);
                self.site.set_quota(service, &shrink.resource, shrink.limit);
            }
            Some(Fault::Revoke) => self.site.revoke(),
        }
        let Some(response) = self.acts(number, way, arrives, effect).await else {
            return Err(lost("connection closed"));
        };
        self.sleep(answers_after.min(timeout - way)).await;
        if way + answers_after > timeout { Err(lost("timed out")) } else { Ok(response) }
    }
}
