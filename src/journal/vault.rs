//! The secrets in a journal's file, each sealed by itself.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior, params};

use crate::model::{SecretName, Secrets};

use super::JournalError;
use super::key::{Key, KeyFile, NotOpened};
use super::places::storage;

/// Every secret. Where there are none no key is needed.
pub(super) fn read(path: &Path, connection: &Connection, keys: &KeyFile) -> Result<Secrets, JournalError> {
    let sealed = sealed(connection).map_err(|error| storage(path, &error))?;
    if sealed.is_empty() {
        return Ok(Secrets::default());
    }
    let key = keys.need()?;
    let mut secrets = Secrets::default();
    for (name, sealed) in sealed {
        let value = key.open(&name, &sealed).map_err(|why| not_opened(path, keys, &name, why))?;
        secrets.insert(name, value);
    }
    Ok(secrets)
}

/// Adds all or none of those that are not there, and gives what is there then.
pub(super) fn keep(
    path: &Path,
    connection: &mut Connection,
    keys: &KeyFile,
    made: &Secrets,
) -> Result<Secrets, JournalError> {
    let failed = |error: rusqlite::Error| storage(path, &error);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let mut all = read(path, &transaction, keys)?;
    let mut missing = Secrets::default();
    for (name, value) in made.iter().filter(|(name, _)| all.get(name).is_none()) {
        missing.insert(name.clone(), value.clone());
    }
    if missing.is_empty() {
        return Ok(all);
    }
    let key = if all.is_empty() { keys.need_or_make()? } else { keys.need()? };
    insert(path, &transaction, &key, &missing)?;
    transaction.commit().map_err(failed)?;
    for (name, value) in missing.iter() {
        all.insert(name.clone(), value.clone());
    }
    Ok(all)
}

/// Writes these into a table that does not have them.
pub(super) fn insert(path: &Path, connection: &Connection, key: &Key, secrets: &Secrets) -> Result<(), JournalError> {
    for (name, value) in secrets.iter() {
        let sealed = key.seal(name, value).map_err(|error| storage(path, &error))?;
        let done = connection.execute("INSERT INTO secrets (name, sealed) VALUES (?1, ?2)", params![name.0, sealed]);
        done.map_err(|error| storage(path, &error))?;
    }
    Ok(())
}

fn sealed(connection: &Connection) -> rusqlite::Result<Vec<(SecretName, Vec<u8>)>> {
    let mut statement = connection.prepare_cached("SELECT name, sealed FROM secrets ORDER BY name")?;
    let rows = statement.query_map([], |row| Ok((SecretName(row.get(0)?), row.get(1)?)))?;
    rows.collect()
}

fn not_opened(path: &Path, keys: &KeyFile, name: &SecretName, why: NotOpened) -> JournalError {
    let journal = path.display().to_string();
    match why {
        NotOpened::OtherKey => JournalError::OtherKey { journal, key: keys.path().display().to_string() },
        NotOpened::Damaged => JournalError::SecretDamaged { journal, name: name.0.clone() },
    }
}
