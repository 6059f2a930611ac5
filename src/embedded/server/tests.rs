//! The process as clients see it: over a real socket.

use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

struct Started {
    port: u16,
    task: tokio::task::JoinHandle<Result<(), ServeError>>,
}

async fn started(state: &Path, settings: Settings, idle: Option<Duration>) -> Started {
    let options = ServeOptions { port: None, state: state.to_owned(), settings, idle };
    let task = tokio::spawn(serve(options));
    for _ in 0..200 {
        if let Some(found) = lock::running(state) {
            return Started { port: found.port, task };
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not start")
}

impl Started {
    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    async fn token(&self) -> reqwest::Response {
        let body = json!({"auth": {"identity": {"methods": ["password"], "password": {"user":
            {"name": "tenant", "domain": {"id": "default"}, "password": PASSWORD}}},
            "scope": {"project": {"name": "tenant", "domain": {"id": "default"}}}}});
        reqwest::Client::new().post(self.url("/v3/auth/tokens")).json(&body).send().await.expect("answers")
    }

    async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

fn text(response: &reqwest::Response, name: &str) -> String {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_cloud_comes_back_with_all_that_it_had_answered() {
    let state = tempfile::tempdir().expect("a directory");
    let first = started(state.path(), Settings::default(), None).await;
    let answered = first.token().await;
    assert_eq!(answered.status(), 201);
    assert!(text(&answered, "x-openstack-request-id").starts_with("req-"));
    let token = text(&answered, "x-subject-token");
    let port = first.port;
    first.kill().await;
    assert_eq!(running(state.path()), None, "a lock file alone is not a running cloud");

    let second = started(state.path(), Settings::default(), None).await;
    assert_eq!(second.port, port, "the clouds.yaml of before still holds");
    let projects = reqwest::Client::new().get(second.url("/v3/auth/projects")).header("X-Auth-Token", &token);
    let answered = projects.send().await.expect("answers");
    assert_eq!(answered.status(), 200);
    let body: Json = answered.json().await.expect("json");
    assert_eq!(body["projects"][0]["name"], "tenant");
    second.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_serves_a_cloud_and_reset_makes_it_a_new_one() {
    let state = tempfile::tempdir().expect("a directory");
    let first = started(state.path(), Settings::default(), None).await;
    let options =
        ServeOptions { port: None, state: state.path().to_owned(), settings: Settings::default(), idle: None };
    assert!(matches!(serve(options).await, Err(ServeError::Running(found)) if found.port == first.port));
    let token = text(&first.token().await, "x-subject-token");
    let projects = async || {
        let asked = reqwest::Client::new().get(first.url("/v3/auth/projects")).header("X-Auth-Token", &token);
        asked.send().await.expect("answers").status().as_u16()
    };
    assert_eq!(projects().await, 200);
    assert!(awake(running(state.path()).expect("it runs")));
    reset(state.path()).expect("it forgets");
    assert_eq!(projects().await, 401, "the token went with all the rest");
    assert_eq!(first.token().await.status(), 201);
    let unknown = reqwest::Client::new().get(first.url("/embedded/nonsense")).send().await.expect("answers");
    assert_eq!(unknown.status(), 404);
    first.kill().await;
    reset(state.path()).expect("nobody serves it");
    assert!(!state.path().join(store::FILE).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_cloud_ends() {
    let state = tempfile::tempdir().expect("a directory");
    let cloud = started(state.path(), Settings::default(), Some(Duration::from_millis(300))).await;
    assert_eq!(cloud.token().await.status(), 201);
    let ended = tokio::time::timeout(Duration::from_secs(20), cloud.task).await;
    ended.expect("it ends by itself").expect("no panic").expect("no error");
    assert_eq!(running(state.path()), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_large_bodies_and_unknown_operations() {
    let state = tempfile::tempdir().expect("a directory");
    let cloud = started(state.path(), Settings::default(), None).await;
    let client = reqwest::Client::new();
    let head = client.head(cloud.url("/v3")).send().await.expect("answers");
    let get = client.get(cloud.url("/v3")).send().await.expect("answers");
    assert_eq!(head.status(), 200);
    assert_eq!(text(&head, "content-length"), text(&get, "content-length"));
    let large = client.post(cloud.url("/v3/auth/tokens")).body(vec![b'x'; 200_000]).send().await.expect("answers");
    assert_eq!(large.status(), 413);
    let token = text(&cloud.token().await, "x-subject-token");
    let unknown = client.get(cloud.url("/network/v2.0/nonsense")).header("X-Auth-Token", token);
    let unknown = unknown.send().await.expect("answers");
    assert_eq!(unknown.status(), 501);
    assert!(unknown.text().await.expect("text").contains("/v2.0/nonsense"));
    cloud.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_has_sent_happens_without_it() {
    let state = tempfile::tempdir().expect("a directory");
    let settings = Settings { pace: 1.0, ..Settings::default() };
    let cloud = started(state.path(), settings, None).await;
    let body = json!({"auth": {"identity": {"methods": ["password"], "password": {"user":
        {"name": "tenant", "domain": {"id": "default"}, "password": PASSWORD}}}}})
    .to_string();
    let head = format!("POST /v3/auth/tokens HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n", body.len());
    let mut socket = tokio::net::TcpStream::connect(("127.0.0.1", cloud.port)).await.expect("connects");
    socket.write_all((head + &body).as_bytes()).await.expect("sends");
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(socket);
    for _ in 0..200 {
        let world = Store::open(state.path()).expect("opens").load().expect("reads").expect("a world");
        if world.rows("tokens").len() == 1 {
            return cloud.kill().await;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it never happened")
}

#[test]
fn its_clouds_yaml_names_both_users() {
    let text = clouds_yaml(4321);
    assert!(text.contains("auth_url: http://127.0.0.1:4321/v3"));
    assert!(text.contains("embedded-admin"));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_when_it_can_be_used_and_ends_when_told() {
    let state = tempfile::tempdir().expect("a directory");
    let (tell, told) = tokio::sync::oneshot::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let options =
        ServeOptions { port: None, state: state.path().to_owned(), settings: Settings::default(), idle: None };
    let serving = serve_until(options, |running| tell.send(running).expect("somebody waits"), async {
        let _ = stopped.await;
    });
    let task = tokio::spawn(serving);
    let ready = told.await.expect("it starts");
    assert_eq!(running(state.path()), Some(ready));
    assert!(awake(ready));
    drop(stop);
    let ended = tokio::time::timeout(Duration::from_secs(20), task).await;
    ended.expect("it ends").expect("no panic").expect("no error");
    assert!(!awake(ready));
}

#[tokio::test(flavor = "multi_thread")]
async fn header_names_have_their_capitals() {
    let state = tempfile::tempdir().expect("a directory");
    let cloud = started(state.path(), Settings::default(), None).await;
    let mut socket = tokio::net::TcpStream::connect(("127.0.0.1", cloud.port)).await.expect("connects");
    let request = b"GET /v3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    socket.write_all(request).await.expect("sends");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.expect("answers");
    assert!(answer.contains("\r\nContent-Type: application/json\r\n"), "{answer}");
    cloud.kill().await;
}
