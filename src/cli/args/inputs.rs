//! What a use case is deployed with.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ipnet::Ipv4Net;

use crate::blueprint::Goal;
use crate::model::{EnvironmentName, Size};

/// Which use case, and how.
#[derive(Clone, Debug, Default, Args)]
pub struct InputArgs {
    /// The use case, like usecase-2.6 (`gureum list` shows all)
    #[arg(value_name = "USECASE")]
    pub usecase: Option<String>,
    /// An environment file that says the same as the flags below
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The environment's name [default: the use case's id]
    #[arg(long, value_parser = EnvironmentName::parse)]
    pub name: Option<EnvironmentName>,
    /// The size of every server
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(SIZES))]
    pub flavor: Option<String>,
    /// The operating system of every server, like debian-12
    #[arg(long, value_name = "SYSTEM")]
    pub os: Option<String>,
    /// One input, like web.count=3, db.size=medium or was.service=jboss
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// The external network, where there are several
    #[arg(long, value_name = "NAME")]
    pub external_network: Option<String>,
    /// A DNS server for the guests
    #[arg(long, value_name = "ADDRESS")]
    pub dns: Vec<IpAddr>,
    /// Nova's availability zone
    #[arg(long, value_name = "NAME")]
    pub availability_zone: Option<String>,
    /// An SSH public key for the guests, or a file with one
    #[arg(long, value_name = "KEY")]
    pub ssh_key: Option<String>,
    /// From where SSH is let in (plans a bastion)
    #[arg(long, value_name = "RANGE")]
    pub ssh_from: Option<Ipv4Net>,
    /// The range that networks are taken from [default: 10.10.0.0/16]
    #[arg(long, value_name = "RANGE")]
    pub cidr: Option<Ipv4Net>,
    /// A range that servers may reach [default: all]
    #[arg(long, value_name = "RANGE")]
    pub egress: Vec<Ipv4Net>,
    /// Whether servers get a config drive [default: true]
    #[arg(long, value_name = "BOOL")]
    pub config_drive: Option<bool>,
    /// Where the operating system's packages come from (--set os_mirror.SYSTEM=URL for one system)
    #[arg(long, value_name = "URL")]
    pub os_mirror: Option<String>,
    /// What the artifacts of components lie below (`gureum artifacts` lists them)
    #[arg(long, value_name = "URL")]
    pub artifact_base_url: Option<String>,
    /// A file of certificates, in PEM, that the guests trust too
    #[arg(long, value_name = "FILE")]
    pub ca_bundle: Option<String>,
    /// A time server for the guests
    #[arg(long, value_name = "HOST")]
    pub ntp: Vec<String>,
    /// The proxy through which guests fetch packages and artifacts
    #[arg(long, value_name = "URL")]
    pub proxy: Option<String>,
    /// Python's package index for the guests
    #[arg(long, value_name = "URL")]
    pub pip_index: Option<String>,
    /// Node's package registry for the guests
    #[arg(long, value_name = "URL")]
    pub npm_index: Option<String>,
    /// A file with a cloud-config or a script of your own, which every server runs too
    #[arg(long, value_name = "FILE")]
    pub user_data: Option<String>,
    /// How far to go: until the cloud calls every server ACTIVE, or until each has said that it is ready and the service answers
    /// [default: ready]
    #[arg(long, value_enum, value_name = "GOAL")]
    pub until: Option<Until>,
    /// Start from defaults, not from what the last run was told
    #[arg(long)]
    pub fresh: bool,
    /// Let servers that hold data be replaced
    #[arg(long)]
    pub replace_data: bool,
}

/// How far a deploy goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Until {
    /// The cloud has done its part; what runs inside the servers is not waited for
    Active,
    /// Every server has said that it is ready
    Ready,
}

impl From<Until> for Goal {
    fn from(until: Until) -> Self {
        match until {
            Until::Active => Self::Active,
            Until::Ready => Self::Ready,
        }
    }
}

const SIZES: [&str; 4] = ["small", "medium", "large", "xlarge"];

impl InputArgs {
    /// The size that `--flavor` names.
    pub fn size(&self) -> Option<Size> {
        self.flavor.as_deref().and_then(Size::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_are_the_models() {
        assert_eq!(SIZES, Size::ALL.map(Size::as_str));
    }
}
