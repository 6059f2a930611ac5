//! What a server is given at its birth: its user-data, and the object that it fetches what its user-data has no room for from.

use crate::component::{self, CONTENT, FirstBoot, FirstBootError, Guest, REPORT, Reports};
use crate::kind::userdata::{self, CloudConfig, Own, WriteFile};
use crate::kind::{CONTENT_KEY, Kind, METADATA_CONTENT, METADATA_SECRET, object_name, signals};
use crate::model::messages::desired as m;
use crate::model::{
    Address, Composed, Diagnostic, FingerprintRef, Piece, SecretName, SecretShape, SignedUrl, UrlMethod, Value,
};
use crate::say;

use super::draft::{Draft, properties};
use super::servers::{Boot, Server};

/// The length of the key by which a server knows what it fetches.
const CONTENT_KEY_LENGTH: u16 = 40;

/// What a server is born with.
pub(super) struct Born {
    /// Its user-data.
    pub user_data: Vec<Piece>,
    /// What it fetches, where it fetches something.
    pub content: Option<Vec<Piece>>,
    /// After so many seconds of silence its first boot has failed.
    pub limit_s: u32,
}

/// The object of that server.
fn object(local: &str) -> Address {
    signals().child(Kind::Object.spec().word, local)
}

/// Nova gives the host name; the rest of a first boot stands here.
pub(super) fn of(draft: &mut Draft<'_>, server: Server<'_>, name: &str) -> Option<Born> {
    let fault = |error: &dyn std::fmt::Display| Diagnostic::error(say!(m::FIRST_BOOT, server = name, error = error));
    let settings = &draft.inputs.settings;
    let own = settings.user_data.as_deref().map(|text| {
        Own::of(text).ok_or_else(|| Diagnostic::error(say!(m::OWN_USER_DATA)).help(say!(m::OWN_USER_DATA_HELP)))
    });
    let own = draft.take(own.transpose())?;
    let boot = draft.take(first_boot(draft, server, None).map_err(|error| fault(&error)))?;
    let user_data = message(draft, server, own, boot.files.clone(), boot.commands.clone());
    let mut born =
        Born { user_data: draft.take(user_data.map_err(|error| fault(&error)))?, content: None, limit_s: boot.limit_s };
    let reports = server.boot.map(|boot| boot.reports);
    if userdata::size_bound(&born.user_data) > userdata::LIMIT && reports == Some(&Reports::Object) {
        let key = SecretName(CONTENT_KEY.to_owned());
        let boot = draft.take(first_boot(draft, server, Some(&key)).map_err(|error| fault(&error)))?;
        // Without a component there is nothing that could lie apart.
        if !boot.content.is_empty() {
            let user_data = message(draft, server, own, boot.files, boot.commands);
            born.user_data = draft.take(user_data.map_err(|error| fault(&error)))?;
            let content = component::split(&component::archive(&boot.content), &[]);
            born.content = Some(draft.take(content.map_err(|error| fault(&error)))?);
        }
    }
    let size = userdata::size_bound(&born.user_data);
    if size > userdata::LIMIT {
        let text = say!(m::USER_DATA_TOO_LARGE, server = name, size = size, limit = userdata::LIMIT);
        draft.fault(Diagnostic::error(text));
        return None;
    }
    Some(born)
}

fn first_boot(draft: &Draft<'_>, server: Server<'_>, apart: Option<&SecretName>) -> Result<FirstBoot, FirstBootError> {
    let Some(Boot { context, components, reports }) = server.boot else { return Ok(FirstBoot::default()) };
    component::first_boot(Guest { context, components, settings: &draft.inputs.settings, reports, apart })
}

fn message(
    draft: &Draft<'_>,
    server: Server<'_>,
    own: Option<Own<'_>>,
    files: Vec<component::File>,
    commands: Vec<Vec<String>>,
) -> Result<Vec<Piece>, String> {
    let write = |file: component::File| WriteFile { path: file.path, permissions: file.mode, content: file.content };
    let config = CloudConfig {
        ssh_authorized_keys: draft.inputs.settings.ssh_key.iter().cloned().collect(),
        write_files: files.into_iter().map(write).collect(),
        runcmd: commands,
    };
    let url = |object: String, method, of| SignedUrl { container: signals(), object, method, of };
    let report = url(server.local.to_owned(), UrlMethod::Put, None);
    let content = url(object_name(server.local), UrlMethod::Get, Some(object(server.local)));
    component::split(&userdata::message(&config, own), &[(REPORT, &report), (CONTENT, &content)])
}

/// Metadata that tells of each secret in these pieces which one it is. By it a later run sees whether its secrets are still the
/// ones that were given away.
pub(super) fn fingerprints<'a>(pieces: impl Iterator<Item = &'a Piece>) -> impl Iterator<Item = (String, Value)> {
    pieces.filter_map(|piece| match piece {
        Piece::Secret(name) => {
            let fingerprint = Value::Fingerprint(FingerprintRef { name: name.clone() });
            Some((format!("{METADATA_SECRET}{}", name.0), fingerprint))
        }
        Piece::Literal(_) | Piece::Output(_) | Piece::SignedUrl(_) => None,
    })
}

/// The object that a server fetches. The key proves its content, so it is told of like the secrets in it.
pub(super) fn add_object(draft: &mut Draft<'_>, local: &str, content: Vec<Piece>) {
    let key = SecretName(CONTENT_KEY.to_owned());
    draft.secrets.insert(key.clone(), SecretShape { length: CONTENT_KEY_LENGTH });
    let mut metadata = properties([(METADATA_CONTENT, Value::from(userdata::hash(&content)))]);
    metadata.extend(fingerprints(content.iter().chain(&[Piece::Secret(key)])));
    let is = properties([
        ("container", Value::id_of(&signals())),
        ("name", Value::from(object_name(local))),
        ("metadata", Value::Map(metadata)),
        ("content", Value::Composed(Composed { pieces: content })),
    ]);
    draft.add(object(local), is);
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::kind::Service;

    #[test]
    fn what_user_data_has_no_room_for_lies_in_an_object_that_is_there_before_the_server() {
        let mut world = testing::shop();
        world.with_much_for("gw");
        let desired = world.desired();
        let objects = testing::addresses(&desired, &["object"]);
        assert!(objects.contains(&"container.signals/object.gw-1".to_owned()), "{objects:?}");
        let pieces = testing::pieces(&desired, "server.gw-1");
        let url = pieces.iter().find_map(|piece| match piece {
            Piece::SignedUrl(url) if url.method == UrlMethod::Get => Some(url.clone()),
            _ => None,
        });
        assert_eq!(url.expect("an address").of, Some(object("gw-1")));
        assert!(userdata::size_bound(&pieces) <= userdata::LIMIT);
        let server = &desired.resources[&Address::new("server", "gw-1")];
        assert!(server.properties["user_data"].references().contains(&object("gw-1")));

        // The secret lies in the object, and both say which one it is.
        let key = SecretName("gw.api_key".into());
        assert!(!pieces.contains(&Piece::Secret(key.clone())));
        let object = testing::json(&desired, "container.signals/object.gw-1");
        let content = object["content"]["$pieces"].as_array().expect("pieces");
        assert!(content.contains(&serde_json::json!({"secret": "gw.api_key"})));
        let server = testing::json(&desired, "server.gw-1");
        for name in ["gureum_secret_gw.api_key", "gureum_secret_signals.content"] {
            let fingerprint = serde_json::json!({"$fingerprint": name.trim_start_matches("gureum_secret_")});
            assert_eq!((&object["metadata"][name], &server["metadata"][name]), (&fingerprint, &fingerprint));
        }
        assert!(desired.secrets.contains_key(&SecretName(CONTENT_KEY.into())));
        let bearer = &desired.resources[&super::object("gw-1")];
        assert!(!bearer.bears_data);
    }

    #[test]
    fn what_cannot_lie_apart_is_a_fault() {
        let mut world = testing::shop();
        world.inputs.settings.ssh_key = Some(testing::noise());
        assert!(world.faults().contains("user-data of shop-web-1 has up to"));
        world.inputs.settings.ssh_key = None;
        world.facts.services.remove(&Service::ObjectStore);
        world.blueprint.storage.clear();
        world.with_much_for("gw");
        assert!(world.faults().contains("user-data of shop-gw-1 has up to"));
    }

    #[test]
    fn an_operator_s_own_part_goes_to_every_server_and_anything_else_is_a_fault() {
        let mut world = testing::shop();
        world.inputs.settings.user_data = Some("#!/bin/sh\necho hardened\n".into());
        world.inputs.settings.ssh_from = Some("203.0.113.0/24".parse().expect("a range"));
        let desired = world.desired();
        for address in desired.resources.keys().filter(|address| address.word() == "server") {
            let Some(Piece::Literal(first)) = testing::pieces(&desired, address.as_str()).into_iter().next() else {
                panic!("{address} begins with what is not known")
            };
            assert!(
                first.contains("Content-Type: text/x-shellscript") && first.contains("\necho hardened\n"),
                "{address}"
            );
            testing::boot(&desired, address.as_str());
        }
        world.inputs.settings.user_data = Some("packages: [aide]".into());
        assert!(world.faults().contains("user_data is neither a cloud-config nor a script"));
    }
}
