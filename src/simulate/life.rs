//! A process's life, and when it ends.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// At which moment of a request the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before it leaves.
    Before,
    /// When the cloud has acted, before the answer arrives.
    After,
    /// When it has left; the cloud acts so many milliseconds later.
    Late(i64),
    /// When the cloud has done so many of a bulk request's items, and died itself.
    Items(usize),
}

/// At which of its requests, from 1, a process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kill {
    /// The request's number.
    pub request: usize,
    /// The moment.
    pub moment: Moment,
}

/// Whether a process lives. Whatever of it runs into its end never returns; who drives it hears of it and drops it.
#[derive(Debug, Default)]
pub struct Life {
    over: AtomicBool,
    end: Notify,
}

impl Life {
    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// Ends it, from within: this never returns.
    pub async fn end<T>(&self) -> T {
        self.over.store(true, Ordering::SeqCst);
        self.end.notify_one();
        std::future::pending().await
    }

    /// Returns when it is over.
    pub async fn ended(&self) {
        self.end.notified().await;
    }
}
