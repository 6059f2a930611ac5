//! What a configuration says, and what can be wrong with one.

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

/// What is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// There is no file and no variables.
    #[error(
        "no cloud is configured: there is no clouds.yaml (looked for {}) and OS_AUTH_URL is not set",
        searched.join(", ")
    )]
    NoConfig {
        /// The places searched, in order.
        searched: Vec<String>,
    },
    /// The file that a variable names is not there.
    #[error("{path}, which {variable} names, does not exist")]
    NoSuchFile {
        /// The variable.
        variable: String,
        /// The path.
        path: String,
    },
    /// A file cannot be read, or is not what it should be.
    #[error("{path}: {why}")]
    BadFile {
        /// The file.
        path: String,
        /// What is wrong, with its place.
        why: String,
    },
    /// Several clouds and none chosen.
    #[error("{path} holds several clouds and none is chosen: {}", known.join(", "))]
    NoneChosen {
        /// The file.
        path: String,
        /// Those that exist.
        known: Vec<String>,
    },
    /// A cloud that is not in the file.
    #[error("there is no cloud `{name}` in {path}: {}{}",
        if known.is_empty() { "it holds none".to_owned() } else { format!("it holds {}", known.join(", ")) },
        nearest.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    UnknownCloud {
        /// What was asked for.
        name: String,
        /// The file.
        path: String,
        /// Those that exist.
        known: Vec<String>,
        /// The one with the most similar name.
        nearest: Option<String>,
    },
    /// Fields that are needed and not there.
    #[error("cloud `{name}` in {path} lacks {}", fields.join(", "))]
    Missing {
        /// The cloud.
        name: String,
        /// The file, or words for the environment variables.
        path: String,
        /// What lacks, as it is written there.
        fields: Vec<String>,
    },
    /// A field whose value is of no use.
    #[error("cloud `{name}` in {path}: {field}: {why}")]
    BadField {
        /// The cloud.
        name: String,
        /// The file, or words for the environment variables.
        path: String,
        /// Which field.
        field: String,
        /// What is wrong with it; never a secret's value.
        why: String,
    },
    /// The `cacert` file.
    #[error("the certificate authorities in {path} cannot be used: {why}")]
    Certificate {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
    /// The HTTP client does not start.
    #[error("the HTTP client does not start: {why}")]
    Transport {
        /// Why.
        why: String,
    },
}
