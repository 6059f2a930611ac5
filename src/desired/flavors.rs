//! Which flavor of the cloud a size is, for an image.

use crate::model::messages::desired as m;
use crate::model::{Diagnostic, Size};
use crate::say;
use crate::snapshot::{Flavor, Image};

use super::pattern::{candidates, matches};

/// What a flavor must hold beside a size: an image, and what runs on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Load {
    /// How a fault calls it: the image, `and` what runs on it.
    pub of: String,
    pub ram_mib: u64,
    pub disk_gib: u64,
}

impl Load {
    pub fn of(image: &Image) -> Self {
        Self { of: image.name.clone(), ram_mib: image.min_ram_mib, disk_gib: image.min_disk_gib }
    }
}

/// The flavor that the setting names, else the smallest that holds the size and the load. Of several that a setting with `*`
/// means, the smallest that holds them.
pub(super) fn choose<'a>(
    size: Size,
    setting: Option<&str>,
    load: &Load,
    flavors: &'a [Flavor],
) -> Result<&'a Flavor, Diagnostic> {
    let Some(pattern) = setting else {
        return smallest(flavors.iter().filter(|flavor| holds_size(flavor, size) && holds_load(flavor, load)))
            .ok_or_else(|| missing(size, load, flavors));
    };
    let meant: Vec<&Flavor> =
        flavors.iter().filter(|flavor| matches(pattern, &flavor.name) || flavor.id == pattern).collect();
    if meant.is_empty() {
        let names = flavors.iter().map(|flavor| flavor.name.as_str());
        return Err(
            Diagnostic::error(say!(m::FLAVOR_SETTING, size = size, pattern = pattern)).help(candidates(pattern, names))
        );
    }
    let holds: Vec<&Flavor> = meant.iter().copied().filter(|flavor| holds_load(flavor, load)).collect();
    if holds.is_empty() {
        let text = say!(
            m::FLAVOR_TOO_SMALL,
            size = size,
            pattern = pattern,
            image = load.of,
            ram = load.ram_mib,
            disk = load.disk_gib
        );
        return Err(Diagnostic::error(text).help(say!(m::NO_FLAVOR_HELP, size = size, candidates = list(flavors))));
    }
    // One name is the user's own word: it may be smaller than the size. A pattern leaves the choice to the size.
    if !pattern.contains('*') {
        return smallest(holds.into_iter()).ok_or_else(|| missing(size, load, flavors));
    }
    smallest(holds.into_iter().filter(|flavor| holds_size(flavor, size))).ok_or_else(|| missing(size, load, flavors))
}

fn holds_size(flavor: &Flavor, size: Size) -> bool {
    flavor.vcpus >= size.vcpus() && flavor.ram_mib >= size.ram_mib()
}

/// A root disk of 0 GiB is as large as the image.
pub(super) fn holds_load(flavor: &Flavor, load: &Load) -> bool {
    flavor.ram_mib >= load.ram_mib && (flavor.disk_gib == 0 || flavor.disk_gib >= load.disk_gib)
}

fn smallest<'a>(flavors: impl Iterator<Item = &'a Flavor>) -> Option<&'a Flavor> {
    flavors.min_by_key(|flavor| (flavor.vcpus, flavor.ram_mib, flavor.disk_gib, &flavor.name, &flavor.id))
}

fn missing(size: Size, load: &Load, flavors: &[Flavor]) -> Diagnostic {
    let text = say!(
        m::NO_FLAVOR,
        size = size,
        image = load.of,
        vcpus = size.vcpus(),
        ram = size.ram_mib().max(load.ram_mib),
        disk = load.disk_gib
    );
    let help = if flavors.is_empty() {
        say!(m::NO_CANDIDATES)
    } else {
        say!(m::NO_FLAVOR_HELP, size = size, candidates = list(flavors))
    };
    Diagnostic::error(text).help(help)
}

/// `small (1 vCPU, 2048 MiB, 20 GiB), …`
fn list(flavors: &[Flavor]) -> String {
    let one = |flavor: &Flavor| {
        format!("{} ({} vCPU, {} MiB, {} GiB)", flavor.name, flavor.vcpus, flavor.ram_mib, flavor.disk_gib)
    };
    flavors.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flavor(name: &str, vcpus: u32, ram_mib: u64, disk_gib: u64) -> Flavor {
        Flavor { id: format!("id-{name}"), name: name.into(), vcpus, ram_mib, disk_gib }
    }

    fn image(disk_gib: u64, ram_mib: u64) -> Load {
        Load { of: "ubuntu".into(), ram_mib, disk_gib }
    }

    fn flavors() -> Vec<Flavor> {
        vec![
            flavor("big", 4, 8192, 80),
            flavor("thin", 1, 2048, 5),
            flavor("small", 1, 2048, 20),
            flavor("tiny", 1, 512, 1),
            flavor("diskless", 2, 4096, 0),
        ]
    }

    #[test]
    fn the_smallest_that_holds_size_and_image_is_taken() {
        let all = flavors();
        let name = |size, image| choose(size, None, &image, &all).expect("one fits").name.clone();
        assert_eq!(name(Size::Small, image(0, 0)), "thin");
        assert_eq!(name(Size::Small, image(10, 0)), "small");
        assert_eq!(name(Size::Small, image(30, 0)), "diskless");
        assert_eq!(name(Size::Small, image(0, 3000)), "diskless");
        assert_eq!(name(Size::Large, image(10, 0)), "big");
    }

    #[test]
    fn a_setting_wins_and_a_pattern_leaves_the_choice_to_the_size() {
        let all = flavors();
        let name = |size, setting| choose(size, Some(setting), &image(1, 0), &all).expect("one fits").name.clone();
        assert_eq!(name(Size::Xlarge, "tiny"), "tiny");
        assert_eq!(name(Size::Small, "id-big"), "big");
        assert_eq!(name(Size::Small, "*i*"), "thin");
        assert_eq!(name(Size::Medium, "*"), "diskless");
    }

    #[test]
    fn what_does_not_fit_is_said_with_what_there_is() {
        let all = flavors();
        let fault = |size, setting, disk| choose(size, setting, &image(disk, 0), &all).expect_err("none").to_string();
        let none = fault(Size::Xlarge, None, 10);
        assert!(
            none.starts_with("no flavor holds size xlarge with image ubuntu: 8 vCPU, 16384 MiB and 10 GiB"),
            "{none}"
        );
        assert!(none.contains("thin (1 vCPU, 2048 MiB, 5 GiB)"), "{none}");
        assert!(fault(Size::Small, Some("smal"), 1).contains("did you mean `small`?"));
        assert!(fault(Size::Small, Some("tiny"), 10).contains("needs 0 MiB of memory and 10 GiB of disk"));
        assert!(fault(Size::Xlarge, Some("*"), 1).contains("no flavor holds size xlarge"));
        let nothing = choose(Size::Small, None, &image(0, 0), &[]).expect_err("none").to_string();
        assert!(nothing.contains("there is none on this cloud"), "{nothing}");
    }
}
