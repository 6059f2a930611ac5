//! What components and operating systems are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Size;

/// A software component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its directory's name, which blueprints say.
    pub name: String,
    /// Where it answers.
    pub port: u16,
    /// The smallest size it works on.
    pub minimum: Size,
    /// How it is installed, by operating system.
    pub systems: BTreeMap<String, Install>,
    /// The files that it writes.
    pub files: Vec<Template>,
}

/// How a component is installed on one operating system.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Install {
    /// What is on the path once it is installed: packages are fetched only where it is not.
    pub program: String,
    /// The packages, in order.
    pub packages: Vec<String>,
    /// The unit that systemd starts.
    pub unit: String,
    /// What templates and paths may name.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// How far this was tried.
    pub proof: Proof,
}

/// How far a component was tried on an operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// Its files are made, and nobody has run them.
    Rendered,
    /// The real program accepted its files.
    ConfigTested,
    /// A server booted with it and answered.
    Booted,
}

/// A file that a component writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The template's file name in the component's directory.
    pub name: String,
    /// The template.
    pub text: String,
    /// Where the file goes; a template too.
    pub path: String,
    /// Its mode, in octal digits.
    pub mode: String,
}

/// An operating system.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// How people call it.
    pub title: String,
    /// The image property `os_distro` that says it.
    pub distro: String,
    /// The image property `os_version` that says it; `7` also takes `7.9`.
    pub version: String,
    /// What the name of an image without these properties holds.
    pub names: Vec<String>,
    /// The file that defines `install_packages`.
    pub installer: String,
    /// When its support ended, where it has.
    #[serde(default)]
    pub ended: Option<String>,
    /// The system that takes its place.
    #[serde(default)]
    pub current: Option<String>,
}
