//! `gureum artifacts`: what a closed network has to mirror, packages and artifacts by operating system.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use crate::blueprint::Settings;
use crate::component::{self, Component, fetches};
use crate::model::Role;
use crate::model::messages::cli as m;
use crate::say;

use super::args::{ArtifactsArgs, Global};
use super::error::{CliError, exit};
use super::inputs::Layers;
use super::planning;
use super::screen::Screen;
use super::unserialisable;

/// What one operating system's servers fetch.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Mirror {
    packages: BTreeSet<&'static str>,
    artifacts: BTreeSet<Line>,
}

/// One artifact.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Line {
    name: &'static str,
    /// Where it has to lie below `artifact_base_url`.
    path: &'static str,
    /// From where guests fetch it with these settings.
    url: String,
    sha256: Option<String>,
}

/// Runs it.
pub fn run(global: &Global, args: &ArtifactsArgs, screen: &Screen) -> Result<u8, CliError> {
    let layers = Layers::read(&args.input)?;
    let mirrors = if layers.usecase()?.is_some() {
        let inputs = layers.over(None, &layers.name()?)?;
        let blueprint = planning::blueprint_for(&inputs, global.blueprints.as_deref())?.blueprint;
        let on = blueprint.tiers.iter().flat_map(|tier| {
            let service = blueprint.service_of(tier, &inputs);
            let services = std::iter::once(service).chain(tier.also.iter().map(String::as_str));
            services.map(|service| (service, blueprint.system_of(tier, &inputs)))
        });
        let on: Vec<_> = on.filter_map(|(service, system)| Some((component::find(service)?, system))).collect();
        // Of what is for a link only that is listed whose other end the use case has at all.
        let there = |role| on.iter().any(|(component, _)| component.role == role);
        mirrors(on.iter().copied(), there, &inputs.settings)
    } else {
        let all = component::all().flat_map(|one| one.systems.keys().map(move |system| (one, system.as_str())));
        mirrors(all, |_| true, &layers.settings()?)
    };
    if screen.json {
        screen.print_json(&serde_json::to_value(&mirrors).map_err(unserialisable)?, true)?;
    } else {
        screen.print(&text(&mirrors, screen))?;
    }
    Ok(exit::DONE)
}

fn mirrors<'a>(
    on: impl Iterator<Item = (&'static Component, &'a str)>,
    there: impl Fn(Role) -> bool,
    settings: &Settings,
) -> BTreeMap<String, Mirror> {
    let mut mirrors: BTreeMap<String, Mirror> = BTreeMap::new();
    for (component, system) in on {
        // A combination that cannot be has nothing to mirror; the plan says so.
        let Some(install) = component.systems.get(system) else { continue };
        let mirror = mirrors.entry(system.to_owned()).or_default();
        mirror.packages.extend(install.packages.iter().map(String::as_str));
        let needed = install.artifacts.iter().filter(|artifact| artifact.is_needed(&there));
        mirror.artifacts.extend(needed.map(|artifact| {
            let fetch = fetches(artifact, settings);
            Line { name: &artifact.name, path: &artifact.path, url: fetch.url, sha256: fetch.sha256 }
        }));
    }
    mirrors
}

fn text(mirrors: &BTreeMap<String, Mirror>, screen: &Screen) -> String {
    let look = &screen.look;
    let mut text = String::new();
    for (system, Mirror { packages, artifacts }) in mirrors {
        let names = packages.iter().copied().collect::<Vec<_>>().join(" ");
        let _ = writeln!(text, "{system}\n  {}", look.say(&say!(m::ARTIFACTS_PACKAGES, packages = names)));
        for Line { name, path, sha256, .. } in artifacts {
            let pin = match sha256 {
                Some(digest) => format!("sha256 {digest}"),
                None => look.say(&say!(m::ARTIFACTS_NO_PIN, name = name)),
            };
            let _ = writeln!(text, "  {path}\n    {pin}");
        }
    }
    if mirrors.is_empty() {
        let _ = writeln!(text, "{}", look.word(&m::ARTIFACTS_NONE));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_and_artifact_of_a_system_is_listed_once() {
        let all = || component::all().flat_map(|one| one.systems.keys().map(move |system| (one, system.as_str())));
        let once = mirrors(all(), |_| true, &Settings::default());
        assert_eq!(mirrors(all().chain(all()), |_| true, &Settings::default()), once);
        let unlinked = mirrors(all(), |_| false, &Settings::default());
        assert!(unlinked["debian-12"].artifacts.len() < once["debian-12"].artifacts.len(), "some are for links only");
        for (component, system) in all() {
            for package in &component.systems[system].packages {
                assert!(once[system].packages.contains(package.as_str()), "{package} on {system}");
            }
        }
    }
}
