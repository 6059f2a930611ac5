//! An environment as its journal has it: what the last deploy was told, and what it gave. No cloud is asked.

use std::path::PathBuf;

use crate::blueprint::{self, Blueprint, Inputs};
use crate::event::State;
use crate::model::messages::cli as m;
use crate::model::{Address, EnvironmentKey};
use crate::say;
use crate::verify::Outputs;

use super::args::Global;
use super::error::CliError;
use super::session::Session;
use super::target::{Target, Unchosen};
use super::{history, places};

/// What is recorded of one environment.
pub struct Recorded {
    /// The journal's folder.
    pub folder: PathBuf,
    /// Which environment.
    pub key: EnvironmentKey,
    /// What its events add up to.
    pub state: State,
    /// The blueprint of the last deploy.
    pub blueprint: Blueprint,
    /// What the last deploy was told.
    pub inputs: Inputs,
}

impl Recorded {
    /// The environment of that name.
    pub fn find(global: &Global, name: &str) -> Result<Self, CliError> {
        let (folder, key) = history::find(&places::state(global)?, name)?;
        let (state, _) = history::read(&folder, &key)?;
        let text = state.last_deploy().and_then(|started| started.blueprint.clone());
        let (Some(inputs), Some(text)) = (history::recorded(&state)?, text) else {
            return Err(CliError::refused(say!(m::NOT_DEPLOYED, name = key.name)));
        };
        let (blueprint, _) = blueprint::parse(&text, &format!("{}.yaml", inputs.usecase))?;
        Ok(Self { folder, key, state, blueprint, inputs })
    }

    /// What its resources gave; an error where there are none any more.
    pub fn outputs(&self) -> Result<Outputs, CliError> {
        let outputs = self.state.outputs();
        if outputs.keys().any(|address| address.word() == "server") {
            return Ok(outputs);
        }
        let name = &self.key.name;
        Err(CliError::refused(say!(m::NOT_THERE, name = name)).help(say!(m::NOT_THERE_HELP, name = name)))
    }

    /// The id of a server, by its local name.
    pub fn server(&self, outputs: &Outputs, local: &str) -> Result<String, CliError> {
        let id = outputs.get(&Address::new("server", local)).and_then(|outputs| outputs.get("id"));
        id.cloned().ok_or_else(|| self.unknown(outputs, local))
    }

    fn unknown(&self, outputs: &Outputs, local: &str) -> CliError {
        let servers = outputs.keys().filter(|address| address.word() == "server").map(Address::local);
        CliError::failed(say!(m::UNKNOWN_SERVER, name = self.key.name, server = local))
            .help(say!(m::UNKNOWN_SERVER_HELP, servers = servers.collect::<Vec<_>>().join(", ")))
    }

    /// The cloud that it lives in.
    pub async fn connect(&self, global: &Global) -> Result<Session, CliError> {
        let target = Target::find(global, Unchosen::Known(&self.key.name), false)?;
        let session = Session::connect(&target).await?;
        if session.key(&self.key.name) == self.key {
            return Ok(session);
        }
        Err(CliError::refused(say!(m::OTHER_PROJECT, name = self.key.name)).help(say!(m::OTHER_PROJECT_HELP)))
    }
}
