//! A run that dies at any event: the next one settles its doubts, observes, and does the rest. Nothing is there twice.

use super::fake::Fault;
use super::*;
use crate::execute::settle::Settler;

/// The plan of what is missing, from what is observed: as the planner would make it.
fn plan(observed: &[Observed]) -> Plan {
    let all: [(&str, &[&str]); 6] = [
        ("network.a", &[]),
        ("router.main", &[]),
        ("group.web", &[]),
        ("port.a", &["network.a", "group.web"]),
        ("server.a", &["port.a"]),
        ("floating-ip.a", &["port.a", "router.main"]),
    ];
    let there = |address: &str| observed.iter().any(|it| it.address == Some(at(address)));
    let mut steps = Vec::new();
    for (address, of) in all.iter().filter(|(address, _)| !there(address)) {
        let mut step = create(&[(address, of)]);
        step.after.retain(|before, _| !there(before.as_str()));
        steps.push(step);
    }
    plan_of(steps)
}

async fn settle(stage: &Stage, command: CommandWord) -> crate::event::State {
    let clock = stage.fake.clock();
    let (hands, settings) = (stage.fake.as_ref(), &stage.settings);
    let (display, _shown) = mpsc::unbounded_channel();
    let stop = stage.stop.subscribe();
    let (journal, run) = (stage.journal.as_ref(), stage.run.as_str());
    let settler = Settler { hands, journal, clock: clock.as_ref(), settings, run, display, stop };
    settler.settle(command).await.expect("settles")
}

#[tokio::test(start_paused = true)]
async fn a_run_that_dies_at_any_moment_is_finished_by_the_next() {
    for fault in [None, Some(("create network.a", Fault::Late(8_000))), Some(("create server.a", Fault::LostAfter))] {
        for tenth in 0..80 {
            let stage = Stage::new();
            if let Some((request, fault)) = &fault {
                stage.fake.fault(request, fault.clone());
            }
            let first = plan(&[]);
            // The process dies: nothing of it runs any more, whatever it was doing.
            let died =
                tokio::time::timeout(std::time::Duration::from_millis(tenth * 100 + 50), stage.run(&first)).await;
            let stage = Stage { run: "r3".into(), ..stage };
            settle(&stage, CommandWord::Deploy).await;
            // What was on its way when it died acts now at the latest.
            tokio::time::sleep(std::time::Duration::from_secs(10)).await;
            let observed = stage.fake.observe();
            let rest = plan(&observed);
            let stage = Stage { observed, ..stage };
            let summary = stage.run(&rest).await;
            assert_eq!(summary.exit_code, 0, "died at {tenth}: {died:?}");
            let all = stage.fake.all();
            assert_eq!(all.len(), 6, "died at {tenth}");
            assert!(all.values().all(|count| *count == 1), "died at {tenth}: {all:?}");
        }
    }
}
