//! How requests go, come back and go again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::runtime::Clock;

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

/// Each request takes as long as there are requests, as on a busy cloud.
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

#[tokio::test(start_paused = true)]
async fn a_slow_service_is_not_sent_more_at_once() {
    let running = Arc::new(AtomicU32::new(0));
    let most = Arc::new(AtomicU32::new(0));
    let api = Arc::new(Busy(Arc::clone(&running), Arc::clone(&most), Scripted::with_keystone(|_| Reply::empty(204))));
    let clock = Arc::new(VirtualClock::starting_at(BEGIN_MS));
    let cloud = Cloud::connect(api, clock, Arc::new(CountingIds::default()), config()).await.unwrap();
    futures::future::join_all((0..8).map(|_| cloud.send(post()))).await;
    assert_eq!(most.load(Ordering::SeqCst), 4, "no more than it begins with");
    most.store(0, Ordering::SeqCst);
    futures::future::join_all((0..8).map(|_| cloud.send(post()))).await;
    assert!(most.load(Ordering::SeqCst) < 4, "fewer once it has slowed down");
}
