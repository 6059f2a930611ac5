//! Requests from within: by a user of the cloud's own, without a connection.

use serde_json::{Value as Json, json};

use super::cloud::Cloud;
use super::exchange::Request;
use super::identity::PASSWORD;
use super::world::Change;

impl Cloud {
    /// One request at once by a user of this cloud's (`admin`, `tenant`): its status, its body, and what it changed.
    pub fn as_user(
        &mut self,
        now: i64,
        user: &str,
        method: &str,
        path: &str,
        body: Option<&Json>,
    ) -> (u16, Json, Vec<Change>) {
        let json = |body: &Json| body.to_string().into_bytes();
        let login = json!({"auth": {"identity": {"methods": ["password"], "password": {"user":
            {"name": user, "domain": {"id": "default"}, "password": PASSWORD}}},
            "scope": {"project": {"name": user, "domain": {"id": "default"}}}}});
        let request = |method: &str, path: &str, headers: Vec<(String, String)>, body: Vec<u8>| {
            let (path, query) = path.split_once('?').unwrap_or((path, ""));
            let pairs = url::form_urlencoded::parse(query.as_bytes());
            let query = pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            Request { method: method.to_owned(), path: path.to_owned(), query, headers, body }
        };
        let host = ("host".to_owned(), "embedded".to_owned());
        let (answer, mut changes) =
            self.handle(now, &request("POST", "/v3/auth/tokens", vec![host.clone()], json(&login)));
        let token = answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-subject-token"));
        let token = token.map(|(_, token)| token.clone()).unwrap_or_default();
        let headers = vec![
            host,
            ("x-auth-token".to_owned(), token.clone()),
            ("content-type".to_owned(), "application/json".to_owned()),
            ("openstack-api-version".to_owned(), "compute 2.90".to_owned()),
        ];
        let (reply, more) = self.handle(now, &request(method, path, headers, body.map(json).unwrap_or_default()));
        self.world.remove("tokens", &token);
        changes.extend(more);
        changes.extend(self.world.commit());
        (reply.status, serde_json::from_slice(&reply.body).unwrap_or_default(), changes)
    }
}
