//! The key that secrets are sealed with: an age identity (X25519) in a file that only its owner reads.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use age::x25519::Identity;
use age::{DecryptError, Decryptor, Encryptor};
use secrecy::{ExposeSecret, SecretString};

use crate::model::SecretName;

use super::JournalError;
use super::places::storage;

/// Where the key is, or will be when it is first needed.
#[derive(Clone, Debug)]
pub struct KeyFile(PathBuf);

/// The key.
pub(super) struct Key(Identity);

impl KeyFile {
    /// In that file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The key, which must be there: something was sealed with it.
    pub(super) fn need(&self) -> Result<Key, JournalError> {
        self.read()?.ok_or_else(|| JournalError::NoKey { key: self.0.display().to_string() })
    }

    /// The key; a new one where there is no file.
    pub(super) fn need_or_make(&self) -> Result<Key, JournalError> {
        if self.read()?.is_none() {
            self.make().map_err(|error| storage(&self.0, &error))?;
        }
        self.need()
    }

    fn read(&self) -> Result<Option<Key>, JournalError> {
        let text = match fs::read_to_string(&self.0) {
            Ok(text) => SecretString::from(text),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == ErrorKind::InvalidData => return Err(self.damaged("it is no text")),
            Err(error) => return Err(storage(&self.0, &error)),
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let mode = fs::metadata(&self.0).map_err(|error| storage(&self.0, &error))?.mode() & 0o7777;
            if mode & 0o077 != 0 {
                return Err(JournalError::KeyShared { key: self.0.display().to_string(), mode });
            }
        }
        let mut lines = text.expose_secret().lines().map(str::trim);
        let line = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
        let identity = line.ok_or_else(|| self.damaged("it is empty"))?.parse::<Identity>();
        identity.map(|identity| Some(Key(identity))).map_err(|why| self.damaged(why))
    }

    /// Writes a new one, whole or not at all; one that another process wrote meanwhile stays.
    fn make(&self) -> std::io::Result<()> {
        let identity = Identity::generate();
        let mut beside = self.0.clone().into_os_string();
        beside.push(format!(".{}", std::process::id()));
        let beside = PathBuf::from(beside);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        writeln!(file, "# gureum's key: without it the secrets in the journals cannot be read. Keep it to yourself.")?;
        writeln!(file, "# public key: {}", identity.to_public())?;
        writeln!(file, "{}", identity.to_string().expose_secret())?;
        file.sync_all()?;
        let linked = fs::hard_link(&beside, &self.0);
        fs::remove_file(&beside)?;
        match linked {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
            Ok(()) => match self.0.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => fs::File::open(folder)?.sync_all(),
                _ => Ok(()),
            },
        }
    }

    fn damaged(&self, why: &str) -> JournalError {
        JournalError::KeyDamaged { key: self.0.display().to_string(), why: why.to_owned() }
    }
}

impl Key {
    /// Seals a secret. Its name is inside too, so that one cannot be put in another's place.
    pub fn seal(&self, name: &SecretName, value: &SecretString) -> std::io::Result<Vec<u8>> {
        let text = SecretString::from(format!("{}\n{}", name.0, value.expose_secret()));
        encrypt(&self.0.to_public(), text.expose_secret().as_bytes())
    }

    /// Opens one that was sealed under this name.
    pub fn open(&self, name: &SecretName, sealed: &[u8]) -> Result<SecretString, NotOpened> {
        let text = decrypt(&self.0, sealed)?;
        let text = SecretString::from(String::from_utf8(text).map_err(|_| NotOpened::Damaged)?);
        match text.expose_secret().split_once('\n') {
            Some((inside, value)) if inside == name.0 => Ok(SecretString::from(value)),
            _ => Err(NotOpened::Damaged),
        }
    }

    /// What opens files that were sealed to its public key.
    pub fn identity(&self) -> &Identity {
        &self.0
    }
}

/// Why something sealed stays closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotOpened {
    /// It was sealed with another key.
    OtherKey,
    /// It is not what was sealed.
    Damaged,
}

/// Seals bytes to whoever holds the recipient's key.
pub(super) fn encrypt(recipient: &dyn age::Recipient, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let encryptor = Encryptor::with_recipients(std::iter::once(recipient)).map_err(std::io::Error::other)?;
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed)?;
    writer.write_all(bytes)?;
    writer.finish()?;
    Ok(sealed)
}

/// Opens sealed bytes.
pub(super) fn decrypt(identity: &dyn age::Identity, sealed: &[u8]) -> Result<Vec<u8>, NotOpened> {
    let decryptor = Decryptor::new_buffered(sealed).map_err(|_| NotOpened::Damaged)?;
    let reader = decryptor.decrypt(std::iter::once(identity));
    let mut reader = reader.map_err(|error| match error {
        DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
            NotOpened::OtherKey
        }
        _ => NotOpened::Damaged,
    })?;
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut reader, &mut bytes).map_err(|_| NotOpened::Damaged)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> SecretName {
        SecretName(text.to_owned())
    }

    #[test]
    fn a_key_is_made_once_and_read_by_its_owner_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = KeyFile::new(folder.path().join("key"));
        assert!(matches!(file.need(), Err(JournalError::NoKey { .. })), "a look makes none");
        let sealed = file.need_or_make().expect("made").seal(&name("db.app"), &"planted".into()).expect("sealed");
        let opened = file.need_or_make().expect("read").open(&name("db.app"), &sealed).expect("the same key");
        assert_eq!(opened.expose_secret(), "planted");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is left beside it");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |mode| fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).expect("set");
            assert_eq!(fs::metadata(file.path()).expect("there").permissions().mode() & 0o777, 0o600);
            mode(0o640);
            let error = file.need_or_make().err().expect("others may read it").to_string();
            assert!(error.contains("0640") && error.contains("chmod 600"), "{error}");
            mode(0o400);
            assert!(file.need().is_ok());
        }
    }

    #[test]
    fn a_key_that_another_process_made_meanwhile_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = KeyFile::new(folder.path().join("key"));
        file.make().expect("made");
        let before = fs::read(file.path()).expect("there");
        file.make().expect("the other's");
        assert_eq!(fs::read(file.path()).expect("there"), before);
    }

    #[test]
    fn a_damaged_key_is_told_and_never_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = KeyFile::new(folder.path().join("key"));
        for text in [&b""[..], b"# only a comment\n", b"AGE-SECRET-KEY-1NOTREALLY\n", b"\xff\xfe"] {
            let _ = fs::remove_file(file.path());
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(file.path()).and_then(|mut file| file.write_all(text)).expect("written");
            let error = file.need_or_make().err().expect("damaged");
            assert!(matches!(error, JournalError::KeyDamaged { .. }), "{error}");
            assert!(!error.to_string().contains("NOTREALLY"), "{error}");
            assert_eq!(fs::read(file.path()).expect("there"), text);
        }
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_under_its_name_as_it_was() {
        let (key, other) = (Key(Identity::generate()), Key(Identity::generate()));
        let mut sealed = key.seal(&name("db.app"), &"planted".into()).expect("sealed");
        assert!(!sealed.windows(7).any(|part| part == b"planted"));
        assert_eq!(other.open(&name("db.app"), &sealed).err(), Some(NotOpened::OtherKey));
        assert_eq!(key.open(&name("db.root"), &sealed).err(), Some(NotOpened::Damaged), "the name is inside");
        *sealed.last_mut().expect("bytes") ^= 1;
        assert_eq!(key.open(&name("db.app"), &sealed).err(), Some(NotOpened::Damaged));
        assert_eq!(key.open(&name("db.app"), b"no age file").err(), Some(NotOpened::Damaged));
    }
}
