//! Ctrl-C, and on Unix a service manager's request to end. Once it is listened to it no longer ends the process by itself, so
//! everything that a writing command waits for goes through here.

use crate::model::messages::cli as m;
use crate::say;

use super::error::{CliError, exit};

/// Requests of the user to stop.
pub struct Interrupts {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Interrupts {
    /// From now on they are listened to.
    #[cfg(unix)]
    pub fn listen() -> Result<Self, CliError> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(|error| CliError::failed(say!(m::NO_SIGNALS, why = error)));
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    /// From now on they are listened to.
    #[cfg(not(unix))]
    pub fn listen() -> Result<Self, CliError> {
        Ok(Self {})
    }

    /// The next one.
    #[cfg(unix)]
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// The next one.
    #[cfg(not(unix))]
    pub async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// The work's result, unless the user stops it. Only for work that writes nothing.
    pub async fn unless<T>(&mut self, work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
        tokio::select! {
            done = work => done,
            () = self.next() => Err(interrupted()),
        }
    }
}

/// The user stopped it before it wrote anything.
pub fn interrupted() -> CliError {
    CliError { exit: exit::INTERRUPTED, ..CliError::failed(say!(m::INTERRUPTED)) }
}
