//! Glance as its clients see it.

use serde_json::{Value as Json, json};

use crate::embedded::exchange::{Reply, Request};
use crate::embedded::{Cloud, Settings};

const START: i64 = 1_764_000_000_000;
const PATCH: &str = "application/openstack-images-v2.1-json-patch";
const SEEDED: &str = "1ca60000-0000-4000-a000-000000000001";

struct Client {
    cloud: Cloud,
    token: String,
}

impl Client {
    fn new(user: &str) -> Self {
        let mut cloud = Cloud::seeded(Settings::default(), START);
        let body = json!({"auth": {"identity": {"methods": ["password"],
            "password": {"user": {"name": user, "password": "embedded", "domain": {"id": "default"}}}}}});
        let request = Request {
            method: "POST".into(),
            path: "/v3/auth/tokens".into(),
            body: body.to_string().into_bytes(),
            ..Request::default()
        };
        let (reply, _) = cloud.handle(START, &request);
        let token = reply.headers.into_iter().find(|(name, _)| name == "X-Subject-Token").expect("a token").1;
        Self { cloud, token }
    }

    fn raw(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let mut all = vec![("x-auth-token".to_owned(), self.token.clone())];
        all.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let request = Request {
            method: method.into(),
            path: format!("/image{path}"),
            query: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            headers: all,
            body: body.to_vec(),
        };
        self.cloud.handle(START, &request).0
    }

    fn get(&mut self, path: &str) -> (u16, Json) {
        let reply = self.raw("GET", path, &[], b"");
        (reply.status, serde_json::from_slice(&reply.body).unwrap_or(Json::Null))
    }

    /// The names in a list.
    fn names(&mut self, query: &str) -> Vec<String> {
        let (status, answer) = self.get(&format!("/v2/images{query}"));
        assert_eq!(status, 200, "{query}");
        let all = answer["images"].as_array().expect("a list").clone();
        all.iter().map(|one| one["name"].as_str().unwrap_or_default().to_owned()).collect()
    }

    fn refused(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &Json) -> (u16, String) {
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let reply = self.raw(method, path, headers, &bytes);
        let text = String::from_utf8(reply.body).expect("a text");
        (reply.status, text.split("\n\n").nth(1).unwrap_or_default().to_owned())
    }

    fn create(&mut self, body: &Json) -> Json {
        let reply = self.raw("POST", "/v2/images", &[], body.to_string().as_bytes());
        assert_eq!(reply.status, 201);
        serde_json::from_slice(&reply.body).expect("JSON")
    }
}

#[test]
fn images_are_found_by_any_property() {
    let mut client = Client::new("tenant");
    assert_eq!(client.names("?os_distro=ubuntu&sort=name:asc"), ["ubuntu-16.04", "ubuntu-24.04"]);
    assert_eq!(client.names("?os_distro=ubuntu&os_version=24.04"), ["ubuntu-24.04"]);
    assert_eq!(client.names("?name=in:rocky-9,zz"), ["rocky-9"]);
    assert_eq!(client.names("?status=zz"), [""; 0]);
    assert_eq!(client.names("?visibility=private"), [""; 0]);
    let (_, answer) = client.get("/v2/images?limit=1&sort=name:asc");
    let id = answer["images"][0]["id"].as_str().expect("an id");
    assert_eq!(answer["next"], format!("/v2/images?limit=1&sort=name%3Aasc&marker={id}"));
    assert_eq!(answer["first"], "/v2/images?limit=1&sort=name%3Aasc");
}

#[test]
fn a_page_has_25_images() {
    let mut client = Client::new("tenant");
    for number in 0..30 {
        client.create(&json!({"name": format!("i{number}")}));
    }
    let (_, answer) = client.get("/v2/images");
    assert_eq!(answer["images"].as_array().map(Vec::len), Some(25));
    let next = answer["next"].as_str().expect("a link").to_owned();
    assert_eq!(client.names(next.trim_start_matches("/v2/images")).len(), 10);
}

#[test]
fn refusals_take_the_form_that_was_asked_for() {
    let mut client = Client::new("tenant");
    let reply = client.raw("GET", "/v2/images/zz", &[], b"");
    assert_eq!(reply.body, b"404 Not Found\n\nNo image found with ID zz\n\n   ");
    let reply = client.raw("GET", "/v2/images/zz", &[("accept", "application/json")], b"");
    let answer: Json = serde_json::from_slice(&reply.body).expect("JSON");
    assert_eq!(
        answer,
        json!({"message": "No image found with ID zz<br /><br />\n\n\n", "code": "404 Not Found", "title": "Not Found"})
    );
    let reply = client.raw("GET", "/v2/images/zz", &[("accept", "*/*")], b"");
    assert!(reply.body.starts_with(b"<html>\n <head>\n  <title>404 Not Found</title>"));
    for (query, words) in [
        ("?limit=x", "limit param must be an integer"),
        ("?limit=-1", "limit param must be positive"),
        ("?marker=zz", "No image found with ID zz"),
        ("?visibility=zz", "Invalid visibility value: zz"),
        ("?size_min=x", "Unable to filter on a range with a non-numeric value."),
        (
            "?sort=zz:asc",
            "Invalid sort key: zz. It must be one of the following: name, status, container_format, disk_format, size, id, created_at, updated_at.",
        ),
    ] {
        let seen = client.refused("GET", &format!("/v2/images{query}"), &[], &Json::Null);
        assert_eq!(seen, (400, words.to_owned()), "{query}");
    }
}

#[test]
fn an_image_of_ones_own_from_create_to_delete() {
    let mut client = Client::new("tenant");
    let made = client.create(&json!({"name": "i", "disk_format": "raw", "container_format": "bare", "os_distro": "x"}));
    assert_eq!(
        (&made["status"], &made["visibility"], &made["size"]),
        (&json!("queued"), &json!("shared"), &Json::Null)
    );
    let path = made["self"].as_str().expect("a link").to_owned();
    let file = format!("{path}/file");
    assert_eq!(client.raw("GET", &file, &[], b"").status, 204);
    assert_eq!(client.raw("PUT", &file, &[("content-type", "application/json")], b"abc").status, 415);
    let octets = [("content-type", "application/octet-stream")];
    assert_eq!(client.raw("PUT", &file, &octets, b"abc").status, 204);
    let (status, words) = client.refused("PUT", &file, &octets, &json!({}));
    assert_eq!((status, words.as_str()), (409, "Image status transition from active to saving is not allowed"));
    let shown = client.get(&path).1;
    assert_eq!((&shown["checksum"], &shown["size"]), (&json!("900150983cd24fb0d6963f7d28e17f72"), &json!(3)));
    assert_eq!(client.raw("GET", &file, &[], b"").body, b"abc");
    let patch = [("content-type", PATCH)];
    for (operation, status, words) in [
        (json!({"op": "replace", "path": "/yy", "value": "x"}), 409, "Property yy does not exist."),
        (json!({"op": "replace", "path": "/status", "value": "x"}), 403, "Attribute 'status' is read-only."),
        (json!({"op": "remove", "path": "/name"}), 403, "Property name may not be removed."),
        (
            json!({"op": "replace", "path": "/visibility", "value": "public"}),
            403,
            "You are not authorized to complete publicize_image action.",
        ),
    ] {
        let seen = client.refused("PATCH", &path, &patch, &json!([operation]));
        assert_eq!(seen, (status, words.to_owned()));
    }
    let protect = |value: bool| json!([{"op": "replace", "path": "/protected", "value": value}]).to_string();
    assert_eq!(client.raw("PATCH", &path, &patch, protect(true).as_bytes()).status, 200);
    let (status, words) = client.refused("DELETE", &path, &[], &Json::Null);
    let id = made["id"].as_str().expect("an id");
    assert_eq!((status, words), (403, format!("Image {id} is protected and cannot be deleted.")));
    client.raw("PATCH", &path, &patch, protect(false).as_bytes());
    assert_eq!(client.raw("DELETE", &path, &[], b"").status, 204);
    let (status, words) = client.refused("DELETE", &path, &[], &Json::Null);
    assert_eq!((status, words), (404, format!("Failed to find image {id} to delete")));
}

#[test]
fn public_images_belong_to_somebody_else() {
    let mut client = Client::new("tenant");
    let path = format!("/v2/images/{SEEDED}");
    assert_eq!(client.refused("DELETE", &path, &[], &Json::Null), (403, "You do not own this image".to_owned()));
    assert_eq!(client.get("/v2/schemas/image").1["name"], "image");
    assert_eq!(client.get("/").0, 300);
}
