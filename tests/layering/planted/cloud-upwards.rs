//! Planted: an acting room that knows more than its row.
use crate::model::Service;
use crate::runtime::{Clock, SystemClock};
use crate::kind::Kind; //~ may not import `kind`
use crate::driver; //~ may not import `driver`
use rusqlite::Connection; //~ may not import `rusqlite`
use std::collections::HashMap;
use tokio::time::Duration;

async fn exchange(clock: &dyn Clock) -> Kind {
    driver::table(); //~ may not import `driver`
    tokio::select! {
        () = clock.sleep(std::time::Duration::ZERO) => clap::run(), //~ may not import `clap`
        () = crate::execute::stopped() => {} //~ may not import `execute`
    }
}
