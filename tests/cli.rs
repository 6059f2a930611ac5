//! The command line as its users meet it: the binary itself, without any cloud.

#[path = "cli/cloud.rs"]
mod cloud;

use std::path::Path;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_empty, starts_with};
use tempfile::TempDir;

use cloud::{Cloud, TOKEN};

/// What is planted where passwords stand, and must never come out anywhere.
const SECRET: &str = "pl4nted-s3cret";
const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/cloud.json");

/// A user with a home of its own and nothing else.
struct User(TempDir);

impl User {
    fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    }

    fn gureum(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gureum"));
        command.env_clear().current_dir(self.0.path()).env("HOME", self.0.path()).args(arguments);
        for (variable, folder) in [("XDG_STATE_HOME", "state"), ("XDG_CONFIG_HOME", "config")] {
            command.env(variable, self.path(folder));
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Assert {
        self.gureum(arguments).assert()
    }

    /// Everything that is in the user's home afterwards, but for what the test itself wrote.
    fn files(&self, except: &str) -> Vec<std::path::PathBuf> {
        fn walk(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() { walk(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        walk(self.0.path(), &mut found);
        found.retain(|path| !path.ends_with(except));
        found
    }
}

fn out(assert: Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).expect("text")
}

/// A port on which nobody listens: bound once, so that it is free, and left.
fn closed_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

fn clouds_yaml(user: &User, port: u16) {
    let text = format!(
        "clouds:\n  here:\n    auth:\n      auth_url: http://127.0.0.1:{port}/v3\n      username: me\n      \
         password: {SECRET}\n      project_name: p\n      user_domain_name: Default\n      \
         project_domain_name: Default\n    region_name: R\n"
    );
    user.write("clouds.yaml", &text);
}

#[test]
fn a_plan_on_a_snapshot_needs_no_cloud() {
    let words = ["plan", "usecase-2.6", "--flavor", "small", "--snapshot", SNAPSHOT];
    let user = User::new();
    let text = out(user.run(&words).success().stderr(is_empty()));
    for part in ["to create", "web-1 10.10.1.11", "servers 8", "degraded web:"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert_eq!(text, out(user.run(&words).success()), "the same inputs give the same bytes");
    assert_eq!(user.files(""), [] as [std::path::PathBuf; 0], "a plan writes nothing");
}

#[test]
fn help_names_every_command_and_the_exit_codes() {
    let user = User::new();
    let help = out(user.run(&["--help"]).success());
    for word in [
        "plan",
        "deploy",
        "destroy",
        "status",
        "list",
        "output",
        "events",
        "graph",
        "observe",
        "verify",
        "logs",
        "bindings",
        "ssh",
        "embedded",
        "Exit codes",
        "130",
    ] {
        assert!(help.contains(word), "{word}");
    }
    user.run(&["--version"]).success().stdout(starts_with("gureum "));
    user.run(&["deploy", "--help"]).success().stdout(contains("--accept-limitations").and(contains("--dry-run")));
    user.run(&["man"]).success().stdout(contains(".TH gureum"));
    user.run(&["man", "deploy"]).success().stdout(contains("accept\\-limitations"));
    for command in ["verify", "logs", "bindings", "ssh"] {
        user.run(&["man", command]).success().stdout(contains(format!(".TH gureum-{command}")));
        user.run(&["completions", "bash"])
            .success()
            .stdout(contains(format!("gureum__{command}")).or(contains(format!("gureum__subcmd__{command}"))));
    }
    user.run(&["man", "deply"]).code(1).stderr(contains("deploy"));
    for shell in ["bash", "zsh", "fish"] {
        user.run(&["completions", shell]).success().stdout(contains("gureum"));
    }
}

#[test]
fn wrong_usage_is_1_for_2_means_changes() {
    let user = User::new();
    user.run(&["plan", "--bogus"]).code(1).stderr(contains("--bogus"));
    user.run(&["plan", "usecase-2.6", "--flavor", "tiny"]).code(1).stderr(contains("small, medium, large, xlarge"));
    user.run(&["plan", "--name", "Shop"]).code(1).stderr(contains("lower-case"));
    let json = user.run(&["--json", "nonsense"]).code(1).stdout(is_empty());
    let error: serde_json::Value = serde_json::from_slice(&json.get_output().stderr).expect("an error as JSON");
    assert_eq!(error["error"]["exit_code"], 1);
}

#[test]
fn changes_are_2_only_when_asked_for() {
    let user = User::new();
    let plan = ["plan", "usecase-2.1", "--snapshot", SNAPSHOT];
    user.run(&plan).code(0);
    user.run(&[&plan[..], &["--detailed-exitcode"]].concat()).code(2);
}

#[test]
fn an_unknown_use_case_is_told_with_the_nearest() {
    let user = User::new();
    for command in ["plan", "deploy", "graph"] {
        let unknown = user.run(&[command, "usecase-26"]).code(1).stdout(is_empty());
        unknown.stderr(contains("no use case `usecase-26`").and(contains("usecase-2.6")).and(contains("gureum list")));
    }
    user.run(&["plan"]).code(1).stderr(contains("no use case is named"));
}

#[test]
fn inputs_that_cannot_be_are_named_with_what_could() {
    let user = User::new();
    let plan = |more: &[&str]| user.run(&[&["plan", "usecase-2.6", "--snapshot", SNAPSHOT], more].concat()).code(1);
    plan(&["--set", "wbe.count=3"]).stderr(contains("wbe").and(contains("web")));
    plan(&["--set", "was.service=tomact"]).stderr(contains("tomact").and(contains("tomcat")));
    plan(&["--set", "os=debian-13", "--set", "web.size=tiny"]).stderr(contains("debian-13").and(contains("tiny")));
    plan(&["--ssh-key", "nowhere.pub"]).stderr(contains("nowhere.pub"));
    plan(&["-f", "nowhere.yaml"]).stderr(contains("cannot read nowhere.yaml"));
}

#[test]
fn every_fault_of_a_file_is_told_at_its_place() {
    let user = User::new();
    let file = user.write("shop.yaml", "usecase: usecase-2.6\nflavour: small\ntiers:\n  web:\n    count: many\n");
    let faults = user.run(&["plan", "-f", &file, "--snapshot", SNAPSHOT]).code(1);
    faults.stderr(contains("shop.yaml:2:").and(contains("shop.yaml:5:")).and(contains("flavor")));
    user.write("blueprints/odd.yaml", "id: odd\nzones: 7\nnonsense: true\n");
    let odd = user.run(&["plan", "odd", "--blueprints", "blueprints", "--snapshot", SNAPSHOT]).code(1);
    odd.stderr(contains("odd.yaml:2:").and(contains("odd.yaml:3:")));
    let file = user.write("snapshot.json", "{\"format\": 99}");
    user.run(&["plan", "usecase-2.6", "--snapshot", &file]).code(1).stderr(contains("format 99"));
    let file = user.write("snapshot.json", "{\n\"format\": 1,\n}");
    user.run(&["plan", "usecase-2.6", "--snapshot", &file]).code(1).stderr(contains("line 3").and(contains("observe")));
}

#[test]
fn settings_are_read_and_flags_win() {
    let user = User::new();
    user.write("config/gureum/config.yaml", "cidr: 10.77.0.0/16\n");
    user.run(&["plan", "usecase-2.1", "--snapshot", SNAPSHOT]).success().stdout(contains("10.77.1.11"));
    let flags = ["plan", "usecase-2.1", "--snapshot", SNAPSHOT, "--cidr", "10.78.0.0/16"];
    user.run(&flags).success().stdout(contains("10.78.1.11").and(contains("10.77.").not()));
}

#[test]
fn half_a_configuration_is_told_with_every_way_out() {
    let user = User::new();
    let half = |arguments: &[&str]| user.gureum(arguments).env("OS_USERNAME", "me").assert().code(1).stdout(is_empty());
    let plan = half(&["plan", "usecase-2.6"]);
    let ways = || contains("clouds.yaml").and(contains("OS_AUTH_URL")).and(contains("--cloud embedded"));
    plan.stderr(ways().and(contains("--snapshot")));
    for command in [&["deploy", "usecase-2.6", "--yes"][..], &["destroy", "shop", "--yes"], &["observe", "shop"]] {
        half(command).stderr(ways().and(contains("--snapshot").not()));
    }
    assert_eq!(user.files(""), [] as [std::path::PathBuf; 0], "no embedded cloud was started");
}

#[test]
fn several_clouds_and_none_chosen_are_listed() {
    let user = User::new();
    user.write("clouds.yaml", "clouds:\n  east: {}\n  west: {}\n");
    for command in
        [&["plan", "usecase-2.6"][..], &["deploy", "usecase-2.6", "--yes"], &["destroy", "shop", "--yes"], &["list"]]
    {
        user.run(command).code(3).stdout(is_empty()).stderr(contains("east, west").and(contains("--cloud NAME")));
    }
    user.run(&["list", "--cloud", "east"])
        .success()
        .stdout(contains("usecase-2.6").and(contains("nothing real").not()));
}

#[test]
fn an_unknown_cloud_is_told_with_those_that_exist() {
    let user = User::new();
    clouds_yaml(&user, 1);
    user.run(&["plan", "usecase-2.6", "--cloud", "her"]).code(1).stderr(contains("`her`").and(contains("here")));
}

#[test]
fn a_cloud_that_is_not_there_is_told_and_no_secret_with_it() {
    let user = User::new();
    clouds_yaml(&user, closed_port());
    let commands = [
        &["-vv", "--cloud", "here", "plan", "usecase-2.6"][..],
        &["-vv", "--json", "--cloud", "here", "deploy", "usecase-2.6", "--yes"],
        &["-vv", "--cloud", "here", "destroy", "shop", "--yes"],
        &["-vv", "--cloud", "here", "observe", "shop"],
    ];
    for command in commands {
        let failed = user.gureum(command).env("GUREUM_LOG", "trace").assert().code(1).stdout(is_empty());
        let said = String::from_utf8(failed.get_output().stderr.clone()).expect("text");
        assert!(said.contains("does not answer") && said.contains("127.0.0.1"), "{said}");
        assert!(!said.contains(SECRET), "{command:?}");
    }
    for file in user.files("clouds.yaml") {
        let bytes = std::fs::read(&file).expect("read");
        assert!(!String::from_utf8_lossy(&bytes).contains(SECRET), "{}", file.display());
    }
}

#[test]
fn a_plan_on_a_cloud_only_reads() {
    let (user, cloud) = (User::new(), Cloud::start(SECRET));
    clouds_yaml(&user, cloud.port);
    let planned = user.run(&["--cloud", "here", "-vv", "plan", "usecase-2.1", "--detailed-exitcode"]).code(2);
    planned.stdout(contains("3 servers").or(contains("servers 3"))).stderr(contains(SECRET).or(contains(TOKEN)).not());
    let requests = cloud.requests();
    let writes: Vec<&String> = requests.iter().filter(|request| !request.starts_with("GET ")).collect();
    assert_eq!(writes, ["POST /v3/auth/tokens"], "{requests:?}");
    assert!(requests.len() > 10, "{requests:?}");
    assert_eq!(user.files("clouds.yaml"), [] as [std::path::PathBuf; 0], "nor is anything written here");
}

/// What no component is there for.
const MINE: &str = "blueprint: 1\nid: mine\ntitle: {ko: 큐, en: Queue}\ndescription: {ko: 큐, en: Queue}\n\
    systems: [ubuntu-16.04]\nzones: [main]\ntiers:\n  queue:\n    title: {ko: 큐, en: Queue}\n    service: kafka\n    \
    size: small\n    zone: main\n";

#[test]
fn a_deploy_is_refused_before_the_first_write() {
    let (user, cloud) = (User::new(), Cloud::start(SECRET));
    clouds_yaml(&user, cloud.port);
    // A use case of the user's own, of a service that has no component.
    user.write("mine/mine.yaml", MINE);
    let mine = ["--cloud", "here", "--blueprints", "mine", "deploy", "mine", "--yes"];
    user.run(&mine).code(3).stderr(contains("--accept-limitations").and(contains("kafka")));
    let deploy = |more: &[&str]| user.run(&[&["--cloud", "here", "deploy", "usecase-2.1"], more].concat());
    deploy(&[]).code(3).stderr(contains("no terminal").and(contains("--yes")));
    // What this cloud has no image for.
    deploy(&["--os", "rocky-9", "--yes", "--accept-limitations"]).code(1).stderr(contains("rocky-9"));
    user.run(&["--cloud", "here", "deploy", "usecase-2.1", "--dry-run"]).code(0).stdout(contains("to create"));
    let mut requests = cloud.requests();
    requests.retain(|request| !request.starts_with("GET ") && request != "POST /v3/auth/tokens");
    assert!(requests.is_empty(), "{requests:?}");
}

#[test]
fn destroying_nothing_says_so() {
    let (user, cloud) = (User::new(), Cloud::start(SECRET));
    clouds_yaml(&user, cloud.port);
    for how in ["--yes", "--dry-run"] {
        let nothing = user.run(&["--cloud", "here", "destroy", "shop", how]).code(0);
        nothing.stdout(contains("Nothing to do")).stderr(contains("no environment `shop`"));
    }
    user.run(&["status"]).success().stdout(contains("Nothing was deployed"));
}

#[test]
fn a_snapshot_of_a_cloud_can_be_planned_on() {
    let (user, cloud) = (User::new(), Cloud::start(SECRET));
    clouds_yaml(&user, cloud.port);
    user.run(&["--cloud", "here", "observe", "shop", "--out", "shop.json"]).success().stdout(is_empty());
    let text = std::fs::read_to_string(user.path("shop.json")).expect("written");
    assert!(!text.contains(TOKEN) && !text.contains(SECRET));
    user.run(&["plan", "usecase-2.1", "--snapshot", "shop.json"]).success().stdout(contains("to create"));
}

#[test]
fn a_wrong_password_is_told_in_keystones_words() {
    let (user, cloud) = (User::new(), Cloud::start("another"));
    clouds_yaml(&user, cloud.port);
    let refused = user.run(&["--cloud", "here", "-vv", "plan", "usecase-2.1"]).code(1).stdout(is_empty());
    let words = contains("requires authentication").and(contains("req-")).and(contains("check user, password"));
    refused.stderr(words.and(contains(SECRET).not()));
}

#[test]
fn json_is_json() {
    let user = User::new();
    let json = |arguments: &[&str]| -> serde_json::Value {
        let text = out(user.run(&[&["--json"], arguments].concat()).success());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{text}"))
    };
    let plan = json(&["plan", "usecase-2.6", "--flavor", "small", "--snapshot", SNAPSHOT]);
    assert_eq!(plan["goal"], "deploy");
    assert_eq!(plan["totals"]["servers"], 8);
    for step in plan["steps"].as_array().expect("steps") {
        let reasons = step["because"].as_object().expect("a sentence for each item");
        assert!(!reasons.is_empty() && reasons.values().all(|said| !said.as_str().expect("text").is_empty()), "{step}");
    }
    let list = json(&["list"]);
    assert!(list.as_array().expect("a list").iter().any(|usecase| usecase["id"] == "usecase-2.6"));
    assert_eq!(json(&["status"]), serde_json::json!([]));
    let error = user.run(&["--json", "plan", "usecase-26"]).code(1);
    let error: serde_json::Value = serde_json::from_slice(&error.get_output().stderr).expect("an error as JSON");
    assert_eq!(error["error"]["id"], "cli.unknown-usecase");
    assert!(error["error"]["help"].as_str().expect("help").contains("usecase-2.6"));
}

#[test]
fn a_plan_can_be_kept() {
    let user = User::new();
    user.run(&["plan", "usecase-2.1", "--snapshot", SNAPSHOT, "--out", "plan.json"]).success();
    let text = std::fs::read_to_string(user.path("plan.json")).expect("written");
    assert!(serde_json::from_str::<serde_json::Value>(&text).expect("json")["steps"].is_array());
    let nowhere = ["plan", "usecase-2.1", "--snapshot", SNAPSHOT, "--out", "no/such/folder.json"];
    user.run(&nowhere).code(1).stderr(contains("cannot write no/such/folder.json"));
}

#[test]
fn use_cases_are_listed_with_what_they_lack_and_drawn() {
    let user = User::new();
    user.run(&["list"])
        .success()
        .stdout(contains("usecase-2.1").and(contains("complete")).and(contains("reduced: web")));
    user.run(&["--lang", "ko", "list"]).success().stdout(contains("축소: web"));
    user.gureum(&["list"]).env("LANG", "ko_KR.UTF-8").assert().success().stdout(contains("축소: web"));
    user.write("mine/mine.yaml", MINE);
    user.run(&["--blueprints", "mine", "list"]).success().stdout(contains("lacks: queue"));
    let dot = out(user.run(&["graph", "usecase-2.6"]).success());
    assert!(dot.starts_with("digraph") && dot.contains("\"network.web\" -> \"subnet.web\";"), "{dot}");
    user.run(&["graph", "usecase-2.6", "--format", "mermaid"]).success().stdout(starts_with("flowchart LR"));
}

#[test]
fn environments_that_are_not_there_are_told() {
    let user = User::new();
    user.run(&["status"]).success().stdout(contains("Nothing was deployed"));
    for command in ["status", "output", "events"] {
        user.run(&[command, "shop"]).code(1).stderr(contains("`shop`").and(contains("--state")));
    }
}

#[test]
fn nobody_reading_is_no_error() {
    let user = User::new();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_gureum"))
        .env_clear()
        .env("HOME", user.0.path())
        .args(["--json", "plan", "usecase-2.6", "--snapshot", SNAPSHOT])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
