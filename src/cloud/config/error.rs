//! What can be wrong with a configuration.

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
