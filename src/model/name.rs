//! What an environment is called, and the identity that survives the loss of all local state.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The name of an environment: `[a-z][a-z0-9.-]{0,30}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EnvironmentName(String);

/// The text is no environment name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a name: a lower-case letter, then up to 30 lower-case letters, digits, dots and dashes")]
pub struct NameError(pub String);

impl EnvironmentName {
    /// Checks the text against the pattern above.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let mut chars = text.chars();
        let first = chars.next().is_some_and(|c| c.is_ascii_lowercase());
        let rest = chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-');
        if first && rest && text.len() <= 31 { Ok(Self(text.to_owned())) } else { Err(NameError(text.to_owned())) }
    }

    /// The name as the user wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as it stands in the names of cloud resources: guests take their host name from it, so dots become dashes.
    pub fn dashed(&self) -> String {
        self.0.replace('.', "-")
    }
}

impl TryFrom<String> for EnvironmentName {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        Self::parse(&text)
    }
}

impl From<EnvironmentName> for String {
    fn from(name: EnvironmentName) -> Self {
        name.0
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What makes an environment this one: a project of a cloud, a region of it, and a name.
///
/// It is never keyed by URL: the same project may be reached by several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EnvironmentKey {
    /// Keystone's id of the project.
    pub project_id: String,
    /// The region's name; empty where the cloud has none.
    pub region: String,
    /// The environment's name within them.
    pub name: EnvironmentName,
}

impl EnvironmentKey {
    /// The first 8 hex digits of the SHA-256 of `project_id\nregion\nname`.
    pub fn id(&self) -> EnvironmentId {
        let digest = Sha256::digest(format!("{}\n{}\n{}", self.project_id, self.region, self.name));
        EnvironmentId(format!("{digest:x}").chars().take(8).collect())
    }

    /// The mark that every resource of the environment carries where its kind has a description: `gureum <name> <id>`.
    pub fn mark(&self) -> String {
        format!("gureum {} {}", self.name, self.id())
    }

    /// The tag that servers carry: `gureum-<id>`.
    pub fn tag(&self) -> String {
        format!("gureum-{}", self.id())
    }

    /// The name of one resource, from its name within the environment: `usecase-2-6-web-1`.
    pub fn resource_name(&self, local: &str) -> String {
        format!("{}-{local}", self.name.dashed())
    }

    /// The inverse of [`Self::resource_name`]; `None` for a name that is not of this environment's form.
    pub fn local_name<'a>(&self, name: &'a str) -> Option<&'a str> {
        name.strip_prefix(&self.name.dashed())?.strip_prefix('-').filter(|local| !local.is_empty())
    }
}

/// An environment's id: 8 hex digits, see [`EnvironmentKey::id`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EnvironmentId(String);

impl EnvironmentId {
    /// The 8 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EnvironmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> EnvironmentKey {
        EnvironmentKey {
            project_id: "p".into(),
            region: "R".into(),
            name: EnvironmentName::parse(name).expect("a name"),
        }
    }

    #[test]
    fn names_are_checked() {
        for good in ["a", "usecase-2.6", "shop", &"a".repeat(31)] {
            assert!(EnvironmentName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "2.6", "Shop", "a_b", "-a", "가", &"a".repeat(32)] {
            assert!(EnvironmentName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_id_is_the_documented_digest() {
        // printf 'p\nR\nshop' | sha256sum | cut -c1-8
        assert_eq!(key("shop").id().as_str(), &sha256_hex("p\nR\nshop")[..8]);
        assert_ne!(key("shop").id(), key("shop2").id());
    }

    fn sha256_hex(text: &str) -> String {
        format!("{:x}", Sha256::digest(text))
    }

    #[test]
    fn resource_names_have_no_dots_and_come_back() {
        let key = key("usecase-2.6");
        assert_eq!(key.resource_name("web-1"), "usecase-2-6-web-1");
        assert_eq!(key.local_name("usecase-2-6-web-1"), Some("web-1"));
        assert_eq!(key.local_name("usecase-2-61-web-1"), None);
        assert_eq!(key.local_name("usecase-2-6-"), None);
    }
}
