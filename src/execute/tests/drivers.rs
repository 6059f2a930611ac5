//! The whole way down: plan, drivers and funnel over a scripted cloud.

use std::sync::Arc;

use std::sync::Mutex;

use secrecy::SecretString;
use serde_json::{Value as Json, json};

use super::*;
use crate::cloud::scripted::{Recorded, Reply, Scripted};
use crate::cloud::{Cloud, CloudConfig, Credentials, Domain, Interface, Project, User};
use crate::execute::{World, execute};
use crate::runtime::VirtualClock;

fn config() -> CloudConfig {
    CloudConfig {
        name: "test".to_owned(),
        source: "clouds.yaml".to_owned(),
        auth_url: "http://cloud.test/identity".to_owned(),
        credentials: Credentials::Password {
            user: User::Name("u".to_owned(), Domain::Name("Default".to_owned())),
            password: SecretString::from("x"),
            project: Project::Name("p".to_owned(), Domain::Id("default".to_owned())),
        },
        region: Some("RegionOne".to_owned()),
        interface: Interface::Public,
        cacert: None,
        verify: true,
        endpoint_overrides: BTreeMap::new(),
    }
}

fn item(address: &str, properties: &[(&str, Value)]) -> Item {
    let address = at(address);
    let properties = properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let properties = Arc::new(properties);
    Item { address, properties, brings: BTreeSet::new(), bears_data: false }
}

/// The first answer to `POST /v2.0/networks` is lost though the network is made; the subnet's request is refused once as
/// if its network were not there.
#[tokio::test(start_paused = true)]
async fn a_lost_network_is_found_by_its_mark_and_its_subnet_made() {
    let networks: Arc<Mutex<Vec<Json>>> = Arc::default();
    let subnets = Arc::new(Mutex::new(0));
    let made = Arc::clone(&networks);
    let api = Arc::new(Scripted::with_keystone(move |asked: &Recorded| match asked.line().as_str() {
        "POST /network/v2.0/networks" => {
            let mut network = asked.body["network"].clone();
            network["id"] = json!("n-1");
            made.lock().expect("not poisoned").push(network);
            Reply::lost()
        }
        "GET /network/v2.0/networks" => Reply::json(200, &json!({ "networks": *made.lock().expect("not poisoned") })),
        "POST /network/v2.0/subnets" => {
            let mut times = subnets.lock().expect("not poisoned");
            *times += 1;
            if *times == 1 {
                return Reply::json(404, &json!({"NeutronError": {"type": "NetworkNotFound", "message": "n-1"}}));
            }
            let mut subnet = asked.body["subnet"].clone();
            subnet["id"] = json!("s-1");
            Reply::json(201, &json!({ "subnet": subnet }))
        }
        other => panic!("unexpected: {other}"),
    }));
    let clock = Arc::new(VirtualClock::starting_at(1_000_000));
    let ids = Arc::new(CountingIds::default());
    let cloud = Cloud::connect(api.clone(), clock.clone(), ids.clone(), config()).await.expect("connects");

    let mark = || ("description", Value::from(environment().mark()));
    let network = item("network.web", &[("name", Value::from("shop-web")), mark()]);
    let of = ("network_id", Value::id_of(&at("network.web")));
    let subnet =
        item("subnet.web", &[("name", Value::from("shop-web")), mark(), of, ("cidr", Value::from("10.10.1.0/24"))]);
    let plan = plan_of(vec![
        step(Work::Create(Batch { kind: Kind::Network, items: vec![network] })),
        step(Work::Create(Batch { kind: Kind::Subnet, items: vec![subnet] })).then("network.web", Until::Settled),
    ]);
    let journal = Arc::new(Memory::new());
    let world = World {
        cloud: Arc::new(cloud),
        drivers: crate::driver::of,
        journal: journal.clone(),
        clock,
        ids,
        secrets: Arc::default(),
        run: "r2".into(),
        started: started(),
        observed: Vec::new(),
        durations: Durations::default(),
        settings: Settings::default(),
        verifier: None,
        display: mpsc::unbounded_channel().0,
        stop: watch::channel(Stop::Run).1,
    };
    let summary = execute(&plan, world).await;
    assert_eq!((summary.exit_code, summary.done), (0, 2), "{summary:?}");
    let known = crate::event::fold(&journal.all()).expect("folds").known();
    assert_eq!(known.ids[&at("network.web")].id, "n-1");
    assert_eq!(known.ids[&at("subnet.web")].id, "s-1");
    let posts: Vec<String> = api.lines().into_iter().filter(|line| line.starts_with("POST")).collect();
    assert_eq!(
        posts,
        ["POST /network/v2.0/networks", "POST /network/v2.0/subnets", "POST /network/v2.0/subnets"],
        "the network is made once"
    );
    let subnet = api.requests().into_iter().rev().find(|asked| asked.line() == posts[1]).expect("asked");
    assert_eq!(subnet.body["subnet"]["network_id"], "n-1");
    assert_eq!(summary.statistics.calls[&crate::model::Service::Network], api.lines().len() as u64);
}
