//! Objects as they are written, and what of them is shown.

use std::sync::Mutex;

use secrecy::SecretString;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::testing::{cloud, shop};
use super::*;
use crate::cloud::scripted::Reply;
use crate::cloud::{Method, Response};
use crate::kind::{CONTENT_KEY, signals};
use crate::model::{Address, Composed, Piece, Properties, SecretName, Secrets, Value};
use crate::snapshot::{Observed, Status};

const CONTAINER: &str = "shop-signals-12345678";

fn secrets() -> Secrets {
    let mut secrets = Secrets::default();
    secrets.insert(SecretName(CONTENT_KEY.into()), SecretString::from("k3y"));
    secrets.insert(SecretName("db.app_password".into()), SecretString::from("planted"));
    secrets
}

fn container() -> Observed {
    Observed {
        kind: Kind::Container,
        id: CONTAINER.to_owned(),
        address: Some(signals()),
        properties: Properties::new(),
        status: Status::Ready,
        bears_data: false,
        created_at: None,
        run: None,
        outputs: std::collections::BTreeMap::new(),
    }
}

fn properties(name: &str) -> Properties {
    let pieces = vec![
        Piece::Literal("unpack '0600' '/a' '".into()),
        Piece::Secret(SecretName("db.app_password".into())),
        Piece::Literal("구름'\n".into()),
    ];
    let metadata = [("gureum_content", "abc"), ("gureum_secret_db.app_password", "0123")];
    Properties::from([
        ("container".to_owned(), Value::from(CONTAINER)),
        ("name".to_owned(), Value::from(name)),
        ("metadata".to_owned(), Value::Map(metadata.map(|(key, value)| (key.to_owned(), Value::from(value))).into())),
        ("content".to_owned(), Value::Composed(Composed { pieces })),
    ])
}

fn object(local: &str) -> Address {
    signals().child("object", local)
}

/// An object's name and metadata.
type Kept = (String, Vec<(String, String)>);

/// Answers and remembers as an object store does.
async fn store() -> (crate::cloud::Cloud, std::sync::Arc<crate::cloud::scripted::Scripted>) {
    let kept: Mutex<Vec<Kept>> = Mutex::default();
    cloud(move |asked| {
        let mut kept = kept.lock().expect("whole");
        let name = asked.path.split_once(&format!("{CONTAINER}/")).map(|(_, name)| name.to_owned());
        match (asked.request.method, name) {
            (Method::Put, Some(name)) => {
                kept.retain(|(there, _)| *there != name);
                let meta = asked.request.headers.iter().filter(|(name, _)| name.starts_with("x-object-meta-"));
                kept.push((name, meta.cloned().collect()));
                Reply::json(201, &json!(null))
            }
            (Method::Head, Some(name)) => match kept.iter().find(|(there, _)| *there == name) {
                Some((_, headers)) => Response { status: 200, headers: headers.clone(), body: Vec::new() }.into(),
                None => Reply::json(404, &json!(null)),
            },
            (Method::Delete, Some(name)) => {
                kept.retain(|(there, _)| *there != name);
                Reply::json(204, &json!(null))
            }
            _ => {
                let prefix = asked.query.iter().find(|(name, _)| name == "prefix").map(|(_, value)| value.clone());
                let prefix = prefix.unwrap_or_default();
                let shown: Vec<_> = kept.iter().filter(|(name, _)| name.starts_with(&prefix)).collect();
                Reply::json(200, &shown.iter().map(|(name, _)| json!({ "name": name })).collect())
            }
        }
    })
    .await
}

#[tokio::test]
async fn what_is_written_is_proved_by_its_first_line_and_shown_without_its_secrets() {
    let (environment, secrets, known) = (shop(), secrets(), [container()]);
    let scope = Scope { environment: &environment, run: "r", known: &known, secrets: &secrets };
    let (cloud, api) = store().await;
    let driver = of(Kind::Object);
    let wanted = ReadyItem { address: object("web-1"), properties: properties("content/web-1"), bears_data: false };
    let created = driver.create(&cloud, scope, &[wanted]).await.expect("made");
    assert_eq!((created[0].id.as_str(), &created[0].status), ("shop-signals-12345678/content/web-1", &Status::Ready));
    assert!(created[0].outputs.is_empty());

    let written = api.requests().into_iter().find(|asked| asked.request.method == Method::Put).expect("a PUT");
    let text = String::from_utf8(written.request.body.clone()).expect("text");
    let (proof, files) = text.split_once('\n').expect("two parts");
    assert_eq!(files, "unpack '0600' '/a' 'planted구름'\n");
    assert_eq!(proof, format!("{:x}", Sha256::digest(format!("k3y{files}k3y"))));
    assert!(!format!("{:?} {:?}", written.request, written.request.headers).contains("planted"));

    let shown = driver.list(&cloud, scope).await.expect("listed");
    let mut without = properties("content/web-1");
    without.remove("content");
    assert_eq!((shown.len(), &shown[0].properties, shown[0].address.clone()), (1, &without, Some(object("web-1"))));
    let way = Properties::from([("container".to_owned(), Value::from(CONTAINER))]);
    assert_eq!(driver.get(&cloud, scope, &created[0].id, &way).await.expect("asked").as_ref(), Some(&shown[0]));
}

#[tokio::test]
async fn a_change_writes_it_anew_and_what_is_deleted_is_gone() {
    let (environment, secrets, known) = (shop(), secrets(), [container()]);
    let scope = Scope { environment: &environment, run: "r", known: &known, secrets: &secrets };
    let (cloud, api) = store().await;
    let driver = of(Kind::Object);
    let mut changed = properties("content/web-1");
    changed.insert("metadata".into(), Value::Map([("gureum_content".to_owned(), Value::from("other"))].into()));
    let id = format!("{CONTAINER}/content/web-1");
    let change = |changed: &[&str], properties: &Properties| ReadyChange {
        address: object("web-1"),
        id: id.clone(),
        properties: properties.clone(),
        changed: changed.iter().map(|&name| name.to_owned()).collect(),
    };
    driver.update(&cloud, scope, &change(&["metadata"], &changed)).await.expect("written");
    let shown = driver.get(&cloud, scope, &id, &Properties::new()).await.expect("asked").expect("there");
    assert_eq!(shown.properties["metadata"], changed["metadata"]);
    assert!(driver.update(&cloud, scope, &change(&["name"], &changed)).await.is_err());
    assert_eq!(driver.delete(&cloud, scope, &id, &Properties::new()).await.expect("asked"), Gone::Now);
    assert_eq!(driver.get(&cloud, scope, &id, &Properties::new()).await.expect("asked"), None);
    assert_eq!(driver.list(&cloud, scope).await.expect("asked"), []);

    // Without its key nobody could know it: nothing is sent.
    let before = api.lines().len();
    let nothing = Secrets::default();
    let scope = Scope { secrets: &nothing, ..scope };
    assert!(driver.update(&cloud, scope, &change(&["metadata"], &changed)).await.is_err());
    assert_eq!(api.lines().len(), before);
}
