//! What a configuration says.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::model::Service;

/// One cloud's configuration, complete.
#[derive(Clone, Debug)]
pub struct CloudConfig {
    /// Its name in `clouds.yaml`; `envvars` when it comes from `OS_*` variables.
    pub name: String,
    /// Where it was found: a path, or words for the environment variables.
    pub source: String,
    /// Keystone's URL, with or without `/v3`.
    pub auth_url: String,
    /// Who we are.
    pub credentials: Credentials,
    /// The region, where one is chosen.
    pub region: Option<String>,
    /// Which of a service's URLs are used.
    pub interface: Interface,
    /// More certificate authorities to trust: a PEM file.
    pub cacert: Option<PathBuf>,
    /// Whether certificates are checked.
    pub verify: bool,
    /// URLs to use in place of the catalogue's (`network_endpoint_override` and the like).
    pub endpoint_overrides: BTreeMap<Service, String>,
}

/// Which of a service's URLs are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interface {
    /// For everybody.
    #[default]
    Public,
    /// Within the cloud.
    Internal,
    /// For its operators.
    Admin,
}

impl Interface {
    /// As the catalogue names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A domain, by id or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Domain {
    /// By id.
    Id(String),
    /// By name.
    Name(String),
}

/// A user, by id, or by name in a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum User {
    /// By id.
    Id(String),
    /// By name.
    Name(String, Domain),
}

/// A project, by id, or by name in a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Project {
    /// By id.
    Id(String),
    /// By name.
    Name(String, Domain),
}

/// How Keystone knows us. `Debug` shows no secret: `secrecy` sees to it.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// A user's password.
    Password {
        /// Who.
        user: User,
        /// The password.
        password: SecretString,
        /// For which project.
        project: Project,
    },
    /// A token that somebody else got; a project to rescope it to may be given.
    Token {
        /// The token.
        token: SecretString,
        /// For which project.
        project: Option<Project>,
    },
    /// An application credential, which knows its own project.
    ApplicationCredential {
        /// By id, or by name and its user.
        credential: ApplicationCredential,
        /// Its secret.
        secret: SecretString,
    },
}

/// An application credential, by id, or by name of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApplicationCredential {
    /// By id.
    Id(String),
    /// By name; names are a user's own.
    Name(String, User),
}
