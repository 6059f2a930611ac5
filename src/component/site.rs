//! What a closed network says of its own: where packages and artifacts come from, whom to trust, through whom to speak.

use serde::Serialize;

use crate::blueprint::Settings;

use super::types::Artifact;

/// The settings as the frame and the templates of one server see them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Site {
    /// Where the system's packages come from.
    pub mirror: Option<String>,
    /// Whether certificates of the site's own are to be trusted.
    pub ca_bundle: bool,
    /// Time servers.
    pub ntp: Vec<String>,
    /// The proxy that packages and artifacts are fetched through.
    pub proxy: Option<String>,
    /// Python's package index.
    pub pip_index: Option<String>,
    /// Node's package registry.
    pub npm_index: Option<String>,
}

impl Site {
    pub fn of(settings: &Settings, system: &str) -> Self {
        Self {
            mirror: settings.mirror_of(system).map(|mirror| mirror.trim_end_matches('/').to_owned()),
            ca_bundle: settings.ca_bundle.is_some(),
            ntp: settings.ntp.clone(),
            proxy: settings.proxy.clone(),
            pip_index: settings.pip_index.clone(),
            npm_index: settings.npm_index.clone(),
        }
    }
}

/// From where an artifact is fetched, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fetch {
    /// The address; none where neither the settings nor the manifest give one.
    pub url: Option<String>,
    /// Its SHA-256: the setting's, else the manifest's; none where the guest has to take the file beside it.
    pub sha256: Option<String>,
}

/// How that artifact is fetched with these settings.
pub fn fetches(artifact: &Artifact, settings: &Settings) -> Fetch {
    let base = settings.artifact_base_url.as_ref();
    let url = base.map(|base| format!("{}/{}", base.trim_end_matches('/'), artifact.path));
    let said = settings.artifacts.get(&artifact.name).and_then(|said| said.sha256.clone());
    Fetch {
        url: url.or_else(|| artifact.source.clone()),
        sha256: said.or_else(|| artifact.sha256.clone()).map(|digest| digest.to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::ArtifactInputs;

    #[test]
    fn a_setting_wins_over_the_manifest() {
        let json = r#"{"name": "a.tar", "path": "org/a.tar", "source": "https://example.org/a.tar", "place": "/a"}"#;
        let mut artifact: Artifact = serde_json::from_str(json).expect("an artifact");
        let mut settings = Settings::default();
        assert_eq!(
            fetches(&artifact, &settings),
            Fetch { url: Some("https://example.org/a.tar".into()), sha256: None }
        );
        settings.artifact_base_url = Some("http://10.0.0.5/files/".into());
        artifact.sha256 = Some("AB".into());
        let fetch = fetches(&artifact, &settings);
        assert_eq!(fetch.url.as_deref(), Some("http://10.0.0.5/files/org/a.tar"));
        assert_eq!(fetch.sha256.as_deref(), Some("ab"));
        settings.artifacts.insert("a.tar".into(), ArtifactInputs { sha256: Some("cd".into()) });
        assert_eq!(fetches(&artifact, &settings).sha256.as_deref(), Some("cd"));
    }
}
