//! Which cloud is meant: one that is configured, or the embedded one, where it is chosen or nothing is configured at all.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::cloud::{self, CloudConfig, ConfigError, ConfigRequest, Credentials, Domain, Interface, Project, User};
use crate::embedded::{MEMBER, MEMBER_PROJECT, PASSWORD, REGION};
use crate::model::messages::cli as m;
use crate::model::{EnvironmentKey, EnvironmentName};
use crate::say;

use super::args::Global;
use super::embedded::process;
use super::error::CliError;
use super::screen::Screen;
use super::{history, places};

/// What the embedded cloud is called where a cloud is chosen.
pub const EMBEDDED: &str = "embedded";

/// A cloud to work on.
pub struct Target {
    /// How it is reached.
    pub config: CloudConfig,
    /// The embedded cloud's folder, if it is that one.
    embedded: Option<PathBuf>,
}

/// When a command takes the embedded cloud although nobody chose it: never, where any cloud is configured.
#[derive(Clone, Copy, Debug)]
pub enum Unchosen<'a> {
    /// Always.
    Any,
    /// For an environment that was deployed there.
    Known(&'a EnvironmentName),
}

enum Choice {
    Configured(Box<CloudConfig>),
    Embedded,
}

impl Target {
    /// The cloud that is meant; the embedded one runs and answers then. `planning` says that a snapshot would do instead.
    pub fn find(global: &Global, unchosen: Unchosen<'_>, planning: bool) -> Result<Self, CliError> {
        let choice = choose(global, unchosen)?;
        let choice = match (choice, unchosen) {
            (Err(error @ ConfigError::NoConfig { .. }), Unchosen::Known(name)) => {
                return Err(unknown(global, name, unusable(&error, planning))?);
            }
            (choice, _) => choice.map_err(|error| unusable(&error, planning))?,
        };
        match choice {
            Choice::Configured(config) => Ok(Self { config: *config, embedded: None }),
            Choice::Embedded => {
                let folder = places::embedded(global)?;
                let port = process::ensure(&folder)?.port;
                Ok(Self { config: config(port, &folder.display().to_string()), embedded: Some(folder) })
            }
        }
    }

    /// Whether it is the embedded one.
    pub fn is_embedded(&self) -> bool {
        self.embedded.is_some()
    }

    /// Sees to it that it is there after somebody took long to answer: the embedded one ends when it is idle.
    pub fn wake(&self) -> Result<(), CliError> {
        self.embedded.as_deref().map_or(Ok(()), |folder| process::ensure(folder).map(drop))
    }

    /// Does the work between two lines that say that nothing real is created, where that is so.
    pub fn framed<T>(&self, screen: &Screen, work: impl FnOnce(&Screen) -> Result<T, CliError>) -> Result<T, CliError> {
        framed(self.is_embedded(), screen, work)
    }
}

/// Does the work between two lines that say that nothing real is created, or with a field in JSON that does, if that is so.
pub fn framed<T>(
    embedded: bool,
    screen: &Screen,
    work: impl FnOnce(&Screen) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let screen = &Screen { embedded, ..*screen };
    if !embedded || screen.json {
        return work(screen);
    }
    let line = format!("{}\n", screen.look.word(&m::EMBEDDED));
    screen.print(&line)?;
    let done = work(screen);
    let said = screen.print(&line);
    done.and_then(|done| said.map(|()| done))
}

/// Whether an environment was deployed on the embedded cloud: its project is no other cloud's.
pub fn is_there(key: &EnvironmentKey) -> bool {
    key.project_id == MEMBER_PROJECT && key.region == REGION
}

/// Whether a command that asks no cloud would be about the embedded one. Where several are configured and none is chosen it is
/// refused like every other; another fault of a configuration is not its affair.
pub fn would_be_embedded(global: &Global) -> Result<bool, CliError> {
    match choose(global, Unchosen::Any)? {
        Ok(choice) => Ok(matches!(choice, Choice::Embedded)),
        Err(error @ ConfigError::NoneChosen { .. }) => Err(unusable(&error, false)),
        Err(_) => Ok(false),
    }
}

fn choose(global: &Global, unchosen: Unchosen<'_>) -> Result<Result<Choice, ConfigError>, CliError> {
    if global.cloud.as_deref() == Some(EMBEDDED) {
        return Ok(Ok(Choice::Embedded));
    }
    let request = request(global);
    let said = |name: &str| request.environment.get(name).is_some_and(|value| value == EMBEDDED);
    let by_variable = global.cloud.as_deref().unwrap_or_default().is_empty() && said("OS_CLOUD");
    match cloud::find_config(&request) {
        Ok(config) => Ok(Ok(Choice::Configured(Box::new(config)))),
        Err(ConfigError::NoConfig { .. } | ConfigError::UnknownCloud { .. }) if by_variable => Ok(Ok(Choice::Embedded)),
        Err(error @ ConfigError::NoConfig { .. }) => {
            let taken = nothing_said(&request)
                && match unchosen {
                    Unchosen::Any => true,
                    Unchosen::Known(name) => known(global)?.contains(name),
                };
            Ok(if taken { Ok(Choice::Embedded) } else { Err(error) })
        }
        Err(error) => Ok(Err(error)),
    }
}

/// Neither a flag nor a variable speaks of a cloud.
fn nothing_said(request: &ConfigRequest) -> bool {
    let variable = |(name, value): (&String, &String)| name.starts_with("OS_") && !value.is_empty();
    request.cloud.as_deref().unwrap_or_default().is_empty() && !request.environment.iter().any(variable)
}

/// The environments that were deployed on the embedded cloud.
fn known(global: &Global) -> Result<Vec<EnvironmentName>, CliError> {
    let all = history::all(&places::state(global)?)?;
    Ok(all.into_iter().map(|(_, key)| key).filter(is_there).map(|key| key.name).collect())
}

/// That no cloud is configured, and which environments need none: the name may be a misspelling of one.
fn unknown(global: &Global, name: &EnvironmentName, error: CliError) -> Result<CliError, CliError> {
    let names: Vec<String> = known(global)?.iter().map(ToString::to_string).collect();
    if names.is_empty() {
        return Ok(error);
    }
    Ok(error.help(say!(m::NO_CLOUD_KNOWN_HELP, name = name, names = names.join(", "))))
}

/// What the choice of a cloud depends on; a variable that is no text is none of OpenStack's.
fn request(global: &Global) -> ConfigRequest {
    let variables =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    ConfigRequest {
        cloud: global.cloud.clone(),
        environment: variables.collect(),
        working_directory: std::env::current_dir().unwrap_or_default(),
        home: std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default(),
    }
}

/// What the embedded cloud's clouds.yaml says.
fn config(port: u16, source: &str) -> CloudConfig {
    let domain = || Domain::Name("Default".to_owned());
    CloudConfig {
        name: EMBEDDED.to_owned(),
        source: source.to_owned(),
        auth_url: format!("http://127.0.0.1:{port}/v3"),
        credentials: Credentials::Password {
            user: User::Name(MEMBER.to_owned(), domain()),
            password: SecretString::from(PASSWORD),
            project: Project::Name(MEMBER.to_owned(), domain()),
        },
        region: Some(REGION.to_owned()),
        interface: Interface::Public,
        cacert: None,
        verify: true,
        endpoint_overrides: std::collections::BTreeMap::new(),
    }
}

/// What a command that is suggested must say to mean the same cloud.
pub fn flag(global: &Global) -> String {
    global.cloud.as_ref().map_or_else(String::new, |name| format!(" --cloud {name}"))
}

/// A configuration that cannot be used, and what to do about it.
pub fn unusable(error: &ConfigError, planning: bool) -> CliError {
    let help = if planning { say!(m::NO_CLOUD_PLAN_HELP) } else { say!(m::NO_CLOUD_HELP) };
    let said = say!(m::NO_CLOUD, why = error);
    // Which of several is a question that the user has not answered.
    let refusal = if matches!(error, ConfigError::NoneChosen { .. }) { CliError::refused } else { CliError::failed };
    refusal(said).help(help)
}
