//! `gureum embedded serve`: serves until Ctrl-C, or until nobody has asked for anything for long enough.

use std::pin::pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;
use tokio::sync::oneshot;

use crate::embedded::server::{Running, ServeOptions, clouds_yaml, serve_until};
use crate::embedded::{Release, Settings};
use crate::model::messages::cli as m;
use crate::say;

use super::super::args::{self, Global, ServeArgs, Speed};
use super::super::error::{CliError, exit};
use super::super::interrupts::Interrupts;
use super::super::places;
use super::super::screen::Screen;
use super::unserved;

/// How long requests under way may still take after Ctrl-C.
const GRACE: Duration = Duration::from_secs(10);

/// Runs it.
pub fn run(global: &Global, args: &ServeArgs, screen: &Screen) -> Result<u8, CliError> {
    let state = places::embedded(global)?;
    let options = ServeOptions { port: args.port, state, settings: settings(args), idle: args.idle };
    super::super::block_on(serve(options, screen))
}

fn settings(args: &ServeArgs) -> Settings {
    let release = match args.release {
        args::Release::Zed => Release::Zed,
        args::Release::Current => Release::Current,
    };
    let pace = match args.speed {
        Speed::Instant => 0.0,
        Speed::Realistic => 1.0,
    };
    // An id that a journal still knows from a cloud that was thrown away must not be another resource's here.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let object_store = !args.no_object_store;
    Settings { release, pace, seed: format!("embedded/{now}"), object_store, ..Settings::default() }
}

async fn serve(options: ServeOptions, screen: &Screen) -> Result<u8, CliError> {
    let mut interrupts = Interrupts::listen()?;
    let state = options.state.clone();
    let (tell, told) = oneshot::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let ready = |running| {
        // Whoever would be told is gone only when all of this is.
        let _ = tell.send(running);
    };
    let stopped = async {
        let _ = stopped.await;
    };
    let mut serving = pin!(serve_until(options, ready, stopped));
    tokio::select! {
        ended = &mut serving => return ended.map(|()| exit::DONE).map_err(|error| unserved(&error)),
        Ok(running) = told => show(running, &state, screen)?,
        () = interrupts.next() => return Ok(exit::DONE),
    }
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = interrupts.next() => {
            drop(stop);
            tokio::select! {
                ended = &mut serving => ended,
                () = interrupts.next() => Ok(()),
                () = tokio::time::sleep(GRACE) => Ok(()),
            }
        }
    };
    ended.map_err(|error| unserved(&error))?;
    screen.say(&format!("{}\n", screen.aside.say(&say!(m::EMBEDDED_ENDED))));
    Ok(exit::DONE)
}

fn show(running: Running, state: &std::path::Path, screen: &Screen) -> Result<(), CliError> {
    let Running { port, pid } = running;
    let clouds = clouds_yaml(port);
    if screen.json {
        let auth_url = format!("http://127.0.0.1:{port}/v3");
        let line = json!({ "port": port, "pid": pid, "auth_url": auth_url, "state": state, "clouds_yaml": clouds });
        return screen.print_json(&line, false);
    }
    screen.print(&clouds)?;
    screen.say(&format!("{}\n", screen.aside.say(&say!(m::EMBEDDED_SERVES, port = port, folder = state.display()))));
    Ok(())
}
