//! A cloud that is empty, lets everybody in who has the password, and writes down what it is asked: enough for planning.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};

/// What stands where a token does, and must never come out anywhere.
pub const TOKEN: &str = "pl4nted-t0ken";

/// The cloud; it answers as long as the test's process lives.
pub struct Cloud {
    /// Where it listens.
    pub port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Cloud {
    /// One that takes this password.
    pub fn start(password: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let seen = Arc::clone(&seen);
                std::thread::spawn(move || serve(stream, port, password, &seen));
            }
        });
        Self { port, requests }
    }

    /// Every request so far, as `METHOD /path`.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("not poisoned").clone()
    }
}

fn serve(stream: TcpStream, port: u16, password: &str, seen: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).expect("a header");
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    seen.lock().expect("not poisoned").push(format!("{method} {path}"));
    let (status, token, answer) = answer(method, &path, &String::from_utf8_lossy(&body), port, password);
    let text = answer.to_string();
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nX-Openstack-Request-Id: req-{}\r\n{token}\
         Content-Length: {}\r\nConnection: close\r\n\r\n{text}",
        seen.lock().expect("not poisoned").len(),
        text.len()
    );
    // A client that was stopped does not listen any more.
    let _ = reader.into_inner().write_all(answer.as_bytes());
}

fn answer(method: &str, path: &str, body: &str, port: u16, password: &str) -> (&'static str, String, Json) {
    match (method, path) {
        ("POST", "/v3/auth/tokens") if body.contains(password) => {
            ("201 Created", format!("X-Subject-Token: {TOKEN}\r\n"), token(port))
        }
        ("POST", "/v3/auth/tokens") => {
            let message = "The request you have made requires authentication.";
            (
                "401 Unauthorized",
                String::new(),
                json!({"error": {"code": 401, "title": "Unauthorized", "message": message}}),
            )
        }
        ("GET", path) if path.contains("/quotas/") || path.ends_with("/limits") => {
            ("403 Forbidden", String::new(), json!({"message": "Policy does not allow it."}))
        }
        ("GET", "/swift/AUTH_p/" | "/swift/AUTH_p") => ("200 OK", String::new(), json!([])),
        ("GET", _) => ("200 OK", String::new(), everything()),
        _ => ("501 Not Implemented", String::new(), json!({"message": "this cloud is only looked at"})),
    }
}

fn token(port: u16) -> Json {
    let services = ["compute", "network", "image", "load-balancer", "object-store", "identity"];
    let catalog = services.map(|service| {
        let path = match service {
            "object-store" => "swift/AUTH_p",
            "compute" => "compute/v2.1",
            other => other,
        };
        let url = format!("http://127.0.0.1:{port}/{path}");
        json!({"type": service, "endpoints": [{"interface": "public", "region_id": "R", "region": "R", "url": url}]})
    });
    json!({"token": {"expires_at": "2100-01-01T00:00:00.000000Z", "project": {"id": "p", "name": "p"}, "catalog": catalog}})
}

/// Whatever collection is asked for, it is in here.
fn everything() -> Json {
    let image = |name: &str, distro: &str, version: &str| {
        json!({"id": name, "name": name, "status": "active", "os_distro": distro, "os_version": version,
               "min_disk": 0, "min_ram": 0, "created_at": "2026-01-01T00:00:00Z"})
    };
    json!({
        "flavors": [{"id": "1", "name": "small", "vcpus": 1, "ram": 2048, "disk": 20},
                    {"id": "2", "name": "medium", "vcpus": 2, "ram": 4096, "disk": 40},
                    {"id": "3", "name": "large", "vcpus": 4, "ram": 8192, "disk": 80}],
        "images": [image("ubuntu-16.04", "ubuntu", "16.04"), image("ubuntu-24.04", "ubuntu", "24.04")],
        "networks": [{"id": "ext", "name": "public", "router:external": true, "description": ""}],
        "subnets": [], "routers": [], "ports": [], "security_groups": [], "security_group_rules": [], "floatingips": [],
        "servers": [], "server_groups": [], "loadbalancers": [], "listeners": [], "pools": [], "healthmonitors": [],
        "members": [], "availabilityZoneInfo": [],
    })
}
