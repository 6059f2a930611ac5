//! The components and operating systems that are compiled in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use crate::model::Size;

use super::types::{Component, Install, System, Template};
use super::yaml;

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/blueprints/components");

static LIBRARY: LazyLock<Library> =
    LazyLock::new(|| Library::read(&FILES).expect("what is compiled in is well formed: tested below"));

struct Library {
    components: BTreeMap<String, Component>,
    systems: BTreeMap<String, System>,
}

/// A manifest as it stands in its file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    port: u16,
    minimum: Size,
    systems: BTreeMap<String, Install>,
    files: Vec<ManifestFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestFile {
    template: String,
    path: String,
    mode: String,
}

/// The component of that name; `None` where there is none yet.
pub fn find(name: &str) -> Option<&'static Component> {
    LIBRARY.components.get(name)
}

/// Every component, by name.
pub fn all() -> impl Iterator<Item = &'static Component> {
    LIBRARY.components.values()
}

/// The operating system of that name.
pub fn system(name: &str) -> Option<&'static System> {
    LIBRARY.systems.get(name)
}

/// Every operating system, by name.
pub fn systems() -> &'static BTreeMap<String, System> {
    &LIBRARY.systems
}

/// The script that every first boot with a component runs; a template.
pub(super) fn script() -> &'static str {
    text(&FILES, "first-boot.sh").expect("it is compiled in: tested below")
}

/// The shell functions that install packages on a system.
pub(super) fn installer(system: &System) -> &'static str {
    text(&FILES, &format!("installers/{}", system.installer)).expect("every system has one: tested below")
}

fn text<'a>(files: &'a Dir<'a>, path: &str) -> Result<&'a str, String> {
    files.get_file(path).and_then(include_dir::File::contents_utf8).ok_or_else(|| format!("{path}: no such text"))
}

impl Library {
    fn read(files: &Dir<'_>) -> Result<Self, String> {
        let mut components = BTreeMap::new();
        for folder in files.dirs() {
            let path = folder.path().to_string_lossy();
            // What is shared (the installers) has no manifest.
            if folder.get_file(folder.path().join("manifest.yaml")).is_some() {
                components.insert(path.to_string(), component(files, &path)?);
            }
        }
        Ok(Self {
            components,
            systems: yaml::read(text(files, "systems.yaml")?).map_err(|error| format!("systems.yaml: {error}"))?,
        })
    }
}

fn component(files: &Dir<'_>, name: &str) -> Result<Component, String> {
    let manifest: Manifest =
        yaml::read(text(files, &format!("{name}/manifest.yaml"))?).map_err(|error| format!("{name}: {error}"))?;
    let file = |file: ManifestFile| {
        let text = text(files, &format!("{name}/{}", file.template))?.to_owned();
        Ok(Template { name: file.template, text, path: file.path, mode: file.mode })
    };
    Ok(Component {
        name: name.to_owned(),
        port: manifest.port,
        minimum: manifest.minimum,
        systems: manifest.systems,
        files: manifest.files.into_iter().map(file).collect::<Result<_, String>>()?,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_is_compiled_in_is_well_formed() {
        let library = Library::read(&FILES).expect("well formed");
        assert!(script().starts_with("#!/bin/sh\n"));
        for (name, system) in &library.systems {
            assert!(installer(system).contains("install_packages() {"), "{name}");
            if let Some(current) = &system.current {
                assert!(library.systems[current].ended.is_none(), "{name} → {current}");
            }
        }
        for component in library.components.values() {
            let known = crate::blueprint::service_port(&component.name);
            assert_eq!(Some(component.port), known, "{}: links are opened to that port", component.name);
            for system in component.systems.keys() {
                assert!(library.systems.contains_key(system), "{}: {system}", component.name);
            }
        }
    }

    #[test]
    fn nginx_is_there_for_the_five_systems_and_others_are_missing() {
        let nginx = find("nginx").expect("a component");
        assert_eq!((nginx.port, nginx.minimum), (80, Size::Small));
        let known: BTreeSet<_> = systems().keys().map(String::as_str).collect();
        assert_eq!(known, BTreeSet::from(crate::blueprint::SYSTEMS));
        assert_eq!(nginx.systems.keys().collect::<Vec<_>>(), systems().keys().collect::<Vec<_>>());
        assert_eq!(all().map(|component| component.name.as_str()).collect::<Vec<_>>(), ["nginx"]);
        assert!(find("tomcat").is_none() && find("installers").is_none());
    }
}
