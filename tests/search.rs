//! A search: faults of several kinds at once, chosen by chance from a seed, at deploy and destroy; then nothing goes wrong any
//! more, and a rerun must leave everything as after a calm run. What is found is kept as a named test elsewhere.
//!
//! `GUREUM_SEEDS=1000` tries so many seeds, `GUREUM_SEED=77` only that one; without them there are few.

mod simulation;

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use gureum::embedded::Service;
use gureum::embedded::faults::mixed;
use gureum::simulate::{Fault, Process, Rule, RunError};
use simulation::{Command, Scene, Stage, in_virtual_time};

/// Chance, the same for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = mixed(self.0);
        self.0 % bound
    }

    fn of<T: Clone>(&mut self, items: &[T]) -> T {
        let at = self.below(items.len() as u64);
        items[usize::try_from(at).expect("few")].clone()
    }
}

/// Quotas that shrink, and are without limit afterwards.
const QUOTAS: [(Service, &str); 5] = [
    (Service::Compute, "instances"),
    (Service::Compute, "cores"),
    (Service::Network, "port"),
    (Service::Network, "security_group_rule"),
    (Service::LoadBalancer, "listener"),
];
const WRITTEN: [&str; 12] = [
    "networks",
    "subnets",
    "routers",
    "ports",
    "security-groups",
    "security-group-rules",
    "floatingips",
    "servers",
    "os-server-groups",
    "loadbalancers",
    "listeners",
    "pools",
];
const SERVICES: [Service; 5] =
    [Service::Identity, Service::Compute, Service::Network, Service::LoadBalancer, Service::ObjectStore];

/// One fault of any kind, and where it happens.
fn rule(chance: &mut Chance) -> Rule {
    let ms = chance.of(&[50, 900, 4_000, 25_000, 110_000, 290_000]);
    let (status, after) = (chance.of(&[500, 502, 503, 504]), chance.below(20));
    let quota = chance.of(&QUOTAS);
    let fault = match chance.below(13) {
        0 => Fault::status(status, "{}"),
        1 => Fault::busy(429, after),
        2 => Fault::busy(503, after),
        3 => Fault::status(409, r#"{"NeutronError": {"type": "Conflict", "message": "try again", "detail": ""}}"#),
        4 => Fault::Delay(ms),
        5 => Fault::NotSent,
        6 => Fault::LostBefore,
        7 => Fault::LostAfter,
        8 => Fault::Silence,
        9 => Fault::Late(ms),
        10 => Fault::Error("chance".into()),
        11 => Fault::shrink(quota.1, i64::try_from(chance.below(3)).expect("small")),
        _ => Fault::Revoke,
    };
    let rule = match fault {
        Fault::Shrink(_) => Rule::service(quota.0, fault),
        // Only what is made or deleted goes to ERROR.
        Fault::Error(_) => {
            let collection = chance.of(&["servers", "loadbalancers", "listeners", "pools"]);
            Rule::new("POST", &format!("*/{collection}"), fault)
        }
        _ => match chance.below(4) {
            0 => Rule::service(chance.of(&SERVICES), fault),
            1 => Rule::new("DELETE", &format!("*/{}/*", chance.of(&WRITTEN)), fault),
            2 => Rule::new("PUT", "*", fault),
            _ => Rule::new("POST", &format!("*/{}", chance.of(&WRITTEN)), fault),
        },
    };
    match chance.below(4) {
        0 => rule.nth(1 + chance.below(6)),
        1 => rule.times(1 + chance.below(12)),
        2 => rule.seeded(chance.below(1_000), 5 + chance.below(40)),
        _ => rule,
    }
}

/// Nothing goes wrong any more, and an administrator lets everybody have what they want.
fn heal(stage: &Stage) {
    stage.site.heal();
    for (service, resource) in QUOTAS {
        stage.site.set_quota(service, resource, -1);
    }
}

/// What is wrong after runs with these faults and one without; told with the faults.
async fn found(stage: &Stage, chance: &mut Chance, commands: &[Command]) -> Option<String> {
    let mut told = String::new();
    let mut last = Command::Deploy;
    for command in commands {
        last = *command;
        for _ in 0..2 + chance.below(4) {
            let rule = rule(chance);
            let _ = writeln!(told, "  {last:?}: {rule:?}");
            stage.site.rule(rule);
        }
        let ran = stage.run(*command, Process::default()).await.expect("nothing ends it");
        if let Err(error @ (RunError::Faulty(_) | RunError::Json(_) | RunError::Inputs(_))) = ran {
            return Some(format!("{told}  the run: {error}"));
        }
        heal(stage);
    }
    let mut found = stage.again(last).await;
    stage.calm().await;
    found.extend(stage.violations(last).await);
    (!found.is_empty()).then(|| format!("{told}    {}", found.join("\n    ")))
}

#[test]
fn no_mix_of_faults_leaves_anything_behind() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let seeds = match number("GUREUM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("GUREUM_SEEDS").unwrap_or(40),
    };
    let begun = Instant::now();
    let fresh = ["usecase-2.1", "usecase-2.6"].map(Scene::new);
    let there = fresh.each_ref().map(Scene::after_deploy);
    let mut violations = Vec::new();
    for seed in seeds.clone() {
        let mut chance = Chance(mixed(seed));
        let usecase = usize::try_from(seed % 2).expect("two");
        let commands = chance.of(&[
            &[Command::Deploy][..],
            &[Command::Destroy],
            &[Command::Deploy, Command::Destroy],
            &[Command::Destroy, Command::Deploy],
            &[Command::Deploy, Command::Deploy],
        ]);
        let scene = if commands[0] == Command::Deploy { &fresh[usecase] } else { &there[usecase] };
        let wrong = in_virtual_time(async { found(&scene.stage(), &mut chance, commands).await });
        if let Some(wrong) = wrong {
            violations.push(format!("GUREUM_SEED={seed} ({:?}):\n{wrong}", ["2.1", "2.6"][usecase]));
        }
    }
    let tried = seeds.end - seeds.start;
    let took = begun.elapsed().as_secs_f64();
    let line = format!("search: {tried} seeds, {} with violations, {took:.1} s", violations.len());
    // Straight to the terminal: the counts are the point.
    writeln!(std::io::stderr(), "{line}").expect("standard error");
    assert!(tried > 0, "nothing was tried");
    assert!(violations.is_empty(), "{line}\n{}", violations.join("\n"));
}
