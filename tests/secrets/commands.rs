//! `gureum secrets` and `gureum state` as their users meet them: the binary itself.

use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use gureum::event::{CommandWord, Happening, Started};
use gureum::journal::{self, Journal, JournalError, KeyFile, Sqlite};
use gureum::model::{EnvironmentKey, EnvironmentName, SecretName, Secrets};
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_empty};
use tempfile::TempDir;

const VALUE: &str = "pl4nted5ecret";

struct User(TempDir);

impl User {
    fn new() -> Self {
        let user = Self(TempDir::new().expect("a folder"));
        std::fs::write(user.path("passphrase"), "open sesame\n").expect("written");
        user
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn gureum(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gureum"));
        command.env_clear().current_dir(self.0.path()).env("HOME", self.0.path()).args(arguments);
        command.env("GUREUM_STATE", self.path("state")).env("GUREUM_PASSPHRASE_FILE", self.path("passphrase"));
        command
    }

    fn folder(&self) -> PathBuf {
        journal::folder(&self.path("state"), &environment())
    }

    /// Once nobody has its lock: a program that another test starts holds whatever this process has open until it is that program.
    fn open(&self) -> Sqlite {
        for _ in 0..100 {
            match Sqlite::open(&self.folder(), &KeyFile::new(self.path("state/key"))) {
                Err(JournalError::Locked { .. }) => std::thread::sleep(Duration::from_millis(50)),
                other => return other.expect("opens"),
            }
        }
        panic!("the lock is never free")
    }

    /// As a deploy leaves it that had one secret to give.
    fn deploy(&self) {
        let journal = self.open();
        let mut secrets = Secrets::default();
        secrets.insert(SecretName("db.app_password".into()), VALUE.into());
        block_on(journal.keep(secrets)).expect("kept");
        drop(journal);
        journal::remember(&self.folder(), &environment()).expect("written");
        self.run_begins("run-1");
    }

    fn run_begins(&self, run: &str) {
        let started = Started {
            command: CommandWord::Deploy,
            inputs: None,
            blueprint: None,
            plan_digest: String::new(),
            steps: 0,
            version: "1".into(),
        };
        block_on(self.open().append(1, run, vec![Happening::Started(started)])).expect("appended");
    }

    fn secret_and_events(&self) -> (Vec<String>, usize) {
        let journal = self.open();
        let secrets = block_on(journal.secrets()).expect("read");
        (secrets.fingerprints().into_values().collect(), block_on(journal.events()).expect("read").len())
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(work)
}

/// One of a cloud that nobody reaches.
fn environment() -> EnvironmentKey {
    let name = EnvironmentName::parse("shop").expect("a name");
    EnvironmentKey { project_id: "p".into(), region: "R".into(), name }
}

fn copy(from: &Path, to: &Path) {
    std::fs::copy(from, to).expect("copied");
}

#[test]
fn names_are_listed_and_values_only_when_asked_for() {
    let user = User::new();
    user.deploy();
    // No cloud is configured that would have this environment: who holds it is not known, and that is said.
    let listed = user.gureum(&["secrets", "shop"]).assert().success();
    listed.stdout(contains("db.app_password").and(contains(VALUE).not())).stderr(contains("not known"));
    let shown = user.gureum(&["secrets", "shop", "--show", "db.app_password"]).assert().success();
    shown.stdout(format!("{VALUE}\n")).stderr(contains("warning: values of secrets are shown"));
    let all = user.gureum(&["secrets", "shop", "--reveal", "--json"]).assert().success();
    all.stdout(contains(VALUE)).stderr(contains("\"warning\""));
    let unknown = user.gureum(&["secrets", "shop", "--show", "db.app"]).assert().code(1);
    unknown.stdout(is_empty()).stderr(contains("there are db.app_password").and(contains(VALUE).not()));
    user.gureum(&["secrets", "shop", "--show", "x", "--reveal"]).assert().code(1);
}

#[test]
fn without_the_key_events_are_shown_and_secrets_are_refused_with_words() {
    let user = User::new();
    user.deploy();
    std::fs::rename(user.path("state/key"), user.path("elsewhere")).expect("moved");
    user.gureum(&["events", "shop"]).assert().success();
    user.gureum(&["status", "shop"]).assert().success();
    let refused = user.gureum(&["secrets", "shop"]).assert().code(1);
    refused.stderr(contains("state/key is missing").and(contains("GUREUM_KEY_FILE")));
    let found = user.gureum(&["secrets", "shop"]).env("GUREUM_KEY_FILE", user.path("elsewhere")).assert();
    found.success().stdout(contains("db.app_password"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(user.path("elsewhere"), mode).expect("set");
        let open = user.gureum(&["secrets", "shop"]).env("GUREUM_KEY_FILE", user.path("elsewhere")).assert();
        open.code(1).stderr(contains("chmod 600"));
    }
}

#[test]
fn an_environment_moves_to_another_machine_with_its_secrets() {
    let (here, there) = (User::new(), User::new());
    here.deploy();
    here.gureum(&["state", "export", "shop", "--out", "shop.age"]).assert().success().stdout(contains("1 secrets"));
    let file = here.path("shop.age");
    let bytes = std::fs::read(&file).expect("written");
    assert!(!bytes.windows(VALUE.len()).any(|part| part == VALUE.as_bytes()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        assert_eq!(std::fs::metadata(&file).expect("there").mode() & 0o777, 0o600);
    }
    let left = std::fs::read_dir(here.0.path()).expect("a folder").count();
    assert_eq!(left, 3, "state, passphrase and the file: nothing is left beside it");

    copy(&file, &there.path("shop.age"));
    std::fs::write(there.path("wrong"), "close sesame").expect("written");
    let mut wrong = there.gureum(&["state", "import", "shop.age"]);
    wrong.env("GUREUM_PASSPHRASE_FILE", there.path("wrong")).assert().code(1).stderr(contains("another passphrase"));
    there.gureum(&["state", "import", "shop.age"]).assert().success().stdout(contains("Environment shop is here"));
    assert_eq!(there.secret_and_events(), here.secret_and_events());
    there.gureum(&["secrets", "shop", "--show", "db.app_password"]).assert().success().stdout(format!("{VALUE}\n"));
    // Again: nothing would be lost.
    there.gureum(&["state", "import", "shop.age"]).assert().success();

    there.run_begins("run-2");
    let before = there.secret_and_events();
    let newer = there.gureum(&["state", "import", "shop.age"]).assert().code(3);
    newer.stderr(contains("is newer than the file").and(contains("--force")));
    assert_eq!(there.secret_and_events(), before, "a refusal changes nothing");
    there.gureum(&["state", "import", "shop.age", "--force"]).assert().success();
    assert_eq!(there.secret_and_events(), here.secret_and_events());
}

#[test]
fn an_environment_moves_by_the_other_machines_key() {
    let (here, there) = (User::new(), User::new());
    here.deploy();
    there.deploy();
    let key = std::fs::read_to_string(there.path("state/key")).expect("made");
    let recipient = key.lines().find_map(|line| line.strip_prefix("# public key: ")).expect("it tells its recipient");
    here.gureum(&["state", "export", "shop", "--out", "shop.age", "--recipient", recipient]).assert().success();
    here.gureum(&["state", "import", "shop.age"])
        .assert()
        .code(1)
        .stderr(contains("another passphrase or for another"));
    copy(&here.path("shop.age"), &there.path("shop.age"));
    there.gureum(&["state", "import", "shop.age"]).assert().success();
    there.gureum(&["state", "import", "passphrase"]).assert().code(1).stderr(contains("no exported environment"));
    let bad = here.gureum(&["state", "export", "shop", "--out", "x", "--recipient", "age1nobody"]).assert();
    bad.code(1).stderr(contains("no age recipient"));
    assert!(!here.path("x").exists());
}

#[test]
fn where_nobody_can_be_asked_a_passphrase_is_refused_with_the_ways_to_give_one() {
    let user = User::new();
    user.deploy();
    let mut export = user.gureum(&["state", "export", "shop", "--out", "x"]);
    let refused = export.env_remove("GUREUM_PASSPHRASE_FILE").assert().code(3);
    refused.stderr(contains("GUREUM_PASSPHRASE_FILE").and(contains("--recipient")));
    std::fs::write(user.path("passphrase"), "\n").expect("written");
    user.gureum(&["state", "export", "shop", "--out", "x"]).assert().code(3).stderr(contains("empty"));
}
