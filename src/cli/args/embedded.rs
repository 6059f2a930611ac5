//! The embedded cloud's commands.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::super::embedded::args::{BoundArgs, FaultsCommand};

/// `embedded`
#[derive(Debug, Subcommand)]
pub enum EmbeddedCommand {
    /// Serve it until Ctrl-C, and print a clouds.yaml for any OpenStack client
    Serve(ServeArgs),
    /// Whether it runs, and how clients reach it
    Status,
    /// Forget all that it holds
    Reset,
    /// What goes wrong in it, by rule
    #[command(subcommand)]
    Faults(FaultsCommand),
    /// The least time in which a plan can be done on `--speed realistic`
    Bound(BoundArgs),
}

/// `embedded serve`
#[derive(Clone, Copy, Debug, Args)]
pub struct ServeArgs {
    /// The port on 127.0.0.1 [default: the last one if it is free, else any]
    #[arg(long)]
    pub port: Option<u16>,
    /// How long things take
    #[arg(long, value_enum, default_value_t = Speed::Instant)]
    pub speed: Speed,
    /// Whose behaviour it shows where releases of OpenStack differ
    #[arg(long, value_enum, default_value_t = Release::Zed)]
    pub release: Release,
    /// Have no object store: guests then report on their consoles
    #[arg(long)]
    pub no_object_store: bool,
    /// End after so many minutes without a request [default: never]
    #[arg(long, value_name = "MINUTES", value_parser = minutes)]
    pub idle: Option<Duration>,
}

/// How long things take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Speed {
    /// No time
    Instant,
    /// As long as on a small real cloud
    Realistic,
}

/// Whose behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Release {
    /// OpenStack Zed (2022)
    Zed,
    /// Today's
    Current,
}

/// Minutes, with a fraction if need be.
fn minutes(text: &str) -> Result<Duration, String> {
    let minutes: f64 = text.parse().map_err(|_| "it is no number of minutes".to_owned())?;
    match Duration::try_from_secs_f64(minutes * 60.0) {
        Ok(time) if !time.is_zero() => Ok(time),
        _ => Err("it is no time to wait for".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_minutes_are_more_than_none() {
        assert_eq!(minutes("10"), Ok(Duration::from_mins(10)));
        assert_eq!(minutes("0.05"), Ok(Duration::from_secs(3)));
        for text in ["0", "-1", "NaN", "inf", "1e300", "soon", ""] {
            assert!(minutes(text).is_err(), "{text}");
        }
    }
}
