//! Single requests to a service, each with a limit. They go past proxies and keep nothing by themselves: no connection, no cookie, no
//! redirect.

use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

use reqwest::redirect::Policy;
use tokio::time::Instant;

use crate::event::Fault;

/// No answer of a self-check is longer; a page's rest is not read.
const MOST_BYTES: usize = 64 * 1024;

/// What the cookie begins with that names a session: application servers agree on it.
const SESSION: &str = "JSESSIONID=";

/// How long everything may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until a connection is there.
    pub connect: Duration,
    /// Until one answer is there.
    pub answer: Duration,
    /// Until everything was asked once.
    pub round: Duration,
    /// Between two rounds.
    pub pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            // An application waits for its database for a while before it says that it is down.
            answer: Duration::from_secs(20),
            round: Duration::from_secs(120),
            pause: Duration::from_secs(5),
        }
    }
}

/// Sends probes.
pub struct Client {
    http: reqwest::Client,
    /// How many were sent.
    pub sent: u32,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Which web server it came through.
    pub web: Option<String>,
    /// The session that it begins, as a browser would send it back.
    pub session: Option<String>,
    pub body: String,
    pub ms: u64,
}

impl Client {
    pub fn new(limits: &Limits) -> Result<Self, Fault> {
        let builder = reqwest::Client::builder()
            .connect_timeout(limits.connect)
            .timeout(limits.answer)
            .redirect(Policy::none())
            .no_proxy()
            // Each on a connection of its own: a balancer may spread connections, not requests.
            .pool_max_idle_per_host(0);
        let http = builder.build().map_err(|error| Fault::Odd { words: innermost(&error) })?;
        Ok(Self { http, sent: 0 })
    }

    /// One GET, as part of a session or of none.
    pub async fn get(&mut self, url: &str, session: Option<&str>) -> Result<Answer, Fault> {
        self.sent += 1;
        let begun = Instant::now();
        let request = self.http.get(url);
        let request = match session {
            Some(session) => request.header("cookie", session),
            None => request,
        };
        let mut response = request.send().await.map_err(|error| fault(&error))?;
        let status = response.status().as_u16();
        let web = response.headers().get("x-gureum-web").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let cookies = response.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
        let session = cookies.filter_map(|cookie| cookie.split(';').next()).find(|pair| pair.starts_with(SESSION));
        let session = session.map(str::to_owned);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| fault(&error))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MOST_BYTES {
                break;
            }
        }
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(Answer { status, web, session, body: String::from_utf8_lossy(&bytes).into_owned(), ms })
    }
}

/// What it means that no answer came.
fn fault(error: &reqwest::Error) -> Fault {
    let words = innermost(error);
    if !error.is_connect() {
        let words = if error.is_timeout() { "timed out".to_owned() } else { words };
        return Fault::Silent { words };
    }
    // Who refuses or resets is there; nobody answers from an address that cannot be reached.
    match io(error) {
        Some(ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset) => Fault::Refused { words },
        _ if error.is_timeout() => Fault::Unreached { words: "timed out".to_owned() },
        _ => Fault::Unreached { words },
    }
}

fn io(error: &reqwest::Error) -> Option<ErrorKind> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        next = error.source();
    }
    None
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
