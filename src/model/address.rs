//! Where a resource stands in an environment: `server.web-1`, `balancer.front/listener.http`.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// An address is stable for life: `web-1` stays `web-1` when `web-2` goes.
///
/// One or more segments, joined by `/`; a segment is a kind's word and, where there can be several, a dot and a local name
/// (`router.main/interface.web`, `balancer.front/pool.http/monitor`). Local names may hold dots and colons, never slashes.
///
/// A plan names each a dozen times over, so a clone shares the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(Arc<str>);

/// The text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an address of the form `server.web-1` or `balancer.front/listener.http`")]
pub struct AddressError(pub String);

impl Address {
    /// Checks the form; whether such a kind exists is not known here.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let word = |segment: &str| {
            let word = segment.split('.').next().unwrap_or_default();
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !segment.ends_with('.')
        };
        if text.split('/').all(word) { Ok(Self(text.into())) } else { Err(AddressError(text.to_owned())) }
    }

    /// A top-level address: `Address::new("server", "web-1")`.
    pub fn new(word: &str, local: &str) -> Self {
        Self(format!("{word}.{local}").into())
    }

    /// A child's address; an empty local name for a child of which there is one.
    #[must_use]
    pub fn child(&self, word: &str, local: &str) -> Self {
        let dot = if local.is_empty() { "" } else { "." };
        Self(format!("{}/{word}{dot}{local}", self.0).into())
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn last(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The kind's word of the last segment: `listener`.
    pub fn word(&self) -> &str {
        self.last().split('.').next().unwrap_or_default()
    }

    /// The local name of the last segment: `http`; empty where there is none.
    pub fn local(&self) -> &str {
        self.last().split_once('.').map_or("", |(_, local)| local)
    }

    /// The address this one is below, if any.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.into()))
    }

    /// Whether this address stands below the other one, at any depth.
    pub fn is_below(&self, other: &Self) -> bool {
        self.0.strip_prefix(&*other.0).is_some_and(|rest| rest.starts_with('/'))
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0.as_ref().to_owned()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_read_back() {
        let address = Address::new("balancer", "front").child("pool", "http").child("member", "10.10.1.11-80");
        assert_eq!(address.as_str(), "balancer.front/pool.http/member.10.10.1.11-80");
        assert_eq!((address.word(), address.local()), ("member", "10.10.1.11-80"));
        assert_eq!(address.parent().expect("a parent").local(), "http");
        assert!(address.is_below(&Address::new("balancer", "front")));
        assert!(!address.is_below(&Address::new("balancer", "fron")));
        assert_eq!(Address::new("a", "b").child("monitor", "").as_str(), "a.b/monitor");
        assert_eq!(Address::parse(address.as_str()), Ok(address));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in ["", "/", "Server.web", "server.", "a.b//c", "a.b/"] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }
}
