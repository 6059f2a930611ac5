//! The journal of real runs: one SQLite file, one durable transaction for each append.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use rusqlite::{Connection, OpenFlags, params};

use crate::event::{Event, Happening};
use crate::model::Secrets;

use super::key::KeyFile;
use super::lock::Lock;
use super::places::{make, storage};
use super::{Journal, JournalError, vault};

/// The format number of journals, in SQLite's `user_version`. Format 1 had no secrets; it is read, and upgraded when it is
/// opened for writing.
pub const FORMAT: u32 = 2;
/// The first format with secrets.
const WITH_SECRETS: u32 = 2;
const FILE: &str = "journal.db";
const LOCK: &str = "lock";

/// An environment's journal, open for writing; nobody else writes it as long as this lives.
#[derive(Debug)]
pub struct Sqlite {
    file: Arc<File>,
    _lock: Lock,
}

#[derive(Debug)]
struct File {
    path: PathBuf,
    connection: Mutex<Connection>,
    keys: KeyFile,
}

impl Sqlite {
    /// Takes the lock in that folder and opens the journal there; makes both where they are not. The key is read when a
    /// secret is.
    pub fn open(folder: &Path, keys: &KeyFile) -> Result<Self, JournalError> {
        make(folder)?;
        let lock = Lock::take(&folder.join(LOCK))?;
        let path = folder.join(FILE);
        let connection = Connection::open(&path).map_err(|error| storage(&path, &error))?;
        prepare(&path, &connection)?;
        let file = File { path, connection: Mutex::new(connection), keys: keys.clone() };
        Ok(Self { file: Arc::new(file), _lock: lock })
    }

    /// Every event of the journal in that folder, without the lock: for those who only look. None where there is no journal.
    pub fn read(folder: &Path) -> Result<Vec<Event>, JournalError> {
        Self::look(folder, |path, connection, _| events(path, connection))
    }

    /// Every secret of the journal in that folder, without the lock. None where there is no journal, and where there are none
    /// no key is needed.
    pub fn read_secrets(folder: &Path, keys: &KeyFile) -> Result<Secrets, JournalError> {
        Self::look(folder, |path, connection, format| {
            if format < WITH_SECRETS { Ok(Secrets::default()) } else { vault::read(path, connection, keys) }
        })
    }

    fn look<T: Default>(
        folder: &Path,
        read: impl FnOnce(&Path, &Connection, u32) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(T::default());
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags).map_err(|error| storage(&path, &error))?;
        connection.busy_timeout(std::time::Duration::from_secs(5)).map_err(|error| storage(&path, &error))?;
        match format(&path, &connection)? {
            // Its first run has not written anything yet.
            0 => Ok(T::default()),
            format => read(&path, &connection, format),
        }
    }

    /// Puts this history and these secrets in the place of what is there, all or nothing: what was there stays until the
    /// new is durable.
    pub async fn replace(&self, events: Vec<Event>, secrets: Secrets) -> Result<(), JournalError> {
        let keys = self.file.keys.clone();
        self.with(move |path, connection| {
            let key = if secrets.is_empty() { None } else { Some(keys.need_or_make()?) };
            let failed = |error: rusqlite::Error| storage(path, &error);
            let transaction =
                connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
            transaction.execute_batch("DELETE FROM events; DELETE FROM secrets;").map_err(failed)?;
            insert(&transaction, &events).map_err(|error| storage(path, &*error))?;
            if let Some(key) = key {
                vault::insert(path, &transaction, &key, &secrets)?;
            }
            transaction.commit().map_err(failed)
        })
        .await
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path, &mut Connection) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let file = Arc::clone(&self.file);
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = file.connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&file.path, &mut connection)
        });
        done.await.map_err(|error| storage(&self.file.path, &error))?
    }
}

#[async_trait]
impl Journal for Sqlite {
    async fn events(&self) -> Result<Vec<Event>, JournalError> {
        self.with(|path, connection| events(path, connection)).await
    }

    async fn append(&self, at: i64, run: &str, what: Vec<Happening>) -> Result<Vec<Event>, JournalError> {
        let run = run.to_owned();
        self.with(move |path, connection| append(connection, at, &run, what).map_err(|error| storage(path, &*error)))
            .await
    }

    async fn secrets(&self) -> Result<Secrets, JournalError> {
        let keys = self.file.keys.clone();
        self.with(move |path, connection| vault::read(path, connection, &keys)).await
    }

    async fn keep(&self, made: Secrets) -> Result<Secrets, JournalError> {
        let keys = self.file.keys.clone();
        self.with(move |path, connection| vault::keep(path, connection, &keys, &made)).await
    }

    async fn forget_secrets(&self) -> Result<(), JournalError> {
        self.with(|path, connection| {
            connection.execute("DELETE FROM secrets", []).map(drop).map_err(|error| storage(path, &error))
        })
        .await
    }
}

/// Refuses what a newer gureum wrote.
fn format(path: &Path, connection: &Connection) -> Result<u32, JournalError> {
    let found = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(|e| storage(path, &e))?;
    if found > FORMAT {
        return Err(JournalError::Format { path: path.display().to_string(), found, known: FORMAT });
    }
    Ok(found)
}

fn prepare(path: &Path, connection: &Connection) -> Result<(), JournalError> {
    // Readers do not block a run, and each commit is one write to the disk that is waited for.
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;")
        .map_err(|error| storage(path, &error))?;
    let tables = match format(path, connection)? {
        FORMAT => return Ok(()),
        0 => [EVENTS, SECRETS].concat(),
        _ => SECRETS.to_owned(),
    };
    // One transaction: an older gureum finds the old format or refuses the new one.
    let upgrade = format!("BEGIN IMMEDIATE; {tables} PRAGMA user_version = {FORMAT}; COMMIT;");
    connection.execute_batch(&upgrade).map_err(|error| storage(path, &error))
}

const EVENTS: &str =
    "CREATE TABLE events (sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, run TEXT NOT NULL, what TEXT NOT NULL);";
const SECRETS: &str = "CREATE TABLE secrets (name TEXT PRIMARY KEY NOT NULL, sealed BLOB NOT NULL) WITHOUT ROWID;";

fn events(path: &Path, connection: &Connection) -> Result<Vec<Event>, JournalError> {
    let read = || -> Result<Vec<Event>, Box<dyn std::error::Error>> {
        let mut statement =
            connection.prepare_cached("SELECT sequence, at, run, what FROM events ORDER BY sequence")?;
        let mut rows = statement.query([])?;
        let mut events = Vec::new();
        while let Some(row) = rows.next()? {
            let (sequence, what): (i64, String) = (row.get(0)?, row.get(3)?);
            let what = serde_json::from_str(&what).map_err(|error| format!("event {sequence}: {error}"))?;
            events.push(Event { sequence: sequence.try_into()?, at: row.get(1)?, run: row.get(2)?, what });
        }
        Ok(events)
    };
    read().map_err(|error| storage(path, &*error))
}

fn append(
    connection: &mut Connection,
    at: i64,
    run: &str,
    what: Vec<Happening>,
) -> Result<Vec<Event>, Box<dyn std::error::Error>> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let next: i64 = transaction.query_row("SELECT COALESCE(MAX(sequence), 0) + 1 FROM events", [], |row| row.get(0))?;
    let mut events = Vec::with_capacity(what.len());
    for (sequence, what) in (next..).zip(what) {
        events.push(Event { sequence: sequence.try_into()?, at, run: run.to_owned(), what });
    }
    insert(&transaction, &events)?;
    transaction.commit()?;
    Ok(events)
}

fn insert(connection: &Connection, events: &[Event]) -> Result<(), Box<dyn std::error::Error>> {
    let mut insert =
        connection.prepare_cached("INSERT INTO events (sequence, at, run, what) VALUES (?1, ?2, ?3, ?4)")?;
    for event in events {
        let sequence = i64::try_from(event.sequence)?;
        insert.execute(params![sequence, event.at, event.run, serde_json::to_string(&event.what)?])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::kind::Kind;
    use crate::model::{Address, SecretName};

    fn open(folder: &Path) -> Result<Sqlite, JournalError> {
        Sqlite::open(folder, &KeyFile::new(folder.join("key")))
    }

    fn retried(error: &str) -> Happening {
        let (address, kind) = (Address::new("server", "web-1"), Kind::Server);
        Happening::Retried { address, kind, error: error.into(), until: 7 }
    }

    #[tokio::test]
    async fn events_are_there_after_reopening_and_numbered_without_gaps() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("deep/er");
        let journal = open(&folder).expect("opens");
        assert_eq!(journal.append(5, "r", vec![retried("a"), retried("b")]).await.expect("appended").len(), 2);
        drop(journal);
        let journal = open(&folder).expect("opens again");
        journal.append(6, "s", vec![retried("c")]).await.expect("appended");
        let events = journal.events().await.expect("read");
        assert_eq!(events.iter().map(|it| (it.sequence, it.at)).collect::<Vec<_>>(), [(1, 5), (2, 5), (3, 6)]);
        assert_eq!(events[2].what, retried("c"));
        assert_eq!(Sqlite::read(&folder).expect("read without the lock"), events);
    }

    #[tokio::test]
    async fn one_process_writes_and_others_read() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Sqlite::read(folder.path()).expect("nothing yet"), []);
        let first = open(folder.path()).expect("opens");
        assert!(matches!(open(folder.path()), Err(JournalError::Locked { .. })));
        assert_eq!(Sqlite::read(folder.path()).expect("reads"), []);
        drop(first);
        assert!(open(folder.path()).is_ok(), "the lock goes with its holder");
    }

    fn secrets(of: &[(&str, &str)]) -> Secrets {
        let mut secrets = Secrets::default();
        for (name, value) in of {
            secrets.insert(SecretName((*name).to_owned()), (*value).into());
        }
        secrets
    }

    fn value<'a>(secrets: &'a Secrets, name: &str) -> Option<&'a str> {
        secrets.get(&SecretName(name.to_owned())).map(|value| value.expose_secret())
    }

    #[tokio::test]
    async fn secrets_are_sealed_and_stay_as_they_were_first_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = KeyFile::new(folder.path().join("key"));
        let journal = open(folder.path()).expect("opens");
        assert!(journal.secrets().await.expect("none").is_empty());
        assert!(!keys.path().exists(), "no key is made before it is needed");
        journal.keep(secrets(&[("db.app", "planted-one")])).await.expect("kept");
        drop(journal);
        let journal = open(folder.path()).expect("opens again");
        let all = journal.keep(secrets(&[("db.app", "another"), ("db.root", "planted-two")])).await.expect("kept");
        assert_eq!((value(&all, "db.app"), value(&all, "db.root")), (Some("planted-one"), Some("planted-two")));
        assert_eq!(journal.secrets().await.expect("read").fingerprints(), all.fingerprints());
        let seen = Sqlite::read_secrets(folder.path(), &keys).expect("read without the lock");
        assert_eq!(seen.fingerprints(), all.fingerprints());
        for entry in std::fs::read_dir(folder.path()).expect("a folder") {
            let bytes = std::fs::read(entry.expect("an entry").path()).expect("read");
            assert!(!bytes.windows(7).any(|part| part == b"planted"));
        }
        journal.forget_secrets().await.expect("forgotten");
        std::fs::remove_file(keys.path()).expect("removed");
        assert!(journal.secrets().await.expect("where there are none no key is needed").is_empty());
    }

    #[tokio::test]
    async fn without_the_right_key_events_are_there_and_secrets_are_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = KeyFile::new(folder.path().join("key"));
        let journal = open(folder.path()).expect("opens");
        journal.keep(secrets(&[("db.app", "planted")])).await.expect("kept");
        std::fs::rename(keys.path(), folder.path().join("away")).expect("moved");
        journal.append(1, "r", vec![retried("a")]).await.expect("events need no key");
        assert_eq!(Sqlite::read(folder.path()).expect("nor does reading them").len(), 1);
        assert!(matches!(journal.secrets().await, Err(JournalError::NoKey { .. })));
        assert!(matches!(journal.keep(secrets(&[("db.root", "x")])).await, Err(JournalError::NoKey { .. })));
        assert!(!keys.path().exists(), "a new key would not open what is there");

        keys.need_or_make().map(drop).expect("another one");
        let error = journal.secrets().await.expect_err("another key");
        assert!(matches!(error, JournalError::OtherKey { .. }), "{error}");
        assert!(error.to_string().contains("sealed with another key"), "{error}");
        let kept = journal.keep(secrets(&[("db.root", "x")])).await;
        assert!(matches!(kept, Err(JournalError::OtherKey { .. })), "two keys in one journal would open for nobody");

        std::fs::rename(folder.path().join("away"), keys.path()).expect("moved back");
        assert_eq!(journal.secrets().await.expect("the right key").names().count(), 1);
        let spoil = "UPDATE secrets SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) AS BLOB)";
        journal
            .with(move |path, connection| connection.execute(spoil, []).map(drop).map_err(|e| storage(path, &e)))
            .await
            .expect("spoilt");
        assert!(matches!(journal.secrets().await, Err(JournalError::SecretDamaged { .. })));
    }

    #[tokio::test]
    async fn a_full_disk_keeps_all_secrets_or_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = open(folder.path()).expect("opens");
        journal.keep(secrets(&[("first", "1")])).await.expect("kept");
        journal
            .with(|path, connection| connection.pragma_update(None, "max_page_count", 4).map_err(|e| storage(path, &e)))
            .await
            .expect("set");
        let long = "x".repeat(100_000);
        journal.keep(secrets(&[("second", "2"), ("third", &long)])).await.expect_err("no room");
        let names: Vec<_> = journal.secrets().await.expect("read").names().cloned().collect();
        assert_eq!(names, [SecretName("first".into())]);
    }

    #[tokio::test]
    async fn the_first_format_is_read_as_it_is_and_upgraded_for_writing() {
        let folder = tempfile::tempdir().expect("a folder");
        let old = Connection::open(folder.path().join(FILE)).expect("made");
        let what = serde_json::to_string(&retried("old")).expect("serialises");
        old.execute_batch(&format!("{EVENTS} PRAGMA user_version = 1;")).expect("made");
        old.execute("INSERT INTO events VALUES (1, 5, 'r', ?1)", [what]).expect("written");
        drop(old);
        let keys = KeyFile::new(folder.path().join("key"));
        assert_eq!(Sqlite::read(folder.path()).expect("read").len(), 1);
        assert!(Sqlite::read_secrets(folder.path(), &keys).expect("it has none").is_empty());
        let journal = open(folder.path()).expect("upgraded");
        assert_eq!(journal.events().await.expect("read")[0].what, retried("old"));
        journal.keep(secrets(&[("db.app", "planted")])).await.expect("there is a place for it");
        journal.append(6, "s", vec![retried("new")]).await.expect("appended");
        drop(journal);
        let format: u32 = Connection::open(folder.path().join(FILE))
            .and_then(|file| file.query_row("PRAGMA user_version", [], |row| row.get(0)))
            .expect("read");
        assert_eq!(format, FORMAT);
        assert_eq!(open(folder.path()).expect("opens").events().await.expect("read").len(), 2);
    }

    #[tokio::test]
    async fn a_replacement_is_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = open(folder.path()).expect("opens");
        let first = journal.append(1, "r", vec![retried("a"), retried("b")]).await.expect("appended");
        journal.keep(secrets(&[("db.app", "one")])).await.expect("kept");
        // The second event's number is the first one's: the write breaks off in its middle.
        let broken = vec![first[0].clone(), first[0].clone()];
        journal.replace(broken, secrets(&[("db.app", "two")])).await.expect_err("refused");
        assert_eq!(journal.events().await.expect("read"), first);
        assert_eq!(value(&journal.secrets().await.expect("read"), "db.app"), Some("one"));
        journal.replace(first[..1].to_vec(), secrets(&[("db.app", "two")])).await.expect("replaced");
        assert_eq!(journal.events().await.expect("read"), first[..1]);
        assert_eq!(value(&journal.secrets().await.expect("read"), "db.app"), Some("two"));
    }

    #[test]
    fn a_newer_journal_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(open(folder.path()).expect("opens"));
        let connection = Connection::open(folder.path().join(FILE)).expect("opens");
        connection.pragma_update(None, "user_version", 9).expect("written");
        drop(connection);
        assert!(matches!(open(folder.path()), Err(JournalError::Format { found: 9, known: FORMAT, .. })));
        assert!(matches!(Sqlite::read(folder.path()), Err(JournalError::Format { found: 9, .. })));
    }

    #[tokio::test]
    async fn a_full_disk_is_an_error_and_writes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = open(folder.path()).expect("opens");
        journal.append(1, "r", vec![retried("kept")]).await.expect("appended");
        journal
            .with(|path, connection| connection.pragma_update(None, "max_page_count", 3).map_err(|e| storage(path, &e)))
            .await
            .expect("set");
        let long = "x".repeat(100_000);
        let error = journal.append(2, "r", vec![retried("small"), retried(&long)]).await.expect_err("no room");
        assert!(error.to_string().contains("full"), "{error}");
        assert_eq!(journal.events().await.expect("read").len(), 1, "all or none");
    }

    #[test]
    fn a_folder_that_cannot_be_made_and_a_damaged_file_are_errors() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("file"), "x").expect("written");
        assert!(matches!(open(&folder.path().join("file/below")), Err(JournalError::Storage { .. })));
        std::fs::write(folder.path().join(FILE), "this is no database, and long enough to be seen as none")
            .expect("written");
        assert!(matches!(open(folder.path()), Err(JournalError::Storage { .. })));
    }
}
