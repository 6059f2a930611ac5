//! What goes wrong on the way to the cloud and in it, by rule.

use crate::cloud::Method;
use crate::embedded::Service;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is refused with this status, this `Retry-After` and this body; nothing is done.
    Status {
        /// The status.
        status: u16,
        /// How long to wait, in seconds.
        retry_after: Option<u64>,
        /// The body, JSON.
        body: String,
    },
    /// The answer takes so many milliseconds longer; none comes when that is longer than the client waits.
    Delay(i64),
    /// There is no connection.
    NotSent,
    /// The connection is reset before the cloud acts: it never does.
    LostBefore,
    /// The cloud acts and the connection is reset.
    LostAfter,
    /// The cloud acts, and the client waits in vain for the answer.
    Silence,
    /// The connection is reset, and the cloud acts so many milliseconds later.
    Late(i64),
    /// What this request makes goes to `ERROR`, for this reason.
    Error(String),
    /// What this request begins never ends.
    Stuck,
    /// Before it acts, the service's quota of this resource shrinks to so many.
    Shrink(&'static str, i64),
    /// Before it acts, every token is revoked.
    Revoke,
}

impl Fault {
    /// A refusal.
    pub fn status(status: u16, body: &str) -> Self {
        Self::Status { status, retry_after: None, body: body.to_owned() }
    }

    /// 429 or 503, with the time after which to come again, in seconds.
    pub fn busy(status: u16, retry_after: u64) -> Self {
        Self::Status { status, retry_after: Some(retry_after), body: String::new() }
    }
}

/// When a fault happens.
#[derive(Clone, Debug)]
pub struct Rule {
    service: Option<Service>,
    method: Option<Method>,
    path: String,
    /// At how many matching requests from which one, from 1.
    from: usize,
    times: usize,
    /// At which share of the matching requests, in percent, and the seed that chooses them.
    share: Option<(u64, u64)>,
    fault: Fault,
    matched: usize,
}

impl Rule {
    /// At every request with this method whose path (`/network/v2.0/ports`) has this form; `*` stands for any characters.
    pub fn new(method: Method, path: &str, fault: Fault) -> Self {
        let (service, method, path) = (None, Some(method), path.to_owned());
        Self { service, method, path, from: 1, times: usize::MAX, share: None, fault, matched: 0 }
    }

    /// At every request to this service.
    pub fn service(service: Service, fault: Fault) -> Self {
        Self { service: Some(service), method: None, ..Self::new(Method::Get, "*", fault) }
    }

    /// Only at the n-th of them, from 1.
    #[must_use]
    pub fn nth(self, n: usize) -> Self {
        Self { from: n, times: 1, ..self }
    }

    /// Only at the first of them.
    #[must_use]
    pub fn once(self) -> Self {
        self.nth(1)
    }

    /// Only at so many of them.
    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// Only at so many percent of them, chosen by a seed.
    #[must_use]
    pub fn seeded(self, seed: u64, percent: u64) -> Self {
        Self { share: Some((seed, percent)), ..self }
    }

    /// The fault, if it happens at this request. Counts the request if it is one of the rule's.
    pub(super) fn at(&mut self, method: Method, path: &str) -> Option<Fault> {
        let of_service = |service: Service| {
            path.strip_prefix(service.prefix()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let matches = self.method.is_none_or(|wanted| wanted == method)
            && self.service.is_none_or(of_service)
            && has_form(path, &self.path);
        if !matches {
            return None;
        }
        self.matched += 1;
        let chosen = self.share.is_none_or(|(seed, percent)| mixed(seed ^ self.matched as u64) % 100 < percent);
        let due = self.matched >= self.from && self.matched - self.from < self.times;
        (chosen && due).then(|| self.fault.clone())
    }
}

/// Whether a text has the form of a pattern with `*`.
fn has_form(text: &str, pattern: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return text == pattern };
    let Some(rest) = text.strip_prefix(before) else { return false };
    rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| has_form(&rest[at..], after))
}

/// A number that looks like chance and is the same every time (splitmix64).
pub(super) fn mixed(seed: u64) -> u64 {
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
        ] {
            assert_eq!(has_form(text, pattern), expected, "{text} {pattern}");
        }
    }

    #[test]
    fn occurrences_are_counted_by_rule() {
        let mut rule = Rule::new(Method::Post, "*/ports", Fault::NotSent).nth(2);
        let hits: Vec<bool> = [
            (Method::Post, "/x/ports"),
            (Method::Get, "/x/ports"),
            (Method::Post, "/x/ports"),
            (Method::Post, "/x/ports"),
        ]
        .into_iter()
        .map(|(method, path)| rule.at(method, path).is_some())
        .collect();
        assert_eq!(hits, [false, false, true, false]);
        let mut twice = Rule::new(Method::Get, "*", Fault::NotSent).times(2);
        assert_eq!((0..9).filter(|_| twice.at(Method::Get, "/").is_some()).count(), 2);
        let mut some = Rule::new(Method::Get, "*", Fault::NotSent).seeded(7, 30);
        let share = (0..1000).filter(|_| some.at(Method::Get, "/").is_some()).count();
        assert!((250..350).contains(&share), "{share}");
        let mut service = Rule::service(Service::Network, Fault::NotSent);
        assert!(service.at(Method::Delete, "/network/v2.0/ports").is_some());
        assert!(service.at(Method::Get, "/networks").is_none());
    }
}
