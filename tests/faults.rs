//! What peers are blamed for, one test each, as far as this cloud can play it: the numbers are those of
//! `docs/openstack-facts.md`'s list.

mod simulation;

use std::time::Duration;

use gureum::blueprint::{Goal, Inputs, Settings as InputSettings};
use gureum::cloud::Method;
use gureum::embedded::{GuestFault, Service, Settings};
use gureum::event::OutcomeWord;
use gureum::execute::{Stop, Summary};
use gureum::kind::Kind;
use gureum::runtime::Clock;
use gureum::simulate::{Exchange, Fault, Process, Ran, Rule, RunError, Usecase};
use simulation::{Command, Scene, Stage, in_virtual_time};

const NOTHING: Vec<String> = Vec::new();

async fn deploy(stage: &Stage) -> Result<Ran, RunError> {
    stage.run(Command::Deploy, Process::default()).await.expect("nothing ends it")
}

async fn destroy(stage: &Stage) -> Result<Ran, RunError> {
    stage.run(Command::Destroy, Process::default()).await.expect("nothing ends it")
}

fn summary(ran: Result<Ran, RunError>) -> Summary {
    ran.expect("it begins").summary.expect("something was to be done")
}

fn words(summary: &Summary) -> String {
    let lines: Vec<String> = summary.failures.iter().map(|(address, error)| format!("{address}: {error}")).collect();
    lines.join("\n")
}

/// It did everything in spite of what went wrong, and all is as it should be.
async fn all_is_well(stage: &Stage, command: Command) {
    assert_eq!(stage.again(command).await, NOTHING);
    stage.calm().await;
    assert_eq!(stage.violations(command).await, NOTHING);
}

fn count(log: &[Exchange], method: &str, end: &str) -> usize {
    log.iter().filter(|it| it.method == method && it.path.ends_with(end)).count()
}

/// 1: the id is recorded only after the wait.
#[test]
fn a_server_that_builds_when_its_run_dies_is_not_built_twice() {
    let scene = Scene::new("usecase-2.1");
    in_virtual_time(async {
        let stage = scene.stage();
        // It dies while servers are built: they take four seconds.
        let run = stage.machine.deploy(Process::default());
        let building = async {
            while count(&stage.log(), "POST", "/servers") < 3 {
                stage.clock.sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::select! {
            _ = run => panic!("it does not wait for its servers"),
            () = building => {}
        }
        all_is_well(&stage, Command::Deploy).await;
        assert_eq!(count(&stage.log(), "POST", "/servers"), 3);
    });
}

/// 2: a quota's failure hides its reason, and destroy fails over quota.
#[test]
fn a_quota_that_shrinks_is_named_and_destroy_works_over_it() {
    let scene = Scene::new("usecase-2.1");
    in_virtual_time(async {
        let stage = scene.stage();
        stage.site.rule(Rule::new(Method::Post, "*/servers", Fault::shrink("instances", 2)).once());
        let summary = summary(deploy(&stage).await);
        assert_eq!(summary.exit_code, 4);
        assert!(words(&summary).contains("Quota exceeded"), "{}", words(&summary));
        stage.site.heal();
        stage.site.set_quota(Service::Network, "port", 0);
        assert_eq!(stage.again(Command::Destroy).await, NOTHING);
    });
}

/// 3: a healthy build is given up at a fixed time.
#[test]
fn a_slow_build_is_waited_for() {
    let mut scene = Scene::new("usecase-2.1");
    scene.cloud.settings = Settings { pace: 800.0, ..scene.cloud.settings };
    // What is built slowly boots slowly too, and a guest may only be silent for so long.
    scene.usecase =
        Usecase::with(Inputs { usecase: "usecase-2.1".into(), until: Some(Goal::Active), ..Inputs::default() });
    in_virtual_time(async {
        let stage = scene.stage();
        let summary = summary(deploy(&stage).await);
        assert_eq!(summary.outcome, OutcomeWord::Done, "{}", words(&summary));
        assert!(summary.makespan_ms > 1_200_000, "{}", summary.makespan_ms);
    });
}

/// 4: a child waits its whole time while its load balancer is in ERROR.
#[test]
fn a_load_balancer_in_error_is_made_again_and_then_ends_what_waits_for_it() {
    let scene = Scene::new("usecase-2.6");
    let error = || Rule::new(Method::Post, "*/lbaas/loadbalancers", Fault::Error("no amphora".into()));
    in_virtual_time(async {
        let stage = scene.stage();
        stage.site.rule(error().once());
        all_is_well(&stage, Command::Deploy).await;
    });
    in_virtual_time(async {
        let stage = scene.stage();
        stage.site.rule(error());
        let summary = summary(deploy(&stage).await);
        assert_eq!(summary.exit_code, 4);
        assert!(summary.makespan_ms < 300_000, "{}", summary.makespan_ms);
        assert_eq!(summary.failures.len(), 1, "{}", words(&summary));
        assert!(summary.skipped >= 4, "listener, pool, members and monitor are not tried: {}", summary.skipped);
        stage.site.heal();
        all_is_well(&stage, Command::Deploy).await;
    });
}

/// A server's own fault text is told, and what is in ERROR is made again.
#[test]
fn a_server_in_error_is_made_again_and_its_fault_is_told() {
    let scene = Scene::new("usecase-2.1");
    let error = || Rule::new(Method::Post, "*/servers", Fault::Error("No valid host was found.".into()));
    in_virtual_time(async {
        let stage = scene.stage();
        stage.site.rule(error().nth(2));
        all_is_well(&stage, Command::Deploy).await;
    });
    in_virtual_time(async {
        let stage = scene.stage();
        stage.site.rule(error());
        let summary = summary(deploy(&stage).await);
        assert!(words(&summary).contains("No valid host was found."), "{}", words(&summary));
        assert_eq!(count(&stage.log(), "POST", "/servers"), 9, "each of three is made three times");
        stage.site.heal();
        all_is_well(&stage, Command::Deploy).await;
    });
}

/// What never ends is given up within a bound, said, and does not stand in a destroy's way.
#[test]
fn a_server_that_is_stuck_is_given_up_and_can_be_destroyed() {
    let scene = Scene::new("usecase-2.1");
    in_virtual_time(async {
        let stage = scene.stage();
        stage.site.rule(Rule::new(Method::Post, "*/servers", Fault::Stuck).once());
        let summary = summary(deploy(&stage).await);
        assert_eq!(summary.exit_code, 4);
        assert!(words(&summary).contains("server."), "{}", words(&summary));
        assert_eq!(count(&stage.log(), "POST", "/servers"), 3, "none is made a second time beside it");
        stage.site.heal();
        all_is_well(&stage, Command::Destroy).await;
    });
}

/// 5: 409 immutable without end.
#[test]
fn a_conflict_is_tried_again_within_a_bound() {
    let scene = Scene::new("usecase-2.6");
    let body = r#"{"faultcode": "Client", "faultstring": "Load Balancer x is immutable and cannot be updated."}"#;
    let immutable = || Rule::new(Method::Post, "*/lbaas/listeners", Fault::status(409, body));
    in_virtual_time(async {
        let stage = scene.stage();
        stage.site.rule(immutable().times(5));
        all_is_well(&stage, Command::Deploy).await;
    });
    in_virtual_time(async {
        let stage = scene.stage();
        stage.site.rule(immutable());
        let summary = summary(deploy(&stage).await);
        assert!(words(&summary).contains("immutable"), "{}", words(&summary));
        assert!(summary.makespan_ms < 200_000, "{}", summary.makespan_ms);
        stage.site.heal();
        all_is_well(&stage, Command::Deploy).await;
    });
}

/// 6: no cascade.
#[test]
fn a_load_balancer_goes_with_all_below_it_in_one_request() {
    let scene = Scene::new("usecase-2.6").after_deploy();
    in_virtual_time(async {
        let stage = scene.stage();
        all_is_well(&stage, Command::Destroy).await;
        let log = stage.log();
        let requests = log.iter().filter(|it| it.method == "DELETE" && it.path.starts_with("/load-balancer"));
        assert_eq!(requests.count(), 1);
    });
}

/// 7: destroy's races: an interface before a floating IP, a group before its port, a subnet before its ports.
#[test]
fn a_calm_run_is_never_refused() {
    for id in ["usecase-2.1", "usecase-2.6"] {
        let scene = Scene::new(id);
        in_virtual_time(async {
            let stage = scene.stage();
            all_is_well(&stage, Command::Deploy).await;
            all_is_well(&stage, Command::Destroy).await;
            // A server is asked after until it is not found.
            let refused: Vec<Exchange> =
                stage.log().into_iter().filter(|it| it.status >= 400 && it.method != "GET").collect();
            assert_eq!(refused, [], "{id}");
        });
    }
}

/// 8: a rule that exists.
#[test]
fn a_rule_that_exists_already_is_taken_up() {
    let scene = Scene::new("usecase-2.6");
    in_virtual_time(async {
        let stage = scene.stage();
        stage.site.rule(Rule::new(Method::Post, "*/security-group-rules", Fault::LostAfter).times(3));
        all_is_well(&stage, Command::Deploy).await;
        let refused = stage.log().into_iter().filter(|it| it.status == 409).count();
        assert!(refused >= 3, "each was sent again and refused: {refused}");
    });
}

/// 9: 404 just after create.
#[test]
fn what_was_just_made_may_not_be_found_at_once() {
    let scene = Scene::new("usecase-2.6");
    let body =
        r#"{"NeutronError": {"type": "NetworkNotFound", "message": "Network x could not be found.", "detail": ""}}"#;
    in_virtual_time(async {
        let stage = scene.stage();
        stage.site.rule(Rule::new(Method::Post, "*/subnets", Fault::status(404, body)).times(2));
        stage.site.rule(Rule::new(Method::Post, "*/ports", Fault::status(404, body)).once());
        all_is_well(&stage, Command::Deploy).await;
    });
}

/// 10: 429 is fatal.
#[test]
fn a_busy_cloud_is_given_the_time_it_asks_for() {
    let scene = Scene::new("usecase-2.6");
    in_virtual_time(async {
        let stage = scene.stage();
        for service in [Service::Network, Service::Compute, Service::LoadBalancer] {
            stage.site.rule(Rule::service(service, Fault::busy(429, 7)).seeded(11, 15));
        }
        stage.site.rule(Rule::service(Service::ObjectStore, Fault::busy(503, 3)).times(2));
        all_is_well(&stage, Command::Deploy).await;
        all_is_well(&stage, Command::Destroy).await;
    });
}

/// 11: the token ends in the middle.
#[test]
fn a_token_that_is_revoked_anywhere_is_renewed() {
    let scene = Scene::new("usecase-2.1");
    for nth in (2..40).step_by(3) {
        in_virtual_time(async {
            let stage = scene.stage();
            stage.site.rule(Rule::service(Service::Network, Fault::Revoke).nth(nth));
            stage.site.rule(Rule::service(Service::Compute, Fault::Revoke).nth(nth));
            all_is_well(&stage, Command::Deploy).await;
        });
    }
}

/// 12: one request for each rule, so that a mere plan meets 429.
#[test]
fn a_look_costs_no_more_requests_where_there_is_more() {
    let requests = |id: &str| {
        let scene = Scene::new(id).after_deploy();
        in_virtual_time(async {
            let stage = scene.stage();
            let ran = deploy(&stage).await.expect("it begins");
            assert!(ran.plan.steps.is_empty(), "{:#?}", ran.plan.steps);
            assert!(stage.log().iter().skip(1).all(|it| it.method == "GET"), "nothing is written");
            stage.log().len()
        })
    };
    let (small, large) = (requests("usecase-2.1"), requests("usecase-2.6"));
    assert!(large <= small + 3, "{small} and {large}: one more for the pool, and one for the monitor");
    assert!(large <= 30, "{large}");
}

/// 13: an edit of user-data silently replaces a machine.
#[test]
fn other_user_data_is_shown_and_replaces_nothing() {
    let scene = Scene::new("usecase-2.1").after_deploy();
    in_virtual_time(async {
        let stage = scene.stage();
        let settings = InputSettings { ssh_key: Some("ssh-ed25519 AAAA me".into()), ..InputSettings::default() };
        let usecase = Usecase::with(Inputs { usecase: "usecase-2.1".into(), settings, ..Inputs::default() });
        let machine = stage.machine.with(usecase);
        let ran = machine.deploy(Process::default()).await.expect("nothing ends it").expect("it begins");
        assert_eq!(ran.plan.reported.len(), 3, "{:#?}", ran.plan.reported);
        let kinds: Vec<Kind> = ran.plan.steps.iter().filter_map(|step| Kind::of(step.reasons.keys().next()?)).collect();
        assert!(!kinds.contains(&Kind::Server), "{kinds:?}");
        assert_eq!(count(&stage.site.log(), "POST", "/servers"), 0);
    });
}

/// 14: a failed change is written down as done.
#[test]
fn a_change_that_fails_is_made_by_the_next_run() {
    let scene = Scene::new("usecase-2.1").after_deploy();
    in_virtual_time(async {
        let stage = scene.stage();
        let networks = stage.site.as_user("tenant", "GET", "/network/v2.0/networks?name=usecase-2-1-db", None).1;
        let path = format!("/network/v2.0/networks/{}", networks["networks"][0]["id"].as_str().expect("a network"));
        let change = serde_json::json!({"network": {"admin_state_up": false}});
        assert_eq!(stage.site.as_user("tenant", "PUT", &path, Some(&change)).0, 200);
        stage.site.rule(Rule::new(Method::Put, "*/networks/*", Fault::status(400, "{}")));
        assert_eq!(summary(deploy(&stage).await).exit_code, 4);
        stage.site.heal();
        let ran = deploy(&stage).await.expect("it begins");
        assert_eq!(ran.plan.steps.len(), 1, "the next run knows that it was not done");
        all_is_well(&stage, Command::Deploy).await;
    });
}

/// 16: a second create leaks a server, and so does a connection that fails in a delete.
#[test]
fn no_server_is_leaked_by_a_late_create_or_a_failing_delete() {
    let scene = Scene::new("usecase-2.6");
    for ms in [200, 2_000, 30_000, 120_000] {
        in_virtual_time(async {
            let stage = scene.stage();
            stage.site.rule(Rule::new(Method::Post, "*/servers", Fault::Late(ms)).times(2));
            all_is_well(&stage, Command::Deploy).await;
            stage.site.rule(Rule::new(Method::Delete, "*/servers/*", Fault::NotSent).times(8));
            stage.site.rule(Rule::new(Method::Delete, "*/servers/*", Fault::LostBefore).nth(9));
            let first = summary(destroy(&stage).await);
            assert!(first.exit_code == 0 || !first.failures.is_empty());
            stage.site.heal();
            all_is_well(&stage, Command::Destroy).await;
        });
    }
}

/// A late act, and a lost answer, of every create request.
#[test]
fn nothing_is_made_twice_when_any_answer_is_lost() {
    let scene = Scene::new("usecase-2.6");
    for fault in [Fault::LostBefore, Fault::LostAfter, Fault::Silence, Fault::Late(5_000), Fault::Late(100_000)] {
        for collection in [
            "networks",
            "subnets",
            "routers",
            "ports",
            "security-groups",
            "floatingips",
            "loadbalancers",
            "listeners",
            "pools",
            "os-server-groups",
            "healthmonitors",
        ] {
            in_virtual_time(async {
                let stage = scene.stage();
                stage.site.rule(Rule::new(Method::Post, &format!("*/{collection}"), fault.clone()).once());
                let found = stage.again(Command::Deploy).await;
                stage.calm().await;
                let found = [found, stage.violations(Command::Deploy).await].concat();
                assert_eq!(found, NOTHING, "{fault:?} {collection}");
            });
        }
    }
}

/// 17: security groups that others use are deleted.
#[test]
fn a_group_that_others_use_stays_until_they_leave_it() {
    let scene = Scene::new("usecase-2.1").after_deploy();
    in_virtual_time(async {
        let stage = scene.stage();
        let get = |path: &str| stage.site.as_user("tenant", "GET", path, None).1;
        let groups =
            get("/network/v2.0/security-groups?description=gureum%20usecase-2.1%204fb0c0ec&name=usecase-2-1-db");
        let group = groups["security_groups"][0]["id"].clone();
        let networks = get("/network/v2.0/networks?name=usecase-2-1-web&description=gureum%20usecase-2.1%2000000000");
        let port =
            serde_json::json!({"port": {"network_id": networks["networks"][0]["id"], "security_groups": [group]}});
        let (status, port) = stage.site.as_user("tenant", "POST", "/network/v2.0/ports", Some(&port));
        assert_eq!(status, 201, "{port}");
        let port = format!("/network/v2.0/ports/{}", port["port"]["id"].as_str().expect("an id"));
        let summary = summary(destroy(&stage).await);
        assert_eq!(summary.exit_code, 4);
        assert!(words(&summary).contains("group.db") && words(&summary).contains("in use"), "{}", words(&summary));
        assert_eq!(get(&port)["port"]["security_groups"][0], group);
        assert_eq!(stage.site.as_user("tenant", "DELETE", &port, None).0, 204);
        all_is_well(&stage, Command::Destroy).await;
    });
}

/// 18: state that has to be edited by hand.
#[test]
fn a_lost_journal_costs_nothing() {
    let scene = Scene::new("usecase-2.6").after_deploy();
    let lost = Scene { events: Vec::new(), ..scene };
    in_virtual_time(async {
        let stage = lost.stage();
        let ran = deploy(&stage).await.expect("it begins");
        assert!(ran.plan.steps.is_empty(), "{:#?}", ran.plan.steps);
        assert_eq!(stage.violations(Command::Deploy).await, NOTHING, "the journal knows again what there is");
        all_is_well(&stage, Command::Destroy).await;
    });
}

/// 19: Ctrl-C leaves something behind that stops the next run.
#[test]
fn an_interrupted_run_is_finished_by_the_next() {
    for (command, scene) in
        [(Command::Deploy, Scene::new("usecase-2.6")), (Command::Destroy, Scene::new("usecase-2.6").after_deploy())]
    {
        for stop in [Stop::Drain, Stop::Now] {
            for ms in (100..6_000).step_by(700) {
                in_virtual_time(async {
                    let stage = scene.stage();
                    let interrupt = async {
                        stage.clock.sleep(Duration::from_millis(ms)).await;
                        stage.machine.stop.send_replace(stop);
                    };
                    let (ran, ()) = tokio::join!(stage.run(command, Process::default()), interrupt);
                    if let Ok(Ran { summary: Some(summary), .. }) = ran.expect("nothing ends it") {
                        assert!([0, 130].contains(&summary.exit_code), "{}", summary.exit_code);
                    }
                    stage.machine.stop.send_replace(Stop::Run);
                    all_is_well(&stage, command).await;
                });
            }
        }
    }
}

/// 20: the preflight forgets networks, or takes −1 for none.
#[test]
fn the_preflight_counts_networks_and_takes_minus_one_for_no_limit() {
    let scene = Scene::new("usecase-2.1");
    in_virtual_time(async {
        let stage = scene.stage();
        stage.site.set_quota(Service::Network, "network", 3);
        let Err(RunError::Refused(why)) = deploy(&stage).await else { panic!("three networks, and one is there") };
        assert!(why.iter().any(|why| why.contains("network")), "{why:?}");
        assert!(stage.log().iter().skip(1).all(|it| it.method == "GET"), "nothing is written");
        stage.site.set_quota(Service::Network, "network", -1);
        all_is_well(&stage, Command::Deploy).await;
    });
}

/// 15: done before the guests are.
#[test]
fn a_deploy_ends_when_its_guests_are_ready_and_not_before() {
    let scene = Scene::new("usecase-2.1");
    in_virtual_time(async {
        let stage = scene.stage();
        let summary = summary(deploy(&stage).await);
        assert_eq!(summary.outcome, OutcomeWord::Done, "{}", words(&summary));
        assert!(summary.makespan_ms > 60_000, "a first boot takes a minute: {}", summary.makespan_ms);
        let (_, listing) = stage.site.as_user("tenant", "GET", &signals(&stage), None);
        let reports = listing.as_array().expect("a list").iter().filter(|it| it["name"] != "claim");
        let told: Vec<&str> = reports.filter_map(|it| it["content_type"].as_str()).collect();
        assert_eq!(told.len(), 3, "{listing}");
        assert!(told.iter().all(|kind| kind.rsplit('.').next() == Some("ready")), "{told:?}");
        assert_eq!(stage.violations(Command::Deploy).await, NOTHING);
    });
}

/// The path of the listing of what the guests reported.
fn signals(stage: &Stage) -> String {
    let account = "/object-store/v1/AUTH_000000000000000000000000000007e0";
    let (_, containers) = stage.site.as_user("tenant", "GET", &format!("{account}?format=json"), None);
    let names = containers.as_array().expect("a list").iter().filter_map(|it| it["name"].as_str());
    let name = names.into_iter().find(|name| name.starts_with("usecase-2-1-signals-")).expect("a container of reports");
    format!("{account}/{name}?format=json")
}

#[test]
fn a_guest_that_fails_ends_the_deploy_with_its_own_words_and_the_next_one_waits_again() {
    let scene = Scene::new("usecase-2.1");
    in_virtual_time(async {
        let stage = scene.stage();
        let fault = GuestFault::fails("usecase-2-1-was-1", "packages", &["E: Unable to fetch some archives"]);
        stage.site.let_guests_fail(&fault);
        let first = summary(deploy(&stage).await);
        assert_eq!((first.exit_code, first.failed), (4, 1), "{}", words(&first));
        assert_eq!(words(&first), "server.was-1/ready: stage: packages\nE: Unable to fetch some archives");
        // It fails every half minute: the next one hears of the next failure.
        let second = summary(deploy(&stage).await);
        assert_eq!((second.exit_code, second.failed), (4, 1), "{}", words(&second));
        stage.site.let_guests_be();
        let posts = count(&stage.log(), "POST", "/servers");
        all_is_well(&stage, Command::Deploy).await;
        assert_eq!(count(&stage.log(), "POST", "/servers"), posts, "no server is made again");
    });
}

#[test]
fn a_guest_that_falls_silent_ends_the_deploy_with_its_last_stage_and_its_console() {
    let scene = Scene::new("usecase-2.1");
    in_virtual_time(async {
        let stage = scene.stage();
        stage.site.let_guests_fail(&GuestFault::falls_silent("usecase-2-1-db-1", "start"));
        let first = summary(deploy(&stage).await);
        assert_eq!((first.exit_code, first.failed), (4, 1), "{}", words(&first));
        let words = words(&first);
        assert!(words.contains("its last word was `start`") && words.contains("gureum: start"), "{words}");
        stage.site.let_guests_be();
        all_is_well(&stage, Command::Deploy).await;
    });
}

#[test]
fn a_destroy_of_servers_that_still_boot_leaves_nothing() {
    let scene = Scene::new("usecase-2.1");
    in_virtual_time(async {
        let stage = scene.stage();
        let run = stage.machine.deploy(Process::default());
        tokio::select! {
            _ = run => panic!("guests take a minute"),
            () = stage.clock.sleep(Duration::from_secs(45)) => {}
        }
        all_is_well(&stage, Command::Destroy).await;
    });
}

#[test]
fn a_deploy_until_active_waits_for_no_guest() {
    let mut scene = Scene::new("usecase-2.1");
    scene.usecase =
        Usecase::with(Inputs { usecase: "usecase-2.1".into(), until: Some(Goal::Active), ..Inputs::default() });
    in_virtual_time(async {
        let stage = scene.stage();
        let summary = summary(deploy(&stage).await);
        assert_eq!(summary.outcome, OutcomeWord::Done, "{}", words(&summary));
        assert!(summary.makespan_ms < 60_000, "{}", summary.makespan_ms);
    });
}
