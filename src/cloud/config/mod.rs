//! Which cloud, as whom: `clouds.yaml` by openstacksdk's rules, or plain `OS_*` variables.
//! <https://docs.openstack.org/openstacksdk/latest/user/config/configuration.html>
//!
//! `find` chooses (which file, which cloud of it), `files` looks for files and reads them, `fields` turns a cloud's entry into a
//! [`CloudConfig`]. Only the chosen cloud is looked at, so that a fault in another one harms nobody.

mod error;
mod fields;
mod files;
mod find;
mod types;

pub use error::ConfigError;
pub use find::{ConfigRequest, find_config};
pub use types::{ApplicationCredential, CloudConfig, Credentials, Domain, Interface, Project, User};
