//! The first boot's script, run for real by every shell that is here: against an object store and a mirror that are a small
//! HTTP server, in a folder that stands for the guest's file system, with package manager and systemd played by small scripts.

mod guest;
mod store;

use sha2::{Digest, Sha256};

use guest::{CONTENT, Guest, HEALTHY, shells, there};
use gureum::blueprint::Settings;
use gureum::component::{File, Reports, archive};
use gureum::model::SecretName;

const STAGES: [&str; 8] = ["boot", "mirror", "packages", "artifacts", "files", "start", "health", "ready"];

/// What a script says of itself, the checksum of what it is.
fn digest(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}

#[test]
fn every_stage_is_reported_and_a_second_run_does_nothing() {
    for shell in shells() {
        let guest = Guest::new(shell).with_artifact("the artifact\n", Some(digest("the artifact\n")));
        assert_eq!(guest.run(), 0, "{shell}: {}", guest.log());
        let reports = guest.store.reports();
        let stages: Vec<&str> = reports.iter().map(|report| report.stage.as_str()).collect();
        // Health is told again when what it says changes.
        let mut once = stages.clone();
        once.dedup();
        assert_eq!(once, STAGES, "{shell}");
        for (number, report) in (1..).zip(&reports) {
            assert_eq!((report.instance.as_str(), report.number), ("i-1", number), "{shell}");
        }
        assert_eq!(reports.last().expect("one").words, "check web ok 3 fine\n");
        assert_eq!(guest.read("srv/page"), "password a1\n", "{shell}: the file is in place, the secret in it");
        assert_eq!(guest.read("opt/artifact"), "the artifact\n");
        assert_eq!(guest.mode("srv/page"), 0o640);
        assert_eq!(guest.calls("systemctl"), ["daemon-reload", "enable thing", "restart thing"]);
        for secret in ["state/components", "state/report-url", "cloud/instances/i-1/user-data.txt"] {
            assert!(!guest.exists(secret), "{shell}: {secret} is not kept");
        }
        // At the next boot cloud-init has written its copies again.
        guest.write("cloud/instances/i-1/user-data.txt", "password a1");
        assert_eq!(guest.run(), 0);
        assert_eq!(guest.store.reports().len(), reports.len(), "{shell}: nothing is done twice");
        assert!(!guest.exists("cloud/instances/i-1/user-data.txt"));
        assert_eq!(guest.calls("apt-get").len(), 2, "one update, one install");
    }
}

#[test]
fn what_user_data_has_no_room_for_is_fetched_proved_and_put_in_place() {
    for shell in shells() {
        let guest = Guest::new(shell).apart();
        assert!(!guest.exists("state/components"), "nothing of it came with the user-data");
        assert_eq!(guest.run(), 0, "{shell}: {}", guest.log());
        let mut stages: Vec<String> = guest.store.reports().into_iter().map(|report| report.stage).collect();
        stages.dedup();
        assert_eq!(stages[..3], ["boot", "content", "mirror"], "{shell}");
        assert_eq!(stages.last().map(String::as_str), Some("ready"));
        assert_eq!(guest.read("srv/page"), "password a1\n", "{shell}: the file is in place, the secret in it");
        for secret in ["content", "content.sh", "content-url", "content-key", "components"] {
            assert!(!guest.exists(&format!("state/{secret}")), "{shell}: {secret} is not kept");
        }
    }
}

#[test]
fn whatever_stands_in_a_file_is_fetched_as_it_was() {
    for shell in shells() {
        let guest = Guest::new(shell).apart();
        let odd = "it's $(x) `y` \\n %s\n\n구름 without an end";
        let file = File {
            path: format!("{}/state/components/thing/odd", guest.root()),
            mode: "0640".into(),
            content: odd.into(),
        };
        let files = format!("{}{}", guest.store.get(CONTENT).split_once('\n').expect("a proof").1, archive(&[file]));
        guest.store.put(CONTENT, &format!("{}\n{files}", digest(&format!("a1{files}a1"))));
        guest.program(
            "systemctl",
            &format!("[ -e {0}/odd ] || cp -p {0}/state/components/thing/odd {0}/odd", guest.root()),
        );
        assert_eq!(guest.run(), 0, "{shell}: {}", guest.log());
        assert_eq!((guest.read("odd").as_str(), guest.mode("odd")), (odd, 0o640), "{shell}");
    }
}

#[test]
fn files_that_cannot_be_fetched_or_were_changed_are_named_and_nothing_of_them_is_used() {
    for shell in shells() {
        let guest = Guest::new(shell).apart();
        let right = guest.store.get(CONTENT);
        guest.store.put(CONTENT, &right.replace("password a1", "password b2"));
        assert_eq!(guest.run(), 1);
        let words = guest.failure("content");
        assert!(words.contains("are not what was meant for it: their proof is wrong"), "{shell}: {words}");
        assert!(!guest.exists("srv/page") && !guest.exists("state/components"));
        guest.store.take(CONTENT);
        assert_eq!(guest.run(), 1);
        let words = guest.failure("content");
        assert!(words.contains("could not fetch this server's files within 2 s"), "{shell}: {words}");
        assert!(words.contains("404") && !words.contains("temp_url_sig"), "{shell}: {words}");
        // It heals when it is there; what it has once it does not fetch again.
        guest.store.put(CONTENT, &right);
        guest.program("systemctl", "exit 1");
        assert_eq!(guest.run(), 1);
        guest.failure("start");
        guest.store.take(CONTENT);
        guest.program("systemctl", ":");
        assert_eq!(guest.run(), 0, "{shell}: {}", guest.log());
    }
}

#[test]
fn a_wrong_checksum_names_both_and_nothing_is_unpacked() {
    for shell in shells() {
        let guest = Guest::new(shell).with_artifact("tampered\n", Some(digest("the artifact\n")));
        assert_eq!(guest.run(), 1);
        let words = guest.failure("artifacts");
        let expected = format!("expected {}, got {}", digest("the artifact\n"), digest("tampered\n"));
        assert!(words.contains(&expected), "{shell}: {words}");
        assert!(!guest.exists("opt/artifact"));
    }
}

#[test]
fn without_a_pin_the_checksum_beside_the_artifact_is_taken_and_without_both_it_is_refused() {
    let shell = shells()[0];
    let guest = Guest::new(shell).with_artifact("the artifact\n", None);
    assert_eq!(guest.run(), 1);
    let words = guest.failure("artifacts");
    assert!(words.contains("no checksum of artifact is known"), "{words}");
    guest.store.put("/files/artifact.sha256", &format!("{}  artifact\n", digest("the artifact\n")));
    assert_eq!(guest.run(), 0, "{}", guest.log());
}

#[test]
fn an_unreachable_mirror_is_named_within_its_time_and_a_later_run_heals() {
    for shell in shells() {
        let mut settings = Settings::default();
        settings.os_mirror.insert("*".into(), "http://127.0.0.1:1/os".into());
        let guest = Guest::with(shell, &settings, &Reports::Object);
        assert_eq!(guest.run(), 1);
        let words = guest.failure("mirror");
        assert!(
            words.contains("the mirror cannot be reached: http://127.0.0.1:1/os/dists/bookworm/Release"),
            "{words}"
        );
        assert!(guest.calls("apt-get").is_empty());
        // An image that has everything needs no mirror.
        guest.write("usr/thing", "");
        assert_eq!(guest.run(), 0, "{shell}: {}", guest.log());
    }
}

#[test]
fn what_the_package_manager_said_and_a_full_disk_are_told() {
    for shell in shells() {
        let guest = Guest::new(shell);
        guest.program("apt-get", "echo 'E: No space left on device' >&2\nexit 100");
        guest.program("df", "printf 'h\\nx 1 1 512 1 /\\n'");
        assert_eq!(guest.run(), 1);
        let words = guest.failure("packages");
        for part in ["E: No space left on device", "could not install thing", "the disk is full: 512 KiB are left in /"]
        {
            assert!(words.contains(part), "{shell}: {part} is not in\n{words}");
        }
        assert!(words.lines().count() <= 31 && words.len() <= 4096);
    }
}

#[test]
fn a_long_log_is_cut_to_its_end() {
    let shell = shells()[0];
    let guest = Guest::new(shell);
    guest.program(
        "apt-get",
        "i=0; while [ $i -lt 100 ]; do echo \"$i 구름 $(printf '%0300d' $i)\"; i=$((i + 1)); done\nexit 1",
    );
    assert_eq!(guest.run(), 1);
    let words = guest.failure("packages");
    assert!(words.len() <= 4096 && words.contains("could not install thing"), "{} bytes", words.len());
}

#[test]
fn failed_health_says_which_check_and_a_later_run_heals() {
    for shell in shells() {
        let guest = Guest::new(shell);
        guest.health("echo 'check web failed 0 no answer'; echo 'the tool said no' >&2; exit 1");
        assert_eq!(guest.run(), 1);
        let words = guest.failure("health");
        assert!(words.contains("check web failed 0 no answer") && words.contains("the tool said no"), "{words}");
        let told: Vec<String> =
            guest.store.reports().into_iter().filter(|one| one.stage == "health").map(|one| one.words).collect();
        assert_eq!(told.last().map(String::as_str), Some("check web failed 0 no answer\n"));
        guest.health(HEALTHY);
        assert_eq!(guest.run(), 0, "{shell}: {}", guest.log());
        let reports = guest.store.reports();
        assert!(reports.windows(2).all(|pair| pair[0].number < pair[1].number), "numbers count up over runs");
    }
}

#[test]
fn without_an_object_store_the_console_has_signed_lines() {
    for shell in shells() {
        let guest = Guest::with(shell, &Settings::default(), &Reports::Console(SecretName("signals.key".into())));
        assert_eq!(guest.run(), 0, "{}", guest.log());
        let console = guest.read("console");
        let signals: Vec<Vec<&str>> = console
            .lines()
            .filter_map(|line| line.strip_prefix("gureum-signal "))
            .map(|line| line.split(' ').collect())
            .collect();
        let mut stages: Vec<&str> = signals.iter().map(|signal| signal[2]).collect();
        stages.dedup();
        assert_eq!(stages, STAGES, "{shell}: {console}");
        for signal in &signals {
            let [instance, number, stage, words, signature] = signal[..] else { panic!("{signal:?}") };
            assert_eq!(signature, digest(&format!("a1:{instance}:{number}:{stage}:{words}:a1")), "{shell}");
        }
        assert!(!guest.exists("state/signal-key"));
        assert!(!console.contains("a1 "), "the key is on no line");
    }
}

#[test]
fn an_object_store_that_does_not_answer_is_told_on_the_console() {
    let shell = shells()[0];
    let guest = Guest::new(shell);
    guest.store.refuse_reports();
    assert_eq!(guest.run(), 1, "nobody heard that it is ready");
    assert!(!guest.exists("state/done"));
    let console = guest.read("console");
    assert!(console.contains("gureum: could not report ready: ") && !console.contains("temp_url_sig"), "{console}");
}

#[test]
fn python_speaks_where_there_is_no_curl() {
    if !there("python3", &["--version"]) {
        eprintln!("not tried: this machine has no python3");
        return;
    }
    let shell = shells()[0];
    let guest = Guest::new(shell).with_artifact("the artifact\n", Some(digest("the artifact\n")));
    guest.without_curl();
    assert_eq!(guest.run(), 0, "{}", guest.log());
    assert_eq!(guest.store.reports().last().expect("one").stage, "ready");
    assert_eq!(guest.read("opt/artifact"), "the artifact\n");
}
