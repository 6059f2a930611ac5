//! Deploy and destroy, ended at every request and at every write of the journal: before a request leaves, after the cloud has
//! acted and before the answer arrives, in the middle of a bulk request, and with the act coming late. Each is followed by a
//! rerun, after which every planned resource is there exactly once (or nothing is), nothing foreign is touched, and the
//! journal says what the cloud says.
//!
//! `GUREUM_EVERY_KILL=1` tries every moment; without it each test tries every few, so that `cargo test` stays quick.

mod simulation;

use std::io::Write;
use std::time::{Duration, Instant};

use gureum::runtime::Clock;
use gureum::simulate::{AtAppend, Kill, Moment, Process};
use simulation::{Command, Scene, in_virtual_time};

/// How late a late act comes, in milliseconds: during the rerun's look, during its work, and near the end of the doubt.
const LATE: [i64; 3] = [700, 12_000, 280_000];

struct Tally {
    what: String,
    begun: Instant,
    kills: usize,
    violations: Vec<String>,
}

impl Tally {
    fn new(what: &str) -> Self {
        Self { what: what.to_owned(), begun: Instant::now(), kills: 0, violations: Vec::new() }
    }

    fn add(&mut self, process: Process, found: Vec<String>) {
        self.kills += 1;
        if !found.is_empty() {
            self.violations.push(format!("{process:?}\n    {}", found.join("\n    ")));
        }
    }

    fn end(self) {
        let Self { what, begun, kills, violations } = self;
        let line = format!(
            "{what}: {kills} kills, {} with violations, {:.1} s",
            violations.len(),
            begun.elapsed().as_secs_f64()
        );
        // Straight to the terminal: the counts are the point.
        writeln!(std::io::stderr(), "{line}").expect("standard error");
        assert!(kills > 0, "{what}: nothing was killed");
        assert!(violations.is_empty(), "{line}\n{}", violations.join("\n"));
    }
}

fn stride(few: usize) -> usize {
    if std::env::var_os("GUREUM_EVERY_KILL").is_some() { 1 } else { few }
}

/// One run that ends so, another one, and what is wrong then; `None` if the first came to its own end.
fn one(scene: &Scene, command: Command, then: Command, process: Process) -> Option<Vec<String>> {
    in_virtual_time(async {
        let stage = scene.stage();
        if stage.run(command, process).await.is_some() {
            return None;
        }
        let mut found = stage.again(then).await;
        stage.calm().await;
        found.extend(stage.violations(then).await);
        Some(found)
    })
}

fn at_every_request(name: &str, scene: &Scene, command: Command, then: Command, few: usize) {
    let mut tally = Tally::new(name);
    let calm = in_virtual_time(async {
        let stage = scene.stage();
        let before = stage.log().len();
        assert_eq!(stage.again(command).await, Vec::<String>::new());
        let mut log = stage.log().split_off(before);
        log.sort_by_key(|exchange| exchange.number);
        log
    });
    let stride = stride(few);
    let mut moments = 0;
    'requests: for request in 1.. {
        let items = calm.get(request - 1).map_or(1, |exchange| exchange.items);
        let late = LATE.map(Moment::Late);
        let within = (1..items).map(Moment::Items);
        for moment in [Moment::Before, Moment::After].into_iter().chain(late).chain(within) {
            moments += 1;
            // The last ones are tried in any case, so that the end is found.
            if moments % stride != 0 && request <= calm.len() {
                continue;
            }
            let process = Process { kill: Some(Kill { request, moment }), append: None };
            match one(scene, command, then, process) {
                Some(found) => tally.add(process, found),
                None if request < calm.len() => {}
                None => break 'requests,
            }
        }
    }
    tally.end();
}

fn at_every_write(name: &str, scene: &Scene, command: Command, few: usize) {
    let mut tally = Tally::new(name);
    let stride = stride(few);
    for ending in [AtAppend::EndBefore, AtAppend::EndAfter] {
        for n in (1..).step_by(stride) {
            let process = Process { kill: None, append: Some(ending(n)) };
            match one(scene, command, command, process) {
                Some(found) => tally.add(process, found),
                None => break,
            }
        }
    }
    tally.end();
}

/// The run goes to its end without its journal, says so, and the next one mends it.
fn with_a_full_disk(name: &str, scene: &Scene, command: Command, few: usize) {
    let mut tally = Tally::new(name);
    let stride = stride(few);
    for full in [AtAppend::Full, AtAppend::FullOnce] {
        for n in (1..).step_by(stride) {
            let process = Process { kill: None, append: Some(full(n)) };
            let found = in_virtual_time(async {
                let stage = scene.stage();
                let first = stage.run(command, process).await.expect("a full disk ends no process");
                let failed = match &first {
                    Ok(ran) => ran.summary.as_ref().is_some_and(|summary| summary.exit_code == 4),
                    Err(_) => true,
                };
                if !failed {
                    return None;
                }
                let mut found = stage.again(command).await;
                stage.calm().await;
                found.extend(stage.violations(command).await);
                Some(found)
            });
            match found {
                Some(found) => tally.add(process, found),
                None => break,
            }
        }
    }
    tally.end();
}

#[test]
fn a_calm_deploy_and_destroy_leave_what_was_there() {
    for id in ["usecase-2.1", "usecase-2.6"] {
        let scene = Scene::new(id).after_deploy();
        in_virtual_time(async {
            let stage = scene.stage();
            assert_eq!(stage.violations(Command::Deploy).await, Vec::<String>::new(), "{id}");
            assert_eq!(stage.again(Command::Destroy).await, Vec::<String>::new(), "{id}");
            stage.clock.sleep(Duration::from_secs(60)).await;
            assert_eq!(stage.violations(Command::Destroy).await, Vec::<String>::new(), "{id}");
        });
    }
}

#[test]
fn deploy_of_2_1_killed_at_every_request() {
    at_every_request("deploy 2.1, requests", &Scene::new("usecase-2.1"), Command::Deploy, Command::Deploy, 7);
}

#[test]
fn deploy_of_2_6_killed_at_every_request() {
    at_every_request("deploy 2.6, requests", &Scene::new("usecase-2.6"), Command::Deploy, Command::Deploy, 11);
}

#[test]
fn destroy_of_2_1_killed_at_every_request() {
    let scene = Scene::new("usecase-2.1").after_deploy();
    at_every_request("destroy 2.1, requests", &scene, Command::Destroy, Command::Destroy, 7);
}

#[test]
fn destroy_of_2_6_killed_at_every_request() {
    let scene = Scene::new("usecase-2.6").after_deploy();
    at_every_request("destroy 2.6, requests", &scene, Command::Destroy, Command::Destroy, 11);
}

#[test]
fn deploy_of_2_1_killed_at_every_request_then_destroyed() {
    at_every_request(
        "deploy 2.1 then destroy, requests",
        &Scene::new("usecase-2.1"),
        Command::Deploy,
        Command::Destroy,
        9,
    );
}

#[test]
fn deploy_of_2_6_killed_at_every_request_then_destroyed() {
    at_every_request(
        "deploy 2.6 then destroy, requests",
        &Scene::new("usecase-2.6"),
        Command::Deploy,
        Command::Destroy,
        13,
    );
}

#[test]
fn destroy_of_2_1_killed_at_every_request_then_deployed() {
    let scene = Scene::new("usecase-2.1").after_deploy();
    at_every_request("destroy 2.1 then deploy, requests", &scene, Command::Destroy, Command::Deploy, 9);
}

#[test]
fn destroy_of_2_6_killed_at_every_request_then_deployed() {
    let scene = Scene::new("usecase-2.6").after_deploy();
    at_every_request("destroy 2.6 then deploy, requests", &scene, Command::Destroy, Command::Deploy, 13);
}

/// Servers that fetch what their user-data has no room for.
#[test]
fn deploy_with_objects_killed_at_every_request() {
    let scene = Scene::with_much_to_say("usecase-2.1");
    at_every_request("deploy 2.1 with objects, requests", &scene, Command::Deploy, Command::Deploy, 7);
    at_every_request("deploy 2.1 with objects then destroy, requests", &scene, Command::Deploy, Command::Destroy, 11);
}

#[test]
fn destroy_with_objects_killed_at_every_request() {
    let scene = Scene::with_much_to_say("usecase-2.1").after_deploy();
    at_every_request("destroy 2.1 with objects, requests", &scene, Command::Destroy, Command::Destroy, 7);
    at_every_request("destroy 2.1 with objects then deploy, requests", &scene, Command::Destroy, Command::Deploy, 11);
}

#[test]
fn deploy_killed_at_every_write_of_its_journal() {
    for id in ["usecase-2.1", "usecase-2.6"] {
        at_every_write(&format!("deploy {id}, journal"), &Scene::new(id), Command::Deploy, 7);
    }
}

#[test]
fn destroy_killed_at_every_write_of_its_journal() {
    for id in ["usecase-2.1", "usecase-2.6"] {
        at_every_write(&format!("destroy {id}, journal"), &Scene::new(id).after_deploy(), Command::Destroy, 7);
    }
}

#[test]
fn deploy_with_a_full_disk_at_every_write_of_its_journal() {
    for id in ["usecase-2.1", "usecase-2.6"] {
        with_a_full_disk(&format!("deploy {id}, full disk"), &Scene::new(id), Command::Deploy, 7);
    }
}

#[test]
fn destroy_with_a_full_disk_at_every_write_of_its_journal() {
    for id in ["usecase-2.1", "usecase-2.6"] {
        with_a_full_disk(&format!("destroy {id}, full disk"), &Scene::new(id).after_deploy(), Command::Destroy, 7);
    }
}
