//! What goes wrong inside servers, by rule. Rules are rows: they stay until they are used up or taken away.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::super::cloud::Cloud;
use super::super::world::{Change, Row, World};

const TABLE: &str = "guest_faults";

/// Something that goes wrong in a guest's first boot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuestFault {
    /// In which server, by its name; a star at the end stands for any.
    pub server: String,
    /// At which stage.
    pub stage: String,
    /// The last lines of its log, where it says that it failed; without them it hangs and says nothing any more, as long as this rule
    /// stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<Vec<String>>,
    /// How often it fails before it comes through; without it always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
}

impl GuestFault {
    /// It fails, with these lines.
    pub fn fails(server: &str, stage: &str, log: &[&str]) -> Self {
        let log = Some(log.iter().map(|line| (*line).to_owned()).collect());
        Self { server: server.to_owned(), stage: stage.to_owned(), log, times: None }
    }

    /// It says nothing any more.
    pub fn falls_silent(server: &str, stage: &str) -> Self {
        Self { server: server.to_owned(), stage: stage.to_owned(), log: None, times: None }
    }

    /// Only so often.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self { times: Some(times), ..self }
    }

    fn is_of(&self, server: &str, stage: &str) -> bool {
        let named = match self.server.strip_suffix('*') {
            Some(front) => server.starts_with(front),
            None => server == self.server,
        };
        named && self.stage == stage
    }
}

impl Cloud {
    /// From now on this goes wrong too. What is returned must be stored.
    pub fn let_guests_fail(&mut self, fault: &GuestFault) -> Vec<Change> {
        let id = format!("{:08}", self.world.next());
        // A struct of texts and numbers always serialises to an object.
        let row = json!(fault).as_object().cloned().unwrap_or_default();
        self.world.put(TABLE, &id, row);
        self.world.commit()
    }

    /// Nothing goes wrong in guests any more. What is returned must be stored.
    pub fn let_guests_be(&mut self) -> Vec<Change> {
        let ids: Vec<String> = self.world.of(TABLE).map(|(id, _)| id.to_owned()).collect();
        for id in ids {
            self.world.remove(TABLE, &id);
        }
        self.world.commit()
    }
}

/// What goes wrong in that server at that stage; one of those that do so only a few times is used up by it.
pub(super) fn at(world: &mut World, server: &str, stage: &str) -> Option<GuestFault> {
    let rules: Vec<(String, Row)> = world.of(TABLE).map(|(id, row)| (id.to_owned(), row.clone())).collect();
    let read = |row: Row| {
        let shown = row.into_iter().filter(|(name, _)| !name.starts_with('_')).collect();
        serde_json::from_value::<GuestFault>(Json::Object(shown)).ok()
    };
    let (id, fault) = rules
        .into_iter()
        .filter_map(|(id, row)| Some((id, read(row)?)))
        .find(|(_, fault)| fault.is_of(server, stage) && fault.times != Some(0))?;
    if let Some(left) = fault.times.filter(|_| fault.log.is_some()) {
        world.change(TABLE, &id, |row| {
            row.insert("times".to_owned(), json!(left - 1));
        });
    }
    Some(fault)
}
