//! What components and operating systems are. `docs/components.md` says how one is written.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::{Role, SecretShape};

/// A software component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its directory's name, which blueprints say.
    pub name: String,
    /// Where it answers; none where it serves nobody by itself.
    pub port: Option<u16>,
    /// The least that it works with.
    pub minimum: Minimum,
    /// What it is for others.
    pub role: Role,
    /// Roles that a link must lead to.
    pub needs: BTreeSet<Role>,
    /// Roles that are wired where a link leads to them.
    pub uses: BTreeSet<Role>,
    /// Secrets that are made for each tier that it runs on, by their name in templates.
    pub secrets: BTreeMap<String, SecretShape>,
    /// The settings that it takes, and what each is where nobody says it.
    pub settings: BTreeMap<String, String>,
    /// A first boot that reports nothing new for so many seconds has failed.
    pub limit_s: u32,
    /// How it is installed, by operating system.
    pub systems: BTreeMap<String, Install>,
    /// Operating systems that it cannot run on, and why.
    pub refused: BTreeMap<String, Refusal>,
    /// The files that it writes.
    pub files: Vec<Template>,
    /// The script that runs when the files are there, before the unit starts.
    pub configure: Option<Script>,
    /// The script that says whether it works.
    pub health: Script,
}

/// The least that a component works with. In a manifest: `minimum: {ram_mib: 1024, disk_gib: 10}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minimum {
    /// Memory in MiB.
    pub ram_mib: u64,
    /// Root disk in GiB.
    pub disk_gib: u64,
}

/// How a component is installed on one operating system.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Install {
    /// What is there once it is installed, a command or a path: packages are fetched only where it is not.
    pub program: String,
    /// The packages, in order.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Files that no archive of the system has.
    #[serde(default)]
    pub artifacts: Vec<Artifact>,
    /// The unit that systemd starts.
    pub unit: String,
    /// What templates and paths may name.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// How far this was tried.
    pub proof: Proof,
}

/// A file that is fetched as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// The file's own name, which the setting `artifacts.<name>.sha256` says too.
    pub name: String,
    /// Where it lies below the setting `artifact_base_url`.
    pub path: String,
    /// Where it lies without that setting: the whole address; below `artifacts.yaml`'s base where nothing is said.
    #[serde(default)]
    pub source: Option<String>,
    /// The SHA-256 of its content, in hex.
    #[serde(default)]
    pub sha256: Option<String>,
    /// The folder that an archive is unpacked into (tar, or zip where the guest has `unzip`).
    #[serde(default)]
    pub unpack: Option<String>,
    /// Where a file that is no archive goes.
    #[serde(default)]
    pub place: Option<String>,
    /// What is there once it is in place: it is fetched only where this is not. `place`, where nothing is said.
    #[serde(default)]
    pub creates: Option<String>,
    /// It is fetched only where a link leads to this role; everywhere, where nothing is said.
    #[serde(default)]
    pub linked: Option<Role>,
}

impl Artifact {
    /// Whether a server needs it that has links to these roles.
    pub fn is_needed(&self, links_to: impl FnOnce(Role) -> bool) -> bool {
        self.linked.is_none_or(links_to)
    }

    /// What is there once it is in place.
    pub fn proves(&self) -> &str {
        self.creates.as_deref().or(self.place.as_deref()).unwrap_or_default()
    }
}

/// Why a component cannot run on an operating system.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// In Korean.
    pub ko: String,
    /// In English.
    pub en: String,
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
    /// The template's file name in the component's directory, or `shared/…`.
    pub name: String,
    /// The template.
    pub text: String,
    /// Where the file goes; a template too.
    pub path: String,
    /// Its mode, in octal digits.
    pub mode: String,
    /// Whose it is: `user:group`, a template too; root's where nothing is said.
    pub owner: Option<String>,
    /// The systems that it is for; every one where nothing is said.
    pub systems: Option<BTreeSet<String>>,
    /// An expression over the context: where it is false the file is not written.
    pub when: Option<String>,
}

/// A script that a component brings: a template of POSIX shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The template's file name.
    pub name: String,
    /// The template.
    pub text: String,
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
    /// How its archive calls it (`bookworm`, `7`).
    pub codename: String,
    /// The file that defines `install_packages` and `use_mirror`.
    pub installer: String,
    /// When its support ended, where it has.
    #[serde(default)]
    pub ended: Option<String>,
    /// The system that takes its place.
    #[serde(default)]
    pub current: Option<String>,
}
