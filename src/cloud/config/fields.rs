//! One cloud's entry, field by field.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::SecretString;
use serde_json::Value as Json;

use crate::model::Service;

use super::files::merge;
use super::{
    ApplicationCredential, CloudConfig, ConfigError, ConfigRequest, Credentials, Domain, Interface, Project, User,
};

/// The domain that Keystone makes when it is installed, and that the `openstack` command assumes too.
const DEFAULT_DOMAIN: &str = "default";

/// A cloud's entry with its profile and secrets merged, keys with underscores, scalars as texts.
pub(super) struct Entry {
    pub(super) name: String,
    /// The file, or words for the variables.
    pub(super) source: String,
    pub(super) fields: Json,
    /// Whether it comes from `OS_*` variables.
    pub(super) variables: bool,
    /// The profile that it names and no `clouds-public.yaml` has.
    pub(super) profile_not_found: Option<String>,
}

impl Entry {
    /// The first of these fields that is set: below `auth` before beside it, as openstacksdk does.
    fn get(&self, names: &[&str]) -> Option<&str> {
        let set = |object: &'_ Json, name: &str| -> bool {
            object.get(name).and_then(Json::as_str).is_some_and(|text| !text.is_empty())
        };
        let auth = self.fields.get("auth").unwrap_or(&Json::Null);
        [auth, &self.fields]
            .into_iter()
            .find_map(|object| names.iter().find(|name| set(object, name)).and_then(|name| object[*name].as_str()))
    }

    /// A field's name as users write it.
    fn written(&self, field: &str, in_auth: bool) -> String {
        match (self.variables, in_auth) {
            (true, _) => format!("OS_{}", field.to_uppercase()),
            (false, true) => format!("auth.{field}"),
            (false, false) => field.to_owned(),
        }
    }

    fn bad(&self, field: &str, why: String) -> ConfigError {
        ConfigError::BadField {
            name: self.name.clone(),
            path: self.source.clone(),
            field: self.written(field, false),
            why,
        }
    }

    fn truth(&self, field: &str) -> Result<Option<bool>, ConfigError> {
        let Some(text) = self.get(&[field]) else { return Ok(None) };
        match text.to_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(Some(true)),
            "false" | "no" | "off" | "0" => Ok(Some(false)),
            _ => Err(self.bad(field, format!("`{text}` is neither true nor false"))),
        }
    }

    fn domain(&self, whose: &str) -> Domain {
        let id = format!("{whose}_domain_id");
        let name = format!("{whose}_domain_name");
        self.get(&[&id])
            .map(|id| Domain::Id(id.to_owned()))
            .or_else(|| self.get(&[&name]).map(|name| Domain::Name(name.to_owned())))
            .or_else(|| self.get(&["domain_id"]).map(|id| Domain::Id(id.to_owned())))
            .or_else(|| self.get(&["domain_name"]).map(|name| Domain::Name(name.to_owned())))
            .or_else(|| self.get(&["default_domain_id", "default_domain"]).map(|id| Domain::Id(id.to_owned())))
            .or_else(|| self.get(&["default_domain_name"]).map(|name| Domain::Name(name.to_owned())))
            .unwrap_or_else(|| Domain::Id(DEFAULT_DOMAIN.to_owned()))
    }

    fn user(&self) -> Option<User> {
        self.get(&["user_id"]).map(|id| User::Id(id.to_owned())).or_else(|| {
            self.get(&["username", "user_name"]).map(|name| User::Name(name.to_owned(), self.domain("user")))
        })
    }

    fn project(&self) -> Option<Project> {
        self.get(&["project_id", "tenant_id"]).map(|id| Project::Id(id.to_owned())).or_else(|| {
            self.get(&["project_name", "tenant_name"])
                .map(|name| Project::Name(name.to_owned(), self.domain("project")))
        })
    }

    fn secret(&self, names: &[&str]) -> Option<SecretString> {
        self.get(names).map(SecretString::from)
    }
}

/// The configuration, or everything that lacks at once.
pub(super) fn read(request: &ConfigRequest, mut entry: Entry) -> Result<CloudConfig, ConfigError> {
    let region = region(request, &mut entry)?;
    if let Some(version) = entry.get(&["identity_api_version"])
        && version.split('.').next() != Some("3")
    {
        return Err(entry.bad("identity_api_version", format!("`{version}` is not spoken, only 3")));
    }
    let mut missing = Vec::new();
    let auth_url =
        entry.get(&["auth_url"]).map(|url| url.replace("{region_name}", region.as_deref().unwrap_or_default()));
    if auth_url.is_none() {
        let field = entry.written("auth_url", true);
        missing.push(match &entry.profile_not_found {
            Some(profile) => format!("{field} (no clouds-public.yaml has the profile `{profile}`)"),
            None => field,
        });
    }
    let credentials = credentials(&entry, &mut missing)?;
    let (Some(auth_url), Some(credentials)) = (auth_url, credentials) else {
        return Err(ConfigError::Missing { name: entry.name, path: entry.source, fields: missing });
    };
    match url::Url::parse(&auth_url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {}
        _ => return Err(entry.bad("auth_url", "it is no http or https URL".to_owned())),
    }
    let verify = entry.truth("verify")?.unwrap_or(true) && !entry.truth("insecure")?.unwrap_or(false);
    Ok(CloudConfig {
        auth_url,
        credentials,
        region,
        interface: interface(&entry)?,
        cacert: entry.get(&["cacert"]).map(|path| expanded(request, path)),
        verify,
        endpoint_overrides: overrides(&entry),
        name: entry.name,
        source: entry.source,
    })
}

/// The region, and what its entry in `regions` changes.
fn region(request: &ConfigRequest, entry: &mut Entry) -> Result<Option<String>, ConfigError> {
    let wanted = request.variable("OS_REGION_NAME").map(str::to_owned);
    let listed = match entry.fields.get("regions").or_else(|| entry.fields.get("region_name")) {
        Some(Json::Array(regions)) if !regions.is_empty() => regions.clone(),
        _ => return Ok(wanted.or_else(|| entry.get(&["region_name"]).map(str::to_owned))),
    };
    let name = |region: &Json| region.as_str().or_else(|| region.get("name")?.as_str()).map(str::to_owned);
    let wanted = wanted.or_else(|| entry.get(&["region_name"]).map(str::to_owned));
    let found = match &wanted {
        Some(wanted) => listed.iter().find(|region| name(region).as_ref() == Some(wanted)),
        // As openstacksdk does: the first.
        None => listed.first(),
    };
    let Some(found) = found else {
        let known: Vec<String> = listed.iter().filter_map(name).collect();
        let why = format!("there is no region `{}`: it has {}", wanted.unwrap_or_default(), known.join(", "));
        return Err(entry.bad("region_name", why));
    };
    if let Some(values) = found.get("values") {
        merge(&mut entry.fields, values);
    }
    Ok(name(found))
}

fn credentials(entry: &Entry, missing: &mut Vec<String>) -> Result<Option<Credentials>, ConfigError> {
    let told = entry.get(&["auth_type", "auth_plugin"]);
    let kind = match told {
        Some("v3applicationcredential") => Kind::ApplicationCredential,
        Some("token" | "v3token") => Kind::Token,
        Some("v3password") => Kind::Password,
        // `password` is also what openstacksdk writes where nobody chose: what is there decides.
        None | Some("password") => {
            let password = entry.get(&["password"]).is_some();
            if !password && entry.get(&["application_credential_id", "application_credential_name"]).is_some() {
                Kind::ApplicationCredential
            } else if !password && entry.get(&["token", "auth_token"]).is_some() {
                Kind::Token
            } else {
                Kind::Password
            }
        }
        Some(other) => {
            let why = format!("`{other}` is not known; password, token and v3applicationcredential are");
            return Err(entry.bad("auth_type", why));
        }
    };
    let before = missing.len();
    let mut lacks = |field: &str, alternative: Option<&str>| {
        let mut text = entry.written(field, true);
        if let Some(alternative) = alternative {
            text = format!("{text} or {}", entry.written(alternative, true));
        }
        missing.push(text);
    };
    let credentials = match kind {
        Kind::Password => {
            let (user, password, project) = (entry.user(), entry.secret(&["password"]), entry.project());
            if user.is_none() {
                lacks("username", Some("user_id"));
            }
            if password.is_none() {
                lacks("password", None);
            }
            if project.is_none() {
                lacks("project_name", Some("project_id"));
            }
            user.zip(password).zip(project).map(|((user, password), project)| Credentials::Password {
                user,
                password,
                project,
            })
        }
        Kind::Token => {
            let token = entry.secret(&["token", "auth_token"]);
            if token.is_none() {
                lacks("token", None);
            }
            token.map(|token| Credentials::Token { token, project: entry.project() })
        }
        Kind::ApplicationCredential => {
            let secret = entry.secret(&["application_credential_secret"]);
            let id = entry.get(&["application_credential_id"]).map(|id| ApplicationCredential::Id(id.to_owned()));
            let name = entry.get(&["application_credential_name"]);
            let credential = id.or_else(|| Some(ApplicationCredential::Name(name?.to_owned(), entry.user()?)));
            if credential.is_none() {
                match name {
                    Some(_) => lacks("username", Some("user_id")),
                    None => lacks("application_credential_id", Some("application_credential_name")),
                }
            }
            if secret.is_none() {
                lacks("application_credential_secret", None);
            }
            credential.zip(secret).map(|(credential, secret)| Credentials::ApplicationCredential { credential, secret })
        }
    };
    debug_assert_eq!(credentials.is_none(), missing.len() > before, "what lacks is named");
    Ok(credentials)
}

enum Kind {
    Password,
    Token,
    ApplicationCredential,
}

fn interface(entry: &Entry) -> Result<Interface, ConfigError> {
    let Some(text) = entry.get(&["interface", "endpoint_type"]) else { return Ok(Interface::default()) };
    match text.strip_suffix("URL").unwrap_or(text) {
        "public" => Ok(Interface::Public),
        "internal" => Ok(Interface::Internal),
        "admin" => Ok(Interface::Admin),
        _ => Err(entry.bad("interface", format!("`{text}` is none of public, internal, admin"))),
    }
}

fn overrides(entry: &Entry) -> BTreeMap<Service, String> {
    let named = |service: &Service| format!("{}_endpoint_override", service.catalogue_type().replace('-', "_"));
    Service::ALL.into_iter().filter_map(|service| Some((service, entry.get(&[&named(&service)])?.to_owned()))).collect()
}

/// `~/ca.pem` and paths relative to the working directory.
fn expanded(request: &ConfigRequest, path: &str) -> PathBuf {
    match path.strip_prefix("~/") {
        Some(rest) => request.home.join(rest),
        None => request.working_directory.join(path),
    }
}
