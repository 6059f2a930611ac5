//! What the user says, in layers: what the last run was told, config.yaml, an environment file, flags. A later layer wins,
//! item by item.

use std::path::Path;

use crate::blueprint::{self, Inputs, Settings};
use crate::kind::userdata::Own;
use crate::model::messages::cli as m;
use crate::model::{Diagnostics, EnvironmentName};
use crate::say;

use super::args::InputArgs;
use super::error::CliError;
use super::places;

/// The layers that this command line and its files say; what the last run was told comes below them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    /// config.yaml.
    settings: Settings,
    /// The environment file, and how the user named it.
    file: Option<(Inputs, String)>,
    /// The flags, without `--set`.
    flags: Inputs,
    /// `--set`, in order.
    set: Vec<String>,
    /// The name that `--set name=…` gives.
    set_name: Option<EnvironmentName>,
    /// Whether the last run's inputs are not used.
    fresh: bool,
}

impl Layers {
    /// Reads the files; every fault in them at once.
    pub fn read(args: &InputArgs) -> Result<Self, CliError> {
        let mut faults = Diagnostics::default();
        let mut parse = |path: &Path| -> Result<Inputs, CliError> {
            let name = path.display().to_string();
            Ok(blueprint::parse_environment(&places::read(path)?, &name).unwrap_or_else(|found| {
                faults.0.extend(found.0);
                Inputs::default()
            }))
        };
        let file = match &args.file {
            Some(path) => Some((parse(path)?, path.display().to_string())),
            None => None,
        };
        let mut settings = Settings::default();
        if let Some(path) = places::settings() {
            match blueprint::parse_settings(&places::read(&path)?, &path.display().to_string()) {
                Ok(read) => settings = read,
                Err(found) => faults.0.extend(found.0),
            }
        }
        let mut layers = Self { settings, file, flags: flags(args)?, set: args.set.clone(), ..Self::default() };
        layers.fresh = args.fresh;
        // They are applied for good on top of everything; here their form is seen, so that all faults are told at once.
        let mut scratch = Inputs::default();
        if let Err(found) = layers.apply_set(&mut scratch) {
            faults.0.extend(found.0);
        }
        layers.set_name = scratch.name;
        faults.or(layers).map_err(CliError::from)
    }

    /// The use case that is named here, if one is.
    pub fn usecase(&self) -> Result<Option<&str>, CliError> {
        let said = Some(self.flags.usecase.as_str()).filter(|id| !id.is_empty());
        let in_file = self.file.as_ref().map(|(inputs, name)| (inputs.usecase.as_str(), name));
        match (said, in_file.filter(|(id, _)| !id.is_empty())) {
            (Some(argument), Some((other, file))) if argument != other => {
                Err(CliError::failed(say!(m::TWO_USECASES, argument = argument, file = file, other = other))
                    .help(say!(m::TWO_USECASES_HELP)))
            }
            (Some(id), _) | (None, Some((id, _))) => Ok(Some(id)),
            (None, None) => Ok(None),
        }
    }

    /// The settings alone, where no use case is named.
    pub fn settings(&self) -> Result<Settings, CliError> {
        let inputs = Inputs { settings: self.settings.clone(), ..Inputs::default() };
        let mut inputs = inputs.merged(self.flags.clone());
        self.apply_set(&mut inputs)?;
        Ok(inputs.settings)
    }

    /// The environment's name, if one was given.
    pub fn named(&self) -> Option<&EnvironmentName> {
        let in_file = self.file.as_ref().and_then(|(inputs, _)| inputs.name.as_ref());
        self.set_name.as_ref().or(self.flags.name.as_ref()).or(in_file)
    }

    /// The environment's name: as given, else the use case's id.
    pub fn name(&self) -> Result<EnvironmentName, CliError> {
        match (self.named(), self.usecase()?) {
            (Some(name), _) => Ok(name.clone()),
            (None, Some(id)) => EnvironmentName::parse(id).map_err(|error| {
                let help = match blueprint::nearest(id, blueprint::builtin().iter().map(|(known, _)| *known)) {
                    Some(nearest) => say!(m::UNKNOWN_USECASE_NEAREST, nearest = nearest),
                    None => say!(m::BAD_NAME_HELP),
                };
                CliError::failed(say!(m::BAD_NAME, why = error)).help(help)
            }),
            (None, None) => Err(no_usecase()),
        }
    }

    /// Everything in its order, on top of what the last run of that environment was told.
    pub fn over(&self, recorded: Option<Inputs>, name: &EnvironmentName) -> Result<Inputs, CliError> {
        let recorded = recorded.filter(|_| !self.fresh).unwrap_or_default();
        let now = self.usecase()?;
        if let Some(now) = now.filter(|now| !recorded.usecase.is_empty() && *now != recorded.usecase) {
            return Err(CliError::failed(say!(m::OTHER_USECASE, name = name, before = recorded.usecase, now = now))
                .help(say!(m::OTHER_USECASE_HELP, now = now)));
        }
        let mut inputs = recorded.merged(Inputs { settings: self.settings.clone(), ..Inputs::default() });
        if let Some((file, _)) = &self.file {
            inputs = inputs.merged(file.clone());
        }
        inputs = inputs.merged(self.flags.clone());
        if let Some(now) = now {
            now.clone_into(&mut inputs.usecase);
        }
        if inputs.usecase.is_empty() {
            return Err(no_usecase());
        }
        self.apply_set(&mut inputs)?;
        if let Some(said) = &inputs.settings.ca_bundle {
            inputs.settings.ca_bundle = Some(ca_bundle(said)?);
        }
        if let Some(said) = &inputs.settings.user_data {
            inputs.settings.user_data = Some(user_data(said)?);
        }
        inputs.name = Some(name.clone());
        Ok(inputs)
    }

    fn apply_set(&self, inputs: &mut Inputs) -> Result<(), Diagnostics> {
        let mut faults = Diagnostics::default();
        for assignment in &self.set {
            if let Err(fault) = blueprint::apply_set(inputs, assignment) {
                faults.push(fault);
            }
        }
        faults.or(())
    }
}

fn no_usecase() -> CliError {
    CliError::failed(say!(m::NO_USECASE)).help(say!(m::NO_USECASE_HELP))
}

fn flags(args: &InputArgs) -> Result<Inputs, CliError> {
    let mut inputs = Inputs {
        name: args.name.clone(),
        usecase: args.usecase.clone().unwrap_or_default(),
        flavor: args.size(),
        os: args.os.clone(),
        tiers: std::collections::BTreeMap::new(),
        until: args.until.map(Into::into),
        settings: Settings {
            external_network: args.external_network.clone(),
            dns: args.dns.clone(),
            availability_zone: args.availability_zone.clone(),
            ssh_key: args.ssh_key.as_deref().map(ssh_key).transpose()?,
            ssh_from: args.ssh_from,
            cidr: args.cidr,
            egress: Some(args.egress.clone()).filter(|ranges| !ranges.is_empty()),
            config_drive: args.config_drive,
            ca_bundle: args.ca_bundle.clone(),
            user_data: args.user_data.clone(),
            ..Settings::default()
        },
    };
    // These are judged where files and `--set` are.
    let mut faults = Diagnostics::default();
    let flags = [
        ("os_mirror", args.os_mirror.clone()),
        ("artifact_base_url", args.artifact_base_url.clone()),
        ("ntp", Some(args.ntp.join(",")).filter(|servers| !servers.is_empty())),
        ("proxy", args.proxy.clone()),
        ("pip_index", args.pip_index.clone()),
        ("npm_index", args.npm_index.clone()),
    ];
    for (key, value) in flags {
        if let Some(value) = value
            && let Err(fault) = blueprint::apply_set(&mut inputs, &format!("{key}={value}"))
        {
            faults.push(fault);
        }
    }
    faults.or(inputs).map_err(CliError::from)
}

/// Certificates as they stand, or those of a file. A private key has no business in a guest's trust.
fn ca_bundle(said: &str) -> Result<String, CliError> {
    let is_bundle = |text: &str| text.contains("-----BEGIN CERTIFICATE-----") && !text.contains("PRIVATE KEY");
    if is_bundle(said) {
        return Ok(said.to_owned());
    }
    let fault = || CliError::failed(say!(m::BAD_CA_BUNDLE));
    if said.contains("-----BEGIN") {
        return Err(fault());
    }
    let text = places::read(Path::new(said)).map_err(|error| error.help(say!(m::USER_DATA_FILE)))?;
    if is_bundle(&text) { Ok(text) } else { Err(fault()) }
}

/// The operator's own part of user-data as it stands, or that of a file.
fn user_data(said: &str) -> Result<String, CliError> {
    if Own::of(said).is_some() {
        return Ok(said.to_owned());
    }
    let text = places::read(Path::new(said))?;
    if Own::of(&text).is_some() {
        return Ok(text);
    }
    Err(CliError::failed(say!(m::BAD_USER_DATA, file = said)).help(say!(m::BAD_USER_DATA_HELP)))
}

/// A public key as it stands, or the first line of a file of one.
fn ssh_key(said: &str) -> Result<String, CliError> {
    let is_key =
        |text: &str| ["ssh-", "ecdsa-", "sk-"].iter().any(|begin| text.starts_with(begin)) && text.contains(' ');
    if is_key(said) {
        return Ok(said.trim().to_owned());
    }
    let text = places::read(Path::new(said))?;
    let line = text.lines().next().unwrap_or_default().trim();
    if is_key(line) { Ok(line.to_owned()) } else { Err(CliError::failed(say!(m::BAD_KEY_FILE, file = said))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Size;

    fn inputs(usecase: &str, flavor: Option<Size>, os: Option<&str>) -> Inputs {
        Inputs { usecase: usecase.into(), flavor, os: os.map(str::to_owned), ..Inputs::default() }
    }

    fn layers() -> Layers {
        Layers {
            file: Some((inputs("usecase-2.6", Some(Size::Medium), Some("debian-12")), "shop.yaml".into())),
            flags: inputs("", Some(Size::Large), None),
            ..Layers::default()
        }
    }

    #[test]
    fn the_upper_layer_wins_item_by_item() {
        let recorded = inputs("usecase-2.6", Some(Size::Small), Some("rocky-9"));
        let name = layers().name().expect("a name");
        assert_eq!(name.as_str(), "usecase-2.6");
        let merged = layers().over(Some(recorded), &name).expect("inputs");
        assert_eq!((merged.flavor, merged.os.as_deref()), (Some(Size::Large), Some("debian-12")));
        assert_eq!(merged.name, Some(name));
    }

    #[test]
    fn fresh_forgets_and_another_use_case_is_refused() {
        let name = EnvironmentName::parse("shop").expect("a name");
        let recorded = inputs("usecase-2.1", None, Some("rocky-9"));
        let error = layers().over(Some(recorded.clone()), &name).expect_err("another use case");
        assert_eq!(error.text.message.id, m::OTHER_USECASE.id);
        let fresh = Layers { fresh: true, file: None, flags: inputs("usecase-2.6", None, None), ..Layers::default() };
        assert_eq!(fresh.over(Some(recorded), &name).expect("inputs").os, None);
    }

    #[test]
    fn a_typing_mistake_that_is_no_name_is_told_with_the_nearest_use_case() {
        let error = |id: &str| {
            let layers = Layers { flags: inputs(id, None, None), ..Layers::default() };
            layers.name().expect_err("no name").help.expect("help").message.id
        };
        assert_eq!(error("usecase-2,6"), m::UNKNOWN_USECASE_NEAREST.id);
        assert_eq!(error("My Shop!"), m::BAD_NAME_HELP.id);
    }

    #[test]
    fn two_use_cases_are_one_too_many_and_none_is_too_few() {
        let mut two = layers();
        two.flags.usecase = "usecase-2.1".into();
        assert_eq!(two.usecase().expect_err("two").text.message.id, m::TWO_USECASES.id);
        assert_eq!(Layers::default().name().expect_err("none").text.message.id, m::NO_USECASE.id);
    }

    #[test]
    fn a_key_is_taken_as_it_stands_or_from_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("id.pub");
        std::fs::write(&file, "ssh-ed25519 AAAA me\n").expect("written");
        assert_eq!(ssh_key(&file.display().to_string()).expect("a key"), "ssh-ed25519 AAAA me");
        assert_eq!(ssh_key("ssh-rsa AAAA").expect("a key"), "ssh-rsa AAAA");
        std::fs::write(&file, "-----BEGIN OPENSSH PRIVATE KEY-----").expect("written");
        assert_eq!(ssh_key(&file.display().to_string()).expect_err("private").text.message.id, m::BAD_KEY_FILE.id);
    }

    #[test]
    fn certificates_are_read_from_their_file_and_a_private_key_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("ca.pem");
        let pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
        std::fs::write(&file, pem).expect("written");
        let path = file.display().to_string();
        let name = EnvironmentName::parse("shop").expect("a name");
        let set = vec![format!("ca_bundle={path}")];
        let layers = Layers { flags: inputs("usecase-2.6", None, None), set, ..Layers::default() };
        let merged = layers.over(None, &name).expect("inputs");
        assert_eq!(merged.settings.ca_bundle.as_deref(), Some(pem));
        assert_eq!(ca_bundle(pem).expect("it stands there"), pem);
        std::fs::write(&file, format!("{pem}-----BEGIN PRIVATE KEY-----\n")).expect("written");
        assert_eq!(ca_bundle(&path).expect_err("private").text.message.id, m::BAD_CA_BUNDLE.id);
    }

    #[test]
    fn an_operator_s_user_data_is_read_from_its_file_and_anything_else_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("hardening");
        let script = "#!/bin/sh\necho hardened\n";
        std::fs::write(&file, script).expect("written");
        let path = file.display().to_string();
        let name = EnvironmentName::parse("shop").expect("a name");
        let args =
            InputArgs { usecase: Some("usecase-2.6".into()), user_data: Some(path.clone()), ..InputArgs::default() };
        let layers = Layers { flags: flags(&args).expect("inputs"), ..Layers::default() };
        let merged = layers.over(None, &name).expect("inputs");
        assert_eq!(merged.settings.user_data.as_deref(), Some(script));
        // The next run takes what the last one was told.
        let again = Layers::default().over(Some(merged), &name).expect("inputs");
        assert_eq!(again.settings.user_data.as_deref(), Some(script));
        std::fs::write(&file, "packages: [aide]\n").expect("written");
        assert_eq!(user_data(&path).expect_err("neither").text.message.id, m::BAD_USER_DATA.id);
    }

    #[test]
    fn flags_of_a_closed_network_are_judged_like_settings() {
        let good = InputArgs { os_mirror: Some("http://10.0.0.5/os".into()), ..InputArgs::default() };
        assert_eq!(flags(&good).expect("inputs").settings.mirror_of("rocky-9"), Some("http://10.0.0.5/os"));
        assert!(flags(&InputArgs { proxy: Some("p:3128".into()), ..InputArgs::default() }).is_err());
    }
}
