//! Which image of the cloud an operating system is.

use crate::component;
use crate::model::Diagnostic;
use crate::model::messages::desired as m;
use crate::say;
use crate::snapshot::Image;

use super::pattern::{candidates, matches};

/// The image that the setting names, else the one whose properties say the system, else the one whose name does; of several
/// the newest.
pub(super) fn choose<'a>(system: &str, setting: Option<&str>, images: &'a [Image]) -> Result<&'a Image, Diagnostic> {
    if let Some(pattern) = setting {
        let named = |image: &&Image| matches(pattern, &image.name) || image.id == pattern;
        return newest(images.iter().filter(named)).ok_or_else(|| {
            Diagnostic::error(say!(m::IMAGE_SETTING, system = system, pattern = pattern))
                .help(candidates(pattern, names(images)))
        });
    }
    let known = component::system(system);
    let says = |image: &&Image| known.is_some_and(|known| is_distribution(image, &known.distro, &known.version));
    let called = |image: &&Image| {
        let name = plain(&image.name);
        // What says itself that it is something else is not asked for its name.
        image.os_distro.is_none() && known.is_some_and(|known| known.names.iter().any(|part| holds(&name, part)))
    };
    newest(images.iter().filter(says))
        .or_else(|| newest(images.iter().filter(|image| image.name == system)))
        .or_else(|| newest(images.iter().filter(called)))
        .ok_or_else(|| missing(system, images))
}

fn missing(system: &str, images: &[Image]) -> Diagnostic {
    let candidates = if images.is_empty() { "–".to_owned() } else { names(images).collect::<Vec<_>>().join(", ") };
    let help = if let Some(known) = component::system(system) {
        let (distro, version) = (&known.distro, &known.version);
        say!(m::NO_IMAGE_HELP, distro = distro, version = version, system = system, candidates = candidates)
    } else {
        let known = component::systems().keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        say!(m::NO_IMAGE_UNKNOWN_HELP, system = system, known = known, candidates = candidates)
    };
    Diagnostic::error(say!(m::NO_IMAGE, system = system)).help(help)
}

fn names(images: &[Image]) -> impl Iterator<Item = &str> {
    images.iter().map(|image| if image.name.is_empty() { image.id.as_str() } else { image.name.as_str() })
}

/// Times are RFC 3339 in UTC, so the latest is the greatest text; ids decide between equals.
fn newest<'a>(images: impl Iterator<Item = &'a Image>) -> Option<&'a Image> {
    images.max_by_key(|image| (&image.created_at, &image.id))
}

fn is_distribution(image: &Image, distro: &str, version: &str) -> bool {
    let same_version =
        |found: &str| found.strip_prefix(version).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    image.os_distro.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(distro))
        && image.os_version.as_deref().is_some_and(same_version)
}

/// `CentOS 7 (x86_64)` → `centos-7-(x86-64)`.
fn plain(name: &str) -> String {
    name.to_lowercase().replace([' ', '_'], "-")
}

/// Whether the name holds the part as a word of its own: `centos-7` is not in `centos-70` nor in `mycentos-7`.
fn holds(name: &str, part: &str) -> bool {
    name.match_indices(part).any(|(at, _)| {
        !name[..at].ends_with(char::is_alphanumeric) && !name[at + part.len()..].starts_with(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(name: &str, properties: Option<(&str, &str)>, created_at: &str) -> Image {
        Image {
            id: format!("id-{name}"),
            name: name.into(),
            os_distro: properties.map(|(distro, _)| distro.into()),
            os_version: properties.map(|(_, version)| version.into()),
            min_disk_gib: 0,
            min_ram_mib: 0,
            created_at: created_at.into(),
        }
    }

    #[test]
    fn properties_come_before_names_and_the_newest_before_older_ones() {
        let images = [
            image("ubuntu-16.04", None, "2026-05-01T00:00:00Z"),
            image("a", Some(("ubuntu", "16.04")), "2020-01-01T00:00:00Z"),
            image("b", Some(("Ubuntu", "16.04.7")), "2021-01-01T00:00:00Z"),
            image("c", Some(("ubuntu", "16.041")), "2026-01-01T00:00:00Z"),
        ];
        assert_eq!(choose("ubuntu-16.04", None, &images).expect("there is one").name, "b");
        assert_eq!(choose("ubuntu-16.04", Some("ubuntu-*"), &images).expect("there is one").name, "ubuntu-16.04");
        assert_eq!(choose("ubuntu-16.04", Some("id-c"), &images).expect("there is one").name, "c");
    }

    #[test]
    fn names_say_the_system_in_several_ways_and_not_by_accident() {
        for (system, name) in [
            ("ubuntu-16.04", "Ubuntu 16.04 LTS (Xenial)"),
            ("ubuntu-16.04", "xenial-server-cloudimg-amd64"),
            ("centos-7", "CentOS_7"),
            ("centos-7", "CentOS-7-x86_64-GenericCloud-2009"),
            ("rocky-9", "Rocky Linux 9.4"),
            ("debian-12", "debian-12-generic-amd64"),
            ("ubuntu-24.04", "ubuntu-24.04"),
        ] {
            let images = [image("other", None, ""), image(name, None, "")];
            assert_eq!(choose(system, None, &images).expect("it is found").name, name, "{system}");
        }
        for (system, name) in [("centos-7", "centos-70"), ("centos-7", "mycentos-7"), ("debian-12", "debian-1")] {
            assert!(choose(system, None, &[image(name, None, "")]).is_err(), "{system} {name}");
        }
        // An exact name before one that only holds it: a kernel of that image is no system.
        let images = [image("rocky-9", None, "2020"), image("rocky-9-kernel", None, "2026")];
        assert_eq!(choose("rocky-9", None, &images).expect("there is one").name, "rocky-9");
    }

    #[test]
    fn a_missing_image_is_answered_with_those_that_there_are() {
        let images = [image("rocky-9", None, ""), image("ubuntu-24.04", None, "")];
        assert_eq!(
            choose("debian-12", None, &images).expect_err("missing").to_string(),
            "no image for debian-12 on this cloud\n  upload one with os_distro=debian and os_version=12, or name one in the \
             setting images.debian-12; there are: rocky-9, ubuntu-24.04"
        );
        let fault = choose("debian-12", Some("rocky9"), &images).expect_err("missing").to_string();
        assert!(fault.contains("`rocky9`") && fault.contains("did you mean `rocky-9`?"), "{fault}");
        let fault = choose("plan-9", None, &images).expect_err("missing").to_string();
        assert!(fault.contains("centos-7, debian-12, rocky-9, ubuntu-16.04, ubuntu-24.04"), "{fault}");
    }
}
