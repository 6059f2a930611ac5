//! Traces on standard error. Only gureum's own are ever written: those of the libraries below could hold a token.

use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::model::messages::cli as m;
use crate::say;

use super::error::CliError;

/// Starts logging: by `GUREUM_LOG` where it is set, else as often as `-v` was said.
pub fn start(verbose: u8) -> Result<(), CliError> {
    let filter = match std::env::var("GUREUM_LOG") {
        Ok(text) if !text.is_empty() => EnvFilter::try_new(&text)
            .map_err(|error| CliError::failed(say!(m::USAGE, words = format!("GUREUM_LOG={text}: {error}"))))?,
        _ => EnvFilter::new(match verbose {
            0 => "gureum=error",
            1 => "gureum=debug",
            _ => "gureum=trace",
        }),
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    let ours = filter_fn(|meta| meta.target() == "gureum" || meta.target().starts_with("gureum::"));
    // A second start (tests within one process) keeps the first one's subscriber.
    let _ = tracing_subscriber::registry().with(filter).with(ours).with(lines).try_init();
    Ok(())
}
