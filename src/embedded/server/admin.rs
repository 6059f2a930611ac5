//! What the process can be told beside OpenStack's paths, and how it is told: `/embedded` and what is below it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value as Json;

use super::super::exchange::{Reply, Request};
use super::lock::Running;
use super::{Kept, ServeError, bound, faults};

/// What these paths begin with; no service's do.
pub(super) const PREFIX: &str = "/embedded";

/// A process on this machine answers at once, unless a large request holds it.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn carry_out(kept: &mut Kept, now: i64, request: &Request) -> Reply {
    let path = &request.path[PREFIX.len()..];
    if let Some(rest) = path.strip_prefix("/faults").filter(|rest| rest.is_empty() || rest.starts_with('/')) {
        return faults::carry_out(kept, now, request, rest);
    }
    match (request.method.as_str(), path) {
        ("GET", "") => Reply::json(200, &serde_json::json!({"embedded": {"pid": std::process::id()}})),
        ("POST", "/reset") => match kept.forget(now) {
            Ok(()) => Reply::empty(204),
            Err(error) => faults::refusal(503, &error.to_string()),
        },
        ("POST", "/bound") => bound::carry_out(request),
        _ => faults::refusal(404, &format!("no {} {}", request.method, request.path)),
    }
}

/// Whether it answers. Asking counts as a request: one that was about to end as idle stays.
pub fn awake(running: Running) -> bool {
    ask(running, "GET", PREFIX, None).is_ok()
}

pub(super) fn forget(running: Running) -> Result<(), ServeError> {
    let asked = ask(running, "POST", "/embedded/reset", None);
    asked.map(drop).map_err(|why| ServeError::NoAnswer(running, why))
}

/// One request to a cloud that runs, on a connection of its own: the answer's JSON, null without any.
///
/// # Errors
/// Why there is no answer, or what it says is wrong with the request.
pub fn ask(running: Running, method: &str, path: &str, body: Option<&Json>) -> Result<Json, String> {
    let body = body.map(Json::to_string).unwrap_or_default();
    let exchange = || -> std::io::Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, running.port));
        let mut socket = TcpStream::connect_timeout(&address, PATIENCE)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        socket.write_all((head + &body).as_bytes())?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = exchange().map_err(|error| error.to_string())?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).unwrap_or_default();
    let json: Json = serde_json::from_str(body).unwrap_or_default();
    if status.starts_with('2') {
        return Ok(json);
    }
    Err(json["error"].as_str().map_or_else(|| format!("{status} {}", body.trim_end()), str::to_owned))
}
