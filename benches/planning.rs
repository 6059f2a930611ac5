//! How long planning takes, and how much memory: `cargo bench --bench planning -- 10000`. With `-- 1000 10` ten such environments of
//! 1,000 are planned in turn: as much memory as one of 10,000, and no more to sort or find than in one of 1,000.
//!
//! One plan of about so many resources: use case 2.6 on `examples/cloud.json`, so many times over, each copy with names and
//! references of its own. Two plans are made of it, each looked over by the linter as every command does it: one where nothing
//! exists, and one where everything does. One line of JSON says how long they took (the median of the rounds, milliseconds of the
//! one thread's processor time: planning waits for nothing, and another program's work does not count) and how much memory the
//! process had at most, with its inputs (`VmHWM`, MiB). A size is a process, so that the peak is its own.
//!
//! Linux counts a thread's time in ticks of some milliseconds, so a round makes as many plans as fill a good many of them. With `once`
//! each plan is made once: that is for counting a plan's instructions, which no cache and no other program changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use gureum::blueprint::{self, Inputs};
use gureum::desired::{Desired, Resource, desired};
use gureum::event::Known;
use gureum::model::{Address, Composed, EnvironmentName, OutputRef, Piece, SignedUrl, Value};
use gureum::plan::{DeployOptions, Plan, check, deploy};
use gureum::snapshot::{Checked, Observed, QuotaFact, Snapshot, Status};

const ROUNDS: usize = 5;
/// The least that a round lasts.
const ROUND_MS: f64 = 200.0;

fn main() {
    // Cargo says `--bench`, too.
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse().ok());
    let once = std::env::args().any(|arg| arg == "once");
    let (rounds, round_ms) = if once { (1, 0.0) } else { (ROUNDS, ROUND_MS) };
    let (wanted, environments) = (numbers.next().unwrap_or(10_000), numbers.next().unwrap_or(1));
    let nothing = cloud();
    let one = one(&nothing);
    let mut worlds: Vec<_> = (0..environments).map(|_| (many(&one, wanted), nothing.clone())).collect();
    let create = timed(&worlds, rounds, round_ms);
    let create_mib = peak_mib();
    for (desired, snapshot) in &mut worlds {
        snapshot.resources = desired.resources.iter().map(exists).collect();
    }
    let unchanged = timed(&worlds, rounds, round_ms);
    assert!(create.steps > 0 && unchanged.steps == 0, "a plan to make everything, and one to do nothing");
    println!(
        "{{\"resources\": {}, \"steps\": {}, \"create_ms\": {:.1}, \"create_mib\": {create_mib:.0}, \"unchanged_ms\": {:.1}, \
         \"unchanged_mib\": {:.0}}}",
        worlds[0].0.resources.len(),
        create.steps,
        create.ms,
        unchanged.ms,
        peak_mib()
    );
}

struct Timed {
    ms: f64,
    steps: usize,
}

/// The median of the rounds, of one plan. Each round makes every world's plan at least once, and lasts so long at least.
fn timed(worlds: &[(Desired, Snapshot)], rounds: usize, round_ms: f64) -> Timed {
    let known = Known::default();
    let mut steps = 0;
    let mut once = |(desired, snapshot): &(Desired, Snapshot)| {
        let plan: Plan = deploy(desired, snapshot, &known, &DeployOptions::default());
        let faults = check(&plan);
        assert!(faults.is_empty() && plan.preflight.faults.is_empty(), "{faults:?} {:?}", plan.preflight.faults);
        steps = plan.steps.len();
    };
    let mut rounds: Vec<f64> = (0..rounds)
        .map(|_| {
            let begin = processor_ms();
            let mut plans = 0.0;
            loop {
                for world in worlds {
                    once(world);
                    plans += 1.0;
                }
                if processor_ms() - begin >= round_ms {
                    break;
                }
            }
            (processor_ms() - begin) / plans
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    Timed { ms: rounds[rounds.len() / 2], steps }
}

/// The example cloud with room for any number.
fn cloud() -> Snapshot {
    let mut cloud: Snapshot = serde_json::from_str(include_str!("../examples/cloud.json")).expect("a snapshot");
    cloud.resources.clear();
    for quota in cloud.facts.quotas.values_mut() {
        *quota = Checked::Known(QuotaFact { limit: -1, used: 0 });
    }
    cloud
}

fn one(cloud: &Snapshot) -> Desired {
    let files = blueprint::builtin();
    let (id, text) = files.iter().find(|(id, _)| *id == "usecase-2.6").expect("a use case");
    let (blueprint, _) = blueprint::parse(text, id).unwrap_or_else(|faults| panic!("{faults}"));
    let inputs = Inputs { usecase: (*id).to_owned(), ..Inputs::default() };
    let mut environment = cloud.environment.clone();
    environment.name = EnvironmentName::parse("many").expect("a name");
    desired(&blueprint, &inputs, &environment, &cloud.facts).unwrap_or_else(|faults| panic!("{faults}"))
}

/// Copies, until there are at least as many as wanted.
fn many(one: &Desired, wanted: usize) -> Desired {
    let mut all = Desired { resources: BTreeMap::new(), ..one.clone() };
    for copy in 1..=wanted.div_ceil(one.resources.len()) {
        for (address, resource) in &one.resources {
            let properties = resource.properties.iter().map(|(name, value)| (name.clone(), value_of(value, copy)));
            let resource = Resource { properties: Arc::new(properties.collect()), ..resource.clone() };
            all.resources.insert(renamed(address, copy), resource);
        }
    }
    all
}

/// `router.main/interface.web` in the third copy is `router.main-3/interface.web`.
fn renamed(address: &Address, copy: usize) -> Address {
    let text = match address.as_str().split_once('/') {
        Some((top, below)) => format!("{top}-{copy}/{below}"),
        None => format!("{address}-{copy}"),
    };
    Address::parse(&text).expect("an address")
}

fn value_of(value: &Value, copy: usize) -> Value {
    let output =
        |output: &OutputRef| OutputRef { address: renamed(&output.address, copy), field: output.field.clone() };
    match value {
        Value::Output(it) => Value::Output(output(it)),
        Value::List(items) => Value::List(items.iter().map(|item| value_of(item, copy)).collect()),
        Value::Map(map) => Value::Map(map.iter().map(|(name, item)| (name.clone(), value_of(item, copy))).collect()),
        Value::Composed(composed) => {
            let pieces = composed.pieces.iter().map(|piece| match piece {
                Piece::Output(it) => Piece::Output(output(it)),
                Piece::SignedUrl(it) => {
                    Piece::SignedUrl(SignedUrl { container: renamed(&it.container, copy), ..it.clone() })
                }
                Piece::Literal(_) | Piece::Secret(_) => piece.clone(),
            });
            Value::Composed(Composed { pieces: pieces.collect() })
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Text(_)
        | Value::Secret(_)
        | Value::Fingerprint(_) => value.clone(),
    }
}

/// It exists as it should be; no cloud shows what it was booted with.
fn exists((address, resource): (&Address, &Resource)) -> Observed {
    let id = |address: &Address| format!("id of {address}");
    let shown = resource.properties.iter().filter(|(name, _)| *name != "user_data");
    let fill = |value: &Value| value.resolved(&|output| Some(id(&output.address)));
    Observed {
        kind: resource.kind,
        id: id(address),
        address: Some(address.clone()),
        properties: shown.map(|(name, value)| (name.clone(), fill(value))).collect(),
        status: Status::Ready,
        bears_data: resource.bears_data,
        created_at: Some("2026-01-01T00:00:00Z".to_owned()),
        run: None,
        outputs: BTreeMap::new(),
    }
}

/// How long this thread has been on a processor.
fn processor_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds: f64 = text.split(' ').next().and_then(|word| word.parse().ok()).expect("a number");
    nanoseconds / 1e6
}

/// The most memory that this process ever had.
fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib / 1024.0
}
