//! Secrets from their making to the guests, searched for in everything that may be seen; and the commands that move them.

#[path = "secrets/commands.rs"]
mod commands;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Read};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use gureum::blueprint::{self, Inputs};
use gureum::cloud::Cloud;
use gureum::desired::{Desired, desired};
use gureum::driver;
use gureum::embedded::{Cloud as Embedded, Settings as Pace};
use gureum::event::{CommandWord, Durations, Known, Started, fold};
use gureum::execute::{self, Settings, Stop, World};
use gureum::journal::{Journal, KeyFile, Sqlite};
use gureum::kind::{Kind, METADATA_SECRET};
use gureum::model::{EnvironmentKey, EnvironmentName, FingerprintRef, Piece, SecretName, SecretShape, Secrets, Value};
use gureum::observe::{Wanted, observe};
use gureum::plan::{self, DeployOptions, Plan};
use gureum::report::{Look, event_json, event_line, events_text, plan_json, plan_text};
use gureum::runtime::{Clock, RandomIds, VirtualClock};
use gureum::simulate::{Life, Simulated, Site};
use gureum::snapshot::Snapshot;
use secrecy::ExposeSecret;
use tokio::sync::{mpsc, watch};

const BEGIN: i64 = 1_795_500_000_000;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Use case 2.1, each of whose servers is given two secrets.
fn with_secrets(key: &EnvironmentKey, snapshot: &Snapshot) -> Desired {
    let builtin = blueprint::builtin();
    let (_, text) = builtin.iter().find(|(id, _)| *id == "usecase-2.1").expect("it is built in");
    let (blueprint, _) = blueprint::parse(text, "usecase-2.1").expect("it is sound");
    let inputs = Inputs { usecase: "usecase-2.1".into(), ..Inputs::default() };
    let mut desired = desired(&blueprint, &inputs, key, &snapshot.facts).unwrap_or_else(|faults| panic!("{faults}"));
    for (name, length) in [("db.app_password", 24), ("signals.key", 40)] {
        let name = SecretName(name.into());
        desired.secrets.insert(name.clone(), SecretShape { length });
        for resource in desired.resources.values_mut().filter(|resource| resource.kind == Kind::Server) {
            let Some(Value::Composed(data)) = Arc::make_mut(&mut resource.properties).get_mut("user_data") else {
                panic!("user-data")
            };
            data.pieces.extend([Piece::Literal(format!("\n# {}: ", name.0)), Piece::Secret(name.clone())]);
            let Some(Value::Map(metadata)) = Arc::make_mut(&mut resource.properties).get_mut("metadata") else {
                panic!("metadata")
            };
            let fingerprint = Value::Fingerprint(FingerprintRef { name: name.clone() });
            metadata.insert(format!("{METADATA_SECRET}{}", name.0), fingerprint);
        }
    }
    desired
}

/// One process on the simulated cloud, with a journal on the disk.
struct Process {
    site: Arc<Site>,
    cloud: Arc<Cloud>,
    clock: Arc<VirtualClock>,
    key: EnvironmentKey,
    journal: Arc<Sqlite>,
}

impl Process {
    async fn begin(site: &Arc<Site>, clock: &Arc<VirtualClock>, folder: &std::path::Path) -> Self {
        let api = Arc::new(Simulated::new(Arc::clone(site), Arc::new(Life::default()), None));
        let cloud = Cloud::connect(api, clock.clone(), Arc::new(RandomIds), Simulated::config()).await;
        let cloud = Arc::new(cloud.expect("connects"));
        let (project_id, region) = (cloud.project_id().to_owned(), cloud.region().to_owned());
        let key = EnvironmentKey { project_id, region, name: EnvironmentName::parse("shop").expect("a name") };
        let journal = Sqlite::open(&folder.join("shop"), &KeyFile::new(folder.join("key"))).expect("opens");
        Self { site: Arc::clone(site), cloud, clock: Arc::clone(clock), key, journal: Arc::new(journal) }
    }

    async fn look(&self, known: &Known, secrets: &Secrets) -> Snapshot {
        let wanted = Wanted { quotas: true, availability_zones: false };
        observe(&self.cloud, &self.key, "run-1", known, secrets, wanted).await.expect("the cloud answers")
    }

    async fn plan(&self) -> (Plan, Snapshot) {
        let secrets = self.journal.secrets().await.expect("read");
        let state = fold(&self.journal.events().await.expect("read")).expect("folds");
        let known = Known { fingerprints: secrets.fingerprints(), ..state.known() };
        let snapshot = self.look(&known, &secrets).await;
        let desired = with_secrets(&self.key, &snapshot);
        let plan = plan::deploy(&desired, &snapshot, &known, &DeployOptions::default());
        assert_eq!(plan::check(&plan), Vec::<String>::new());
        (plan, snapshot)
    }

    /// Carries the plan out; everything that somebody could see of it.
    async fn deploy(&self, plan: &Plan, snapshot: &Snapshot, secrets: Secrets) -> String {
        let (display, mut events) = mpsc::unbounded_channel();
        let started = Started {
            command: CommandWord::Deploy,
            inputs: None,
            blueprint: None,
            plan_digest: plan.digest().expect("serialises"),
            steps: plan.steps.len(),
            version: "1".into(),
        };
        let world = World {
            cloud: Arc::clone(&self.cloud),
            drivers: driver::of,
            journal: Arc::clone(&self.journal) as Arc<dyn Journal>,
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            ids: Arc::new(RandomIds),
            secrets: Arc::new(secrets),
            run: "run-1".into(),
            started,
            observed: snapshot.resources.clone(),
            durations: Durations::default(),
            settings: Settings::default(),
            verifier: None,
            display,
            stop: watch::channel(Stop::Run).1,
        };
        let summary = execute::execute(plan, world).await;
        assert_eq!(summary.exit_code, 0, "{summary:?}");
        let mut shown = format!("{summary:?}");
        while let Ok(event) = events.try_recv() {
            let json = event_json(&event).expect("serialises");
            write!(shown, "{json}\n{}\n{event:?}\n", event_line(&event, BEGIN, &Look::PLAIN)).expect("a String");
        }
        shown
    }
}

fn in_virtual_time<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(work)
}

fn new_cloud() -> (Arc<VirtualClock>, Arc<Site>) {
    let clock = Arc::new(VirtualClock::starting_at(BEGIN));
    let site = Site::new(Embedded::seeded(Pace { pace: 1.0, ..Pace::default() }, BEGIN), clock.clone());
    (clock, site)
}

/// Every file below, as one.
fn bytes_below(folder: &std::path::Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        bytes.extend(if path.is_dir() { bytes_below(&path) } else { std::fs::read(path).expect("read") });
    }
    bytes
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

/// User-data as a guest reads it.
fn unpacked(packed: &str) -> String {
    let bytes = STANDARD.decode(packed).expect("base64");
    let mut text = String::new();
    GzDecoder::new(&bytes[..]).read_to_string(&mut text).expect("gzip");
    text
}

/// Whether these stand in the text one after the other.
fn follow(text: &str, parts: &[&str]) -> bool {
    let mut rest = text;
    parts.iter().all(|part| match rest.split_once(part) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => false,
    })
}

#[test]
fn values_reach_the_guests_and_nothing_else() {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let folder = tempfile::tempdir().expect("a folder");
    in_virtual_time(async {
        let (clock, site) = new_cloud();
        let process = Process::begin(&site, &clock, folder.path()).await;
        let (plan, snapshot) = process.plan().await;
        let secrets = execute::secrets_for(&plan, &*process.journal, &RandomIds).await.expect("made");
        assert_eq!(secrets.names().collect::<Vec<_>>(), plan.secrets.keys().collect::<Vec<_>>());
        assert!(secrets.names().count() >= 3);
        let mut shown = process.deploy(&plan, &snapshot, secrets.clone()).await;

        // Run again: nothing differs, because the fingerprints are the same.
        let (again, after) = process.plan().await;
        assert!(again.steps.is_empty() && again.preflight.faults.is_empty(), "{:?}", again.preflight);
        for (plan, snapshot) in [(&plan, &snapshot), (&again, &after)] {
            let facts = Some(&snapshot.facts);
            shown += &plan_text(plan, facts, &Look::PLAIN);
            shown += &plan_json(plan, facts).expect("serialises").to_string();
            write!(shown, "{plan:?} {snapshot:?}").expect("a String");
            shown += &serde_json::to_string(snapshot).expect("serialises");
        }
        let events = process.journal.events().await.expect("read");
        shown += &events_text(&events, &Look::PLAIN);
        write!(shown, "{events:?} {secrets:?} {:?}", process.cloud).expect("a String");

        // The guests have them.
        let cloud = process.site.cloud();
        let given: Vec<String> = cloud
            .world
            .rows("servers")
            .into_iter()
            .filter_map(|row| row["_user_data"].as_str().map(str::to_owned))
            .collect();
        let servers: Vec<_> = plan
            .steps
            .iter()
            .filter_map(|step| match &step.work {
                plan::Work::Create(batch) if batch.kind == Kind::Server => Some(&batch.items),
                _ => None,
            })
            .flatten()
            .collect();
        assert!(!servers.is_empty());
        for server in servers {
            let Value::Composed(data) = &server.properties["user_data"] else { panic!("user-data") };
            // A signed address is made for the request: what stands before and after it does not depend on it.
            let known: Vec<&str> = (data.pieces.iter())
                .filter_map(|piece| match piece {
                    Piece::Literal(text) => Some(text.as_str()),
                    Piece::Secret(name) => Some(secrets.get(name).expect("it was made").expose_secret()),
                    Piece::SignedUrl(_) => None,
                    other @ Piece::Output(_) => panic!("{other:?}"),
                })
                .collect();
            assert!(
                given.iter().any(|packed| follow(&unpacked(packed), &known)),
                "{} was given its secrets",
                server.address
            );
        }
        for packed in &given {
            assert!(!shown.contains(packed.as_str()));
        }

        let traced = captured.0.lock().expect("not poisoned").clone();
        let disk = bytes_below(folder.path());
        for (name, value) in secrets.iter() {
            let value = value.expose_secret();
            assert!(!shown.contains(value), "{} is shown", name.0);
            assert!(!holds(&traced, value), "{} is traced", name.0);
            assert!(!holds(&disk, value), "{} lies open on the disk", name.0);
            // The search would find what is there.
            assert!(shown.contains(&name.0) && holds(&disk, &name.0));
            assert!(shown.contains(&secrets.fingerprints()[name]), "its fingerprint is in the snapshot");
        }
        for packed in &given {
            assert!(!packed.is_empty() && !holds(&traced, packed), "user-data is traced");
        }
        assert!(holds(&traced, "/compute/v2.1/servers") && holds(&traced, "(hidden)"), "requests are traced");
    });
}

#[test]
fn a_process_that_ends_between_making_and_using_leaves_them_to_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    in_virtual_time(async {
        let (clock, site) = new_cloud();
        let first = Process::begin(&site, &clock, folder.path()).await;
        let (plan, _) = first.plan().await;
        let made = execute::secrets_for(&plan, &*first.journal, &RandomIds).await.expect("made");
        drop(first);

        let next = Process::begin(&site, &clock, folder.path()).await;
        let (plan, snapshot) = next.plan().await;
        let secrets = execute::secrets_for(&plan, &*next.journal, &RandomIds).await.expect("there");
        assert_eq!(secrets.fingerprints(), made.fingerprints());
        next.deploy(&plan, &snapshot, secrets).await;
        let after = next.look(&Known::default(), &Secrets::default()).await;
        let held: Vec<_> = after.resources.iter().map(plan::held).filter(|held| !held.is_empty()).collect();
        assert!(held.iter().flatten().all(|(name, print)| made.fingerprints().get(name) == Some(print)), "{held:?}");
        let all: BTreeMap<_, _> = held.into_iter().flatten().collect();
        assert_eq!(all, made.fingerprints(), "each is held by somebody");
    });
}

#[test]
fn a_journal_without_its_secrets_refuses_a_deploy_and_lets_everything_be_destroyed() {
    let folder = tempfile::tempdir().expect("a folder");
    in_virtual_time(async {
        let (clock, site) = new_cloud();
        let process = Process::begin(&site, &clock, folder.path()).await;
        let (plan, snapshot) = process.plan().await;
        let secrets = execute::secrets_for(&plan, &*process.journal, &RandomIds).await.expect("made");
        process.deploy(&plan, &snapshot, secrets).await;
        process.journal.forget_secrets().await.expect("lost");
        let (refused, snapshot) = process.plan().await;
        assert!(refused.preflight.faults.iter().any(|fault| fault.to_string().contains("db.app_password")));
        let known = Known::default();
        let destroy = plan::destroy(&snapshot, &known, true);
        assert!(destroy.preflight.faults.is_empty());
        process.deploy(&destroy, &snapshot, Secrets::default()).await;
        assert!(process.look(&known, &Secrets::default()).await.resources.is_empty());
    });
}
