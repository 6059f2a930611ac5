//! `gureum secrets`: which secrets an environment has and which servers hold them; their values only when they are asked for.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use secrecy::ExposeSecret;
use serde_json::{Value as Json, json};

use crate::driver::{self, Scope};
use crate::kind::Kind;
use crate::model::messages::cli as m;
use crate::model::{EnvironmentKey, SecretName, Secrets, Text};
use crate::plan::held;
use crate::say;

use super::args::{Global, SecretsArgs};
use super::error::{CliError, exit};
use super::screen::Screen;
use super::session::{Session, cloud_error};
use super::target::{self, Target, Unchosen};
use super::{history, places};

/// Who holds a secret: the server, and the fingerprint that it shows.
type Holders = BTreeMap<SecretName, Vec<(String, String)>>;

/// Runs it.
pub fn run(global: &Global, args: &SecretsArgs, screen: &Screen) -> Result<u8, CliError> {
    let (folder, key) = history::find(&places::state(global)?, &args.name)?;
    let secrets = history::secrets(&folder, &places::keys(global)?)?;
    if let Some(name) = &args.show {
        return show(&secrets, name, screen);
    }
    let screen = &Screen { embedded: target::is_there(&key), ..*screen };
    let holders = match super::block_on(holders(global, &key, &secrets)) {
        Ok(holders) => Some(holders),
        Err(error) => {
            warn(screen, &say!(m::HOLDERS_UNKNOWN, words = screen.aside.say(&error.text)));
            None
        }
    };
    if args.reveal && !secrets.is_empty() {
        warn(screen, &say!(m::SECRETS_REVEALED));
    }
    if screen.json {
        screen.print_json(&as_json(&key, &secrets, holders.as_ref(), args.reveal), true)?;
    } else {
        target::framed(screen.embedded, screen, |screen| {
            screen.print(&as_text(&secrets, holders.as_ref(), args.reveal, screen))
        })?;
    }
    Ok(exit::DONE)
}

/// One value, and nothing else on standard output.
fn show(secrets: &Secrets, name: &str, screen: &Screen) -> Result<u8, CliError> {
    let Some(value) = secrets.get(&SecretName(name.to_owned())) else {
        let names: Vec<&str> = secrets.names().map(|name| name.0.as_str()).collect();
        let unknown = CliError::failed(say!(m::UNKNOWN_SECRET, name = name));
        return Err(if names.is_empty() {
            unknown.help(say!(m::NO_SECRETS))
        } else {
            unknown.help(say!(m::UNKNOWN_SECRET_HELP, names = names.join(", ")))
        });
    };
    warn(screen, &say!(m::SECRETS_REVEALED));
    if screen.json {
        screen.print_json(&json!({ "name": name, "value": value.expose_secret() }), true)?;
    } else {
        screen.print(&format!("{}\n", value.expose_secret()))?;
    }
    Ok(exit::DONE)
}

fn warn(screen: &Screen, text: &Text) {
    let words = screen.aside.say(text);
    screen.say(&if screen.json {
        format!("{}\n", json!({ "warning": words }))
    } else {
        format!("{}: {words}\n", screen.aside.word(&m::WARNING))
    });
}

/// What the environment's servers hold, by one request.
async fn holders(global: &Global, key: &EnvironmentKey, secrets: &Secrets) -> Result<Holders, CliError> {
    let target = Target::find(global, Unchosen::Known(&key.name), false)?;
    let session = Session::connect(&target).await?;
    if session.key(&key.name) != *key {
        return Err(CliError::failed(say!(m::OTHER_CLOUD, name = key.name)));
    }
    let scope = Scope { environment: key, run: &session.run, known: &[], secrets };
    let servers = driver::of(Kind::Server).list(&session.cloud, scope).await;
    let mut holders = Holders::new();
    for server in servers.map_err(|error| cloud_error(&error))? {
        let who = server.address.as_ref().map_or_else(|| server.id.clone(), |address| address.local().to_owned());
        for (name, fingerprint) in held(&server) {
            holders.entry(name).or_default().push((who.clone(), fingerprint));
        }
    }
    Ok(holders)
}

/// Every name that the journal or a server knows, with the journal's fingerprint.
fn names(secrets: &Secrets, holders: Option<&Holders>) -> BTreeMap<SecretName, Option<String>> {
    let mut names: BTreeMap<SecretName, Option<String>> =
        holders.into_iter().flat_map(BTreeMap::keys).map(|name| (name.clone(), None)).collect();
    names.extend(secrets.fingerprints().into_iter().map(|(name, fingerprint)| (name, Some(fingerprint))));
    names
}

fn as_text(secrets: &Secrets, holders: Option<&Holders>, reveal: bool, screen: &Screen) -> String {
    let look = &screen.look;
    let names = names(secrets, holders);
    if names.is_empty() {
        return format!("{}\n", look.word(&m::NO_SECRETS));
    }
    let width = names.keys().map(|name| name.0.len()).max().unwrap_or(0);
    let mut out = String::new();
    for (name, fingerprint) in &names {
        let shown = fingerprint.clone().unwrap_or_else(|| look.word(&m::SECRET_NOT_HERE));
        let _ = write!(out, "{:<width$}  {shown:<16}", name.0);
        if let Some(value) = secrets.get(name).filter(|_| reveal) {
            let _ = write!(out, "  {}", value.expose_secret());
        }
        let who: Vec<String> = holders
            .and_then(|holders| holders.get(name))
            .into_iter()
            .flatten()
            .map(|(who, held)| match fingerprint {
                Some(ours) if ours != held => look.say(&say!(m::SECRET_OTHER, server = who, fingerprint = held)),
                _ => who.clone(),
            })
            .collect();
        if !who.is_empty() {
            let _ = write!(out, "  {}", who.join(", "));
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}

fn as_json(key: &EnvironmentKey, secrets: &Secrets, holders: Option<&Holders>, reveal: bool) -> Json {
    let one = |(name, fingerprint): (&SecretName, &Option<String>)| {
        let servers = holders.map(|holders| {
            let who = holders.get(name).into_iter().flatten();
            who.map(|(who, held)| json!({ "server": who, "fingerprint": held })).collect::<Vec<_>>()
        });
        let mut json = json!({ "name": name, "fingerprint": fingerprint, "servers": servers });
        if let Some(value) = secrets.get(name).filter(|_| reveal) {
            json["value"] = value.expose_secret().into();
        }
        json
    };
    let all: Vec<Json> = names(secrets, holders).iter().map(one).collect();
    json!({ "environment": key, "secrets": all })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Look;

    fn screen() -> Screen {
        Screen { json: false, look: Look::PLAIN, aside: Look::PLAIN, asks: false, live: false, embedded: false }
    }

    #[test]
    fn values_are_shown_only_when_asked_for_and_strange_holders_are_told() {
        let (app, lost) = (SecretName("db.app".into()), SecretName("db.lost".into()));
        let mut secrets = Secrets::default();
        secrets.insert(app.clone(), "planted".into());
        let ours = secrets.fingerprints()[&app].clone();
        let holders = Holders::from([
            (app.clone(), vec![("web-1".into(), ours.clone()), ("web-2".into(), "0000".into())]),
            (lost, vec![("db-1".into(), "1111".into())]),
        ]);
        let text = as_text(&secrets, Some(&holders), false, &screen());
        assert!(!text.contains("planted"), "{text}");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with(&format!("db.app   {ours}  web-1, web-2 (another one: 0000)")), "{text}");
        assert!(lines[1].contains("not in this journal") && lines[1].ends_with("db-1"), "{text}");
        assert!(as_text(&secrets, None, true, &screen()).contains("planted"));
        let name = crate::model::EnvironmentName::parse("shop").expect("a name");
        let key = EnvironmentKey { project_id: "p".into(), region: "R".into(), name };
        assert!(!as_json(&key, &secrets, Some(&holders), false).to_string().contains("planted"));
        let revealed = as_json(&key, &secrets, None, true);
        assert_eq!(revealed["secrets"][0]["value"], "planted");
        assert!(revealed["secrets"][0]["servers"].is_null(), "nobody knows");
    }
}
