//! A small environment on the lab, made and changed through the drivers only.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gureum::cloud::{Cloud, CloudConfig, Credentials, Domain, HttpApi, Interface, Project, User};
use gureum::driver::{self, Created, Gone, Progress, ReadyChange, ReadyItem, Scope, Waiting};
use gureum::event::{Known, KnownId};
use gureum::kind::{Change, Compare, Kind};
use gureum::model::{Address, EnvironmentKey, EnvironmentName, Properties, Secrets, Value};
use gureum::observe::{Wanted, observe};
use gureum::runtime::{RandomIds, SystemClock};
use gureum::snapshot::{Observed, Snapshot, Status};
use serde_json::Value as Json;

const PATIENCE: Duration = Duration::from_secs(240);

pub fn value(json: &Json) -> Value {
    serde_json::from_value(json.clone()).expect("a value")
}

pub fn properties(json: &Json) -> Properties {
    json.as_object().expect("an object").iter().map(|(name, item)| (name.clone(), value(item))).collect()
}

async fn connect() -> Cloud {
    let home = std::env::var("OPENSTACK_LAB_HOME").unwrap_or_else(|_| "/var/lib/openstack-lab".into());
    let text = std::fs::read_to_string(format!("{home}/clouds.yaml")).expect("the lab is installed");
    let file: Json = serde_json::from_str(&text).expect("the lab writes its clouds.yaml as JSON");
    let auth = |name: &str| file["clouds"]["lab"]["auth"][name].as_str().expect("given").to_owned();
    let domain = || Domain::Name("Default".into());
    let config = CloudConfig {
        name: "lab".into(),
        source: "clouds.yaml".into(),
        auth_url: auth("auth_url"),
        credentials: Credentials::Password {
            user: User::Name(auth("username"), domain()),
            password: auth("password").into(),
            project: Project::Name(auth("project_name"), domain()),
        },
        region: Some("RegionOne".into()),
        interface: Interface::Public,
        cacert: None,
        verify: true,
        endpoint_overrides: BTreeMap::new(),
    };
    let api = Arc::new(HttpApi::new(&config).expect("a client"));
    Cloud::connect(api, Arc::new(SystemClock), Arc::new(RandomIds), config).await.expect("the lab lets us in")
}

/// As the kind's table says when two values are the same.
fn same(compare: Compare, should: &Value, is: &Value) -> bool {
    match (compare, should, is) {
        (Compare::AtLeast, Value::List(should), Value::List(is)) => should.iter().all(|item| is.contains(item)),
        (Compare::Unordered, Value::List(should), Value::List(is)) => {
            should.len() == is.len() && should.iter().all(|item| is.contains(item))
        }
        (_, Value::Map(should), Value::Map(is)) => should.iter().all(|(name, item)| is.get(name) == Some(item)),
        _ => should == is,
    }
}

pub struct World {
    pub cloud: Cloud,
    pub environment: EnvironmentKey,
    /// What a journal would know.
    pub known: Known,
    /// What was observed last.
    pub seen: Vec<Observed>,
    pub secrets: Secrets,
    /// What should be.
    pub wanted: BTreeMap<Address, (Kind, Properties)>,
}

impl World {
    pub async fn new(name: &str) -> Self {
        let cloud = connect().await;
        let environment = EnvironmentKey {
            project_id: cloud.project_id().to_owned(),
            region: cloud.region().to_owned(),
            name: EnvironmentName::parse(name).expect("a name"),
        };
        Self {
            cloud,
            environment,
            known: Known::default(),
            seen: Vec::new(),
            secrets: Secrets::default(),
            wanted: BTreeMap::new(),
        }
    }

    fn scope(&self) -> Scope<'_> {
        Scope { environment: &self.environment, run: "run-1", known: &self.seen, secrets: &self.secrets }
    }

    pub fn id(&self, address: &Address) -> String {
        self.known.ids[address].id.clone()
    }

    pub fn calls(&self) -> u64 {
        self.cloud.statistics().calls.values().sum()
    }

    pub fn server(&self) -> &Observed {
        self.seen.iter().find(|resource| resource.kind == Kind::Server).expect("a server")
    }

    pub async fn look(&mut self, everything: bool) -> Snapshot {
        let wanted = Wanted { quotas: everything, availability_zones: everything };
        let snapshot = observe(&self.cloud, &self.environment, "run-1", &self.known, &Secrets::default(), wanted)
            .await
            .expect("observed");
        self.seen.clone_from(&snapshot.resources);
        snapshot
    }

    /// Looks, and finds everything as it should be.
    pub async fn check(&mut self) {
        self.look(false).await;
        self.compare();
    }

    fn lane(&self, address: &Address) -> Option<String> {
        let top = Address::parse(address.as_str().split('/').next()?).expect("an address");
        (Kind::of(&top) == Some(Kind::LoadBalancer)).then(|| self.id(&top))
    }

    pub async fn settle(&self, address: &Address, gone: bool) {
        let (kind, properties) = self.wanted[address].clone();
        let id = self.id(address);
        let waiting = Waiting { address: address.clone(), kind, id, lane_id: self.lane(address), properties };
        let begun = Instant::now();
        loop {
            let waiting = std::slice::from_ref(&waiting);
            let answer = driver::of(kind).progress(&self.cloud, self.scope(), waiting).await;
            let (progress, _) = answer.unwrap_or_else(|error| panic!("{address}: {error}"));
            match &progress[address] {
                Progress::There(Status::Ready, _) if !gone => return,
                Progress::Gone if gone => return,
                Progress::There(Status::Pending(_), _) => {}
                other => panic!("{address}: {other:?}"),
            }
            assert!(begun.elapsed() < PATIENCE, "{address} takes too long");
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
    }

    /// Makes these with one request and waits for them.
    pub async fn make(&mut self, items: &[(Address, Json)]) -> Vec<Created> {
        let kind = Kind::of(&items[0].0).expect("a kind");
        let ready = items.iter().map(|(address, json)| ReadyItem {
            address: address.clone(),
            properties: properties(json),
            bears_data: false,
        });
        let ready: Vec<_> = ready.collect();
        let created = driver::of(kind).create(&self.cloud, self.scope(), &ready).await;
        let created = created.unwrap_or_else(|error| panic!("{}: {error}", items[0].0));
        assert_eq!(created.len(), items.len());
        for (one, item) in created.iter().zip(&ready) {
            assert_eq!(one.address, item.address);
            assert!(!one.adopted, "{}", one.address);
            self.known.ids.insert(one.address.clone(), KnownId { kind, id: one.id.clone() });
            self.wanted.insert(one.address.clone(), (kind, item.properties.clone()));
            for (address, id) in &one.brought {
                self.known.ids.insert(address.clone(), KnownId { kind: Kind::SecurityGroupRule, id: id.clone() });
            }
        }
        for one in created.iter().filter(|one| one.status != Status::Ready) {
            self.settle(&one.address, false).await;
        }
        created
    }

    /// Everything that was wanted is there, with every property.
    pub fn compare(&self) {
        for (address, (kind, properties)) in &self.wanted {
            let found: Vec<_> = self.seen.iter().filter(|other| other.address.as_ref() == Some(address)).collect();
            assert_eq!(found.len(), 1, "{address}");
            let found = found[0];
            assert_eq!((found.kind, &found.id), (*kind, &self.id(address)), "{address}");
            assert_eq!(found.status, Status::Ready, "{address}");
            for property in kind.spec().properties.iter().filter(|property| property.change != Change::Reported) {
                let Some(should) = properties.get(property.name) else { continue };
                let is = found.properties.get(property.name).unwrap_or(&Value::Null);
                assert!(same(property.compare, should, is), "{address}: {}: {is:?}, not {should:?}", property.name);
            }
            for name in found.properties.keys() {
                assert!(kind.spec().property(name).is_some(), "{address}: {name} is not in the table");
            }
        }
    }

    /// Asks again for what exists: the refusal leads to it.
    pub async fn adopt(&self, address: &Address) {
        let (kind, properties) = self.wanted[address].clone();
        let item = ReadyItem { address: address.clone(), properties, bears_data: false };
        let created = driver::of(kind).create(&self.cloud, self.scope(), &[item]).await;
        let created = created.unwrap_or_else(|error| panic!("{address} again: {error}"));
        assert_eq!(created[0].id, self.id(address), "{address}");
        // The batch of members takes up its equals by itself, and does not say so.
        assert!(created[0].adopted || kind == Kind::Member, "{address}");
        if self.lane(address).is_some() {
            self.settle(address, false).await;
        }
    }

    pub async fn change(&mut self, address: &Address, name: &str, should: Value) {
        let id = self.id(address);
        let (kind, properties) = self.wanted.get_mut(address).expect("made before");
        let kind = *kind;
        properties.insert(name.to_owned(), should);
        let (properties, changed) = (properties.clone(), vec![name.to_owned()]);
        let change = ReadyChange { address: address.clone(), id, properties, changed };
        let changed = driver::of(kind).update(&self.cloud, self.scope(), &change).await;
        changed.unwrap_or_else(|error| panic!("{address}: {name}: {error}"));
        self.settle(address, false).await;
    }

    /// Deletes one, waits until it is gone, and deletes it again.
    pub async fn remove(&mut self, address: &Address) {
        let (kind, properties) = self.wanted[address].clone();
        let id = self.id(address);
        let gone = driver::of(kind).delete(&self.cloud, self.scope(), &id, &properties).await;
        if gone.unwrap_or_else(|error| panic!("{address}: {error}")) == Gone::Later {
            self.settle(address, true).await;
        }
        let again = driver::of(kind).delete(&self.cloud, self.scope(), &id, &properties).await;
        assert_eq!(again.unwrap_or_else(|error| panic!("{address} again: {error}")), Gone::Now, "{address}");
        self.wanted.remove(address);
    }
}
