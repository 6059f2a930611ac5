//! Where on the cloud the environment goes: its external network and its availability zone.

use std::collections::BTreeSet;

use crate::model::Diagnostic;
use crate::model::messages::desired as m;
use crate::say;
use crate::snapshot::{Checked, ExternalNetwork};

use super::pattern::candidates;

/// The external network that the setting names, else the only one.
pub(super) fn external_network<'a>(
    setting: Option<&str>,
    networks: &'a [ExternalNetwork],
) -> Result<&'a ExternalNetwork, Diagnostic> {
    let Some(wanted) = setting else {
        return match networks {
            [only] => Ok(only),
            [] => Err(Diagnostic::error(say!(m::NO_EXTERNAL)).help(say!(m::NO_EXTERNAL_HELP))),
            several => {
                let names = several.iter().map(|network| network.name.as_str()).collect::<Vec<_>>().join(", ");
                Err(Diagnostic::error(say!(m::TWO_EXTERNAL, count = several.len()))
                    .help(say!(m::TWO_EXTERNAL_HELP, candidates = names)))
            }
        };
    };
    if let Some(network) = networks.iter().find(|network| network.id == wanted) {
        return Ok(network);
    }
    let named: Vec<&ExternalNetwork> = networks.iter().filter(|network| network.name == wanted).collect();
    match named.as_slice() {
        [only] => Ok(only),
        [] => Err(Diagnostic::error(say!(m::UNKNOWN_EXTERNAL, name = wanted))
            .help(candidates(wanted, networks.iter().map(|network| network.name.as_str())))),
        several => {
            let ids = several.iter().map(|network| network.id.as_str()).collect::<Vec<_>>().join(", ");
            Err(Diagnostic::error(say!(m::AMBIGUOUS_EXTERNAL, count = several.len(), name = wanted))
                .help(say!(m::AMBIGUOUS_EXTERNAL_HELP, candidates = ids)))
        }
    }
}

/// The availability zone that the setting names; where the cloud's are not known it is taken as said.
pub(super) fn availability_zone(
    setting: Option<&str>,
    zones: &Checked<BTreeSet<String>>,
) -> Result<Option<String>, Diagnostic> {
    match (setting, zones.known()) {
        (Some(wanted), Some(known)) if !known.contains(wanted) => {
            Err(Diagnostic::error(say!(m::UNKNOWN_AVAILABILITY_ZONE, name = wanted))
                .help(candidates(wanted, known.iter().map(String::as_str))))
        }
        (wanted, _) => Ok(wanted.map(str::to_owned)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(names: &[(&str, &str)]) -> Vec<ExternalNetwork> {
        names.iter().map(|&(id, name)| ExternalNetwork { id: id.into(), name: name.into() }).collect()
    }

    #[test]
    fn the_only_external_network_needs_no_setting_and_two_need_one() {
        let two = networks(&[("1", "public"), ("2", "dmz")]);
        let id =
            |setting, networks: &[ExternalNetwork]| external_network(setting, networks).map(|found| found.id.clone());
        assert_eq!(id(None, &two[..1]), Ok("1".into()));
        assert_eq!(id(Some("dmz"), &two), Ok("2".into()));
        assert_eq!(id(Some("1"), &two), Ok("1".into()));
        let fault = |setting, networks: &[ExternalNetwork]| id(setting, networks).expect_err("a fault").to_string();
        assert!(fault(None, &two).ends_with("set external_network to one of: public, dmz"));
        assert!(fault(None, &[]).starts_with("this cloud has no external network"));
        assert!(fault(Some("publik"), &two).contains("did you mean `public`?"));
        assert!(fault(Some("a"), &networks(&[("1", "a"), ("2", "a")])).contains("an id, one of: 1, 2"));
    }

    #[test]
    fn an_unknown_availability_zone_is_a_fault_only_where_they_are_known() {
        let known = Checked::Known(BTreeSet::from(["nova".to_owned()]));
        assert_eq!(availability_zone(None, &known), Ok(None));
        assert_eq!(availability_zone(Some("nova"), &known), Ok(Some("nova".into())));
        let fault = availability_zone(Some("nava"), &known).expect_err("unknown").to_string();
        assert!(fault.contains("`nava`") && fault.contains("`nova`"), "{fault}");
        assert_eq!(availability_zone(Some("x"), &Checked::NotChecked("no".into())), Ok(Some("x".into())));
    }
}
