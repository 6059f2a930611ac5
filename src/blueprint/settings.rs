//! One setting from its text: the same words in an environment file, in `config.yaml` and in `--set`.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::Ipv4Net;

use super::inputs::{EVERY_SYSTEM, Settings};
use super::read::{Reader, candidates_help};
use super::services::SYSTEMS;
use super::yaml::{Data, Node};
use crate::model::messages::blueprint as m;
use crate::model::{Diagnostic, Diagnostics, Size};
use crate::say;

/// Every setting.
pub(super) const KEYS: [&str; 19] = [
    "external_network",
    "dns",
    "availability_zone",
    "ssh_key",
    "ssh_from",
    "cidr",
    "egress",
    "config_drive",
    "flavors",
    "images",
    "os_mirror",
    "artifact_base_url",
    "artifacts",
    "ca_bundle",
    "ntp",
    "proxy",
    "pip_index",
    "npm_index",
    "user_data",
];

/// What is said of an artifact.
pub(super) const SHA256: &str = "sha256";

/// How a setting is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One value.
    One,
    /// A list; with commas in `--set`.
    Many,
    /// A map; its keys after a dot in `--set`.
    Map,
    /// One value for all, or a map.
    OneOrMap,
}

/// How that setting is written.
pub(super) fn form(key: &str) -> Form {
    match key {
        "dns" | "egress" | "ntp" => Form::Many,
        "flavors" | "images" | "artifacts" => Form::Map,
        "os_mirror" => Form::OneOrMap,
        _ => Form::One,
    }
}

/// Reads `config.yaml`: settings for every environment of this user.
pub fn parse_settings(text: &str, file: &str) -> Result<Settings, Diagnostics> {
    let mut r = Reader::default();
    let settings = r.open(text, file, "config", false).map(|root| {
        let keys: Vec<&str> = ["config"].into_iter().chain(KEYS).collect();
        read(&mut r, &root, &keys)
    });
    r.in_order();
    r.faults.or(settings.unwrap_or_default())
}

/// A map of settings.
pub(super) fn read(r: &mut Reader, node: &Node, keys: &[&str]) -> Settings {
    let mut settings = Settings::default();
    let Some(map) = r.map(node, keys) else { return settings };
    for key in KEYS {
        let Some(node) = map.get(key) else { continue };
        match form(key) {
            Form::One => value(r, node, |text| one(&mut settings, key, &node.path, text)),
            Form::Many => {
                begin_list(&mut settings, key);
                for item in r.list(Some(node)) {
                    value(r, item, |text| add(&mut settings, key, &item.path, text));
                }
            }
            Form::OneOrMap if !matches!(node.data, Data::Map(_)) => {
                value(r, node, |text| one(&mut settings, key, &node.path, text));
            }
            Form::Map | Form::OneOrMap => {
                for (inner, node) in r.entries(node) {
                    if let Err(fault) = entry_key(key, &inner.text, &node.path) {
                        r.faults.push(fault.at(&inner.span));
                    } else if key == "artifacts" {
                        let Some(map) = r.map(node, &[SHA256]) else { continue };
                        if let Some(node) = map.get(SHA256) {
                            value(r, node, |text| entry(&mut settings, key, &inner.text, &node.path, text));
                        }
                    } else {
                        value(r, node, |text| entry(&mut settings, key, &inner.text, &node.path, text));
                    }
                }
            }
        }
    }
    settings
}

fn value(r: &mut Reader, node: &Node, set: impl FnOnce(&str) -> Result<(), Diagnostic>) {
    if let Some(text) = r.text(node)
        && let Err(fault) = set(text)
    {
        r.faults.push(fault.at(&node.span));
    }
}

/// Sets a setting of one value. `path` is what the user calls it.
pub(super) fn one(settings: &mut Settings, key: &str, path: &str, text: &str) -> Result<(), Diagnostic> {
    match key {
        "external_network" => settings.external_network = Some(text.to_owned()),
        "availability_zone" => settings.availability_zone = Some(text.to_owned()),
        "ssh_key" => settings.ssh_key = Some(ssh_key(path, text)?),
        "ssh_from" => settings.ssh_from = Some(range(path, text, "203.0.113.0/24")?),
        "cidr" => settings.cidr = Some(range(path, text, "10.10.0.0/16")?),
        "config_drive" => {
            settings.config_drive = match text {
                "true" => Some(true),
                "false" => Some(false),
                found => return Err(Diagnostic::error(say!(m::NOT_TRUTH, path = path, found = found))),
            }
        }
        "os_mirror" => {
            settings.os_mirror.insert(EVERY_SYSTEM.to_owned(), url(path, text)?);
        }
        "artifact_base_url" => settings.artifact_base_url = Some(url(path, text)?),
        "ca_bundle" => settings.ca_bundle = Some(text.to_owned()),
        "proxy" => settings.proxy = Some(url(path, text)?),
        "pip_index" => settings.pip_index = Some(url(path, text)?),
        "npm_index" => settings.npm_index = Some(url(path, text)?),
        "user_data" => settings.user_data = Some(text.to_owned()),
        _ => unreachable!("every setting of one value stands above"),
    }
    Ok(())
}

/// A list that is said begins anew, and may stay empty.
pub(super) fn begin_list(settings: &mut Settings, key: &str) {
    match key {
        "dns" => settings.dns.clear(),
        "ntp" => settings.ntp.clear(),
        _ => settings.egress = Some(Vec::new()),
    }
}

/// Adds to a setting that is a list.
pub(super) fn add(settings: &mut Settings, key: &str, path: &str, text: &str) -> Result<(), Diagnostic> {
    match key {
        "dns" => {
            let bad =
                || Diagnostic::error(say!(m::BAD_ADDRESS, path = path, found = text)).help(say!(m::BAD_ADDRESS_HELP));
            settings.dns.push(IpAddr::from_str(text).map_err(|_| bad())?);
        }
        "ntp" => settings.ntp.push(host(path, text)?),
        _ => settings.egress.get_or_insert_default().push(range(path, text, "10.0.0.0/8")?),
    }
    Ok(())
}

/// Whether a setting that is a map may have that key.
pub(super) fn entry_key(key: &str, inner: &str, path: &str) -> Result<(), Diagnostic> {
    let (unknown, known) = match key {
        // Which artifacts there are, the components know.
        "artifacts" => return Ok(()),
        "flavors" => (say!(m::UNKNOWN_SIZE, path = path, word = inner), Size::ALL.map(Size::as_str).to_vec()),
        _ => (say!(m::UNKNOWN_SYSTEM, path = path, word = inner), SYSTEMS.to_vec()),
    };
    if known.contains(&inner) {
        return Ok(());
    }
    Err(Diagnostic::error(unknown).help(candidates_help(inner, known)))
}

/// Sets one entry of a setting that is a map; its key has been checked.
pub(super) fn entry(settings: &mut Settings, key: &str, inner: &str, path: &str, text: &str) -> Result<(), Diagnostic> {
    match key {
        "images" => drop(settings.images.insert(inner.to_owned(), text.to_owned())),
        "os_mirror" => drop(settings.os_mirror.insert(inner.to_owned(), url(path, text)?)),
        "artifacts" => {
            let digest = text.to_ascii_lowercase();
            if digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(Diagnostic::error(say!(m::BAD_SHA256, path = path)).help(say!(m::BAD_SHA256_HELP)));
            }
            settings.artifacts.entry(inner.to_owned()).or_default().sha256 = Some(digest);
        }
        _ => {
            if let Some(size) = Size::parse(inner) {
                settings.flavors.insert(size, text.to_owned());
            }
        }
    }
    Ok(())
}

/// An address of the web, which stands in shell scripts and files of other programs: nothing that any of them could take for more.
fn url(path: &str, text: &str) -> Result<String, Diagnostic> {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let plain = |rest: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&()*+,;=%".contains(&byte);
        !rest.is_empty() && rest.bytes().all(known)
    };
    if rest.is_some_and(plain) {
        return Ok(text.to_owned());
    }
    Err(Diagnostic::error(say!(m::BAD_URL, path = path)).help(say!(m::BAD_URL_HELP)))
}

/// A host's name or address.
fn host(path: &str, text: &str) -> Result<String, Diagnostic> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte);
    if !text.is_empty() && text.bytes().all(known) && !text.starts_with('-') {
        return Ok(text.to_owned());
    }
    Err(Diagnostic::error(say!(m::BAD_HOST, path = path, found = text)))
}

/// An IPv4 network; bits beyond its length are a slip of the pen.
fn range(path: &str, text: &str, example: &str) -> Result<Ipv4Net, Diagnostic> {
    match Ipv4Net::from_str(text) {
        Ok(net) if net.addr() == net.network() => Ok(net),
        Ok(net) => Err(bad_range(path, text, &net.trunc().to_string())),
        Err(_) => Err(bad_range(path, text, example)),
    }
}

fn bad_range(path: &str, text: &str, example: &str) -> Diagnostic {
    Diagnostic::error(say!(m::BAD_CIDR, path = path, found = text)).help(say!(m::BAD_CIDR_HELP, example = example))
}

/// A public key in one line. A wrong text is not repeated: it may be a private key.
fn ssh_key(path: &str, text: &str) -> Result<String, Diagnostic> {
    let known = ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"].iter().any(|start| text.starts_with(start));
    if known && text.split_whitespace().count() >= 2 && !text.contains(['\n', '\r']) {
        return Ok(text.to_owned());
    }
    Err(Diagnostic::error(say!(m::BAD_SSH_KEY, path = path)).help(say!(m::BAD_SSH_KEY_HELP)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn config_yaml_holds_settings() {
        let text = "external_network: public\ndns: [8.8.8.8, '2001:4860:4860::8888']\nssh_from: 203.0.113.0/24\ncidr: 10.20.0.0/16\n\
                    egress: []\nconfig_drive: false\nflavors: {small: m1.small}\nimages: {ubuntu-16.04: 'xenial*'}\n\
                    ssh_key: ssh-ed25519 AAAA me\navailability_zone: nova\n";
        let settings = parse_settings(text, "config.yaml").expect("good settings");
        assert_eq!(settings.external_network.as_deref(), Some("public"));
        assert_eq!(settings.dns.len(), 2);
        assert_eq!(settings.egress, Some(vec![]));
        assert_eq!(settings.config_drive, Some(false));
        assert_eq!(settings.flavors[&Size::Small], "m1.small");
        assert_eq!(settings.images["ubuntu-16.04"], "xenial*");
        let closed = parse_settings(
            "os_mirror: http://10.0.0.5/os\nartifact_base_url: https://files/a\nntp: [10.0.0.1, time.local]\n\
             proxy: http://p:3128\npip_index: http://x/pypi\nnpm_index: http://x/npm\nca_bundle: /etc/ca.pem\n\
             artifacts: {a.tar.gz: {sha256: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA}}\n",
            "config.yaml",
        )
        .expect("good settings");
        assert_eq!(closed.mirror_of("rocky-9"), Some("http://10.0.0.5/os"));
        assert_eq!((closed.ntp.len(), closed.artifacts["a.tar.gz"].sha256.as_ref().map(String::len)), (2, Some(64)));
        let own = parse_settings("os_mirror: {debian-12: http://d}\n", "config.yaml").expect("a mirror for one");
        assert_eq!((own.mirror_of("debian-12"), own.mirror_of("rocky-9")), (Some("http://d"), None));
        let bad = "os_mirror: {debian: http://d}\nproxy: p:3128\npip_index: \"http://a'b\"\nntp: ['a b']\n\
                   artifacts: {a: {sha256: 12}}\n";
        assert_eq!(parse_settings(bad, "config.yaml").expect_err("five faults").0.len(), 5);
        assert_eq!(parse_settings("config: 1\n", "config.yaml"), Ok(Settings::default()));
    }

    #[test]
    fn every_fault_is_told() {
        let text = "dns: [8.8.8]\nssh_from: 203.0.113.7/24\ncidr: big\nconfig_drive: yes\nflavors: {smal: x}\n\
                    images: {ubuntu-16: x}\nexternal_net: x\negress: 10.0.0.0/8\nssh_key: '-----BEGIN OPENSSH PRIVATE KEY'\n";
        let faults = parse_settings(text, "config.yaml").expect_err("nine faults");
        assert_eq!(faults.0.len(), 9, "{faults}");
        let said = faults.to_string();
        assert!(said.contains("`203.0.113.0/24`") && said.contains("`external_network`") && !said.contains("BEGIN"));
        let lines: Vec<usize> = faults.0.iter().map(|fault| fault.span.as_ref().expect("a place").line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn a_newer_format_is_refused_with_a_clear_word() {
        let faults = parse_settings("config: 2\nwhatever: 1\n", "config.yaml").expect_err("newer");
        assert_eq!(faults.0.len(), 1);
        assert_eq!(faults.0[0].text.message.id, m::NEWER_FORMAT.id);
    }
}
