//! The funnel in virtual time, over a scripted cloud.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;

use super::scripted::{Reply, Scripted};
use super::*;
use crate::model::Service;
use crate::runtime::{Clock, CountingIds, VirtualClock};

/// 2026-11-24T00:00:00Z.
const BEGIN_MS: i64 = 1_795_478_400_000;
const PASSWORD: &str = "correct-horse-9913";
const TOKEN: &str = "gAAAA-token-5527";

fn config() -> CloudConfig {
    CloudConfig {
        name: "test".to_owned(),
        source: "clouds.yaml".to_owned(),
        auth_url: "http://cloud.test/identity".to_owned(),
        credentials: Credentials::Password {
            user: User::Name("u".to_owned(), Domain::Name("Default".to_owned())),
            password: SecretString::from(PASSWORD),
            project: Project::Name("p".to_owned(), Domain::Id("default".to_owned())),
        },
        region: Some("RegionOne".to_owned()),
        interface: Interface::Public,
        cacert: None,
        verify: true,
        endpoint_overrides: BTreeMap::new(),
    }
}

async fn connect(api: &Arc<Scripted>) -> Result<(Arc<Cloud>, VirtualClock), CloudError> {
    connect_with(api, config()).await
}

async fn connect_with(api: &Arc<Scripted>, config: CloudConfig) -> Result<(Arc<Cloud>, VirtualClock), CloudError> {
    let clock = VirtualClock::starting_at(BEGIN_MS);
    let api: Arc<dyn CloudApi> = Arc::clone(api) as Arc<dyn CloudApi>;
    let cloud = Cloud::connect(api, Arc::new(clock.clone()), Arc::new(CountingIds::default()), config).await?;
    Ok((Arc::new(cloud), clock))
}

/// Answers the n-th request that is not for a token with the n-th reply, and the last one from then on.
fn replies(replies: Vec<Reply>) -> Arc<Scripted> {
    let next = AtomicUsize::new(0);
    Arc::new(Scripted::new(move |asked| {
        if asked.is_for_token() {
            return Scripted::token(TOKEN, "2030-01-01T00:00:00.000000Z");
        }
        replies[next.fetch_add(1, Ordering::Relaxed).min(replies.len() - 1)].clone()
    }))
}

fn get() -> Call {
    Call::get(Service::Network, "/ports").query("description", "gureum shop 1&2")
}

fn post() -> Call {
    Call::new(Service::Compute, Method::Post, "/servers").json(json!({"server": {"name": "x"}})).microversion("2.64")
}

#[tokio::test(start_paused = true)]
async fn a_request_goes_to_its_services_endpoint_with_all_its_headers() {
    let api = replies(vec![Reply::json(202, &json!({"ok": true})).header("x-compute-request-id", "req-7")]);
    let (cloud, _) = connect(&api).await.unwrap();
    assert_eq!((cloud.project_id(), cloud.region(), cloud.services().len()), ("project-1", "RegionOne", 6));
    let answer = cloud.send(post()).await.unwrap();
    assert_eq!((answer.status, answer.body, answer.request_id.as_deref()), (202, json!({"ok": true}), Some("req-7")));
    cloud.send(get()).await.unwrap();
    let asked = api.requests();
    assert_eq!(asked[1].line(), "POST /compute/v2.1/servers");
    assert_eq!(asked[1].header("x-auth-token"), Some(TOKEN));
    assert_eq!(asked[1].header("openstack-api-version"), Some("compute 2.64"));
    assert_eq!(asked[1].header("content-type"), Some("application/json"));
    assert_eq!(asked[1].request.timeout, Duration::from_secs(180));
    assert_eq!(asked[2].line(), "GET /network/v2.0/ports");
    assert_eq!(asked[2].query, [("description".to_owned(), "gureum shop 1&2".to_owned())]);
    assert_eq!(asked[2].request.timeout, Duration::from_secs(60));
    assert_eq!(cloud.statistics().calls[&Service::Compute], 1);
    assert_eq!(cloud.statistics().retries, 0);
}

#[tokio::test(start_paused = true)]
async fn busy_services_are_given_the_time_they_ask_for() {
    let date = "Tue, 24 Nov 2026 00:00:32 GMT";
    for (header, seconds) in [(Some("20"), 20), (Some(date), 32), (None, 1)] {
        for status in [429, 503] {
            let busy = Reply::empty(status);
            let busy = header.map_or(busy.clone(), |value| busy.header("retry-after", value));
            let api = replies(vec![busy, Reply::json(201, &json!({}))]);
            let (cloud, clock) = connect(&api).await.unwrap();
            assert_eq!(cloud.send(post()).await.unwrap().status, 201);
            let waited = clock.now_ms() - BEGIN_MS;
            assert!((seconds * 1000..seconds * 1000 + 1000).contains(&waited), "{header:?}: {waited}");
            assert_eq!(cloud.statistics().retries, 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_stays_busy_ends_in_its_own_words() {
    let busy =
        Reply::json(429, &json!({"overLimit": {"code": 429, "message": "Slow down."}})).header("retry-after", "5");
    let api = replies(vec![busy]);
    let (cloud, clock) = connect(&api).await.unwrap();
    let error = cloud.send(get()).await.unwrap_err();
    assert_eq!(error.to_string(), "GET /network/v2.0/ports: 429 Slow down.");
    assert_eq!(api.lines().len(), 8);
    assert!(clock.now_ms() - BEGIN_MS < 120_000);
}

#[tokio::test(start_paused = true)]
async fn a_lost_read_is_sent_again_and_a_lost_write_never() {
    for lost in [Reply::lost(), Reply::empty(500), Reply::empty(502), Reply::empty(504)] {
        let api = replies(vec![lost.clone(), Reply::json(200, &json!({"ports": []}))]);
        let (cloud, _) = connect(&api).await.unwrap();
        assert_eq!(cloud.list(get(), "ports").await.unwrap(), Vec::<serde_json::Value>::new());

        let api = replies(vec![lost]);
        let (cloud, _) = connect(&api).await.unwrap();
        for method in [Method::Post, Method::Put, Method::Patch, Method::Delete] {
            let before = api.lines().len();
            let error = cloud.send(Call::new(Service::Compute, method, "/servers")).await.unwrap_err();
            assert!(error.in_doubt(), "{error}");
            assert_eq!(api.lines().len() - before, 1, "{method}");
        }
        let error = cloud.send(get()).await.unwrap_err();
        assert_eq!(api.lines().iter().filter(|line| line.starts_with("GET")).count(), 4, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_service_ends_at_its_time_limit() {
    let api = replies(vec![Reply::empty(202).after(Duration::from_secs(181))]);
    let (cloud, clock) = connect(&api).await.unwrap();
    let error = cloud.send(post()).await.unwrap_err();
    assert!(matches!(error, CloudError::Lost { .. }) && error.in_doubt());
    assert_eq!(error.to_string(), "POST /compute/v2.1/servers: no answer from cloud.test: timed out after 180 s");
    assert_eq!(clock.now_ms() - BEGIN_MS, 180_000);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_never_left_is_tried_three_times() {
    let api = replies(vec![Reply::not_sent(), Reply::not_sent(), Reply::json(202, &json!({}))]);
    let (cloud, _) = connect(&api).await.unwrap();
    assert_eq!(cloud.send(post()).await.unwrap().status, 202);

    let api = replies(vec![Reply::not_sent()]);
    let (cloud, _) = connect(&api).await.unwrap();
    let error = cloud.send(post()).await.unwrap_err();
    assert!(matches!(error, CloudError::NotSent { .. }) && !error.in_doubt());
    assert_eq!(error.to_string(), "POST /compute/v2.1/servers: cannot connect to cloud.test: Connection refused");
    assert_eq!(api.lines().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once_for_everybody() {
    let tokens = AtomicU32::new(0);
    let api = Arc::new(Scripted::new(move |asked| {
        if asked.is_for_token() {
            let number = tokens.fetch_add(1, Ordering::Relaxed) + 1;
            return Scripted::token(&format!("token-{number}"), "2030-01-01T00:00:00.000000Z")
                .after(Duration::from_secs(2));
        }
        let good = asked.header("x-auth-token") == Some("token-2");
        Reply::json(if good { 200 } else { 401 }, &json!({"ports": []})).after(Duration::from_secs(1))
    }));
    let (cloud, _) = connect(&api).await.unwrap();
    let all = (0..4).map(|_| cloud.send(get()));
    for answer in futures::future::join_all(all).await {
        assert_eq!(answer.unwrap().status, 200);
    }
    assert_eq!(api.requests().iter().filter(|asked| asked.is_for_token()).count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_token_that_is_refused_too_is_an_error() {
    let api = replies(vec![Reply::json(401, &json!({"error": {"message": "no", "title": "Unauthorized"}}))]);
    let (cloud, _) = connect(&api).await.unwrap();
    let error = cloud.send(get()).await.unwrap_err();
    assert!(matches!(error, CloudError::Unauthenticated { .. }), "{error}");
    assert!(error.to_string().contains("a fresh token was refused"), "{error}");
    assert_eq!(api.lines().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_ends() {
    // One of 4 hours: renewed when 5 minutes are left. One of 10 minutes: when one minute is left.
    for (expires, early, late) in
        [("2026-11-24T04:00:00.000000Z", 4 * 3600 - 310, 4 * 3600 - 290), ("2026-11-24T00:10:00.000000Z", 530, 550)]
    {
        let tokens = AtomicU32::new(0);
        let api = Arc::new(Scripted::new(move |asked| {
            if asked.is_for_token() {
                let number = tokens.fetch_add(1, Ordering::Relaxed);
                return Scripted::token(
                    &format!("token-{number}"),
                    if number == 0 { expires } else { "2030-01-01T00:00:00Z" },
                );
            }
            Reply::json(200, &json!({}))
        }));
        let (cloud, clock) = connect(&api).await.unwrap();
        for (until, token) in [(early, "token-0"), (late, "token-1")] {
            let now = (clock.now_ms() - BEGIN_MS) / 1000;
            clock.sleep(Duration::from_secs(u64::try_from(until - now).unwrap())).await;
            cloud.send(get()).await.unwrap();
            assert_eq!(api.requests().last().unwrap().header("x-auth-token"), Some(token));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn keystones_refusal_says_what_to_check() {
    let words = format!("The password {PASSWORD} is wrong.");
    let refuse = Reply::json(401, &json!({"error": {"code": 401, "title": "Unauthorized", "message": words}}))
        .header("x-openstack-request-id", "req-9");
    let error = connect(&Arc::new(Scripted::new(move |_| refuse.clone()))).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "authentication failed at http://cloud.test/identity/v3: 401 The password (hidden) is wrong. (req-9); check username, \
         password, user domain, project and project domain (cloud `test` in clouds.yaml)"
    );
    let error = connect(&Arc::new(Scripted::new(|_| Reply::empty(404)))).await.unwrap_err();
    assert!(error.to_string().contains("is auth_url Keystone's address?"), "{error}");
    let unscoped =
        Reply::json(201, &json!({"token": {"expires_at": "2030-01-01T00:00:00Z"}})).header("x-subject-token", TOKEN);
    let error = connect(&Arc::new(Scripted::new(move |_| unscoped.clone()))).await.unwrap_err();
    assert!(error.to_string().contains("set project_name or project_id"), "{error}");
    let error = connect(&Arc::new(Scripted::new(|_| Reply::json(201, &json!({}))))).await.unwrap_err();
    assert!(matches!(error, CloudError::Malformed { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn each_credential_has_its_own_request() {
    let secret = || SecretString::from(PASSWORD);
    let cases = [
        (
            config().credentials,
            json!({"identity": {"methods": ["password"], "password": {"user":
            {"name": "u", "domain": {"name": "Default"}, "password": PASSWORD}}},
            "scope": {"project": {"name": "p", "domain": {"id": "default"}}}}),
        ),
        (
            Credentials::Token { token: secret(), project: Some(Project::Id("p".to_owned())) },
            json!({"identity": {"methods": ["token"], "token": {"id": PASSWORD}}, "scope": {"project": {"id": "p"}}}),
        ),
        (
            Credentials::ApplicationCredential {
                credential: ApplicationCredential::Id("a".to_owned()),
                secret: secret(),
            },
            json!({"identity": {"methods": ["application_credential"], "application_credential": {"id": "a", "secret": PASSWORD}}}),
        ),
        (
            Credentials::ApplicationCredential {
                credential: ApplicationCredential::Name("a".to_owned(), User::Id("u".to_owned())),
                secret: secret(),
            },
            json!({"identity": {"methods": ["application_credential"],
                "application_credential": {"name": "a", "user": {"id": "u"}, "secret": PASSWORD}}}),
        ),
    ];
    for (credentials, expected) in cases {
        let api = replies(vec![Reply::empty(204)]);
        connect_with(&api, CloudConfig { credentials, ..config() }).await.unwrap();
        assert_eq!(api.requests()[0].body, json!({"auth": expected}));
        assert_eq!(api.requests()[0].line(), "POST /identity/v3/auth/tokens");
    }
}

#[tokio::test(start_paused = true)]
async fn regions_and_services_that_are_not_there_are_named() {
    let api = replies(vec![Reply::empty(204)]);
    let error = connect_with(&api, CloudConfig { region: Some("regionone".to_owned()), ..config() }).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no region `regionone`; the catalogue has RegionOne");
    let (cloud, _) = connect_with(&api, CloudConfig { region: None, ..config() }).await.unwrap();
    assert_eq!(cloud.region(), "RegionOne");

    let api = Arc::new(Scripted::new(|_| {
        let endpoint = |region: &str| json!({"interface": "public", "region_id": region, "url": "http://n"});
        Reply::json(
            201,
            &json!({"token": {"expires_at": "2030-01-01T00:00:00Z", "project": {"id": "p"},
            "catalog": [{"type": "network", "endpoints": [endpoint("A"), endpoint("B")]}]}}),
        )
        .header("x-subject-token", TOKEN)
    }));
    let error = connect_with(&api, CloudConfig { region: None, ..config() }).await.unwrap_err();
    assert_eq!(error.to_string(), "no region is chosen; the catalogue has A, B");
    let (cloud, _) = connect_with(&api, CloudConfig { region: Some("A".to_owned()), ..config() }).await.unwrap();
    let error = cloud.send(Call::get(Service::LoadBalancer, "/lbaas/pools")).await.unwrap_err();
    assert_eq!(error.to_string(), "the catalogue has no load-balancer service in region A for interface public");
}

#[tokio::test(start_paused = true)]
async fn lists_follow_their_pages_and_do_not_loop() {
    let page = |id: &str, next: Option<&str>| {
        let links =
            next.map(|marker| json!([{"rel": "next", "href": format!("https://inside/v2.0/ports?marker={marker}")}]));
        Reply::json(200, &json!({"ports": [{"id": id}], "ports_links": links}))
    };
    let api = replies(vec![page("a", Some("a")), page("b", Some("b")), page("c", None)]);
    let (cloud, _) = connect(&api).await.unwrap();
    assert_eq!(cloud.list(get(), "ports").await.unwrap(), [json!({"id": "a"}), json!({"id": "b"}), json!({"id": "c"})]);
    assert_eq!(api.requests()[2].query, [("marker".to_owned(), "a".to_owned())]);
    assert!(api.requests()[2].request.url.starts_with("http://cloud.test/network/v2.0/ports?"));

    let api = replies(vec![page("a", Some("a"))]);
    let (cloud, _) = connect(&api).await.unwrap();
    let error = cloud.list(get(), "ports").await.unwrap_err();
    assert!(error.to_string().contains("does not end"), "{error}");
    assert_eq!(api.lines().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn bodies_of_every_kind_are_taken() {
    let body = |kind: &str, text: &str| Response {
        status: 200,
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        body: text.as_bytes().to_vec(),
    };
    let api = replies(vec![
        Reply::from(body("text/plain; charset=utf-8", "123")),
        Reply::empty(204),
        Reply::from(body("application/json; charset=utf-8", "[1]")),
        Reply::from(body("application/json", "{\"cut")),
    ]);
    let (cloud, _) = connect(&api).await.unwrap();
    let ask = || cloud.send(Call::get(Service::ObjectStore, "/box"));
    assert_eq!(ask().await.unwrap().body, json!("123"));
    assert_eq!(ask().await.unwrap().body, json!(null));
    assert_eq!(ask().await.unwrap().body, json!([1]));
    assert!(matches!(ask().await.unwrap_err(), CloudError::Malformed { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_slow_service_is_not_sent_more_at_once() {
    // Each request takes as long as there are requests, as on a busy cloud.
    let running = Arc::new(AtomicU32::new(0));
    let most = Arc::new(AtomicU32::new(0));
    struct Busy(Arc<AtomicU32>, Arc<AtomicU32>, Scripted);
    #[async_trait::async_trait]
    impl CloudApi for Busy {
        async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
            if request.url.ends_with("/auth/tokens") {
                return self.2.exchange(request).await;
            }
            let now = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            self.1.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(u64::from(now) * 1200)).await;
            self.0.fetch_sub(1, Ordering::SeqCst);
            Ok(Response { status: 202, headers: Vec::new(), body: Vec::new() })
        }
    }
    let api = Arc::new(Busy(Arc::clone(&running), Arc::clone(&most), Scripted::with_keystone(|_| Reply::empty(204))));
    let clock = Arc::new(VirtualClock::starting_at(BEGIN_MS));
    let cloud = Cloud::connect(api, clock, Arc::new(CountingIds::default()), config()).await.unwrap();
    futures::future::join_all((0..8).map(|_| cloud.send(post()))).await;
    assert_eq!(most.load(Ordering::SeqCst), 4, "no more than it begins with");
    most.store(0, Ordering::SeqCst);
    futures::future::join_all((0..8).map(|_| cloud.send(post()))).await;
    assert!(most.load(Ordering::SeqCst) < 4, "fewer once it has slowed down");
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn no_secret_reaches_a_trace_an_error_or_a_debug_text() {
    const USER_DATA: &str = "c2VjcmV0LXVzZXItZGF0YQ==";
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let echo = format!("debug page: X-Auth-Token={TOKEN}");
    let api = replies(vec![
        Reply::json(202, &json!({"server": {"id": "server-1", "adminPass": PASSWORD}})),
        Reply::json(
            400,
            &json!({"badRequest": {"message": format!("Invalid input for field/attribute user_data. Value: {USER_DATA}.")}}),
        ),
        Reply::json(409, &json!({"conflict": {"message": echo}})),
        Reply::lost(),
        Reply::not_sent(),
    ]);
    let config = config();
    let mut shown = format!("{config:?} {config:#?}");
    let (cloud, _) = connect_with(&api, config).await.unwrap();
    let call = || post().json(json!({"server": {"name": "shown-name", "user_data": USER_DATA, "adminPass": PASSWORD}}));
    cloud.send(call()).await.unwrap();
    for _ in 0..4 {
        let error = cloud.send(call()).await.unwrap_err();
        shown.push_str(&format!("{error} {error:?}"));
    }
    shown.push_str(&format!("{cloud:?} {:?}", cloud.statistics()));
    for asked in api.requests() {
        shown.push_str(&format!("{:?}", asked.request));
    }
    drop(guard);
    let traced = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    for secret in [PASSWORD, TOKEN, USER_DATA] {
        assert!(!shown.contains(secret), "{shown}");
        assert!(!traced.contains(secret), "{traced}");
    }
    // The search would find it if it were there.
    for word in ["shown-name", "server-1", "POST", "/compute/v2.1/servers"] {
        assert!(traced.contains(word), "{traced}");
    }
}
