//! The embedded cloud as a process: HTTP on one loopback port, in front of [`Cloud::handle`].
//!
//! One request acts at a time. What it changed is in the database before its reply leaves (`store`), so `kill -9` of the
//! process at any moment loses nothing that it had answered. At a realistic pace a request first waits for a free worker
//! and for its service time (`pace`); it acts at the end of these, even if its client has gone meanwhile, as in a real cloud.
//! A lock file tells others the port and that it runs (`lock`); with nothing to do for long enough it ends by itself. Some
//! paths beside OpenStack's are for whoever runs it (`admin`): is it awake, forget everything, what goes wrong (`faults`), and
//! how fast a plan can be at best (`bound`).

mod admin;
mod bound;
mod connections;
mod faults;
mod lock;
mod pace;
mod store;
mod times;
mod wire;

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use jiff::Timestamp;
use tokio::net::TcpListener;

use super::cloud::{Cloud, Settings, service_of};
use super::exchange::{Reply, Request};
use super::fault::Fault;
use super::faults::{Effect, Fault as Happens, act_late, keep_late, revoke, shrink};
use super::identity::{MEMBER, PASSWORD, REGION};
use super::world::Change;
use store::Store;

pub use admin::{ask, awake};
pub use bound::{Bound, BoundError, Step, Steps, bound};
pub use lock::{Running, make, running};
pub use times::{Time, service_time, service_times, settling, usual_time, workers};
pub(super) use wire::decoded;

/// How a cloud is served.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// The port; without one the last port again if it is free, else any.
    pub port: Option<u16>,
    /// The directory of its database and its lock file; it is made if it is not there.
    pub state: PathBuf,
    /// How the cloud behaves.
    pub settings: Settings,
    /// After how long without a request it ends.
    pub idle: Option<Duration>,
}

/// Why a cloud could not be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another process serves it.
    #[error("an embedded cloud already runs on port {} (process {})", .0.port, .0.pid)]
    Running(Running),
    /// It runs and does not do what it is told.
    #[error("the embedded cloud on port {} (process {}) does not answer: {}", .0.port, .0.pid, .1)]
    NoAnswer(Running, String),
    /// A file or the network refused.
    #[error("{0}: {1}")]
    Io(String, #[source] std::io::Error),
    /// The database refused.
    #[error("the embedded cloud's database {0}: {1}")]
    Store(PathBuf, #[source] rusqlite::Error),
    /// The database was written by another version.
    #[error("the embedded cloud's database {0} has format {1}, this program reads {format}: reset it", format = store::FORMAT)]
    Format(PathBuf, String),
}

/// The cloud and where it is kept; one request at a time has it.
struct Kept {
    cloud: Cloud,
    store: Store,
}

struct Server {
    kept: Mutex<Kept>,
    queue: Mutex<pace::Queue>,
    pace: f64,
    under_way: AtomicUsize,
    last: AtomicI64,
}

/// Serves the cloud kept in a directory, a new one if there is none, until it has been idle for long enough.
///
/// # Errors
/// If another process serves it, or a file, the database or the port refuses.
pub async fn serve(options: ServeOptions) -> Result<(), ServeError> {
    serve_until(options, |_| (), std::future::pending()).await
}

/// The same, and tells when it can be used; when `stop` comes it finishes the requests under way and ends.
///
/// # Errors
/// If another process serves it, or a file, the database or the port refuses.
pub async fn serve_until(
    options: ServeOptions,
    ready: impl FnOnce(Running) + Send,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let mut lock = lock::Lock::take(&options.state)?;
    let kept = open(&options)?;
    let listener = bind(options.port, lock.last_port()).await?;
    let port = listener.local_addr().map_err(|error| ServeError::Io("the port".into(), error))?.port();
    lock.publish(port)?;
    let server = Arc::new(Server {
        kept: Mutex::new(kept),
        queue: Mutex::default(),
        pace: options.settings.pace,
        under_way: AtomicUsize::new(0),
        last: AtomicI64::new(now()),
    });
    let router = Router::new().fallback(answer).with_state(Arc::clone(&server));
    ready(Running { port, pid: std::process::id() });
    let end = async move {
        tokio::select! {
            () = idle_for(server, options.idle) => {}
            () = stop => {}
        }
    };
    connections::serve(listener, router, end).await;
    Ok(())
}

/// Forgets all that a cloud holds. One that runs goes on as a new one; else the database goes, and the next starts as new.
///
/// # Errors
/// If it runs and does not answer, or a file cannot be removed.
pub fn reset(state: &Path) -> Result<(), ServeError> {
    if let Some(found) = running(state) {
        return admin::forget(found);
    }
    if !state.exists() {
        return Ok(());
    }
    let _lock = lock::Lock::take(state)?;
    for name in [store::FILE.to_owned(), format!("{}-wal", store::FILE), format!("{}-shm", store::FILE)] {
        let path = state.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(ServeError::Io(path.display().to_string(), error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What any OpenStack client needs to use it: `embedded`, a plain member, and `embedded-admin`.
pub fn clouds_yaml(port: u16) -> String {
    let cloud = |name: &str, user: &str| {
        format!(
            "  {name}:\n    auth:\n      auth_url: http://127.0.0.1:{port}/v3\n      username: {user}\n      \
             password: {PASSWORD}\n      project_name: {user}\n      user_domain_name: Default\n      \
             project_domain_name: Default\n    region_name: {REGION}\n    identity_api_version: 3\n    \
             interface: public\n"
        )
    };
    format!("clouds:\n{}{}", cloud("embedded", MEMBER), cloud("embedded-admin", "admin"))
}

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

fn open(options: &ServeOptions) -> Result<Kept, ServeError> {
    let mut store = Store::open(&options.state)?;
    let broken = |error| ServeError::Store(options.state.clone(), error);
    let cloud = if let Some(world) = store.load().map_err(broken)? {
        Cloud { world, settings: options.settings.clone() }
    } else {
        let cloud = Cloud::seeded(options.settings.clone(), now());
        store.replace(&cloud.world).map_err(broken)?;
        cloud
    };
    Ok(Kept { cloud, store })
}

async fn bind(port: Option<u16>, last: Option<u16>) -> Result<TcpListener, ServeError> {
    let at = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    if let (None, Some(last)) = (port, last)
        && let Ok(listener) = at(last).await
    {
        return Ok(listener);
    }
    let port = port.unwrap_or(0);
    at(port).await.map_err(|error| ServeError::Io(format!("port {port}"), error))
}

/// Ends when nobody has asked for anything for so long; never, where no time is given.
async fn idle_for(server: Arc<Server>, idle: Option<Duration>) {
    let Some(idle) = idle else { return std::future::pending().await };
    let idle_ms = i64::try_from(idle.as_millis()).unwrap_or(i64::MAX);
    loop {
        let quiet = now() - server.last.load(Ordering::SeqCst);
        let busy = server.under_way.load(Ordering::SeqCst) > 0;
        if !busy && quiet >= idle_ms {
            return;
        }
        let left = u64::try_from(idle_ms - quiet).unwrap_or(0).clamp(20, 60_000);
        tokio::time::sleep(Duration::from_millis(left)).await;
    }
}

/// A request under way, from its first byte to its act.
struct Busy(Arc<Server>);

impl Busy {
    fn with(server: &Arc<Server>) -> Self {
        server.under_way.fetch_add(1, Ordering::SeqCst);
        server.last.store(now(), Ordering::SeqCst);
        Self(Arc::clone(server))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.last.store(now(), Ordering::SeqCst);
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

/// How long a client that is to get no answer is kept waiting, if it does not go away before.
const SILENCE: Duration = Duration::from_secs(300);

/// What the client hears.
enum Heard {
    Answer(Reply),
    Reset,
    Nothing,
}

async fn answer(State(server): State<Arc<Server>>, request: axum::extract::Request) -> axum::response::Response {
    let busy = Busy::with(&server);
    let request = match wire::read(request).await {
        Ok(request) => request,
        Err(refusal) => return wire::write(refusal),
    };
    // A task of its own: a client that goes away does not take back what it has sent.
    let task = tokio::spawn(async move { busy.0.carry_out(request).await });
    let heard = task.await.unwrap_or_else(|_| Heard::Answer(failed()));
    if matches!(heard, Heard::Nothing) {
        tokio::time::sleep(SILENCE).await;
    }
    let Heard::Answer(reply) = heard else {
        let mut response = axum::response::Response::default();
        response.extensions_mut().insert(connections::Reset);
        return response;
    };
    wire::write(reply)
}

impl Server {
    async fn carry_out(self: &Arc<Self>, request: Request) -> Heard {
        if request.path.starts_with(admin::PREFIX) {
            return Heard::Answer(self.with(move |kept| admin::carry_out(kept, now(), &request)).await);
        }
        let request = Arc::new(request);
        let (arriving, service) = (Arc::clone(&request), service_of(&request.path).map(|(service, _)| service));
        let fault = match self.with(move |kept| kept.arrives(now(), &arriving)).await {
            Ok(fault) => fault,
            Err(reply) => return Heard::Answer(reply),
        };
        match fault {
            Some(Happens::Status(status)) => Heard::Answer(status.reply(service)),
            // Here is a connection: `NotSent` is for clients in process, and no rule of this cloud's has it.
            Some(Happens::LostBefore | Happens::Late(_) | Happens::NotSent) => Heard::Reset,
            Some(Happens::LostAfter) => {
                self.act(request, None).await;
                Heard::Reset
            }
            Some(Happens::Silence) => {
                self.act(request, None).await;
                Heard::Nothing
            }
            Some(Happens::Delay(ms)) => {
                let reply = self.act(request, None).await;
                tokio::time::sleep(Duration::from_millis(u64::try_from(ms).unwrap_or(0))).await;
                Heard::Answer(reply)
            }
            Some(fault @ (Happens::Error(_) | Happens::Stuck)) => {
                Heard::Answer(self.act(request, Effect::of(&fault)).await)
            }
            Some(Happens::Shrink(_) | Happens::Revoke) | None => Heard::Answer(self.act(request, None).await),
        }
    }

    /// Waits for a worker and for the service time, and acts.
    async fn act(self: &Arc<Self>, request: Arc<Request>, effect: Option<Effect>) -> Reply {
        if self.pace > 0.0
            && let Some((service, path)) = service_of(&request.path)
        {
            let wait = self.queue.lock().unwrap_or_else(PoisonError::into_inner).enter(
                now(),
                service,
                path,
                &request,
                self.pace,
            );
            tokio::time::sleep(wait).await;
        }
        self.with(move |kept| kept.act(now(), &request, effect.as_ref())).await
    }

    /// Does something with the cloud, alone.
    async fn with<T: From<Failed> + Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Kept) -> T + Send + 'static,
    ) -> T {
        let server = Arc::clone(self);
        let done =
            tokio::task::spawn_blocking(move || work(&mut server.kept.lock().unwrap_or_else(PoisonError::into_inner)));
        done.await.unwrap_or_else(|_| Failed.into())
    }
}

/// A handler panicked.
struct Failed;

impl From<Failed> for Reply {
    fn from(_: Failed) -> Self {
        failed()
    }
}

impl From<Failed> for Result<Option<Happens>, Reply> {
    fn from(_: Failed) -> Self {
        Err(failed())
    }
}

fn failed() -> Reply {
    Reply::typed(500, "text/plain", "the embedded cloud failed\n")
}

impl Kept {
    /// A request has arrived: what goes wrong with it. What is to happen before it acts, or after its answer is lost, has
    /// happened or is kept when this returns.
    fn arrives(&mut self, now: i64, request: &Request) -> Result<Option<Happens>, Reply> {
        let (fault, mut changes) = faults::meet(&mut self.cloud.world, request);
        match &fault {
            Some(Happens::Late(ms)) => changes.extend(keep_late(&mut self.cloud, now + ms, request)),
            Some(Happens::Revoke) => changes.extend(revoke(&mut self.cloud)),
            Some(Happens::Shrink(quota)) => match shrink(&mut self.cloud, now, request, quota) {
                Ok(more) => changes.extend(more),
                Err(why) => {
                    self.store(&changes).map_err(|error| unstored(request, &error))?;
                    return Err(Reply::typed(500, "text/plain", format!("a rule's quota cannot be set: {why}\n")));
                }
            },
            _ => {}
        }
        self.store(&changes).map_err(|error| unstored(request, &error))?;
        Ok(fault)
    }

    /// Carries a request out, after what was to act before it, and stores what changed. What cannot be stored has not happened.
    fn act(&mut self, now: i64, request: &Request, effect: Option<&Effect>) -> Reply {
        let mut changes = act_late(&mut self.cloud, now);
        let (reply, more) = super::faults::act(&mut self.cloud, now, request, effect);
        changes.extend(more);
        match self.store(&changes) {
            Ok(()) => reply,
            Err(error) => unstored(request, &error),
        }
    }

    /// Stores what changed; if that is impossible, it has not.
    fn store(&mut self, changes: &[Change]) -> rusqlite::Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        let stored = self.store.commit(changes, self.cloud.world.sequence());
        if stored.is_err()
            && let Ok(Some(world)) = self.store.load()
        {
            self.cloud.world = world;
        }
        stored
    }

    /// Becomes a new cloud. Its ids are others than before: what somebody still remembers is gone, not something else.
    fn forget(&mut self, now: i64) -> rusqlite::Result<()> {
        let seed = format!("{}/{now}", self.cloud.settings.seed);
        let cloud = Cloud::seeded(Settings { seed, ..self.cloud.settings.clone() }, now);
        self.store.replace(&cloud.world)?;
        self.cloud = cloud;
        Ok(())
    }
}

/// The refusal of what could not be stored.
fn unstored(request: &Request, error: &rusqlite::Error) -> Reply {
    let fault = Fault::new(503, format!("The embedded cloud could not store what it did: {error}"));
    service_of(&request.path).map_or_else(|| Reply::empty(503), |(service, _)| fault.reply(service))
}

#[cfg(test)]
mod tests;
