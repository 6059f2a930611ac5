//! Secrets by name. Their values stand in no output, whoever prints them.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::SecretName;

/// What a secret that gureum makes looks like: so many letters and digits of ASCII, so that it needs no quoting anywhere
/// (shell, SQL, XML, YAML, URL).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretShape {
    /// How many characters.
    pub length: u16,
}

/// An environment's secrets.
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<SecretName, SecretString>);

impl Secrets {
    /// The value of that name.
    pub fn get(&self, name: &SecretName) -> Option<&SecretString> {
        self.0.get(name)
    }

    /// One more, or another value of one.
    pub fn insert(&mut self, name: SecretName, value: SecretString) {
        self.0.insert(name, value);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&SecretName, &SecretString)> {
        self.0.iter()
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &SecretName> {
        self.0.keys()
    }

    /// The fingerprint of each, by name.
    pub fn fingerprints(&self) -> BTreeMap<SecretName, String> {
        self.0.iter().map(|(name, value)| (name.clone(), fingerprint(name, value))).collect()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys().map(|name| &name.0)).finish()
    }
}

/// The first 16 hex digits of the SHA-256 of `name:value`: enough to tell two apart, and of a random value nothing to guess from.
pub fn fingerprint(name: &SecretName, value: &SecretString) -> String {
    let digest = Sha256::digest(format!("{}:{}", name.0, value.expose_secret()));
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_in_no_debug_output_and_its_fingerprint_tells_it_apart() {
        let mut secrets = Secrets::default();
        let (one, two) = (SecretName("db.app".into()), SecretName("db.root".into()));
        secrets.insert(one.clone(), SecretString::from("planted-value"));
        secrets.insert(two.clone(), SecretString::from("planted-value"));
        assert_eq!(format!("{secrets:?}"), r#"{"db.app", "db.root"}"#);
        let fingerprints = secrets.fingerprints();
        assert_eq!(fingerprints[&one].len(), 16);
        assert_ne!(fingerprints[&one], fingerprints[&two], "the name counts");
        secrets.insert(one.clone(), SecretString::from("other"));
        assert_ne!(secrets.fingerprints()[&one], fingerprints[&one]);
    }
}
