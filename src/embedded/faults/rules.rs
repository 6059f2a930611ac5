//! When which fault happens.

use serde::{Deserialize, Serialize};

use super::super::exchange::Reply;
use super::super::fault::{self, http_title};
use super::super::operation::Service;

/// The longest delay and the latest act, in milliseconds: a day.
const LONGEST_MS: i64 = 86_400_000;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It is refused with this status; nothing is done.
    Status(Status),
    /// The answer takes so many milliseconds longer; none comes when that is longer than the client waits.
    Delay(i64),
    /// There is no connection. Only in process: where a request has arrived, there is one.
    #[serde(skip)]
    NotSent,
    /// The connection is reset before the cloud acts: it never does.
    #[serde(rename = "reset_before")]
    LostBefore,
    /// The cloud acts and the connection is reset.
    #[serde(rename = "reset_after")]
    LostAfter,
    /// The cloud acts, and the client waits in vain for the answer.
    #[serde(rename = "no_answer")]
    Silence,
    /// The connection is reset, and the cloud acts so many milliseconds later.
    Late(i64),
    /// What this request makes goes to `ERROR`, for this reason.
    Error(String),
    /// What this request begins never ends.
    Stuck,
    /// Before it acts, a quota of the service shrinks.
    Shrink(Shrink),
    /// Before it acts, every token is revoked.
    #[serde(rename = "revoke_tokens")]
    Revoke,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// The status.
    pub status: u16,
    /// How long to wait, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// The message, in the form of the service; without one the status's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// A whole body of one's own, in place of the service's form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// A quota and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shrink {
    /// What is limited, in the service's word: `instances`, `port`.
    pub resource: String,
    /// To so many.
    pub limit: i64,
}

impl Fault {
    /// A refusal with this body.
    pub fn status(status: u16, body: &str) -> Self {
        Self::Status(Status { status, retry_after: None, message: None, body: Some(body.to_owned()) })
    }

    /// 429 or 503, with the time after which to come again, in seconds.
    pub fn busy(status: u16, retry_after: u64) -> Self {
        Self::Status(Status { status, retry_after: Some(retry_after), message: None, body: None })
    }

    /// The quota of this resource shrinks to so many.
    pub fn shrink(resource: &str, limit: i64) -> Self {
        Self::Shrink(Shrink { resource: resource.to_owned(), limit })
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Self::Status(Status { status, .. }) if !(400..600).contains(status) => {
                Err(format!("a refusal's status is 400 to 599, not {status}"))
            }
            Self::Delay(ms) | Self::Late(ms) if !(0..=LONGEST_MS).contains(ms) => {
                Err(format!("a time is 0 to {LONGEST_MS} milliseconds, not {ms}"))
            }
            _ => Ok(()),
        }
    }
}

impl Status {
    /// What the client gets.
    pub fn reply(&self, service: Option<Service>) -> Reply {
        let message = self.message.clone().unwrap_or_else(|| http_title(self.status).to_owned());
        let mut reply = match (&self.body, service) {
            (Some(body), _) => Reply::typed(self.status, "application/json", body.as_bytes()),
            (None, Some(service)) => fault::Fault::new(self.status, message).reply(service),
            (None, None) => Reply::typed(self.status, "text/plain", format!("{message}\n")),
        };
        if let Some(seconds) = self.retry_after {
            reply = reply.header("Retry-After", seconds.to_string());
        }
        reply
    }
}

/// When a fault happens: at which of the requests that match, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Requests to this service; to any without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<Service>,
    /// With this method; with any without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// Whose path with the service's prefix has this form; `*` stands for any characters.
    #[serde(default = "anything")]
    path: String,
    /// From which one.
    #[serde(default = "first")]
    from: u64,
    /// So many; without a number to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
    /// Only at so many percent of them, chosen by the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    percent: Option<u64>,
    #[serde(default)]
    seed: u64,
    /// What goes wrong.
    fault: Fault,
    /// How many requests matched so far.
    #[serde(default)]
    matched: u64,
    /// At how many of them it happened.
    #[serde(default)]
    happened: u64,
}

fn anything() -> String {
    "*".to_owned()
}

fn first() -> u64 {
    1
}

impl Rule {
    /// At every request with this method whose path (`/network/v2.0/ports`) has this form; `*` stands for any characters.
    pub fn new(method: impl AsRef<str>, path: &str, fault: Fault) -> Self {
        let method = Some(method.as_ref().to_owned());
        Self { method, path: path.to_owned(), ..Self::every(fault) }
    }

    /// At every request to this service.
    pub fn service(service: Service, fault: Fault) -> Self {
        Self { service: Some(service), ..Self::every(fault) }
    }

    fn every(fault: Fault) -> Self {
        let (service, method, path, from, times) = (None, None, anything(), first(), None);
        Self { service, method, path, from, times, percent: None, seed: 0, fault, matched: 0, happened: 0 }
    }

    /// Only at the n-th of them, from 1.
    #[must_use]
    pub fn nth(self, n: u64) -> Self {
        Self { from: n, times: Some(1), ..self }
    }

    /// Only at the first of them.
    #[must_use]
    pub fn once(self) -> Self {
        self.nth(1)
    }

    /// Only at so many of them.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Only at so many percent of them, chosen by a seed.
    #[must_use]
    pub fn seeded(self, seed: u64, percent: u64) -> Self {
        Self { seed, percent: Some(percent), ..self }
    }

    /// What goes wrong.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// The one service whose requests it is about, if it is one.
    pub fn of_service(&self) -> Option<Service> {
        self.service.or_else(|| Service::of(&self.path))
    }

    /// A rule as somebody from outside gives it: nothing has matched it yet, and it can happen.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn from_outside(self) -> Result<Self, String> {
        self.fault.check()?;
        if self.from == 0 || self.times == Some(0) {
            return Err("`from` and `times` count from 1".to_owned());
        }
        if self.percent.is_some_and(|percent| !(1..=100).contains(&percent)) {
            return Err("`percent` is 1 to 100".to_owned());
        }
        if matches!(self.fault, Fault::Shrink(_)) && self.of_service().is_none() {
            return Err("a quota is a service's: `service` must say whose".to_owned());
        }
        let method = self.method.map(|method| method.to_ascii_uppercase());
        Ok(Self { method, matched: 0, happened: 0, ..self })
    }

    /// Whether it is about this request.
    pub fn matches(&self, method: &str, path: &str) -> bool {
        self.method.as_ref().is_none_or(|wanted| wanted == method)
            && self.service.is_none_or(|service| service.has(path))
            && has_form(path, &self.path)
    }

    /// The fault, if it happens at this request. Counts the request if it is one of the rule's.
    pub fn at(&mut self, method: &str, path: &str) -> Option<Fault> {
        if !self.matches(method, path) {
            return None;
        }
        self.matched += 1;
        let chosen = self.percent.is_none_or(|percent| mixed(self.seed ^ self.matched) % 100 < percent);
        let due = self.matched >= self.from && self.times.is_none_or(|times| self.matched - self.from < times);
        if !(chosen && due) {
            return None;
        }
        self.happened += 1;
        Some(self.fault.clone())
    }
}

/// Whether a text has the form of a pattern with `*`.
fn has_form(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = pattern.contains('*').then(|| parts.next_back().unwrap_or_default()) else {
        return rest.is_empty();
    };
    // What is first found is as good as any: the part behind it has the more room.
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// A number that looks like chance and is the same every time (splitmix64).
pub fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_characters() {
        for (text, pattern, expected) in [
            ("/network/v2.0/ports", "*/ports", true),
            ("/network/v2.0/ports/1", "*/ports", false),
            ("/network/v2.0/ports/1", "*/ports/*", true),
            ("/a/b/a/b/c", "*a/b/c", true),
            ("/a", "/a", true),
            ("/a", "", false),
            ("", "*", true),
            ("/a/x/b/x", "/a*x*x", true),
            ("/ax", "/a*x*x", false),
            ("aa", "aa*a", false),
        ] {
            assert_eq!(has_form(text, pattern), expected, "{text} {pattern}");
        }
    }

    #[test]
    fn occurrences_are_counted_by_rule() {
        let mut rule = Rule::new("POST", "*/ports", Fault::NotSent).nth(2);
        let hits: Vec<bool> = [("POST", "/x/ports"), ("GET", "/x/ports"), ("POST", "/x/ports"), ("POST", "/x/ports")]
            .into_iter()
            .map(|(method, path)| rule.at(method, path).is_some())
            .collect();
        assert_eq!(hits, [false, false, true, false]);
        assert_eq!((rule.matched, rule.happened), (3, 1));
        let mut twice = Rule::new("GET", "*", Fault::NotSent).times(2);
        assert_eq!((0..9).filter(|_| twice.at("GET", "/").is_some()).count(), 2);
        let mut some = Rule::new("GET", "*", Fault::NotSent).seeded(7, 30);
        let share = (0..1000).filter(|_| some.at("GET", "/").is_some()).count();
        assert!((250..350).contains(&share), "{share}");
        let mut service = Rule::service(Service::Network, Fault::NotSent);
        assert!(service.at("DELETE", "/network/v2.0/ports").is_some());
        assert!(service.at("GET", "/networks").is_none());
    }

    fn outside(json: &str) -> Result<Rule, String> {
        serde_json::from_str::<Rule>(json).map_err(|error| error.to_string())?.from_outside()
    }

    #[test]
    fn rules_come_from_outside_and_go_back() {
        let text = r#"{"service":"load-balancer","method":"post","path":"*/lbaas/*","from":2,"times":3,
            "percent":50,"seed":9,"fault":{"status":{"status":429,"retry_after":7,"message":"slow down"}}}"#;
        let rule = outside(text).expect("a rule");
        assert_eq!(rule.method.as_deref(), Some("POST"));
        let again: Rule = serde_json::from_str(&serde_json::to_string(&rule).expect("text")).expect("a rule");
        assert_eq!(again, rule);
        for fault in [
            r#""reset_before""#,
            r#""reset_after""#,
            r#""no_answer""#,
            r#"{"late":5000}"#,
            r#"{"delay":10}"#,
            r#""stuck""#,
            r#"{"error":"No valid host"}"#,
            r#""revoke_tokens""#,
        ] {
            outside(&format!(r#"{{"fault":{fault}}}"#)).expect(fault);
        }
        outside(r#"{"path":"/network/*","fault":{"shrink":{"resource":"port","limit":3}}}"#).expect("whose is told");
    }

    #[test]
    fn what_cannot_happen_is_refused() {
        for (text, why) in [
            (r#"{"fault":"not_sent"}"#, "unknown variant"),
            (r#"{"fault":{"status":{"status":200}}}"#, "400 to 599"),
            (r#"{"fault":{"late":-1}}"#, "milliseconds"),
            (r#"{"fault":"stuck","from":0}"#, "count from 1"),
            (r#"{"fault":"stuck","times":0}"#, "count from 1"),
            (r#"{"fault":"stuck","percent":101}"#, "1 to 100"),
            (r#"{"fault":{"shrink":{"resource":"port","limit":3}}}"#, "whose"),
            (r#"{"fault":"stuck","pth":"*"}"#, "unknown field"),
            (r#"{"fault":"stuck","service":"networks"}"#, "unknown variant"),
        ] {
            let error = outside(text).expect_err(text);
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn a_refusal_has_the_services_form() {
        let Fault::Status(busy) = Fault::busy(429, 7) else { unreachable!("it is one") };
        let reply = busy.reply(Some(Service::Network));
        assert_eq!(reply.status, 429);
        assert!(reply.headers.contains(&("Retry-After".into(), "7".into())));
        assert!(String::from_utf8_lossy(&reply.body).contains("NeutronError"));
    }
}
