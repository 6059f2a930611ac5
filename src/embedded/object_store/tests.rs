//! Swift as its clients see it. What a real Swift answers was seen on a 2.30.

use hmac::{Hmac, Mac};
use serde_json::{Value as Json, json};

use super::super::cloud::{Cloud, Settings};
use super::super::exchange::{Reply, Request};

const ACCOUNT: &str = "/v1/AUTH_000000000000000000000000000007e0";

struct Bench {
    cloud: Cloud,
    now: i64,
}

impl Bench {
    fn new() -> Self {
        let mut cloud = Cloud::seeded(Settings::default(), 0);
        let token = json!({"_user": "u", "_project": "000000000000000000000000000007e0", "_roles": ["member"], "_expires": i64::MAX});
        cloud.world.put("tokens", "tenant", token.as_object().cloned().unwrap_or_default());
        cloud.world.commit();
        Self { cloud, now: 1_795_548_004_538 }
    }

    fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let request = Request {
            method: method.to_owned(),
            path: format!("/object-store{ACCOUNT}{path}"),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: body.to_vec(),
        };
        self.cloud.handle(self.now, &request).0
    }

    fn own(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let all: Vec<(&str, &str)> = headers.iter().copied().chain([("x-auth-token", "tenant")]).collect();
        self.send(method, path, &all, body)
    }

    fn status(&mut self, method: &str, path: &str) -> u16 {
        self.own(method, path, &[], b"").status
    }
}

fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    let found = reply.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map_or("", |(_, value)| value.as_str())
}

fn text(reply: &Reply) -> String {
    String::from_utf8_lossy(&reply.body).into_owned()
}

#[test]
fn containers_come_and_go() {
    let mut bench = Bench::new();
    assert_eq!(bench.status("GET", "/c"), 404);
    let made = bench.own("PUT", "/c", &[("x-container-meta-colour", "red")], b"");
    assert_eq!(made.status, 201);
    assert!(header(&made, "X-Trans-Id").starts_with("tx") && header(&made, "X-Trans-Id").ends_with("-006b05e364"));
    assert_eq!(bench.status("PUT", "/c"), 202);
    let head = bench.own("HEAD", "/c", &[], b"");
    assert_eq!((head.status, header(&head, "X-Container-Meta-Colour")), (204, "red"));
    assert_eq!(header(&head, "X-Timestamp"), "1795548004.53800");
    assert_eq!(header(&head, "Last-Modified"), "Tue, 24 Nov 2026 19:20:05 GMT");
    assert_eq!(bench.own("POST", "/c", &[("x-remove-container-meta-colour", "x")], b"").status, 204);
    assert_eq!(header(&bench.own("HEAD", "/c", &[], b""), "X-Container-Meta-Colour"), "");
    bench.own("PUT", "/c/o", &[], b"x");
    assert_eq!(bench.status("DELETE", "/c"), 409);
    assert_eq!(bench.status("DELETE", "/c/o"), 204);
    assert_eq!(bench.status("DELETE", "/c"), 204);
    assert_eq!(bench.status("DELETE", "/c"), 404);
    let long = bench.own("PUT", &format!("/{}", "x".repeat(300)), &[], b"");
    assert_eq!((long.status, text(&long).as_str()), (400, "Container name length of 300 longer than 256"));
}

#[test]
fn listings() {
    let mut bench = Bench::new();
    for path in ["/c", "/d", "/c/b", "/c/dir/a.txt", "/c/dir/c", "/c/dir/"] {
        assert_eq!(bench.own("PUT", path, &[], b"zz").status, 201, "{path}");
    }
    assert_eq!(text(&bench.own("GET", "/c", &[], b"")), "b\ndir/\ndir/a.txt\ndir/c\n");
    assert_eq!(text(&bench.own("GET", "/c?delimiter=/", &[], b"")), "b\ndir/\n");
    assert_eq!(text(&bench.own("GET", "/c?prefix=dir/&marker=dir/&limit=1", &[], b"")), "dir/a.txt\n");
    assert_eq!(text(&bench.own("GET", "/c?reverse=true&limit=1", &[], b"")), "dir/c\n");
    assert_eq!(bench.own("GET", "/c?prefix=none", &[], b"").status, 204);
    let too_many = bench.own("GET", "/c?limit=99999", &[], b"");
    assert_eq!((too_many.status, text(&too_many).as_str()), (412, "Maximum limit is 10000"));
    let rows: Json =
        serde_json::from_slice(&bench.own("GET", "/c?format=json&delimiter=/", &[], b"").body).expect("json");
    assert_eq!(rows[1], json!({"subdir": "dir/"}));
    assert_eq!(rows[0]["last_modified"], "2026-11-24T19:20:04.538000");
    let account = bench.own("GET", "", &[("accept", "application/json")], b"");
    assert_eq!((header(&account, "X-Account-Object-Count"), header(&account, "Vary")), ("4", "Accept"));
    let rows: Json = serde_json::from_slice(&account.body).expect("json");
    assert_eq!((&rows[0]["name"], &rows[0]["count"], &rows[0]["bytes"]), (&json!("c"), &json!(4), &json!(8)));
    assert_eq!(bench.own("GET", "", &[("accept", "text/html")], b"").status, 406);
}

#[test]
fn objects_in_whole_and_in_part() {
    let mut bench = Bench::new();
    assert_eq!(bench.own("PUT", "/c/o", &[], b"x").status, 404);
    bench.status("PUT", "/c");
    let kind = ("content-type", "text/plain");
    let made = bench.own("PUT", "/c/o", &[kind, ("x-object-meta-a", "1")], b"hello world");
    assert_eq!((made.status, header(&made, "Etag")), (201, "5eb63bbbe01eeed093cb22bb8f5acdc3"));
    let got = bench.own("GET", "/c/o", &[], b"");
    assert_eq!((text(&got).as_str(), header(&got, "X-Object-Meta-A")), ("hello world", "1"));
    assert_eq!(header(&got, "Content-Type"), "text/plain");
    for (range, status, body, content) in [
        ("bytes=0-4", 206, "hello", "bytes 0-4/11"),
        ("bytes=-3", 206, "rld", "bytes 8-10/11"),
        ("bytes=6-", 206, "world", "bytes 6-10/11"),
        ("lines=1", 200, "hello world", ""),
    ] {
        let got = bench.own("GET", "/c/o", &[("range", range)], b"");
        assert_eq!((got.status, text(&got).as_str(), header(&got, "Content-Range")), (status, body, content));
    }
    let beyond = bench.own("GET", "/c/o", &[("range", "bytes=50-60")], b"");
    assert_eq!((beyond.status, header(&beyond, "Content-Range")), (416, "bytes */11"));
    let two = bench.own("GET", "/c/o", &[("range", "bytes=0-1,3-4")], b"");
    assert_eq!((two.status, two.body.len()), (206, 230));
    assert_eq!(bench.own("GET", "/c/o", &[("if-none-match", "5eb63bbbe01eeed093cb22bb8f5acdc3")], b"").status, 304);
    assert_eq!(bench.own("GET", "/c/o", &[("if-match", "nope")], b"").status, 412);
    assert_eq!(bench.own("PUT", "/c/o", &[("if-none-match", "*")], b"x").status, 412);
    assert_eq!(bench.own("PUT", "/c/o", &[("etag", "00000000000000000000000000000000")], b"x").status, 422);
    assert_eq!(bench.own("POST", "/c/o", &[("x-object-meta-b", "2")], b"").status, 202);
    let head = bench.own("HEAD", "/c/o", &[], b"");
    assert_eq!((header(&head, "X-Object-Meta-A"), header(&head, "X-Object-Meta-B")), ("", "2"));
    let copy = bench.own("COPY", "/c/o", &[("destination", "c/copied")], b"");
    assert_eq!((copy.status, header(&copy, "X-Copied-From")), (201, "c/o"));
    assert_eq!(bench.own("PUT", "/c/again", &[("x-copy-from", "/c/o")], b"").status, 201);
    assert_eq!(text(&bench.own("GET", "/c/again", &[], b"")), "hello world");
    assert_eq!(bench.own("COPY", "/c/o", &[("destination", "none/x")], b"").status, 404);
    assert_eq!(text(&bench.own("COPY", "/c/o", &[], b"")), "Destination header required");
    bench.own("PUT", "/c/short", &[("x-delete-after", "10")], b"x");
    assert_eq!(bench.status("GET", "/c/short"), 200);
    bench.now += 11_000;
    assert_eq!(bench.status("GET", "/c/short"), 404);
}

#[test]
fn strangers_and_open_containers() {
    let mut bench = Bench::new();
    bench.status("PUT", "/c");
    bench.own("PUT", "/c/o", &[], b"x");
    let refused = bench.send("GET", "/c/o", &[], b"");
    assert_eq!(refused.status, 401);
    assert!(refused.headers.iter().any(|(_, value)| value.starts_with("Swift realm=\"AUTH_")));
    bench.own("POST", "/c", &[("x-container-read", ".r:*")], b"");
    assert_eq!(bench.send("GET", "/c/o", &[], b"").status, 200);
    assert_eq!(bench.send("GET", "/c", &[], b"").status, 401);
    bench.own("POST", "/c", &[("x-container-read", ".r:*,.rlistings")], b"");
    assert_eq!(text(&bench.send("GET", "/c", &[], b"")), "o\n");
    let other = json!({"_user": "v", "_project": "other", "_roles": ["member"], "_expires": i64::MAX});
    bench.cloud.world.put("tokens", "other", other.as_object().cloned().unwrap_or_default());
    bench.cloud.world.commit();
    let refused = bench.send("PUT", "/c/p", &[("x-auth-token", "other")], b"x");
    assert_eq!((refused.status, text(&refused).contains("Access was denied")), (403, true));
}

fn signature<M: Mac>(mac: M, method: &str, expires: i64, path: &str) -> String {
    let bytes = mac.chain_update(format!("{method}\n{expires}\n{path}")).finalize().into_bytes();
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[test]
fn signed_urls() {
    let mut bench = Bench::new();
    bench.own("PUT", "/c", &[("x-container-meta-temp-url-key", "secret")], b"");
    bench.own("POST", "", &[("x-account-meta-temp-url-key", "other")], b"");
    bench.own("PUT", "/c/dir/a.txt", &[("x-object-meta-a", "1")], b"hello");
    let expires = bench.now / 1000 + 600;
    let path = format!("{ACCOUNT}/c/dir/a.txt");
    let key = |key: &str| Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).expect("any length");
    let signatures = [
        signature(Hmac::<sha1::Sha1>::new_from_slice(b"secret").expect("any"), "GET", expires, &path),
        signature(key("secret"), "GET", expires, &path),
        signature(key("other"), "GET", expires, &path),
        signature(key("secret"), "GET", expires, &format!("/object-store{path}")),
        signature(Hmac::<sha2::Sha512>::new_from_slice(b"secret").expect("any"), "GET", expires, &path),
    ];
    for signature in &signatures {
        let url = format!("/c/dir/a.txt?temp_url_sig={signature}&temp_url_expires={expires}");
        let got = bench.send("GET", &url, &[], b"");
        assert_eq!((got.status, text(&got).as_str(), header(&got, "X-Object-Meta-A")), (200, "hello", ""));
        let wanted = "attachment; filename=\"a.txt\"; filename*=UTF-8''a.txt";
        assert_eq!(header(&got, "Content-Disposition"), wanted);
        assert_eq!(bench.send("HEAD", &url, &[], b"").status, 200);
        let refused = bench.send("PUT", &url, &[], b"x");
        assert_eq!((refused.status, text(&refused).as_str()), (401, "401 Unauthorized: Temp URL invalid\n"));
        assert_eq!(bench.send("GET", &format!("{url}0"), &[], b"").status, 401);
    }
    let put = signature(key("secret"), "PUT", expires, &format!("{ACCOUNT}/c/new"));
    let url = format!("/c/new?temp_url_sig={put}&temp_url_expires={expires}");
    assert_eq!(bench.send("PUT", &url, &[], b"x").status, 201);
    let late = format!("/c/dir/a.txt?temp_url_sig={}&temp_url_expires={expires}", signatures[1]);
    bench.now += 601_000;
    assert_eq!(bench.send("GET", &late, &[], b"").status, 401);
}
