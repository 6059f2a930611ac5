//! `--set KEY=VALUE`: what an environment file says, in one word.

use super::inputs::Inputs;
use super::read::{candidates_help, is_name};
use super::services::{SYSTEMS, known_services};
use super::settings::{self, Form, form};
use crate::model::messages::blueprint as m;
use crate::model::{Diagnostic, EnvironmentName, Size};
use crate::say;

/// What can be said of a tier.
const OF_TIER: [&str; 3] = ["count", "size", "service"];
/// What can be said of the environment beside its settings.
const OF_ENVIRONMENT: [&str; 3] = ["flavor", "os", "name"];

/// Takes one `key=value` into the inputs: `web.count=3`, `os=debian-12`, `dns=8.8.8.8,8.8.4.4`. On a fault nothing is taken.
pub fn apply_set(inputs: &mut Inputs, assignment: &str) -> Result<(), Diagnostic> {
    let mut changed = inputs.clone();
    apply(&mut changed, assignment)?;
    *inputs = changed;
    Ok(())
}

fn apply(inputs: &mut Inputs, assignment: &str) -> Result<(), Diagnostic> {
    let Some((key, value)) = assignment.split_once('=').map(|(key, value)| (key.trim(), value.trim())) else {
        let fault = Diagnostic::error(say!(m::NO_ASSIGNMENT, found = assignment));
        return Err(fault.help(say!(m::NO_ASSIGNMENT_HELP)));
    };
    if value.is_empty() {
        return Err(Diagnostic::error(say!(m::EMPTY_TEXT, path = key)).help(say!(m::NO_ASSIGNMENT_HELP)));
    }
    match key.split_once('.') {
        None if OF_ENVIRONMENT.contains(&key) => environment(inputs, key, value),
        None if settings::KEYS.contains(&key) && matches!(form(key), Form::One | Form::OneOrMap) => {
            settings::one(&mut inputs.settings, key, key, value)
        }
        None if settings::KEYS.contains(&key) && form(key) == Form::Many => {
            settings::begin_list(&mut inputs.settings, key);
            value.split(',').try_for_each(|item| settings::add(&mut inputs.settings, key, key, item.trim()))
        }
        // A dot may stand in the inner key too: `images.ubuntu-16.04`.
        Some((outer, inner))
            if settings::KEYS.contains(&outer) && matches!(form(outer), Form::Map | Form::OneOrMap) =>
        {
            // So does one in an artifact's name: `artifacts.wildfly.tar.gz.sha256`.
            let inner = if outer == "artifacts" {
                inner.strip_suffix(".sha256").filter(|name| !name.is_empty()).ok_or_else(|| unknown(key))?
            } else {
                inner
            };
            settings::entry_key(outer, inner, key)?;
            settings::entry(&mut inputs.settings, outer, inner, key, value)
        }
        Some((name, what)) if is_name(name) => tier(inputs, key, (name, what), value),
        _ => Err(unknown(key)),
    }
}

fn environment(inputs: &mut Inputs, key: &str, value: &str) -> Result<(), Diagnostic> {
    match key {
        "flavor" => inputs.flavor = Some(size(key, value)?),
        "os" => {
            if !SYSTEMS.contains(&value) {
                let fault = Diagnostic::error(say!(m::UNKNOWN_SYSTEM, path = key, word = value));
                return Err(fault.help(candidates_help(value, SYSTEMS)));
            }
            inputs.os = Some(value.to_owned());
        }
        _ => {
            let fault = || Diagnostic::error(say!(m::BAD_ENVIRONMENT_NAME, path = key, name = value));
            let name = EnvironmentName::parse(value).map_err(|_| fault().help(say!(m::BAD_ENVIRONMENT_NAME_HELP)))?;
            inputs.name = Some(name);
        }
    }
    Ok(())
}

/// Whether the blueprint has such a tier is judged by `check_inputs`.
fn tier(inputs: &mut Inputs, key: &str, (name, what): (&str, &str), value: &str) -> Result<(), Diagnostic> {
    match what {
        "count" => {
            let fault = || Diagnostic::error(say!(m::NOT_A_COUNT, path = key, found = value));
            inputs.tiers.entry(name.to_owned()).or_default().count = Some(value.parse().map_err(|_| fault())?);
        }
        "size" => inputs.tiers.entry(name.to_owned()).or_default().size = Some(size(key, value)?),
        "service" => {
            if known_services().all(|known| known != value) {
                let fault = Diagnostic::error(say!(m::UNKNOWN_SERVICE, path = key, word = value));
                return Err(fault.help(candidates_help(value, known_services())));
            }
            inputs.tiers.entry(name.to_owned()).or_default().service = Some(value.to_owned());
        }
        _ => {
            let help = candidates_help(what, OF_TIER);
            return Err(Diagnostic::error(say!(m::UNKNOWN_ASSIGNMENT, key = key)).help(help));
        }
    }
    Ok(())
}

fn size(key: &str, value: &str) -> Result<Size, Diagnostic> {
    Size::parse(value).ok_or_else(|| {
        let fault = Diagnostic::error(say!(m::UNKNOWN_SIZE, path = key, word = value));
        fault.help(candidates_help(value, Size::ALL.map(Size::as_str)))
    })
}

fn unknown(key: &str) -> Diagnostic {
    let tiers = ["TIER.count", "TIER.size", "TIER.service"];
    let maps = ["flavors.SIZE", "images.SYSTEM", "os_mirror.SYSTEM", "artifacts.NAME.sha256"];
    let plain = settings::KEYS.into_iter().filter(|key| form(key) != Form::Map);
    let all: Vec<&str> = OF_ENVIRONMENT.into_iter().chain(tiers).chain(plain).chain(maps).collect();
    Diagnostic::error(say!(m::UNKNOWN_ASSIGNMENT, key = key)).help(candidates_help(key, all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_taken() {
        let mut inputs = Inputs::default();
        for assignment in [
            "web.count=3",
            "db.size=medium",
            "was.service=jboss",
            "os=debian-12",
            "flavor=small",
            "name=shop",
            "external_network=public net",
            "dns=8.8.8.8, 8.8.4.4",
            "cidr=10.20.0.0/16",
            "config_drive=false",
            "egress=10.0.0.0/8,192.168.0.0/16",
            "flavors.small=m1.small",
            "images.ubuntu-16.04=xenial*",
            "ssh_key=ssh-ed25519 AAAA= me@host",
            "ssh_from=203.0.113.0/24",
            "availability_zone=nova",
            "os_mirror=http://10.0.0.5/os",
            "os_mirror.debian-12=http://10.0.0.6/debian",
            "artifact_base_url=http://10.0.0.5/files",
            "artifacts.a-1.0.tar.gz.sha256=0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF",
            "ntp=10.0.0.1,time.local",
            "proxy=http://10.0.0.7:3128",
            "pip_index=http://10.0.0.5/pypi",
            "npm_index=http://10.0.0.5/npm",
            "ca_bundle=/etc/ssl/site.pem",
            "user_data=/etc/hardening.sh",
        ] {
            apply_set(&mut inputs, assignment).expect(assignment);
        }
        let expected = r#"{"name":"shop","usecase":"","flavor":"small","os":"debian-12","tiers":{"db":{"size":"medium"},
            "was":{"service":"jboss"},"web":{"count":3}},"settings":{"external_network":"public net","dns":["8.8.8.8","8.8.4.4"],
            "availability_zone":"nova","ssh_key":"ssh-ed25519 AAAA= me@host","ssh_from":"203.0.113.0/24","cidr":"10.20.0.0/16",
            "egress":["10.0.0.0/8","192.168.0.0/16"],"config_drive":false,"flavors":{"small":"m1.small"},
            "images":{"ubuntu-16.04":"xenial*"},"os_mirror":{"*":"http://10.0.0.5/os","debian-12":"http://10.0.0.6/debian"},
            "artifact_base_url":"http://10.0.0.5/files","ntp":["10.0.0.1","time.local"],"proxy":"http://10.0.0.7:3128",
            "artifacts":{"a-1.0.tar.gz":{"sha256":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}},
            "pip_index":"http://10.0.0.5/pypi","npm_index":"http://10.0.0.5/npm","ca_bundle":"/etc/ssl/site.pem",
            "user_data":"/etc/hardening.sh"}}"#;
        assert_eq!(inputs, serde_json::from_str(expected).expect("inputs"));
    }

    #[test]
    fn a_fault_names_what_would_be_right_and_takes_nothing() {
        for (assignment, message, help) in [
            ("web.count", &m::NO_ASSIGNMENT, "web.count=3"),
            ("web.count=", &m::EMPTY_TEXT, "key=value"),
            ("web.count=many", &m::NOT_A_COUNT, ""),
            ("web.count=-1", &m::NOT_A_COUNT, ""),
            ("web.cont=3", &m::UNKNOWN_ASSIGNMENT, "`count`"),
            ("web.size=smal", &m::UNKNOWN_SIZE, "`small`"),
            ("web.service=ngnix", &m::UNKNOWN_SERVICE, "`nginx`"),
            ("os=debian12", &m::UNKNOWN_SYSTEM, "`debian-12`"),
            ("flavr=small", &m::UNKNOWN_ASSIGNMENT, "`flavor`"),
            ("Web.count=1", &m::UNKNOWN_ASSIGNMENT, "TIER.count"),
            ("dns=8.8.8.8,x", &m::BAD_ADDRESS, "8.8.8.8"),
            ("flavors.smal=x", &m::UNKNOWN_SIZE, "`small`"),
            ("images.ubuntu-16.4=x", &m::UNKNOWN_SYSTEM, "`ubuntu-16.04`"),
            ("flavors=x", &m::UNKNOWN_ASSIGNMENT, "`flavor`"),
            ("artifacts.a=12", &m::UNKNOWN_ASSIGNMENT, "artifacts.NAME.sha256"),
            ("artifacts.a.sha256=12", &m::BAD_SHA256, "64"),
            ("os_mirror=10.0.0.5", &m::BAD_URL, "http://"),
            ("ntp=a b", &m::BAD_HOST, ""),
            ("name=Shop", &m::BAD_ENVIRONMENT_NAME, "lower-case"),
        ] {
            let mut inputs = Inputs::default();
            let fault = apply_set(&mut inputs, assignment).expect_err(assignment);
            assert_eq!(fault.text.message.id, message.id, "{assignment}");
            let found = fault.help.as_ref().map(ToString::to_string).unwrap_or_default();
            assert!(found.contains(help), "{assignment}: {found}");
            assert_eq!(inputs, Inputs::default(), "{assignment}");
        }
    }
}
