//! The embedded cloud from the command line: the binary, its own process, and nothing configured.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_empty, starts_with};
use serde_json::Value as Json;
use tempfile::TempDir;

/// What the first and the last line say.
const NOTE: &str = "embedded cloud: nothing real is created";

/// A user with an empty home and no variable but `HOME`.
struct User(TempDir);

impl User {
    fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_gureum"));
        command.env_clear().current_dir(self.0.path()).env("HOME", self.0.path()).args(arguments);
        command
    }

    fn gureum(&self, arguments: &[&str]) -> Command {
        Command::from_std(self.command(arguments))
    }

    fn run(&self, arguments: &[&str]) -> Assert {
        self.gureum(arguments).assert()
    }

    fn json(&self, arguments: &[&str]) -> Json {
        let text = out(self.run(&[&["--json"], arguments].concat()).success());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{text}"))
    }

    /// Serves it until the value is dropped.
    fn serve(&self, more: &[&str]) -> Served {
        let mut command = self.command(&[&["embedded", "serve"], more].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let clouds: Vec<String> = lines.by_ref().take(21).map(|line| line.expect("text")).collect();
        Served { child, clouds: clouds.join("\n") }
    }

    /// The process and the port of the one that runs.
    fn running(&self) -> Option<(u64, u64)> {
        let status = self.json(&["embedded", "status"]);
        let number = |name: &str| status["running"][name].as_u64();
        Some((number("pid")?, number("port")?))
    }
}

impl Drop for User {
    fn drop(&mut self) {
        // One that a command started would live on for ten minutes.
        if let Some((pid, _)) = self.running() {
            signal("-KILL", pid);
        }
    }
}

struct Served {
    child: Child,
    clouds: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// By the shell's own word: a small Debian has no program for it.
fn signal(signal: &str, pid: u64) {
    let sent = std::process::Command::new("sh")
        .args(["-c", "kill \"$0\" \"$1\"", signal, &pid.to_string()])
        .status()
        .expect("kill runs");
    assert!(sent.success(), "kill {signal} {pid}");
}

fn out(assert: Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).expect("text")
}

/// The lines between the first and the last, which are the note.
fn framed(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() > 2 && lines[0] == NOTE && lines[lines.len() - 1] == NOTE, "{text}");
    lines[1..lines.len() - 1].to_vec()
}

fn soon(what: &str, mut holds: impl FnMut() -> bool) {
    let give_up = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < give_up, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn without_an_object_store_verify_and_logs_read_the_guests_consoles() {
    let user = User::new();
    let _served = user.serve(&["--no-object-store"]);
    user.run(&["deploy", "usecase-2.1", "--name", "shop", "--yes"]).success();
    let seen = user.json(&["verify", "shop"]);
    let guests = seen["guests"].as_array().expect("the guests' own view");
    let name = |hop: &Json| format!("{} → {}", hop["from"].as_str().unwrap_or("?"), hop["to"].as_str().unwrap_or("?"));
    let names: Vec<String> = guests.iter().map(name).collect();
    let each = ["web-1", "was-1", "db-1"].map(|local| [format!("{local} → ready"), format!("{local} → first-boot")]);
    assert_eq!(names, each.concat(), "{seen}");
    assert!(guests.iter().all(|hop| hop["fault"].is_null()), "{seen}");
    let logs = user.json(&["logs", "shop", "was-1"]);
    assert_eq!(logs["report"]["stage"], "ready", "{logs}");
    assert!(logs["report"]["words"].as_str().is_some_and(|words| words.contains("check first-boot ok")), "{logs}");
    user.run(&["destroy", "shop", "--yes"]).success();
}

#[test]
fn the_first_command_of_the_readme_deploys_with_nothing_configured() {
    let readme = include_str!("../README.md");
    let command = readme.lines().find_map(|line| line.strip_prefix("cargo run --release -- ")).expect("a command");
    assert_eq!(command, "deploy usecase-2.6 --flavor small --yes");
    let user = User::new();
    let text = out(user.run(&command.split(' ').collect::<Vec<_>>()).success());
    let lines = framed(&text).join("\n");
    assert!(lines.contains("59 of 59 done") && lines.contains("servers 8") && !lines.contains("curl"), "{lines}");

    let again = out(user.run(&["deploy", "usecase-2.6", "--yes"]).code(0));
    assert!(framed(&again).concat().contains("Nothing to do"), "{again}");
    for command in ["status", "output", "events"] {
        framed(&out(user.run(&[command, "usecase-2.6"]).success()));
    }
    assert_eq!(user.json(&["output", "usecase-2.6"])["embedded"], true);
    assert_eq!(user.json(&["status"])[0]["embedded"], true);
    user.run(&["observe", "usecase-2.6"]).success().stdout(starts_with("{")).stderr(contains(NOTE));

    let events = || out(user.run(&["--json", "events", "usecase-2.6"]).success());
    let before = events();
    let previewed = out(user.run(&["destroy", "usecase-2.6", "--delete-data", "--dry-run"]).success());
    assert!(framed(&previewed).concat().contains("69 to delete"), "{previewed}");
    assert_eq!(user.json(&["destroy", "usecase-2.6", "--dry-run"])["goal"], "destroy");
    assert_eq!(events(), before, "nothing was done");

    let misspelt = user.run(&["destroy", "usecase-26", "--dry-run"]).code(1);
    misspelt.stderr(contains("no environment `usecase-26`, but usecase-2.6"));
    let destroyed = out(user.run(&["destroy", "usecase-2.6", "--delete-data", "--yes"]).success());
    assert!(framed(&destroyed).concat().contains("Done"), "{destroyed}");
    let nothing = out(user.run(&["destroy", "usecase-2.6", "--yes"]).success());
    assert!(framed(&nothing).concat().contains("Nothing to do"), "{nothing}");
}

#[test]
fn a_killed_cloud_has_lost_nothing_and_reset_forgets_all() {
    let user = User::new();
    let deploy = ["--cloud", "embedded", "deploy", "usecase-2.1", "--accept-limitations", "--yes"];
    let text = out(user.run(&deploy).success());
    assert!(text.contains("gureum destroy usecase-2.1 --cloud embedded"), "{text}");
    let before = user.running().expect("it runs");
    signal("-KILL", before.0);
    soon("it is gone", || user.running().is_none());

    let again = out(user.run(&deploy).code(0));
    assert!(again.contains("Nothing to do"), "{again}");
    let after = user.running().expect("it runs again");
    assert_ne!(after.0, before.0);
    assert_eq!(after.1, before.1, "the clouds.yaml of before still holds");

    user.run(&["embedded", "reset"]).success().stdout(contains("as new"));
    assert_eq!(user.running(), Some(after));
    let plan = user.json(&["plan", "usecase-2.1"]);
    assert_eq!((&plan["embedded"], &plan["counts"]["unchanged"]), (&Json::from(true), &Json::from(0)));

    // An environment of another name is not taken to be there.
    user.run(&["destroy", "shop", "--yes"]).code(1).stdout(is_empty()).stderr(contains("no cloud is configured"));
    signal("-KILL", after.0);
    soon("it is gone", || user.running().is_none());
    user.run(&["embedded", "reset"]).success();
    assert!(!user.0.path().join(".local/state/gureum/embedded/embedded.sqlite").exists());
}

#[test]
fn commands_that_begin_at_once_find_one_process() {
    let user = User::new();
    let plan = ["plan", "usecase-2.1"];
    let children: Vec<Child> = (0..4)
        .map(|_| user.command(&plan).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts"))
        .collect();
    for child in children {
        let output = child.wait_with_output().expect("ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        framed(&String::from_utf8(output.stdout).expect("text"));
    }
    let log = std::fs::read_to_string(user.0.path().join(".local/state/gureum/embedded/embedded.log")).expect("a log");
    assert_eq!(log.matches("The embedded cloud serves").count(), 1, "{log}");
    let first = user.running();
    user.gureum(&plan).env("OS_CLOUD", "embedded").assert().success();
    assert_eq!(user.running(), first);
}

#[test]
fn it_serves_until_it_is_told_to_end() {
    let user = User::new();
    let mut served = user.serve(&["--state", "here", "--release", "current"]);
    let status = out(user.run(&["embedded", "status", "--state", "here"]).success());
    assert!(served.clouds.contains("auth_url: http://127.0.0.1:") && status.contains(&served.clouds), "{status}");
    user.run(&["embedded", "status"]).success().stdout(contains("does not run"));
    user.run(&["embedded", "serve", "--state", "here"]).code(3).stdout(is_empty()).stderr(contains("already runs"));

    // What it prints is all that a client needs.
    std::fs::write(user.0.path().join("clouds.yaml"), &served.clouds).expect("written");
    let chosen = user.run(&["plan", "usecase-2.1", "--cloud", "embedded-admin"]).success();
    chosen.stdout(contains("to create").and(contains(NOTE).not()));

    signal("-INT", u64::from(served.child.id()));
    assert!(served.child.wait().expect("ends").success());
    user.run(&["embedded", "status", "--state", "here"]).success().stdout(contains("does not run"));
}

#[test]
fn an_idle_one_ends_and_faults_are_told() {
    let user = User::new();
    let mut served = user.serve(&["--idle", "0.01"]);
    assert!(served.child.wait().expect("ends").success());

    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    user.run(&["embedded", "serve", "--port", &port]).code(1).stderr(contains(&port).and(contains("--port N")));
    user.run(&["embedded", "serve", "--idle", "0"]).code(1).stderr(contains("no time to wait for"));

    std::fs::write(user.0.path().join("file"), "").expect("written");
    let blocked = user.run(&["plan", "usecase-2.1", "--state", "file"]).code(1).stdout(is_empty());
    blocked.stderr(contains("does not start").and(contains("embedded.log")));
}

#[test]
fn use_cases_are_listed_for_it() {
    let user = User::new();
    framed(&out(user.run(&["list"]).success()));
    let list = user.json(&["list"]);
    assert!(list.as_array().expect("a list").iter().all(|usecase| usecase["embedded"] == true), "{list}");
    user.run(&["--lang", "ko", "list"]).success().stdout(starts_with("내장 클라우드"));
    assert_eq!(user.running(), None, "to list them none has to run");
}
