//! What guests say, as the driver makes it out, and the addresses that they are given to say it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use secrecy::SecretString;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::testing::{cloud, shop};
use super::*;
use crate::cloud::scripted::Reply;
use crate::cloud::{Method, Response};
use crate::kind::{SIGNALS_KEY, guest_id, signals};
use crate::model::{Address, Properties, SecretName, Secrets, SignedUrl, UrlMethod, Value};
use crate::snapshot::{Observed, Status};

const NAME: &str = "shop-signals-12345678";

fn secrets() -> Secrets {
    let mut secrets = Secrets::default();
    secrets.insert(SecretName(SIGNALS_KEY.into()), SecretString::from("k3y"));
    secrets
}

fn there(kind: Kind, id: &str, address: Address) -> Observed {
    Observed {
        kind,
        id: id.to_owned(),
        address: Some(address),
        properties: Properties::new(),
        status: Status::Ready,
        bears_data: false,
        created_at: None,
        run: None,
        outputs: std::collections::BTreeMap::new(),
    }
}

fn known(container: bool) -> Vec<Observed> {
    let mut known = vec![
        there(Kind::Server, "s-1", Address::new("server", "web-1")),
        there(Kind::Server, "s-2", Address::new("server", "web-2")),
        there(Kind::Server, "s-3", Address::new("server", "web-3")),
    ];
    known.extend(container.then(|| there(Kind::Container, NAME, signals())));
    known
}

fn plain(status: u16, body: &str) -> Reply {
    Response { status, headers: vec![("content-type".into(), "text/plain".into())], body: body.as_bytes().to_vec() }
        .into()
}

fn waiting(number: u8) -> Waiting {
    let (server_id, server) = (format!("s-{number}"), format!("web-{number}"));
    Waiting {
        address: Address::new("server", &server).child("ready", ""),
        kind: Kind::Guest,
        id: guest_id(&server_id),
        lane_id: None,
        properties: Properties::from([
            ("server_id".to_owned(), Value::from(server_id)),
            ("server".to_owned(), Value::from(server)),
        ]),
    }
}

fn listing() -> Json {
    let item = |name: &str, told: &str| {
        json!({"name": name, "content_type": format!("application/x-gureum.{told}"), "bytes": 9,
            "last_modified": "2026-11-24T21:59:19.606140", "hash": "x"})
    };
    // The third was told by an older server of that name; the fourth is something else.
    json!([item("web-1", "s-1.8.ready"), item("web-2", "s-2.3.failed"), item("web-3", "s-0.8.ready"),
        {"name": "notes.txt", "content_type": "text/plain", "bytes": 1, "last_modified": "", "hash": ""}])
}

#[tokio::test]
async fn one_listing_tells_of_all_and_only_failures_are_read() {
    let environment = shop();
    let secrets = secrets();
    let (known, words) = (known(true), "stage: packages\npassword is k3y\n");
    let (cloud, api) = cloud(move |asked| match asked.request.method {
        Method::Get if asked.path.ends_with("/web-2") => plain(200, words),
        Method::Get => Reply::json(200, &listing()).header("x-container-meta-temp-url-key", "k3y"),
        _ => panic!("nothing is written: {}", asked.path),
    })
    .await;
    let scope = Scope { environment: &environment, run: "r", known: &known, secrets: &secrets };
    let failed = Status::Failed("stage: packages\npassword is ***".into());
    let guests = of(Kind::Guest).list(&cloud, scope).await.expect("readable");
    let shown: Vec<_> =
        guests.iter().map(|guest| (guest.address.as_ref().expect("one").as_str(), &guest.status)).collect();
    assert_eq!(shown, [("server.web-1/ready", &Status::Ready), ("server.web-2/ready", &failed)]);
    assert_eq!(guests[0].properties["container"], Value::from(NAME));
    let all = [waiting(1), waiting(2), waiting(3)];
    let (progress, _) = of(Kind::Guest).progress(&cloud, scope, &all).await.expect("readable");
    let state = |one: &Progress| match one {
        Progress::There(status, outputs) => (status.clone(), outputs.get(REPORT).cloned()),
        Progress::Gone => panic!("never"),
    };
    let states: Vec<_> = progress.values().map(state).collect();
    assert_eq!(
        states,
        [(Status::Ready, Some("8".into())), (failed, Some("3".into())), (Status::Pending("silent".into()), None)]
    );
    assert_eq!(api.lines().len(), 4, "{:?}", api.lines());
}

#[tokio::test]
async fn a_container_that_lost_its_key_gets_it_back_while_its_guests_are_waited_for() {
    let environment = shop();
    let (secrets, known) = (secrets(), known(true));
    let (cloud, api) = cloud(|asked| match asked.request.method {
        Method::Post => plain(204, ""),
        _ => Reply::json(200, &json!([])).header("x-container-meta-temp-url-key", "somebody's"),
    })
    .await;
    let scope = Scope { environment: &environment, run: "r", known: &known, secrets: &secrets };
    of(Kind::Guest).list(&cloud, scope).await.expect("readable");
    assert_eq!(api.lines().len(), 1, "looking changes nothing");
    of(Kind::Guest).progress(&cloud, scope, &[waiting(1)]).await.expect("readable");
    assert_eq!(api.lines().len(), 3, "{:?}", api.lines());
}

#[tokio::test]
async fn without_an_object_store_consoles_tell_and_an_old_failure_counts_once() {
    let environment = shop();
    let (secrets, mut known) = (secrets(), known(false));
    let line = |number: u8, stage: &str, words: &str| {
        let words = STANDARD.encode(words);
        let proof = Sha256::digest(format!("k3y:s-1:{number}:{stage}:{words}:k3y"));
        format!("gureum-signal s-1 {number} {stage} {words} {proof:x}\n")
    };
    let console = format!("booting\n{}", line(4, "failed", "stage: start\nno"));
    let later = format!("{console}{}", line(5, "boot", ""));
    let first = std::sync::atomic::AtomicUsize::new(0);
    let (cloud, api) = cloud(move |asked| {
        assert_eq!(asked.body, json!({"os-getConsoleOutput": {}}));
        let shown = if first.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 4 { &console } else { &later };
        Reply::json(200, &json!({"output": shown}))
    })
    .await;
    let driver = of(Kind::Guest);
    let bare = Scope { environment: &environment, run: "r", known: &known, secrets: &secrets };
    assert!(driver.list(&cloud, bare).await.expect("nothing is asked").is_empty());
    assert!(api.lines().is_empty());
    let seen =
        driver.get(&cloud, bare, &guest_id("s-1"), &Properties::new()).await.expect("readable").expect("a guest");
    assert_eq!(seen.status, Status::Failed("stage: start\nno".into()));
    let item = ReadyItem { address: waiting(1).address, properties: waiting(1).properties, bears_data: false };
    let created = driver.create(&cloud, bare, &[item]).await.expect("made").remove(0);
    let mut guest = there(Kind::Guest, &created.id, created.address.clone());
    guest.outputs.clone_from(&created.outputs);
    known.push(guest);
    let scope = Scope { environment: &environment, run: "r", known: &known, secrets: &secrets };
    let (progress, _) = driver.progress(&cloud, scope, &[waiting(1)]).await.expect("readable");
    let silent = Progress::There(Status::Pending("silent".into()), std::collections::BTreeMap::new());
    assert_eq!(progress[&waiting(1).address], silent, "that was before");
    assert_eq!(driver.last_words(&cloud, scope, &waiting(1)).await.as_deref(), Some("booting"));
    let (progress, _) = driver.progress(&cloud, scope, &[waiting(1)]).await.expect("readable");
    let outputs = std::collections::BTreeMap::from([(REPORT.to_owned(), "5".to_owned())]);
    assert_eq!(progress[&waiting(1).address], Progress::There(Status::Pending("boot".into()), outputs));
}

#[tokio::test]
async fn an_address_is_signed_with_the_strongest_digest_that_the_object_store_takes() {
    let environment = shop();
    let (secrets, known) = (secrets(), known(true));
    let url = SignedUrl { container: signals(), object: "web-1".into(), method: UrlMethod::Put, of: None };
    for (about, digits) in [
        (json!({"tempurl": {"allowed_digests": ["sha1", "sha256"]}}), 64),
        (json!({"tempurl": {"allowed_digests": ["sha1"]}}), 40),
        (json!({"tempurl": {"methods": ["PUT"]}}), 40),
        (Json::Null, 64),
    ] {
        let (cloud, api) = cloud(move |asked| {
            assert!(asked.path.ends_with("/info"), "{}", asked.path);
            if about.is_null() { Reply::json(404, &json!({})) } else { Reply::json(200, &about) }
        })
        .await;
        let scope = Scope { environment: &environment, run: "r", known: &known, secrets: &secrets };
        let one = signed_url::signed(&cloud, scope, &url).await.expect("signed");
        signed_url::signed(&cloud, scope, &url).await.expect("signed");
        assert_eq!(api.lines().len(), 1, "it is asked once");
        let (address, query) = one.split_once('?').expect("a query");
        assert!(address.starts_with("http://cloud.test/object-store"), "{address}");
        assert!(address.ends_with(&format!("/{NAME}/web-1")), "{address}");
        let (signature, expires) =
            query.strip_prefix("temp_url_sig=").and_then(|rest| rest.split_once("&temp_url_expires=")).expect("both");
        assert_eq!(signature.len(), digits);
        let left = expires.parse::<i64>().expect("a number") - cloud.now_ms() / 1000;
        assert!((86_300..=86_400).contains(&left), "{left}");
        if digits == 64 {
            let path = address.find("/v1").map_or(String::new(), |at| address[at..].to_owned());
            let path = if path.is_empty() { format!("/{NAME}/web-1") } else { path };
            let mac = Hmac::<Sha256>::new_from_slice(b"k3y").expect("any length");
            let bytes = mac.chain_update(format!("PUT\n{expires}\n{path}")).finalize().into_bytes();
            assert_eq!(signature, bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")));
        }
    }
    let (cloud, _) = cloud(|_| Reply::json(200, &json!({"swift": {}}))).await;
    let scope = Scope { environment: &environment, run: "r", known: &known, secrets: &secrets };
    let error = signed_url::signed(&cloud, scope, &url).await.expect_err("there are none");
    assert!(error.to_string().contains("TempURL"), "{error}");
    let nobody = Secrets::default();
    let scope = Scope { environment: &environment, run: "r", known: &known, secrets: &nobody };
    assert!(signed_url::signed(&cloud, scope, &url).await.is_err());
}
