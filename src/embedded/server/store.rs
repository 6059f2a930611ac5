//! The cloud's rows in SQLite: one transaction per request that changed something.
//!
//! The promise is against the death of the process, not of the machine: a WAL with `synchronous=OFF` gives what was
//! written to the operating system before the reply was sent, and it outlives `kill -9`. A power cut may lose the last
//! requests, or at worst the database; this cloud holds nothing that is worth a slow disk's flush at each request.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::super::world::{Change, Row, World};
use super::ServeError;

/// The database's name in the state directory.
pub(super) const FILE: &str = "embedded.sqlite";
/// The format that this program writes and reads.
pub(super) const FORMAT: &str = "1";

pub(super) struct Store {
    connection: Connection,
}

impl Store {
    pub(super) fn open(state: &Path) -> Result<Self, ServeError> {
        let path = state.join(FILE);
        let broken = |error| ServeError::Store(path.clone(), error);
        let connection = Connection::open(&path).map_err(broken)?;
        connection
            .execute_batch(
                "PRAGMA journal_mode=WAL;
                 PRAGMA synchronous=OFF;
                 CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
                 CREATE TABLE IF NOT EXISTS rows (kind TEXT NOT NULL, id TEXT NOT NULL, row TEXT NOT NULL,
                     PRIMARY KEY (kind, id)) WITHOUT ROWID;",
            )
            .map_err(broken)?;
        let store = Self { connection };
        match store.meta("format").map_err(broken)? {
            Some(format) if format != FORMAT => Err(ServeError::Format(path, format)),
            _ => Ok(store),
        }
    }

    /// The stored world; none if nothing was ever stored.
    pub(super) fn load(&self) -> rusqlite::Result<Option<World>> {
        let Some(sequence) = self.meta("sequence")? else { return Ok(None) };
        let mut statement = self.connection.prepare("SELECT kind, id, row FROM rows")?;
        let rows = statement.query_map([], |row| {
            let text: String = row.get(2)?;
            let parsed: Row = serde_json::from_str(&text).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, Box::new(error))
            })?;
            Ok((row.get(0)?, row.get(1)?, parsed))
        })?;
        let rows = rows.collect::<rusqlite::Result<Vec<(String, String, Row)>>>()?;
        let mut world = World::restore(rows);
        world.resume(sequence.parse().unwrap_or(0));
        Ok(Some(world))
    }

    /// Stores a whole world into an empty database.
    pub(super) fn write_all(&mut self, world: &World) -> rusqlite::Result<()> {
        let rows: Vec<Change> =
            world.all().map(|(kind, id, row)| (kind.to_owned(), id.to_owned(), Some(row.clone()))).collect();
        self.commit(&rows, world.sequence())
    }

    /// Stores what one request changed.
    pub(super) fn commit(&mut self, changes: &[Change], sequence: u64) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        {
            let mut put = transaction.prepare_cached("INSERT OR REPLACE INTO rows VALUES (?1, ?2, ?3)")?;
            let mut delete = transaction.prepare_cached("DELETE FROM rows WHERE kind = ?1 AND id = ?2")?;
            for (kind, id, row) in changes {
                match row {
                    Some(row) => {
                        let text = serde_json::to_string(row)
                            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
                        put.execute(params![kind, id, text])?
                    }
                    None => delete.execute(params![kind, id])?,
                };
            }
            let mut meta = transaction.prepare_cached("INSERT OR REPLACE INTO meta VALUES (?1, ?2)")?;
            meta.execute(params!["format", FORMAT])?;
            meta.execute(params!["sequence", sequence.to_string()])?;
        }
        transaction.commit()
    }

    fn meta(&self, key: &str) -> rusqlite::Result<Option<String>> {
        self.connection.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()
    }
}
