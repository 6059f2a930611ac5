//! One environment among many in one project: what is asked for it is no more than where it is alone.
//!
//! `GUREUM_CROWD=200` says how many others there are; without it there are few, so that `cargo test` stays quick.

mod simulation;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gureum::blueprint::Inputs;
use gureum::embedded::{Cloud, MEMBER_PROJECT, REGION, Settings};
use gureum::event::Event;
use gureum::journal::{Journal, Memory};
use gureum::model::{EnvironmentKey, EnvironmentName, Secrets};
use gureum::runtime::{Clock, VirtualClock};
use gureum::simulate::{Exchange, Machine, Process, Rows, Site, Usecase, crowd};
use simulation::{BEGIN, PACE, done, in_virtual_time};

/// What commands on the environment asked, and how long they took.
struct Asked {
    what: &'static str,
    calls: Vec<Exchange>,
    took: Duration,
}

impl Asked {
    /// The requests in their order.
    fn sent(&self) -> Vec<String> {
        self.calls.iter().map(request).collect()
    }

    /// How many rows the cloud went through, by request.
    fn looked(&self) -> BTreeMap<String, u64> {
        let mut looked = BTreeMap::new();
        for call in &self.calls {
            *looked.entry(request(call)).or_default() += call.looked;
        }
        looked
    }
}

fn request(call: &Exchange) -> String {
    format!("{} {}", call.method, call.path)
}

/// Whether the answer is about everybody: Nova has no filter for server groups, and Swift says with a list of containers how much is
/// in each and in all.
fn is_of_all(request: &str) -> bool {
    let account = format!("GET /object-store/v1/AUTH_{MEMBER_PROJECT}/");
    request == "GET /compute/v2.1/os-server-groups" || request == account
}

fn others() -> usize {
    std::env::var("GUREUM_CROWD").map_or(50, |text| text.parse().expect("GUREUM_CROWD is a number"))
}

fn usecase(name: &EnvironmentName) -> Usecase {
    Usecase::with(Inputs { usecase: "usecase-2.6".into(), name: Some(name.clone()), ..Inputs::default() })
}

/// The environment alone: the cloud before it, the cloud with it, its journal, and the time then.
fn deployed(name: &EnvironmentName) -> (Cloud, Cloud, Past, i64) {
    in_virtual_time(async {
        let clock = VirtualClock::starting_at(BEGIN);
        let empty = Cloud::seeded(Settings { pace: PACE, ..Settings::default() }, BEGIN);
        let site = Site::new(empty, Arc::new(clock.clone()));
        // A project has one default group, which is no environment's; whoever looks at groups first makes it.
        site.as_user("tenant", "GET", "/network/v2.0/security-groups", None);
        let empty = site.cloud();
        let machine = Machine::new(Arc::clone(&site), usecase(name));
        done(&machine.deploy(Process::default()).await.expect("nothing ends it").expect("it runs"));
        clock.sleep(Duration::from_secs(60)).await;
        let secrets = machine.journal.secrets().await.expect("in memory");
        (empty, site.cloud(), Past { events: machine.journal.all(), secrets }, clock.now_ms())
    })
}

/// What a journal holds.
struct Past {
    events: Vec<Event>,
    secrets: Secrets,
}

/// A deploy that changes nothing, and the destroy.
fn commands(cloud: &Cloud, name: &EnvironmentName, past: &Past, now: i64) -> (Vec<Asked>, Rows) {
    in_virtual_time(async {
        let clock = VirtualClock::starting_at(now);
        let site = Site::new(cloud.clone(), Arc::new(clock.clone()));
        let machine = Machine::after(
            Arc::clone(&site),
            usecase(name),
            Memory::with(past.events.clone()).holding(past.secrets.clone()),
        );
        let mut asked = Vec::new();
        let mut seen = 0;
        for what in ["no-change deploy", "destroy"] {
            let begun = Instant::now();
            let ran = match what {
                "destroy" => machine.destroy(Process::default()).await,
                _ => machine.deploy(Process::default()).await,
            };
            let took = begun.elapsed();
            let ran = ran.expect("nothing ends it").expect("it runs");
            done(&ran);
            assert_eq!(what == "destroy", ran.summary.is_some(), "{what}: {:?}", ran.plan.steps);
            let log = site.log();
            asked.push(Asked { what, calls: log[seen..].to_vec(), took });
            seen = log.len();
        }
        clock.sleep(Duration::from_secs(60)).await;
        site.as_user("tenant", "GET", "/load-balancer/v2/lbaas/loadbalancers", None);
        (asked, Rows::of(&site.cloud()))
    })
}

#[test]
fn one_of_many_environments_costs_no_more_calls_than_one() {
    let name = EnvironmentName::parse("shop").expect("a name");
    let key = EnvironmentKey { project_id: MEMBER_PROJECT.into(), region: REGION.into(), name: name.clone() };
    let (empty, alone, past, now) = deployed(&name);
    let crowded = crowd(&alone, &empty, &key, others());
    let before = Rows::of(&crowded);
    let (one, _) = commands(&alone, &name, &past, now);
    let (many, after) = commands(&crowded, &name, &past, now);
    for (one, many) in one.iter().zip(&many) {
        let ratio = many.took.as_secs_f64() / one.took.as_secs_f64();
        let (alone, among) = (one.looked(), many.looked());
        let line = format!(
            "{} of one of {} environments: {} calls ({} alone), {} rows gone through ({} alone), {:.2} times as long ({:.0} ms)",
            one.what,
            others() + 1,
            many.calls.len(),
            one.calls.len(),
            among.values().sum::<u64>(),
            alone.values().sum::<u64>(),
            ratio,
            many.took.as_secs_f64() * 1000.0
        );
        // Straight to the terminal: the figures are the point.
        writeln!(std::io::stderr(), "{line}").expect("standard error");
        assert_eq!(many.sent(), one.sent(), "{line}");
        for (request, rows) in among {
            let alone = alone[&request];
            let most = if is_of_all(&request) { alone * (others() as u64 + 1) } else { alone };
            assert!(rows <= most, "{line}: {request}: the cloud goes through {rows} rows, alone {alone}");
        }
    }
    let gone = after.touched_since(&before);
    let own = Rows::of(&alone).new_since(&Rows::of(&empty)).len();
    assert!(own >= 48, "{own}");
    // What is gone is what a destroy takes from the environment: all, but for its data.
    assert!(gone.len() <= own && gone.len() > 40, "{}: {gone:#?}", gone.len());
    for copy in 1..=others() {
        let other = format!("shop-{copy}-");
        assert!(!gone.iter().any(|line| line.contains(&other)), "{other} is touched: {gone:#?}");
    }
}

#[test]
fn a_copy_is_an_environment() {
    let name = EnvironmentName::parse("shop").expect("a name");
    let key = EnvironmentKey { project_id: MEMBER_PROJECT.into(), region: REGION.into(), name: name.clone() };
    let (empty, alone, past, now) = deployed(&name);
    let crowded = crowd(&alone, &empty, &key, 2);
    let rows = |cloud: &Cloud| Rows::of(cloud).new_since(&Rows::of(&empty)).len();
    let quotas = crowded.world.all().filter(|(table, ..)| table.ends_with("quotas")).count();
    assert!(quotas >= 3, "its project has no limits");
    assert_eq!(rows(&crowded), 3 * rows(&alone));
    // Somebody with its secrets and without its history sees it whole and has nothing to do.
    let past = Past { events: Vec::new(), ..past };
    let (asked, _) = commands(&crowded, &EnvironmentName::parse("shop-2").expect("a name"), &past, now);
    assert_eq!(asked.len(), 2);
}
