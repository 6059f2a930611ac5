//! Two operators deploy one environment at once, each with a journal of its own: one of them makes it, the other one says why it
//! stopped, and in the end everything is there exactly once.

mod simulation;

use std::time::Duration;

use gureum::event::OutcomeWord;
use gureum::runtime::Clock;
use gureum::simulate::{Process, Ran, RunError};
use simulation::{Command, Scene, in_virtual_time};

/// Why a run did not do everything.
fn stopped(ran: &Result<Ran, RunError>) -> Option<String> {
    match ran {
        Ok(ran) => {
            let summary = ran.summary.as_ref()?;
            let because = summary.because.as_ref().map(ToString::to_string).unwrap_or_default();
            (summary.outcome != OutcomeWord::Done).then(|| format!("{because} {:?}", summary.failures))
        }
        Err(error) => Some(error.to_string()),
    }
}

/// What is wrong after two deploys of which the second begins so much later.
async fn faults(scene: &Scene, later: Duration, wanted: usize) -> Vec<String> {
    let mut stage = scene.stage();
    let mut other = stage.machine.beside();
    let second = async {
        stage.clock.sleep(later).await;
        other.deploy(Process::default()).await.expect("nothing ends it")
    };
    let first = async { stage.machine.deploy(Process::default()).await.expect("nothing ends it") };
    let (first, second) = tokio::join!(first, second);
    match (stopped(&first), stopped(&second)) {
        (_, Some(said)) if says_why(&said) => {}
        (Some(said), _) if says_why(&said) => std::mem::swap(&mut stage.machine, &mut other),
        both => return vec![format!("nobody says why it stopped: {both:?}")],
    }
    let mut faults = stage.again(Command::Deploy).await;
    // One that makes servers has given them secrets.
    let servers = stage.log().iter().filter(|it| it.method == "POST" && it.path.ends_with("/servers")).count();
    faults.extend((servers != wanted).then(|| format!("{servers} servers were made")));
    let plugged = stage.log().iter().filter(|it| it.method == "POST" && it.path.ends_with("/os-interface")).count();
    faults.extend((plugged > 0).then(|| format!("{plugged} ports were changed below running servers")));
    stage.calm().await;
    faults.extend(stage.violations(Command::Deploy).await);
    faults
}

fn says_why(said: &str) -> bool {
    said.contains("another gureum is deploying") || said.contains("which this journal does not have")
}

/// Swift may tell two at the same moment that each has made the claim: the later one stays, and the other one sees it.
#[test]
fn a_claim_that_another_one_overwrote_is_no_claim() {
    let scene = Scene::new("usecase-2.1");
    in_virtual_time(async {
        let stage = scene.stage();
        let account = "/object-store/v1/AUTH_000000000000000000000000000007e0";
        let overwrite = async {
            loop {
                stage.clock.sleep(Duration::from_millis(10)).await;
                let claim = stage.log().into_iter().find(|it| it.method == "PUT" && it.path.ends_with("/claim"));
                if let Some(claim) = claim {
                    let other = serde_json::json!({"gureum_run": "fffffffffffffff0", "gureum_secret_signals.key": "0"});
                    let path = format!("{account}{}", claim.path.split_once("07e0").expect("an account's").1);
                    return stage.site.as_user("tenant", "PUT", &path, Some(&other)).0;
                }
            }
        };
        let (ran, status) = tokio::join!(stage.machine.deploy(Process::default()), overwrite);
        assert_eq!(status, 201);
        let said = stopped(&ran.expect("nothing ends it")).expect("it stops");
        assert!(said.contains("another gureum is deploying usecase-2.1: container.signals/claim"), "{said}");
        assert!(said.contains("of its run fffffffffffffff0"), "{said}");
        assert!(
            !stage.log().iter().any(|it| it.method == "POST" && it.path.ends_with("/servers")),
            "it made no server"
        );
    });
}

fn whenever_the_second_begins(usecase: &str, servers: usize, later: impl Iterator<Item = u64>) {
    let scene = Scene::new(usecase);
    let mut wrong = Vec::new();
    for ms in later {
        let found = in_virtual_time(faults(&scene, Duration::from_millis(ms), servers));
        wrong.extend(found.into_iter().map(|fault| format!("{ms} ms later: {fault}")));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn of_two_deploys_of_2_1_with_a_journal_each_one_goes_on() {
    whenever_the_second_begins("usecase-2.1", 3, (0..3_000).step_by(60).chain((3_000..20_000).step_by(1_000)));
}

#[test]
fn of_two_deploys_of_2_6_with_a_journal_each_one_goes_on() {
    whenever_the_second_begins("usecase-2.6", 8, (0..600).step_by(60).chain((1_000..12_000).step_by(1_500)));
}
