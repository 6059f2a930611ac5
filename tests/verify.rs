//! `gureum verify`, `bindings` and `ssh` as their users meet them: the binary, a journal as a deploy leaves it, and a service that one
//! small server of this process plays.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use gureum::blueprint::{self, Goal, Inputs};
use gureum::event::{CommandWord, Happening, OperationWord, OutcomeWord, Started};
use gureum::journal::{self, Journal, KeyFile, Sqlite};
use gureum::kind::Kind;
use gureum::model::{Address, EnvironmentKey, EnvironmentName};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_empty};
use tempfile::TempDir;

/// Load balancer, two web servers in turn, and the applications behind them.
struct Service {
    address: String,
    database: Arc<AtomicBool>,
    token: Arc<Mutex<String>>,
}

impl Service {
    fn start(token: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (database, token) = (Arc::new(AtomicBool::new(true)), Arc::new(Mutex::new(token)));
        let (well, word, turn) = (Arc::clone(&database), Arc::clone(&token), AtomicUsize::new(0));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let web = format!("web-{}", turn.fetch_add(1, Ordering::Relaxed) % 2 + 1);
                let token = word.lock().expect("not poisoned").clone();
                answer(stream, &web, well.load(Ordering::Relaxed), &token);
            }
        });
        Self { address, database, token }
    }
}

fn answer(mut stream: TcpStream, web: &str, database: bool, token: &str) {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(read @ 1..) => request.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
    let text = String::from_utf8_lossy(&request).into_owned();
    let path = text.split(' ').nth(1).unwrap_or_default();
    let (status, body) = match path.trim_matches('/').split('/').collect::<Vec<_>>()[..] {
        ["gureum", "web"] => (200, format!("web {web} shop\n")),
        ["gureum", "was" | "gw", server] => {
            let token = if database { token } else { "" };
            let words = if database { "" } else { "SQLException: Connection refused" };
            let checks = format!(
                r#"{{"name":"database","ok":{database},"ms":3,"product":"MariaDB","version":"10.11.6","words":"{words}"}},
                   {{"name":"cache","ok":true,"ms":1,"product":"Redis","version":"7.0","words":""}}"#
            );
            let body = format!(r#"{{"was":"{server}","token":"{token}","environment":"shop","checks":[{checks}]}}"#);
            (if database { 200 } else { 503 }, body)
        }
        _ => (if database { 200 } else { 503 }, "<html></html>".to_owned()),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} X\r\nX-Gureum-Web: {web}\r\nContent-Length: {length}\r\nConnection: close\r\n");
    // A client that has seen enough may be gone.
    let _ = stream.write_all(format!("{head}\r\n{body}").as_bytes());
}

/// A user with a home of its own.
struct User(TempDir);

fn key() -> EnvironmentKey {
    let name = EnvironmentName::parse("shop").expect("a name");
    EnvironmentKey { project_id: "p".into(), region: "R".into(), name }
}

impl User {
    /// Who has deployed the shop with these inputs; its floating addresses are at `address`.
    fn deployed(inputs: Inputs, address: &str, servers: &[&str]) -> Self {
        let user = Self(TempDir::new().expect("a folder"));
        let folder = journal::folder(&user.0.path().join("state/gureum"), &key());
        let keys = KeyFile::new(user.0.path().join("state/gureum/key"));
        let journal = Sqlite::open(&folder, &keys).expect("it opens");
        journal::remember(&folder, &key()).expect("remembered");
        let files = blueprint::builtin();
        let (_, text) = files.iter().find(|(id, _)| *id == inputs.usecase).expect("it is compiled in");
        let mut events = vec![Happening::Started(Started {
            command: CommandWord::Deploy,
            inputs: Some(serde_json::to_value(&inputs).expect("serialises")),
            blueprint: Some((*text).to_owned()),
            plan_digest: String::new(),
            steps: 1,
            version: "1".into(),
        })];
        for server in servers {
            events.extend(made(Address::new("server", server), Kind::Server, None));
        }
        for local in ["front", "bastion-1"] {
            events.extend(made(Address::new("floating-ip", local), Kind::FloatingIp, Some(address)));
        }
        events.push(Happening::Ended { outcome: OutcomeWord::Done, exit_code: 0, because: None });
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(journal.append(1_700_000_000_000, "r1", events)).expect("written");
        user
    }

    fn run(&self, arguments: &[&str]) -> Assert {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gureum"));
        command.env_clear().current_dir(self.0.path()).env("HOME", self.0.path()).args(arguments);
        command.env("XDG_STATE_HOME", self.0.path().join("state")).assert()
    }
}

fn made(address: Address, kind: Kind, floating: Option<&str>) -> [Happening; 3] {
    let (operation, id) = (OperationWord::Create, format!("id-{}", address.local()));
    let outputs = floating.map(|it| ("floating_ip_address".to_owned(), it.to_owned())).into_iter().collect();
    [
        Happening::Intended { address: address.clone(), kind, operation, id: None, detail: None },
        Happening::Accepted {
            address: address.clone(),
            kind,
            operation,
            id: id.clone(),
            request_id: None,
            adopted: false,
        },
        Happening::Settled { address, kind, operation, id, outputs },
    ]
}

const SERVERS: [&str; 8] = ["web-1", "web-2", "was-1", "was-2", "gw-1", "gw-2", "db-1", "kv-1"];

fn inputs() -> Inputs {
    let name = Some(key().name);
    Inputs { name, usecase: "usecase-2.6".into(), os: Some("debian-12".into()), ..Inputs::default() }
}

fn out(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).expect("text")
}

#[test]
fn a_service_is_followed_from_the_balancer_to_the_database() {
    let service = Service::start(format!("구름-{}", key().id()));
    let user = User::deployed(inputs(), &service.address, &SERVERS);
    let well = out(&user.run(&["verify", "shop"]).code(0));
    for hop in [
        "✓ internet → front",
        "✓ front → web-2",
        "✓ web-2 → was-1",
        "✓ was-2 → database (MariaDB 10.11.6)",
        "✓ was-1 → cache",
        "✓ front → /",
    ] {
        assert!(well.contains(hop), "{hop} is not in\n{well}");
    }
    assert!(well.ends_with("Everything answers.\n"), "{well}");
    let json: serde_json::Value =
        serde_json::from_str(&out(&user.run(&["--json", "verify", "shop"]).code(0))).expect("json");
    assert_eq!(json["verdict"], "answers");
    assert!(json["hops"].as_array().expect("hops").iter().all(|hop| hop["ok"] == true));

    service.database.store(false, Ordering::Relaxed);
    let ill = user.run(&["verify", "shop"]).code(1);
    let ill = out(&ill);
    assert!(ill.contains("✗ was-1 → database") && ill.contains("✓ web-1 → was-1"), "{ill}");
    assert!(ill.ends_with("was-1 → database: down: SQLException: Connection refused\n"), "{ill}");
    user.run(&["--lang", "ko", "verify", "shop"]).code(1).stdout(contains("응답하지 않음: was-1 → database: 중단됨"));

    service.database.store(true, Ordering::Relaxed);
    *service.token.lock().expect("not poisoned") = "구름-00000000".into();
    user.run(&["verify", "shop"]).code(1).stdout(contains("another deployment's token: 구름-00000000"));
}

#[test]
fn one_that_comes_up_is_waited_for() {
    let service = Service::start(format!("구름-{}", key().id()));
    service.database.store(false, Ordering::Relaxed);
    let user = User::deployed(inputs(), &service.address, &SERVERS);
    let database = Arc::clone(&service.database);
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(3));
        database.store(true, Ordering::Relaxed);
    });
    let waited = user.run(&["verify", "shop", "--wait", "60"]).code(0);
    waited.stderr(contains("not yet").and(contains("was-1 → database")));
}

#[test]
fn an_address_out_of_reach_is_told_apart_from_a_service_that_is_down() {
    let user = User::deployed(inputs(), "255.255.255.255", &SERVERS);
    let unreached = user.run(&["verify", "shop"]).code(1);
    unreached
        .stdout(contains("internet → front").and(contains("cannot be reached from here")))
        .stderr(contains("guests' own view"));
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").to_string();
    let user = User::deployed(inputs(), &closed, &SERVERS);
    user.run(&["verify", "shop"]).code(1).stdout(contains("takes no connection")).stderr(is_empty());
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let active = Inputs { until: Some(Goal::Active), ..inputs() };
    let user = User::deployed(active, "127.0.0.1:1", &SERVERS);
    user.run(&["verify", "shop"]).code(3).stdout(is_empty()).stderr(contains("--until ready"));
    user.run(&["verify", "shpo"]).code(3).stderr(contains("`shpo`"));
    let gone = User::deployed(inputs(), "127.0.0.1:1", &[]);
    for command in [&["verify", "shop"][..], &["bindings", "shop"], &["logs", "shop", "web-1"]] {
        gone.run(command).code(3).stderr(contains("nothing of environment `shop` exists"));
    }
}

#[test]
fn bindings_name_secrets_in_every_form() {
    let user = User::deployed(inputs(), "127.0.0.1:1", &SERVERS);
    let of = |format: &str| out(&user.run(&["bindings", "shop", "--format", format]).code(0));
    let env = of("env");
    assert!(env.contains("DB_URL='mariadb://app:<secret:db.app_password>@10.10.3.11:3306/app'\n"), "{env}");
    assert!(
        env.contains("KV_PASSWORD='<secret:kv.password>'\n") && env.contains("ASSETS_CONTAINER='shop-assets-"),
        "{env}"
    );
    assert!(of("k8s").contains("kind: Secret\nmetadata:\n  name: shop-db\n"));
    let cf: serde_json::Value = serde_json::from_str(&of("cf")).expect("json");
    assert_eq!(cf["user-provided"][1]["credentials"]["username"], "app", "{cf}");
    assert_eq!(of("jdbc"), "jdbc:mariadb://10.10.3.11:3306/app?user=app&password=<secret:db.app_password>\n");
    let json = out(&user.run(&["--json", "bindings", "shop"]).code(0));
    let json: serde_json::Value = serde_json::from_str(&json).expect("json");
    assert!(json["bindings"].as_array().expect("a list").iter().any(|one| one["role"] == "cache"), "{json}");
}

#[test]
fn ssh_goes_through_the_bastion() {
    let mut with = inputs();
    with.settings.ssh_from = Some("203.0.113.0/24".parse().expect("a range"));
    with.settings.ssh_key = Some("ssh-ed25519 AAAA me".into());
    let servers = [&SERVERS[..], &["bastion-1"]].concat();
    let user = User::deployed(with, "203.0.113.9", &servers);
    let print = |more: &[&str]| out(&user.run(&[&["ssh", "shop"], more].concat()).code(0));
    assert_eq!(print(&["web-1", "--print"]), "ssh -J debian@203.0.113.9 debian@10.10.1.11\n");
    assert_eq!(print(&["bastion-1", "--print", "--user", "me"]), "ssh me@203.0.113.9\n");
    let words = print(&["db-1", "--print", "--", "tail", "-n", "3", "/var/log/my log"]);
    assert_eq!(words, "ssh -J debian@203.0.113.9 debian@10.10.3.11 -- tail -n 3 '/var/log/my log'\n");
    user.run(&["ssh", "shop", "web-9", "--print"]).code(1).stderr(contains("web-9").and(contains("web-1, web-2")));
    let closed = User::deployed(inputs(), "203.0.113.9", &SERVERS);
    closed.run(&["ssh", "shop", "web-1"]).code(3).stderr(contains("--ssh-from, --ssh-key"));
}
