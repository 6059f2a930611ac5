//! The components and operating systems that are compiled in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};

use super::manifest::{self, text};
use super::types::{Component, System};
use super::yaml;

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/blueprints/components");

static LIBRARY: LazyLock<Library> =
    LazyLock::new(|| Library::read(&FILES).expect("what is compiled in is well formed: tested below"));

struct Library {
    components: BTreeMap<String, Component>,
    systems: BTreeMap<String, System>,
    /// Templates that others may include, by name.
    shared: BTreeMap<String, String>,
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

/// The templates that every other may include, by name: `shared/…`.
pub(super) fn shared() -> &'static BTreeMap<String, String> {
    &LIBRARY.shared
}

/// What every first boot with a component has: `first-boot.sh`, a template, and the unit that runs it.
pub(super) fn frame(name: &str) -> &'static str {
    text(&FILES, name).expect("it is compiled in: tested below")
}

/// The shell functions that install packages on a system.
pub(super) fn installer(system: &System) -> &'static str {
    text(&FILES, &format!("installers/{}", system.installer)).expect("every system has one: tested below")
}

impl Library {
    fn read(files: &Dir<'_>) -> Result<Self, String> {
        let mut components = BTreeMap::new();
        let mut shared = BTreeMap::new();
        for folder in files.dirs() {
            let path = folder.path().to_string_lossy();
            // What is shared (the installers) has no manifest.
            if folder.get_file(folder.path().join("manifest.yaml")).is_some() {
                components.insert(path.to_string(), manifest::read(files, &path)?);
            } else if path == manifest::SHARED.trim_end_matches('/') {
                for file in folder.files() {
                    let name = file.path().to_string_lossy().into_owned();
                    shared.insert(name.clone(), text(files, &name)?.to_owned());
                }
            }
        }
        Ok(Self {
            components,
            systems: yaml::read(text(files, "systems.yaml")?).map_err(|error| format!("systems.yaml: {error}"))?,
            shared,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_is_compiled_in_is_well_formed() {
        let library = Library::read(&FILES).expect("well formed");
        assert!(frame("first-boot.sh").starts_with("#!/bin/sh\n"));
        assert!(frame("first-boot.service").starts_with("[Unit]\n"));
        for (name, system) in &library.systems {
            for function in ["install_packages() {", "use_mirror() {", "use_proxy() {", "trust() {"] {
                assert!(installer(system).contains(function), "{name}: {function}");
            }
            if let Some(current) = &system.current {
                assert!(library.systems[current].ended.is_none(), "{name} → {current}");
            }
        }
        let known: BTreeSet<_> = library.systems.keys().map(String::as_str).collect();
        assert_eq!(known, BTreeSet::from(crate::blueprint::SYSTEMS));
        for component in library.components.values() {
            let name = &component.name;
            assert!(crate::blueprint::known_services().any(|known| known == name), "{name}: blueprints can name it");
            assert_eq!(component.port, crate::blueprint::service_port(name), "{name}: links are opened to that port");
            for system in component.systems.keys().chain(component.refused.keys()) {
                assert!(library.systems.contains_key(system), "{name}: {system}");
            }
        }
    }

    #[test]
    fn nginx_is_there_for_the_five_systems_and_what_is_shared_is_no_component() {
        let nginx = find("nginx").expect("a component");
        assert_eq!(nginx.port, Some(80));
        assert_eq!(nginx.systems.keys().collect::<Vec<_>>(), systems().keys().collect::<Vec<_>>());
        assert!(find("kafka").is_none() && find("installers").is_none() && find("shared").is_none());
    }
}
