//! Choosing: which file, and which cloud in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::fields::{Entry, read};
use super::files::{candidates, first, merge};
use super::{CloudConfig, ConfigError};

/// Everything that the choice depends on; nothing is taken from the process itself.
#[derive(Clone, Debug, Default)]
pub struct ConfigRequest {
    /// `--cloud`; wins over everything.
    pub cloud: Option<String>,
    /// The process's variables.
    pub environment: BTreeMap<String, String>,
    /// Where the process works.
    pub working_directory: PathBuf,
    /// The user's home.
    pub home: PathBuf,
}

impl ConfigRequest {
    /// A variable's value; an empty one counts as not set.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// The cloud that a user means.
///
/// 1. `--cloud`, else `OS_CLOUD`: that entry of `clouds.yaml`. The file is the one that `OS_CLIENT_CONFIG_FILE` names, else the first
///    `clouds.yaml`, `.yml` or `.json` in the working directory, `$XDG_CONFIG_HOME/openstack`, `~/.config/openstack`,
///    `/etc/xdg/openstack`, `/etc/openstack`; the first `secure.yaml` of the same folders is laid over it.
/// 2. Neither, and `OS_AUTH_URL` is set: the `OS_*` variables, as a cloud named `envvars` (or `$OS_CLOUD_NAME`).
/// 3. Neither, and the file holds exactly one cloud: that one, as openstacksdk does. Several: an error that lists them.
///
/// `OS_REGION_NAME` chooses a region in each case.
pub fn find_config(request: &ConfigRequest) -> Result<CloudConfig, ConfigError> {
    find_in(request, Path::new("/etc"))
}

fn find_in(request: &ConfigRequest, etc: &Path) -> Result<CloudConfig, ConfigError> {
    let chosen = request.cloud.as_deref().filter(|name| !name.is_empty()).or_else(|| request.variable("OS_CLOUD"));
    let variables = request.variable("OS_CLOUD_NAME").unwrap_or("envvars");
    if request.variable("OS_AUTH_URL").is_some() && chosen.is_none_or(|name| name == variables) {
        return from_variables(request, variables);
    }
    let folders = folders(request, etc);
    let (path, mut tree) = clouds_file(request, &folders)?;
    if let Some((_, secure)) = named_or_first(request, "OS_CLIENT_SECURE_FILE", &folders, "secure")?.0 {
        merge(&mut tree, &secure);
    }
    let source = path.display().to_string();
    let clouds = match tree.get("clouds") {
        Some(Json::Object(clouds)) if !clouds.is_empty() => clouds,
        _ => return Err(ConfigError::BadFile { path: source, why: "it has no `clouds`".to_owned() }),
    };
    let (name, entry) = choose(clouds, chosen, &source)?;
    let Json::Object(own) = entry else {
        return Err(ConfigError::BadField {
            name,
            path: source,
            field: "clouds".to_owned(),
            why: "its entry is no mapping".to_owned(),
        });
    };
    let own = underscored(own);
    let mut all = Json::Object(Map::new());
    let mut profile = own.get("profile").or_else(|| own.get("cloud")).and_then(Json::as_str).map(str::to_owned);
    if let Some(name) = &profile {
        let vendors = first(&candidates(&folders, "clouds-public"))?;
        let vendor = vendors.as_ref().and_then(|(_, tree)| tree.get("public-clouds")?.get(name)?.as_object());
        if let Some(vendor) = vendor {
            merge(&mut all, &Json::Object(underscored(vendor)));
            profile = None;
        }
    }
    merge(&mut all, &Json::Object(own));
    read(request, Entry { name, source, fields: all, variables: false, profile_not_found: profile })
}

fn from_variables(request: &ConfigRequest, name: &str) -> Result<CloudConfig, ConfigError> {
    let fields = request
        .environment
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .filter_map(|(name, value)| Some((name.strip_prefix("OS_")?.to_lowercase(), Json::String(value.clone()))))
        .collect();
    read(
        request,
        Entry {
            name: name.to_owned(),
            source: "the OS_* environment variables".to_owned(),
            fields: Json::Object(fields),
            variables: true,
            profile_not_found: None,
        },
    )
}

fn folders(request: &ConfigRequest, etc: &Path) -> Vec<PathBuf> {
    let mut folders = vec![request.working_directory.clone()];
    for folder in [
        request.variable("XDG_CONFIG_HOME").map(|folder| PathBuf::from(folder).join("openstack")),
        Some(request.home.join(".config/openstack")),
        Some(etc.join("xdg/openstack")),
        Some(etc.join("openstack")),
    ]
    .into_iter()
    .flatten()
    {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

type Found = (Option<(PathBuf, Json)>, Vec<PathBuf>);

/// The file that a variable names, else the first in the folders; with the places searched. A named file that is not there is an
/// error: another cloud than the one meant would be worse.
fn named_or_first(
    request: &ConfigRequest,
    variable: &str,
    folders: &[PathBuf],
    stem: &str,
) -> Result<Found, ConfigError> {
    let Some(name) = request.variable(variable) else {
        let places = candidates(folders, stem);
        return Ok((first(&places)?, places));
    };
    let path = request.working_directory.join(name);
    match first(std::slice::from_ref(&path))? {
        Some(found) => Ok((Some(found), vec![path])),
        None => Err(ConfigError::NoSuchFile { variable: variable.to_owned(), path: path.display().to_string() }),
    }
}

fn clouds_file(request: &ConfigRequest, folders: &[PathBuf]) -> Result<(PathBuf, Json), ConfigError> {
    let (found, places) = named_or_first(request, "OS_CLIENT_CONFIG_FILE", folders, "clouds")?;
    found.ok_or_else(|| ConfigError::NoConfig {
        searched: places
            .iter()
            .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
            .map(|path| path.display().to_string())
            .collect(),
    })
}

fn choose<'a>(
    clouds: &'a Map<String, Json>,
    chosen: Option<&str>,
    source: &str,
) -> Result<(String, &'a Json), ConfigError> {
    let known = || clouds.keys().cloned().collect::<Vec<_>>();
    match chosen {
        Some(name) => match clouds.get(name) {
            Some(entry) => Ok((name.to_owned(), entry)),
            None => Err(ConfigError::UnknownCloud {
                name: name.to_owned(),
                path: source.to_owned(),
                nearest: nearest(name, clouds.keys()),
                known: known(),
            }),
        },
        None => match clouds.iter().collect::<Vec<_>>().as_slice() {
            [(name, entry)] => Ok(((*name).clone(), entry)),
            _ => Err(ConfigError::NoneChosen { path: source.to_owned(), known: known() }),
        },
    }
}

fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a String>) -> Option<String> {
    candidates
        .map(|candidate| (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(3) / 3)
        .min()
        .map(|(_, candidate)| candidate.clone())
}

/// Keys may be written with dashes, as openstacksdk allows.
fn underscored(fields: &Map<String, Json>) -> Map<String, Json> {
    fields
        .iter()
        .map(|(key, value)| {
            let value = match value {
                Json::Object(inner) => Json::Object(underscored(inner)),
                other => other.clone(),
            };
            (key.replace('-', "_"), value)
        })
        .collect()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
