//! A load balancer, its web servers and what stands behind them, played by one small server of this process.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::event::{Fault, Hop, Verdict, Verification};
use crate::model::{Address, Chain, Front, Node, OutputRef, Role};
use crate::runtime::SystemClock;

use super::client::Limits;
use super::guests::Outputs;
use super::verifier::{Verifier, Verify, until};

const TOKEN: &str = "구름-1a2b3c4d";

/// How the service stands.
#[derive(Clone, Debug)]
struct Service {
    webs: Vec<&'static str>,
    environment: &'static str,
    token: &'static str,
    database: bool,
    /// Whether the answer tells of the cache at all.
    cache_told: bool,
    /// Where sessions live: in none of them, in the cache, or (though it should be the cache) in each application server.
    sessions: Sessions,
    /// Applications that web servers cannot reach.
    lost: Vec<&'static str>,
    delay: Duration,
}

impl Default for Service {
    fn default() -> Self {
        Self {
            webs: vec!["web-1", "web-2"],
            environment: "shop",
            token: TOKEN,
            database: true,
            cache_told: true,
            sessions: Sessions::Unknown,
            lost: vec![],
            delay: Duration::ZERO,
        }
    }
}

/// How application servers answer who asks for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sessions {
    Unknown,
    Shared,
    Lost,
}

type Shared = Arc<Mutex<Service>>;

/// Serves it; the address is where.
async fn serve(service: &Shared) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let (service, turn) = (Arc::clone(service), Arc::new(AtomicUsize::new(0)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let now = service.lock().expect("not poisoned").clone();
            let turn = turn.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(answer(stream, now, turn));
        }
    });
    address
}

async fn answer(mut stream: TcpStream, service: Service, turn: usize) {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(read @ 1..) => request.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
    tokio::time::sleep(service.delay).await;
    let text = String::from_utf8_lossy(&request).into_owned();
    let path = text.split(' ').nth(1).unwrap_or_default();
    // The visits so far are the session itself.
    let visits =
        text.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("cookie: jsessionid=")?.parse().ok());
    let visits = if service.sessions == Sessions::Lost { 1 } else { visits.unwrap_or(0) + 1 };
    let (status, web, body) = match service.webs.get(turn % service.webs.len().max(1)) {
        None => (503, String::new(), "<html>No server is available</html>".to_owned()),
        Some(web) => {
            let (status, body) = page(&service, web, path, visits);
            let cookie = format!("Set-Cookie: other=1\r\nSet-Cookie: JSESSIONID={visits}; Path=/\r\n");
            (status, format!("X-Gureum-Web: {web}\r\n{cookie}"), body)
        }
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\n{web}Content-Length: {length}\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
}

fn page(service: &Service, web: &str, path: &str, visits: u64) -> (u16, String) {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts[..] {
        ["gureum", "web"] => (200, format!("web {web} {}\n", service.environment)),
        ["gureum", "was", was] if service.lost.contains(&was) => (502, "<h1>Bad Gateway</h1>".into()),
        ["gureum", "was", was, "?session"] if service.sessions != Sessions::Unknown => {
            let (status, body) = self_check(service, was);
            let session = format!(r#","session":{{"id":"A1","visits":{visits},"shared":true,"words":""}}}}"#);
            (status, format!("{}{session}", body.trim_end_matches('}')))
        }
        ["gureum", "was", was] | ["gureum", "was", was, "?session"] => self_check(service, was),
        ["gureum", "gw", _] => self_check(service, "was-2"),
        [""] => (if service.database { 200 } else { 503 }, "<html></html>".into()),
        _ => (404, "nothing here".into()),
    }
}

fn self_check(service: &Service, was: &str) -> (u16, String) {
    let database = if service.database {
        r#"{"name":"database","ok":true,"ms":3,"product":"MariaDB","version":"10.11.6"}"#
    } else {
        r#"{"name":"database","ok":false,"ms":30,"product":"","version":"","words":"Connection refused"}"#
    };
    let token = if service.database { format!("\"{}\"", service.token) } else { "null".into() };
    let cache = if service.cache_told { r#",{"name":"cache","ok":true,"ms":1,"product":"Redis"}"# } else { "" };
    let environment = service.environment;
    let body =
        format!(r#"{{"was":"{was}","token":{token},"environment":"{environment}","checks":[{database}{cache}]}}"#);
    (if service.database { 200 } else { 503 }, body)
}

fn node(local: &str, role: Role, depends_on: &[Role]) -> Node {
    let (applications, gateways) = match role {
        Role::Web => (vec!["was-1".to_owned(), "was-2".to_owned()], vec!["gw-1".to_owned()]),
        _ => (vec![], vec![]),
    };
    Node { local: local.into(), roles: vec![role], depends_on: depends_on.to_vec(), applications, gateways }
}

fn chain() -> Chain {
    let depends_on = [Role::Database, Role::Cache];
    let address = OutputRef { address: Address::new("floating-ip", "front"), field: "floating_ip_address".into() };
    let servers = vec!["web-1".to_owned(), "web-2".to_owned()];
    Chain {
        environment: "shop".into(),
        token: TOKEN.into(),
        fronts: vec![Front { name: "front".into(), address, port: 80, servers }],
        nodes: vec![
            node("web-1", Role::Web, &[]),
            node("web-2", Role::Web, &[]),
            node("was-1", Role::Application, &depends_on),
            node("was-2", Role::Application, &depends_on),
            node("gw-1", Role::Gateway, &[]),
            node("db-1", Role::Database, &[]),
        ],
    }
}

fn verifier(limits: Limits) -> Verifier {
    Verifier { chain: chain(), outside: true, cloud: None, secrets: Arc::default(), limits, patience: Duration::ZERO }
}

fn at(address: &str) -> Outputs {
    let outputs = [("floating_ip_address".to_owned(), address.to_owned())];
    Outputs::from([(Address::new("floating-ip", "front"), outputs.into())])
}

async fn seen(service: Service) -> Verification {
    let service = Arc::new(Mutex::new(service));
    let address = serve(&service).await;
    verifier(Limits::default()).once(&at(&address)).await
}

fn hop<'a>(seen: &'a Verification, name: &str) -> &'a Hop {
    let found = seen.hops.iter().find(|hop| hop.name() == name);
    found.unwrap_or_else(|| panic!("{name} is not in {:#?}", seen.hops))
}

fn faults(seen: &Verification) -> Vec<String> {
    seen.hops.iter().filter(|hop| hop.fault.is_some()).map(Hop::name).collect()
}

#[tokio::test]
async fn a_healthy_service_shows_every_hop_once() {
    let seen = seen(Service::default()).await;
    let names: Vec<String> = seen.hops.iter().map(Hop::name).collect();
    assert_eq!(
        names,
        [
            "internet → front",
            "front → web-1",
            "front → web-2",
            "web-1 → was-1",
            "web-2 → was-1",
            "was-1 → cache",
            "was-1 → database",
            "web-1 → was-2",
            "web-2 → was-2",
            "was-2 → cache",
            "was-2 → database",
            "web-1 → gw-1",
            "web-2 → gw-1",
            "front → /",
        ]
    );
    assert_eq!(seen.verdict(), Verdict::Answers, "{:?}", seen.culprit());
    let database = hop(&seen, "was-1 → database");
    assert_eq!((database.product.as_deref(), database.ms), (Some("MariaDB 10.11.6"), Some(3)));
    assert_eq!(seen.requests, 11, "two web servers in turn need two requests each, two for sessions, and one page");
}

#[tokio::test]
async fn a_database_that_is_down_is_named_and_not_the_servers_before_it() {
    let seen = seen(Service { database: false, ..Service::default() }).await;
    assert_eq!(seen.verdict(), Verdict::Fails);
    assert_eq!(faults(&seen), ["was-1 → database", "was-2 → database", "front → /"]);
    let down = Fault::Down { words: "Connection refused".into() };
    assert_eq!(seen.culprit().and_then(|hop| hop.fault.clone()), Some(down));
    assert_eq!(hop(&seen, "was-1 → database").product, None, "nobody knows what it is");
}

#[tokio::test]
async fn a_web_server_that_never_answers_is_missed() {
    let seen = seen(Service { webs: vec!["web-2"], ..Service::default() }).await;
    assert_eq!(hop(&seen, "front → web-1").fault, Some(Fault::Unseen { requests: 9 }));
    assert_eq!(hop(&seen, "web-1 → was-1").fault, Some(Fault::Untried { because: "front → web-1".into() }));
    assert_eq!(hop(&seen, "web-2 → was-1").fault, None);
    assert_eq!(seen.culprit().map(Hop::name).as_deref(), Some("front → web-1"));
}

#[tokio::test]
async fn a_balancer_without_members_is_told_by_its_own_words() {
    let seen = seen(Service { webs: vec![], ..Service::default() }).await;
    assert_eq!(hop(&seen, "internet → front").fault, None, "it answers");
    let words = "<html>No server is available</html>".to_owned();
    assert_eq!(hop(&seen, "front → web-1").fault, Some(Fault::Status { status: 503, words }));
}

#[tokio::test]
async fn an_application_behind_one_that_is_lost_is_told_apart() {
    let seen = seen(Service { lost: vec!["was-2"], ..Service::default() }).await;
    assert_eq!(faults(&seen), ["web-1 → was-2", "web-2 → was-2"]);
    let Some(Fault::Status { status: 502, .. }) = hop(&seen, "web-1 → was-2").fault else {
        panic!("{:?}", hop(&seen, "web-1 → was-2"));
    };
}

#[tokio::test]
async fn another_deployment_s_token_and_environment_are_no_success() {
    let wrong = seen(Service { token: "구름-00000000", ..Service::default() }).await;
    let found = "구름-00000000".to_owned();
    assert_eq!(hop(&wrong, "was-1 → database").fault, Some(Fault::Token { found }));
    let other = seen(Service { environment: "blog", ..Service::default() }).await;
    assert_eq!(hop(&other, "front → web-1").fault, Some(Fault::Odd { words: "web web-1 blog".into() }));
    assert_eq!(other.verdict(), Verdict::Fails);
}

#[tokio::test]
async fn a_session_that_applications_share_goes_on_from_one_to_the_next() {
    let shared = seen(Service { sessions: Sessions::Shared, ..Service::default() }).await;
    assert_eq!(shared.verdict(), Verdict::Answers, "{:?}", shared.culprit());
    assert_eq!((&hop(&shared, "was-1 → session").fault, &hop(&shared, "was-2 → session").fault), (&None, &None));
    let lost = seen(Service { sessions: Sessions::Lost, ..Service::default() }).await;
    assert_eq!(faults(&lost), ["was-2 → session"]);
    let words = "visit 1 of A1 after visit 1 of A1".to_owned();
    assert_eq!(hop(&lost, "was-2 → session").fault, Some(Fault::Odd { words }));
    let one = seen(Service { sessions: Sessions::Shared, lost: vec!["was-1"], ..Service::default() }).await;
    assert_eq!(hop(&one, "was-2 → session").fault, None, "who does not answer is told of elsewhere");
}

#[tokio::test]
async fn what_an_application_should_tell_of_and_does_not_is_missed() {
    let seen = seen(Service { cache_told: false, ..Service::default() }).await;
    assert_eq!(faults(&seen), ["was-1 → cache", "was-2 → cache"]);
    assert_eq!(hop(&seen, "was-1 → cache").fault, Some(Fault::Unsaid));
}

#[tokio::test]
async fn who_takes_no_connection_is_there_and_who_is_not_is_out_of_reach() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address").to_string();
    let refused = verifier(Limits::default()).once(&at(&closed)).await;
    assert!(matches!(hop(&refused, "internet → front").fault, Some(Fault::Refused { .. })), "{refused:?}");
    assert_eq!(refused.verdict(), Verdict::Fails);
    assert_eq!(faults(&refused), ["internet → front", "front → web-1", "front → web-2"]);

    // No connection leads to all hosts at once.
    let limits = Limits { connect: Duration::from_millis(200), ..Limits::default() };
    let unreached = verifier(limits).once(&at("255.255.255.255")).await;
    assert!(hop(&unreached, "internet → front").fault.as_ref().is_some_and(Fault::is_unreached), "{unreached:?}");
    assert_eq!((unreached.verdict(), unreached.requests), (Verdict::Fails, 2), "no guest speaks for it");

    let unknown = verifier(limits).once(&Outputs::new()).await;
    assert_eq!(hop(&unknown, "internet → front").fault, Some(Fault::NoAddress));
}

#[tokio::test]
async fn one_that_is_too_slow_is_silent_and_the_whole_has_its_limit() {
    let service = Arc::new(Mutex::new(Service { delay: Duration::from_millis(400), ..Service::default() }));
    let address = serve(&service).await;
    let limits = Limits { answer: Duration::from_millis(100), ..Limits::default() };
    let slow = verifier(limits).once(&at(&address)).await;
    assert_eq!(hop(&slow, "front → web-1").fault, Some(Fault::Silent { words: "timed out".into() }));
    assert_eq!(slow.requests, 4, "three tries, and the page");

    let limits = Limits { round: Duration::from_secs(1), ..Limits::default() };
    let over = verifier(limits).once(&at(&address)).await;
    assert_eq!(hop(&over, "front → /").fault, Some(Fault::OutOfTime));
    assert!(over.ms < 1_500, "{}", over.ms);
}

#[tokio::test]
async fn a_service_that_comes_up_late_is_waited_for_and_told_of_once() {
    let service = Arc::new(Mutex::new(Service { webs: vec![], ..Service::default() }));
    let address = serve(&service).await;
    let limits = Limits { pause: Duration::from_millis(100), ..Limits::default() };
    let verifier = Verifier { patience: Duration::from_secs(30), ..verifier(limits) };
    let later = Arc::clone(&service);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(350)).await;
        *later.lock().expect("not poisoned") = Service::default();
    });
    let mut told = Vec::new();
    let seen = until(&verifier, &at(&address), &SystemClock, |seen, _| told.push(faults(seen))).await;
    assert_eq!(seen.verdict(), Verdict::Answers, "{:?}", seen.culprit());
    assert_eq!(told.len(), 1, "the same fault is told once: {told:?}");
    let never = Verifier { patience: Duration::from_millis(250), ..verifier };
    service.lock().expect("not poisoned").webs.clear();
    let seen = until(&never, &at(&address), &SystemClock, |_, _| {}).await;
    assert_eq!(seen.verdict(), Verdict::Fails);
}
