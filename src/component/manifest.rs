//! A component's directory → the component. What is wrong with it is said when gureum is tested, not when it runs.

use std::collections::{BTreeMap, BTreeSet};

use include_dir::Dir;
use serde::Deserialize;

use crate::model::{Role, SecretShape};

use super::types::{Component, Install, Minimum, Refusal, Script, Template};
use super::{context, yaml};

/// The directory whose templates every component may use, by names that begin so.
pub(super) const SHARED: &str = "shared/";

/// A manifest as it stands in its file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    #[serde(default)]
    port: Option<u16>,
    minimum: Minimum,
    role: Role,
    #[serde(default)]
    needs: BTreeSet<Role>,
    #[serde(default)]
    uses: BTreeSet<Role>,
    #[serde(default)]
    secrets: BTreeMap<String, Made>,
    #[serde(default)]
    settings: BTreeMap<String, String>,
    limit_s: u32,
    systems: BTreeMap<String, Install>,
    #[serde(default)]
    refused: BTreeMap<String, Refusal>,
    #[serde(default)]
    files: Vec<ManifestFile>,
    #[serde(default)]
    configure: Option<String>,
    health: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Made {
    length: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestFile {
    template: String,
    path: String,
    mode: String,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    systems: Option<BTreeSet<String>>,
    #[serde(default)]
    when: Option<String>,
}

/// The text of a file that is compiled in.
pub(super) fn text<'a>(files: &'a Dir<'a>, path: &str) -> Result<&'a str, String> {
    files.get_file(path).and_then(include_dir::File::contents_utf8).ok_or_else(|| format!("{path}: no such text"))
}

/// The component of that name.
pub(super) fn read(files: &Dir<'_>, name: &str) -> Result<Component, String> {
    let manifest: Manifest =
        yaml::read(text(files, &format!("{name}/manifest.yaml"))?).map_err(|error| format!("{name}: {error}"))?;
    let template = |template: &str| {
        let path = if template.starts_with(SHARED) { template.to_owned() } else { format!("{name}/{template}") };
        text(files, &path).map(str::to_owned)
    };
    let script = |name: String| template(&name).map(|text| Script { name, text });
    let file = |file: ManifestFile| {
        let ManifestFile { template: name, path, mode, owner, systems, when } = file;
        template(&name).map(|text| Template { name, text, path, mode, owner, systems, when })
    };
    let component = Component {
        name: name.to_owned(),
        port: manifest.port,
        minimum: manifest.minimum,
        role: manifest.role,
        needs: manifest.needs,
        uses: manifest.uses,
        secrets: manifest.secrets.into_iter().map(|(name, made)| (name, SecretShape { length: made.length })).collect(),
        settings: manifest.settings,
        limit_s: manifest.limit_s,
        systems: manifest.systems,
        refused: manifest.refused,
        files: manifest.files.into_iter().map(file).collect::<Result<_, String>>()?,
        configure: manifest.configure.map(script).transpose()?,
        health: script(manifest.health)?,
    };
    check(&component).map_err(|error| format!("{name}: {error}"))?;
    Ok(component)
}

/// What serde cannot see.
fn check(component: &Component) -> Result<(), String> {
    if component.limit_s < 60 {
        return Err("limit_s is at least 60: a first boot needs time to say what is wrong".into());
    }
    for (name, shape) in &component.secrets {
        if shape.length < 16 {
            return Err(format!("secrets.{name}: 16 characters at least"));
        }
    }
    for (system, install) in &component.systems {
        if component.refused.contains_key(system) {
            return Err(format!("{system} is both installed and refused"));
        }
        for artifact in &install.artifacts {
            let name = &artifact.name;
            match (&artifact.unpack, &artifact.place, &artifact.creates) {
                (Some(_), None, Some(_)) | (None, Some(_), _) => {}
                _ => return Err(format!("{system}: {name}: either `unpack` with `creates`, or `place`")),
            }
            if let Some(role) =
                artifact.linked.filter(|role| !component.needs.union(&component.uses).any(|it| it == role))
            {
                return Err(format!("{system}: {name}: linked to a {role}, which is neither needed nor used"));
            }
            let is_hex = |digest: &String| digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !artifact.sha256.as_ref().is_none_or(is_hex) {
                return Err(format!("{system}: {name}: sha256 is 64 hex digits"));
            }
        }
        if let Some(taken) = install.variables.keys().find(|name| context::WORDS.contains(&name.as_str())) {
            return Err(format!("{system}: variables.{taken}: the context has a word of that name"));
        }
    }
    for file in &component.files {
        let (mode, template) = (&file.mode, &file.name);
        if mode.len() != 4 || !mode.bytes().all(|byte| (b'0'..=b'7').contains(&byte)) {
            return Err(format!("{template}: mode is four octal digits"));
        }
        if let Some(owner) = file.owner.as_ref().filter(|owner| owner.split(':').count() != 2) {
            return Err(format!("{template}: owner is user:group, not {owner}"));
        }
        if let Some(systems) = &file.systems
            && let Some(unknown) = systems.iter().find(|system| !component.systems.contains_key(*system))
        {
            return Err(format!("{template}: there is no installation for {unknown}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::library;
    use super::*;

    #[test]
    fn what_serde_cannot_see_is_refused() {
        let nginx = library::find("nginx").expect("a component");
        let fault = |change: fn(&mut Component)| {
            let mut component = nginx.clone();
            change(&mut component);
            check(&component).expect_err("a fault")
        };
        assert_eq!(check(nginx), Ok(()));
        assert!(fault(|component| component.limit_s = 10).contains("limit_s"));
        assert!(fault(|component| component.files[0].mode = "644".into()).contains("octal"));
        assert!(fault(|component| component.files[0].owner = Some("root".into())).contains("user:group"));
        assert!(fault(|component| component.files[0].systems = Some(["plan-9".into()].into())).contains("plan-9"));
        let refused = |component: &mut Component| {
            let refusal = Refusal { ko: "가".into(), en: "a".into() };
            component.refused.insert("rocky-9".into(), refusal);
        };
        assert!(fault(refused).contains("both"));
        let artifact = |change: &str| {
            let mut component = nginx.clone();
            let json = format!(r#"{{"name": "a.tar", "path": "a.tar", {change}}}"#);
            let artifact = serde_json::from_str(&json).expect("an artifact");
            component.systems.get_mut("rocky-9").expect("there").artifacts = vec![artifact];
            check(&component)
        };
        assert_eq!(artifact(r#""place": "/opt/a""#), Ok(()));
        for bad in [r#""unpack": "/opt""#, r#""creates": "/opt/a""#, r#""place": "/a", "sha256": "12""#] {
            assert!(artifact(bad).is_err(), "{bad}");
        }
        assert!(artifact(r#""place": "/opt/a", "linked": "application""#).is_ok(), "it uses one");
        assert!(artifact(r#""place": "/opt/a", "linked": "queue""#).is_err(), "it has no use for one");
        let taken = |component: &mut Component| {
            let rocky = component.systems.get_mut("rocky-9").expect("there");
            rocky.variables.insert("links".into(), "x".into());
        };
        assert!(fault(taken).contains("variables.links"));
    }
}
