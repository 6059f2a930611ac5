//! A whole environment as one sealed file: its history and its secrets, for another machine or for a safe place.

use std::collections::BTreeMap;

use age::{Decryptor, scrypt, x25519};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::model::{EnvironmentKey, SecretName, Secrets};

use super::JournalError;
use super::key::{KeyFile, NotOpened, decrypt, encrypt};

/// The format number of these files.
const FORMAT: u32 = 1;

/// The most work that opening one may ask for, as a power of two: 4 GiB of memory.
const MOST_WORK: u8 = 22;

/// One environment.
#[derive(Clone, Debug)]
pub struct Portable {
    /// Which.
    pub environment: EnvironmentKey,
    /// Its history.
    pub events: Vec<Event>,
    /// Its secrets.
    pub secrets: Secrets,
}

/// What stands in the file, once it is opened. It has no `Debug`: the values stand in it.
#[derive(Serialize, Deserialize)]
struct Content {
    format: u32,
    environment: EnvironmentKey,
    events: Vec<Event>,
    secrets: BTreeMap<SecretName, String>,
}

/// Only the number, to tell a newer file from a damaged one.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// For whom a file is sealed.
#[derive(Debug)]
pub enum Sealing {
    /// Whoever knows it.
    Passphrase(SecretString),
    /// Whoever has this recipient's key: `age1…`.
    Recipient(String),
}

/// What opens a file.
#[derive(Debug)]
pub enum Opener {
    /// What it was sealed with.
    Passphrase(SecretString),
    /// The key to whose recipient it was sealed.
    Key(KeyFile),
}

/// An exported environment that cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum PortableError {
    /// It is none.
    #[error("this is no exported environment: {0}")]
    NotOne(String),
    /// It was written by a newer gureum.
    #[error("this exported environment has format {found}, this gureum reads up to {FORMAT}")]
    Newer {
        /// Its format.
        found: u32,
    },
    /// The passphrase or the key is not the one.
    #[error("it was sealed with another passphrase or for another key")]
    Closed,
    /// The recipient is none.
    #[error("`{recipient}` is no age recipient (age1…): {why}")]
    Recipient {
        /// What was given.
        recipient: String,
        /// Why not.
        why: String,
    },
    /// It cannot be sealed.
    #[error("cannot be sealed: {0}")]
    NotSealed(String),
}

/// Whether a file was sealed with a passphrase, and not for a key.
pub fn is_for_passphrase(sealed: &[u8]) -> Result<bool, JournalError> {
    let read = Decryptor::new_buffered(sealed);
    Ok(read.map_err(|error| PortableError::NotOne(error.to_string()))?.is_scrypt())
}

impl Portable {
    /// The file.
    pub fn seal(&self, sealing: Sealing) -> Result<Vec<u8>, JournalError> {
        let secrets = self.secrets.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned()));
        let (environment, events) = (self.environment.clone(), self.events.clone());
        let content = Content { format: FORMAT, environment, events, secrets: secrets.collect() };
        let text = serde_json::to_string(&content).map_err(|error| PortableError::NotSealed(error.to_string()))?;
        let text = SecretString::from(text);
        let bytes = text.expose_secret().as_bytes();
        let sealed = match sealing {
            Sealing::Passphrase(passphrase) => encrypt(&scrypt::Recipient::new(passphrase), bytes),
            Sealing::Recipient(recipient) => match recipient.parse::<x25519::Recipient>() {
                Ok(recipient) => encrypt(&recipient, bytes),
                Err(why) => return Err(PortableError::Recipient { recipient, why: why.to_owned() }.into()),
            },
        };
        Ok(sealed.map_err(|error| PortableError::NotSealed(error.to_string()))?)
    }

    /// What stands in a file.
    pub fn open(sealed: &[u8], opener: Opener) -> Result<Self, JournalError> {
        let opened = match opener {
            Opener::Passphrase(passphrase) => {
                let mut identity = scrypt::Identity::new(passphrase);
                identity.set_max_work_factor(MOST_WORK);
                decrypt(&identity, sealed)
            }
            Opener::Key(keys) => decrypt(keys.need()?.identity(), sealed),
        };
        let bytes = opened.map_err(|why| match why {
            NotOpened::OtherKey => PortableError::Closed,
            NotOpened::Damaged => PortableError::NotOne("it is damaged".to_owned()),
        })?;
        let text = String::from_utf8(bytes).map_err(|_| PortableError::NotOne("it holds no text".to_owned()))?;
        let text = SecretString::from(text);
        // In words of ours: the parser's could repeat a value.
        let not_one =
            |error: serde_json::Error| PortableError::NotOne(format!("line {}: {:?}", error.line(), error.classify()));
        let Format { format } = serde_json::from_str(text.expose_secret()).map_err(not_one)?;
        if format > FORMAT {
            return Err(PortableError::Newer { found: format }.into());
        }
        let content: Content = serde_json::from_str(text.expose_secret()).map_err(not_one)?;
        let mut secrets = Secrets::default();
        for (name, value) in content.secrets {
            secrets.insert(name, value.into());
        }
        Ok(Self { environment: content.environment, events: content.events, secrets })
    }

    /// Whether nothing is lost when this takes the place of what is there: it goes on from that history, and has its secrets.
    pub fn holds_all_of(&self, events: &[Event], secrets: &Secrets) -> bool {
        let same = |(name, value): (&SecretName, &SecretString)| {
            self.secrets.get(name).is_some_and(|ours| ours.expose_secret() == value.expose_secret())
        };
        self.events.starts_with(events) && secrets.iter().all(same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Happening;
    use crate::kind::Kind;
    use crate::model::{Address, EnvironmentName};

    fn portable() -> Portable {
        let name = EnvironmentName::parse("shop").expect("a name");
        let environment = EnvironmentKey { project_id: "p".into(), region: "R".into(), name };
        let event = |sequence| {
            let (address, kind) = (Address::new("server", "web-1"), Kind::Server);
            let what = Happening::Retried { address, kind, error: "e".into(), until: 7 };
            Event { sequence, at: 5, run: "r".into(), what }
        };
        let mut secrets = Secrets::default();
        secrets.insert(SecretName("db.app".into()), "planted".into());
        Portable { environment, events: vec![event(1), event(2)], secrets }
    }

    #[test]
    fn it_comes_back_with_the_passphrase_and_with_no_other() {
        let there = portable();
        let sealed = there.seal(Sealing::Passphrase("open sesame".into())).expect("sealed");
        assert!(is_for_passphrase(&sealed).expect("an age file"));
        let back = Portable::open(&sealed, Opener::Passphrase("open sesame".into())).expect("opens");
        assert_eq!((&back.environment, &back.events), (&there.environment, &there.events));
        assert!(back.holds_all_of(&there.events, &there.secrets));
        let wrong = Portable::open(&sealed, Opener::Passphrase("sesame".into())).expect_err("closed");
        assert!(matches!(wrong, JournalError::Portable(PortableError::Closed)), "{wrong}");
        let cut = Portable::open(&sealed[..sealed.len() - 9], Opener::Passphrase("open sesame".into()));
        assert!(matches!(cut, Err(JournalError::Portable(PortableError::NotOne(_)))));
        assert!(is_for_passphrase(b"{}").is_err());
    }

    #[test]
    fn it_comes_back_with_the_key_of_its_recipient() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mine, other) = (KeyFile::new(folder.path().join("a")), KeyFile::new(folder.path().join("b")));
        let recipient = mine.need_or_make().expect("made").identity().to_public().to_string();
        other.need_or_make().map(drop).expect("made");
        let sealed = portable().seal(Sealing::Recipient(recipient)).expect("sealed");
        assert!(!is_for_passphrase(&sealed).expect("an age file"));
        assert!(Portable::open(&sealed, Opener::Key(mine)).is_ok());
        assert!(matches!(
            Portable::open(&sealed, Opener::Key(other)),
            Err(JournalError::Portable(PortableError::Closed))
        ));
        let none = portable().seal(Sealing::Recipient("age1nobody".into())).expect_err("no recipient");
        assert!(none.to_string().contains("age1nobody"), "{none}");
    }

    #[test]
    fn a_newer_file_and_a_strange_one_are_told_apart_without_a_value() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = KeyFile::new(folder.path().join("key"));
        let recipient = keys.need_or_make().expect("made").identity().to_public();
        let open = |text: &str| {
            let sealed = encrypt(&recipient, text.as_bytes()).expect("sealed");
            Portable::open(&sealed, Opener::Key(keys.clone())).expect_err("no good")
        };
        assert!(matches!(open(r#"{"format":9}"#), JournalError::Portable(PortableError::Newer { found: 9 })));
        let strange = open(r#"{"format":1,"secrets":"planted"}"#);
        assert!(!strange.to_string().contains("planted"), "{strange}");
    }

    #[test]
    fn what_is_newer_or_other_here_would_be_lost() {
        let there = portable();
        assert!(there.holds_all_of(&there.events[..1], &Secrets::default()), "it goes on from that");
        let older = Portable { events: there.events[..1].to_vec(), ..there.clone() };
        assert!(!older.holds_all_of(&there.events, &there.secrets), "there is more here");
        let mut more = there.secrets.clone();
        more.insert(SecretName("db.root".into()), "x".into());
        assert!(!there.holds_all_of(&there.events, &more));
        let mut other = Secrets::default();
        other.insert(SecretName("db.app".into()), "other".into());
        assert!(!there.holds_all_of(&there.events, &other));
    }
}
