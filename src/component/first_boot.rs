//! The files and commands of one server's first boot.

use std::collections::BTreeSet;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use crate::blueprint::Settings;
use crate::model::SecretName;

use super::context::Context;
use super::library;
use super::placeholder::{self, CONTENT, REPORT};
use super::render::{engine, holds, render};
use super::site::{Site, fetches};
use super::types::{Component, Install, Script};

/// Where everything of a first boot is kept in the guest.
const STATE: &str = "/var/lib/gureum";
/// The unit that runs it.
const UNIT: &str = "gureum-first-boot.service";
/// What only root may read, and what it may also run.
const PRIVATE: &str = "0600";
/// The frame's own script.
const SCRIPT: &str = "first-boot.sh";

/// A server and what runs on it.
#[derive(Clone, Copy, Debug)]
pub struct Guest<'a> {
    /// What its templates may name.
    pub context: &'a Context,
    /// What runs there, in the order in which it is installed.
    pub components: &'a [&'a Component],
    /// How the environment meets its cloud: mirrors, certificates, proxies.
    pub settings: &'a Settings,
    /// How it says how far it is.
    pub reports: &'a Reports,
    /// Where its user-data has no room for its components' files: the secret by which it knows what it fetches instead.
    pub apart: Option<&'a SecretName>,
}

/// How a guest says how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reports {
    /// It puts an object at a signed address: the placeholder becomes [`crate::model::Piece::SignedUrl`].
    Object,
    /// It writes lines on its console, signed with this secret.
    Console(SecretName),
    /// Nobody waits for it.
    None,
}

/// What a first boot does: files first, then commands. Secrets are placeholders in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstBoot {
    /// Files to write.
    pub files: Vec<File>,
    /// Files that it fetches and writes itself, from the signed address [`CONTENT`](super::CONTENT).
    pub content: Vec<File>,
    /// Commands with their arguments, in order.
    pub commands: Vec<Vec<String>>,
    /// After so many seconds without a new report it has failed.
    pub limit_s: u32,
}

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where.
    pub path: String,
    /// Its mode, in octal digits.
    pub mode: String,
    /// What stands in it.
    pub content: String,
}

/// There is no first boot of these components on this system.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FirstBootError {
    /// The component does not say how it is installed there.
    #[error("{component} has no installation for {system}")]
    NoInstallation {
        /// Which.
        component: String,
        /// Where.
        system: String,
    },
    /// A template does not fit the server.
    #[error("template {template} of {component}: {error}")]
    Template {
        /// Whose.
        component: String,
        /// Which.
        template: String,
        /// The template engine's words.
        error: String,
    },
}

/// The first boot of a server; without components there is nothing to do.
///
/// POSIX shell and cloud-init's oldest modules only: the guests are as old as cloud-init 0.7.
pub fn first_boot(guest: Guest<'_>) -> Result<FirstBoot, FirstBootError> {
    let Some(first) = guest.components.first() else { return Ok(FirstBoot::default()) };
    let frame = |error: &minijinja::Error| template_error("every component", SCRIPT, error);
    let engine = engine().map_err(|error| frame(&error))?;
    let site = Value::from(Serde(Site::of(guest.settings, &guest.context.system)));
    let mut files = Vec::new();
    let mut parts = Vec::new();
    for component in guest.components {
        let (staged, part) = stage(&engine, component, guest)?;
        files.extend(staged);
        parts.push(part);
    }
    let system = library::system(&guest.context.system).ok_or_else(|| no_installation(first, guest))?;
    let limit_s = guest.components.iter().map(|component| component.limit_s).sum();
    let content = if let Some(key) = guest.apart {
        let fetched = [("content-url", placeholder::address(CONTENT)), ("content-key", placeholder::secret(key))];
        std::mem::replace(&mut files, fetched.map(|(name, content)| private(name, content)).to_vec())
    } else {
        Vec::new()
    };
    let reports = match guest.reports {
        Reports::Object => {
            files.push(private("report-url", placeholder::address(REPORT)));
            "object"
        }
        Reports::Console(key) => {
            files.push(private("signal-key", placeholder::secret(key)));
            "console"
        }
        Reports::None => "none",
    };
    if let Some(bundle) = &guest.settings.ca_bundle {
        files.push(private("ca-bundle.pem", bundle.clone()));
    }
    let Context { server, environment, .. } = guest.context;
    let values = context! {
        server, environment, limit_s, reports, site, apart => guest.apart.is_some(), components => parts, codename => &system.codename,
        installer => library::installer(system).trim_end(), rivals => rivals(guest.components, &guest.context.system),
    };
    for (name, path) in
        [(SCRIPT, format!("{STATE}/{SCRIPT}")), ("first-boot.service", format!("/etc/systemd/system/{UNIT}"))]
    {
        let content = render(&engine, name, library::frame(name), &values).map_err(|error| frame(&error))?;
        let mode = if name == SCRIPT { "0700" } else { "0644" };
        files.push(File { path, mode: mode.into(), content });
    }
    let command = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let commands = vec![
        command(&["systemctl", "daemon-reload"]),
        command(&["systemctl", "enable", UNIT]),
        // cloud-init is not kept waiting: the unit says itself how it goes, and tries again.
        command(&["systemctl", "start", "--no-block", UNIT]),
    ];
    Ok(FirstBoot { files, content, commands, limit_s })
}

/// The units of other components on this system that would answer on the port of one of these.
fn rivals(components: &[&Component], system: &str) -> BTreeSet<&'static str> {
    let own: BTreeSet<&str> = components.iter().filter_map(|component| unit(component, system)).collect();
    let same_port = |other: &&Component| other.port.is_some() && components.iter().any(|it| it.port == other.port);
    let units = library::all().filter(same_port).filter_map(|other| unit(other, system));
    units.filter(|unit| !own.contains(unit)).collect()
}

fn unit<'a>(component: &'a Component, system: &str) -> Option<&'a str> {
    component.systems.get(system).map(|install| install.unit.as_str())
}

/// A component's files where they wait, and what the frame does with them.
fn stage(
    engine: &Environment<'_>,
    component: &Component,
    guest: Guest<'_>,
) -> Result<(Vec<File>, Value), FirstBootError> {
    let install = component.systems.get(&guest.context.system).ok_or_else(|| no_installation(component, guest))?;
    let values = values(component, install, guest);
    let mut files = Vec::new();
    let mut places = Vec::new();
    for template in &component.files {
        let error = |error| template_error(&component.name, &template.name, &error);
        if template.systems.as_ref().is_some_and(|systems| !systems.contains(&guest.context.system)) {
            continue;
        }
        if let Some(when) = &template.when
            && !holds(engine, when, &values).map_err(error)?
        {
            continue;
        }
        let content = render(engine, &template.name, &template.text, &values).map_err(error)?;
        let path = render(engine, "path", &template.path, &values).map_err(error)?;
        // By number: two files may have one name in different places.
        let staged = format!("{STATE}/components/{}/file-{}", component.name, files.len() + 1);
        let owner = render(engine, "owner", template.owner.as_deref().unwrap_or_default(), &values).map_err(error)?;
        let (owner, group) = owner.split_once(':').unwrap_or_default();
        places.push(context! { staged => &staged, path, mode => &template.mode, owner, group });
        files.push(File { path: staged, mode: PRIVATE.into(), content });
    }
    let mut script = |kind: &str, script: &Script| {
        let content = render(engine, &script.name, &script.text, &values)
            .map_err(|error| template_error(&component.name, &script.name, &error))?;
        let path = format!("{STATE}/components/{}/{kind}.sh", component.name);
        files.push(File { path: path.clone(), mode: PRIVATE.into(), content });
        Ok(path)
    };
    let configure = component.configure.as_ref().map(|configure| script("configure", configure)).transpose()?;
    let health = script("health", &component.health)?;
    let artifacts: Vec<Value> = install
        .artifacts
        .iter()
        .filter(|artifact| artifact.is_needed(|role| guest.context.links.contains_key(&role)))
        .map(|artifact| {
            let fetch = fetches(artifact, guest.settings);
            context! {
                name => &artifact.name, url => fetch.url, sha256 => fetch.sha256, unpack => &artifact.unpack,
                place => &artifact.place, proves => artifact.proves(),
            }
        })
        .collect();
    let part = context! {
        name => &component.name, port => component.port, program => &install.program, packages => &install.packages,
        unit => &install.unit, files => places, artifacts, configure, health,
    };
    Ok((files, part))
}

/// What a component's templates may name: the server, and what is the component's own.
fn values(component: &Component, install: &Install, guest: Guest<'_>) -> Value {
    let mut settings = component.settings.clone();
    let said = guest.context.settings.iter().filter(|(name, _)| component.settings.contains_key(*name));
    settings.extend(said.map(|(name, value)| (name.clone(), value.clone())));
    let others = guest.components.iter().map(|other| other.name.clone());
    let beside: Vec<String> = others.filter(|other| *other != component.name).collect();
    let own = context! {
        component => &component.name, port => component.port, unit => &install.unit, program => &install.program,
        settings, beside,
    };
    context! { ..own, ..Value::from(Serde(&install.variables)), ..Value::from(Serde(guest.context)) }
}

/// A file of the frame's that only root may read.
fn private(name: &str, content: String) -> File {
    File { path: format!("{STATE}/{name}"), mode: PRIVATE.into(), content }
}

fn no_installation(component: &Component, guest: Guest<'_>) -> FirstBootError {
    FirstBootError::NoInstallation { component: component.name.clone(), system: guest.context.system.clone() }
}

fn template_error(component: &str, template: &str, error: &minijinja::Error) -> FirstBootError {
    FirstBootError::Template {
        component: component.to_owned(),
        template: template.to_owned(),
        error: error.to_string(),
    }
}

#[cfg(test)]
#[path = "first_boot_tests.rs"]
mod tests;
