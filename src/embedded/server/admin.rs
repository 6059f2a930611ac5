//! What the process can be told beside OpenStack's paths, and how it is told: `GET /embedded` and `POST /embedded/reset`.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::super::exchange::{Reply, Request};
use super::lock::Running;
use super::{Kept, ServeError};

/// What these paths begin with; no service's do.
pub(super) const PREFIX: &str = "/embedded";

/// A process on this machine answers at once, unless a large request holds it.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn carry_out(kept: &mut Kept, now: i64, request: &Request) -> Reply {
    match (request.method.as_str(), &request.path[PREFIX.len()..]) {
        ("GET", "") => Reply::json(200, &serde_json::json!({"embedded": {"pid": std::process::id()}})),
        ("POST", "/reset") => match kept.forget(now) {
            Ok(()) => Reply::empty(204),
            Err(error) => Reply::typed(503, "text/plain", format!("{error}\n")),
        },
        _ => Reply::typed(404, "text/plain", format!("no {} {}\n", request.method, request.path)),
    }
}

/// Whether it answers. Asking counts as a request: one that was about to end as idle stays.
pub fn awake(running: Running) -> bool {
    tell(running, "GET", PREFIX).is_ok()
}

pub(super) fn forget(running: Running) -> Result<(), ServeError> {
    tell(running, "POST", "/embedded/reset").map_err(|why| ServeError::NoAnswer(running, why))
}

/// One request without a body, on a connection of its own.
fn tell(running: Running, method: &str, path: &str) -> Result<(), String> {
    let exchange = || -> std::io::Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, running.port));
        let mut socket = TcpStream::connect_timeout(&address, PATIENCE)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        socket.write_all(head.as_bytes())?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = exchange().map_err(|error| error.to_string())?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    if status.starts_with('2') { Ok(()) } else { Err(answer.lines().last().unwrap_or_default().to_owned()) }
}
