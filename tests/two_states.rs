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
async fn faults(scene: &Scene, later: Duration) -> Vec<String> {
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
    faults.extend((servers != 3).then(|| format!("{servers} servers were made")));
    stage.calm().await;
    faults.extend(stage.violations(Command::Deploy).await);
    faults
}

fn says_why(said: &str) -> bool {
    said.contains("another gureum is deploying") || said.contains("which this journal does not have")
}

#[test]
fn of_two_deploys_with_a_journal_each_one_goes_on_whenever_the_second_begins() {
    let scene = Scene::new("usecase-2.1");
    let mut wrong = Vec::new();
    for ms in (0..3_000).step_by(40).chain((3_000..20_000).step_by(500)) {
        let found = in_virtual_time(faults(&scene, Duration::from_millis(ms)));
        wrong.extend(found.into_iter().map(|fault| format!("{ms} ms later: {fault}")));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
