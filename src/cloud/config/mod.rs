//! Which cloud, as whom: `clouds.yaml` by openstacksdk's rules, or plain `OS_*` variables.

mod types;

pub use types::{ApplicationCredential, CloudConfig, ConfigError, Credentials, Domain, Interface, Project, User};
