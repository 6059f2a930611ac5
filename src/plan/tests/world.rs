//! Small desired environments, the clouds that hold exactly them, and ways to look at a plan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::desired::{Desired, Resource};
use crate::event::Known;
use crate::kind::{
    Kind, METADATA_ADDRESS, METADATA_DATA, METADATA_ENVIRONMENT, METADATA_USER_DATA, Quota, born_rules, rule_local_name,
};
use crate::model::{Address, EnvironmentKey, EnvironmentName, Properties, Service, Value};
use crate::plan::{DeployOptions, Plan, Reason, Step, Work, check, deploy, destroy};
use crate::snapshot::{Checked, CloudFacts, FORMAT, Flavor, Observed, QuotaFact, Snapshot, Status};

pub fn at(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

pub fn id(address: &str) -> Value {
    Value::id_of(&at(address))
}

pub fn map(entries: &[(&str, Value)]) -> Value {
    Value::Map(properties(entries))
}

pub fn properties(entries: &[(&str, Value)]) -> Properties {
    entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

pub fn environment() -> EnvironmentKey {
    let name = EnvironmentName::parse("shop").expect("a name");
    EnvironmentKey { project_id: "p".into(), region: "R".into(), name }
}

pub fn empty() -> Desired {
    Desired {
        environment: environment(),
        resources: BTreeMap::new(),
        limitations: Vec::new(),
        notes: Vec::new(),
        warnings: crate::model::Diagnostics::default(),
        entry: None,
        secrets: BTreeMap::new(),
    }
}

/// Adds resources to a desired environment in the form that `desired/` gives them.
pub trait Build {
    fn put(&mut self, address: &str, kind: Kind, entries: &[(&str, Value)]) -> &mut Resource;

    /// A network with its subnet `10.10.<number>.0/24` and, behind the router `main`, an interface.
    fn zone(&mut self, name: &str, number: u8) {
        let cidr = format!("10.10.{number}.0/24");
        self.put(&format!("network.{name}"), Kind::Network, &[("admin_state_up", true.into())]);
        let entries = [("network_id", id(&format!("network.{name}"))), ("cidr", Value::from(cidr))];
        self.put(&format!("subnet.{name}"), Kind::Subnet, &entries);
        let entries = [("router_id", id("router.main")), ("subnet_id", id(&format!("subnet.{name}")))];
        self.put(&format!("router.main/interface.{name}"), Kind::RouterInterface, &entries);
    }

    fn router(&mut self) {
        let gateway = map(&[("network_id", "external".into())]);
        self.put("router.main", Kind::Router, &[("external_gateway_info", gateway)]);
    }

    /// A group with open egress.
    fn group(&mut self, name: &str) {
        let group = at(&format!("group.{name}"));
        self.put(group.as_str(), Kind::SecurityGroup, &[]);
        for (rule, properties) in born_rules(&group) {
            let entries: Vec<_> = properties.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
            self.put(rule.as_str(), Kind::SecurityGroupRule, &entries);
        }
    }

    fn rule(&mut self, group: &str, from: &str, port: i64) -> Address {
        let mut entries = vec![
            ("security_group_id", id(&format!("group.{group}"))),
            ("direction", Value::from("ingress")),
            ("ethertype", "IPv4".into()),
            ("protocol", "tcp".into()),
            ("port_range_min", port.into()),
            ("port_range_max", port.into()),
        ];
        let remote = from.strip_prefix("group.");
        match remote {
            Some(_) => entries.push(("remote_group_id", id(from))),
            None => entries.push(("remote_ip_prefix", from.into())),
        }
        let local = rule_local_name(&properties(&entries), remote);
        let address = at(&format!("group.{group}")).child("rule", &local);
        self.put(address.as_str(), Kind::SecurityGroupRule, &entries);
        address
    }

    fn port(&mut self, name: &str, zone: &str, ip: &str, group: &str) -> &mut Resource {
        let fixed = map(&[("subnet_id", id(&format!("subnet.{zone}"))), ("ip_address", ip.into())]);
        let entries = [
            ("network_id", id(&format!("network.{zone}"))),
            ("fixed_ips", Value::List(vec![fixed])),
            ("security_groups", Value::List(vec![id(&format!("group.{group}"))])),
        ];
        self.put(&format!("port.{name}"), Kind::Port, &entries)
    }

    /// A server on the port of its name.
    fn server(&mut self, name: &str, group: Option<&str>) -> &mut Resource {
        let metadata = map(&[
            (METADATA_ENVIRONMENT, Value::from(environment().mark())),
            (METADATA_ADDRESS, Value::from(format!("server.{name}"))),
            (METADATA_DATA, "false".into()),
            (METADATA_USER_DATA, "hash-1".into()),
        ]);
        let mut entries = vec![
            ("metadata", metadata),
            ("tags", Value::List(vec![Value::from(environment().tag())])),
            ("imageRef", "image-1".into()),
            ("flavorRef", "flavor-small".into()),
            ("networks", Value::List(vec![map(&[("port", id(&format!("port.{name}")))])])),
            ("power_state", "on".into()),
        ];
        entries.extend(group.map(|group| ("server_group", id(group))));
        self.put(&format!("server.{name}"), Kind::Server, &entries)
    }

    fn data_server(&mut self, name: &str, group: Option<&str>) {
        let server = self.server(name, group);
        server.bears_data = true;
        if let Some(Value::Map(metadata)) = Arc::make_mut(&mut server.properties).get_mut("metadata") {
            metadata.insert(METADATA_DATA.to_owned(), "true".into());
        }
    }

    /// A balancer on the port of its name, with a listener, a pool, a monitor and these members.
    fn balancer(&mut self, name: &str, members: &[&str]) {
        let balancer = format!("balancer.{name}");
        self.put(&balancer, Kind::LoadBalancer, &[("vip_port_id", id(&format!("port.{name}")))]);
        let pool = format!("{balancer}/pool.http");
        self.put(&pool, Kind::Pool, &[("loadbalancer_id", id(&balancer)), ("protocol", "HTTP".into())]);
        let entries = [
            ("loadbalancer_id", id(&balancer)),
            ("protocol", "HTTP".into()),
            ("protocol_port", 80.into()),
            ("default_pool_id", id(&pool)),
        ];
        self.put(&format!("{balancer}/listener.http"), Kind::Listener, &entries);
        self.put(&format!("{pool}/monitor"), Kind::HealthMonitor, &[("pool_id", id(&pool)), ("type", "HTTP".into())]);
        for ip in members {
            let entries = [
                ("pool_id", id(&pool)),
                ("address", Value::from(*ip)),
                ("protocol_port", 80.into()),
                ("subnet_id", id("subnet.web")),
            ];
            self.put(&format!("{pool}/member.{ip}:80"), Kind::Member, &entries);
        }
    }

    fn floating_ip(&mut self, port: &str) {
        let entries = [("floating_network_id", "external".into()), ("port_id", id(&format!("port.{port}")))];
        self.put(&format!("floating-ip.{port}"), Kind::FloatingIp, &entries);
    }

    fn container(&mut self, name: &str) {
        let full = Value::from(format!("shop-{name}-{}", environment().id()));
        self.put(&format!("container.{name}"), Kind::Container, &[("name", full)]);
    }
}

impl Build for Desired {
    fn put(&mut self, address: &str, kind: Kind, entries: &[(&str, Value)]) -> &mut Resource {
        let address = at(address);
        assert_eq!(Kind::of(&address), Some(kind), "{address}");
        let mut properties = properties(entries);
        let spec = kind.spec();
        if spec.property("name").is_some() {
            properties.entry("name".into()).or_insert_with(|| environment().resource_name(address.local()).into());
        }
        if spec.property("description").is_some() {
            properties.insert("description".into(), environment().mark().into());
        }
        let bears_data = kind.bears_data_at(&address);
        let resource = Resource { kind, properties: Arc::new(properties), at_least: BTreeSet::new(), bears_data };
        self.resources.entry(address).or_insert(resource)
    }
}

/// One network, one group, one server.
pub fn small() -> Desired {
    let mut desired = empty();
    desired.router();
    desired.zone("web", 1);
    desired.group("web");
    desired.rule("web", "0.0.0.0/0", 80);
    desired.port("web-1", "web", "10.10.1.11", "web");
    desired.server("web-1", None);
    desired
}

/// The environment of `comparison.md`: three tiers behind a balancer, a container.
pub fn shop() -> Desired {
    let mut desired = empty();
    desired.router();
    for (number, zone) in ["web", "was", "db"].into_iter().enumerate() {
        desired.zone(zone, u8::try_from(number).expect("small") + 1);
        desired.group(zone);
        desired.put(&format!("server-group.{zone}"), Kind::ServerGroup, &[("policy", "soft-anti-affinity".into())]);
    }
    desired.group("front");
    desired.rule("front", "0.0.0.0/0", 80);
    desired.rule("web", "10.10.1.0/24", 80);
    desired.rule("was", "group.web", 8080);
    desired.rule("db", "group.was", 3306);
    desired.rule("db", "group.db", 4567);
    for (zone, number, count) in [("web", 1, 3), ("was", 2, 3), ("db", 3, 2)] {
        for server in 1..=count {
            let name = format!("{zone}-{server}");
            desired.port(&name, zone, &format!("10.10.{number}.{}", 10 + server), zone);
            let group = format!("server-group.{zone}");
            if zone == "db" {
                desired.data_server(&name, Some(&group));
            } else {
                desired.server(&name, Some(&group));
            }
        }
    }
    desired.port("front", "web", "10.10.1.5", "front").at_least.insert("security_groups".to_owned());
    desired.balancer("front", &["10.10.1.11", "10.10.1.12", "10.10.1.13"]);
    desired.floating_ip("front");
    desired.container("assets");
    desired
}

pub fn facts() -> CloudFacts {
    let flavor = |id: &str, vcpus: u32| Flavor {
        id: id.into(),
        name: id.trim_start_matches("flavor-").into(),
        vcpus,
        ram_mib: 2048 * u64::from(vcpus),
        disk_gib: 10,
    };
    let quotas = Kind::all().flat_map(|kind| kind.spec().quota.iter().copied());
    let quotas = quotas.chain([Quota::Cores, Quota::RamMib, Quota::ServerGroupMembers]);
    CloudFacts {
        services: Service::ALL.into(),
        flavors: vec![flavor("flavor-small", 1), flavor("flavor-medium", 2)],
        images: Vec::new(),
        external_networks: Vec::new(),
        quotas: quotas.map(|quota| (quota, Checked::Known(QuotaFact { limit: -1, used: 0 }))).collect(),
        availability_zones: Checked::NotChecked("nobody asked".into()),
    }
}

pub fn nothing() -> Snapshot {
    Snapshot { format: FORMAT, environment: environment(), facts: facts(), resources: Vec::new() }
}

/// The id that the cloud gives to what stands at an address.
pub fn id_at(address: &Address) -> String {
    format!("id:{}", address.as_str().replace('/', "+"))
}

/// A cloud in which exactly this exists, with properties that are not ours beside them.
pub fn cloud(desired: &Desired) -> Snapshot {
    let observed = desired.resources.iter().map(|(address, resource)| {
        let fill = |value: &Value| value.resolved(&|output| Some(id_at(&output.address)));
        let properties = resource.properties.iter().map(|(name, value)| (name.clone(), fill(value))).collect();
        Observed {
            kind: resource.kind,
            id: id_at(address),
            address: Some(address.clone()),
            properties,
            status: Status::Ready,
            bears_data: resource.bears_data,
            created_at: Some("2026-01-01T00:00:00Z".into()),
            run: None,
            outputs: BTreeMap::new(),
        }
    });
    Snapshot { resources: observed.collect(), ..nothing() }
}

/// Ways to change a cloud behind gureum's back.
pub trait Tamper {
    fn find(&mut self, address: &str) -> &mut Observed;
    fn lose(&mut self, address: &str);
    fn set(&mut self, address: &str, property: &str, value: Value) {
        self.find(address).properties.insert(property.to_owned(), value);
    }
    /// A second one of what stands there, changed as told.
    fn double(&mut self, address: &str, id: &str, change: impl FnOnce(&mut Observed));
}

impl Tamper for Snapshot {
    fn find(&mut self, address: &str) -> &mut Observed {
        let address = Some(at(address));
        self.resources.iter_mut().find(|observed| observed.address == address).expect("it is there")
    }

    fn lose(&mut self, address: &str) {
        let address = Some(at(address));
        let before = self.resources.len();
        self.resources.retain(|observed| observed.address != address);
        assert!(self.resources.len() < before, "it was not there");
    }

    fn double(&mut self, address: &str, id: &str, change: impl FnOnce(&mut Observed)) {
        let mut double = self.find(address).clone();
        double.id = id.to_owned();
        change(&mut double);
        self.resources.push(double);
    }
}

/// Plans and looks the plan over.
pub fn plan(desired: &Desired, snapshot: &Snapshot) -> Plan {
    plan_with(desired, snapshot, DeployOptions::default())
}

pub fn plan_with(desired: &Desired, snapshot: &Snapshot, options: DeployOptions) -> Plan {
    let plan = deploy(desired, snapshot, &Known::default(), &options);
    assert_eq!(check(&plan), Vec::<String>::new());
    plan
}

pub fn destroyed(snapshot: &Snapshot, with_data: bool) -> Plan {
    let plan = destroy(snapshot, &Known::default(), with_data);
    assert_eq!(check(&plan), Vec::<String>::new());
    plan
}

/// One line for each thing done: `create server.web-1`.
pub fn deeds(plan: &Plan) -> Vec<String> {
    let mut deeds = Vec::new();
    for step in &plan.steps {
        match &step.work {
            Work::Create(batch) => deeds.extend(batch.items.iter().map(|item| format!("create {}", item.address))),
            Work::Update { address, .. } => deeds.push(format!("update {address}")),
            Work::Wait { address, .. } => deeds.push(format!("wait {address}")),
            Work::Delete { address, .. } => deeds.push(format!("delete {address}")),
        }
    }
    deeds
}

/// The step of a deed.
pub fn step<'a>(plan: &'a Plan, deed: &str) -> &'a Step {
    let (verb, address) = deed.split_once(' ').expect("a verb and an address");
    let address = at(address);
    let is = |step: &&Step| match &step.work {
        Work::Create(batch) => verb == "create" && batch.items.iter().any(|item| item.address == address),
        Work::Update { address: own, .. } => verb == "update" && *own == address,
        Work::Wait { address: own, .. } => verb == "wait" && *own == address,
        Work::Delete { address: own, .. } => verb == "delete" && *own == address,
    };
    plan.steps.iter().find(is).unwrap_or_else(|| panic!("no step to {deed} among {:#?}", deeds(plan)))
}

pub fn reason<'a>(plan: &'a Plan, deed: &str) -> &'a Reason {
    &step(plan, deed).reasons[&at(deed.split_once(' ').expect("a verb and an address").1)]
}

/// Whether the second deed waits for the first, itself or through others.
pub fn before(plan: &Plan, first: &str, second: &str) -> bool {
    let (first, second) = (step(plan, first).id.0, step(plan, second).id.0);
    let waits = plan.waits();
    let mut queue = vec![second];
    let mut seen = BTreeSet::new();
    while let Some(step) = queue.pop() {
        if step == first && step != second {
            return true;
        }
        queue.extend(waits[step].iter().map(|wait| wait.step.0).filter(|&step| seen.insert(step)));
    }
    false
}

pub fn differing(plan: &Plan, address: &str) -> Vec<String> {
    match &step(plan, &format!("update {address}")).work {
        Work::Update { differences, .. } => differences.iter().map(|d| d.property.clone()).collect(),
        other => panic!("{other:?}"),
    }
}

pub fn kept(plan: &Plan) -> Vec<String> {
    plan.kept.iter().map(|kept| kept.id.clone()).collect()
}

pub fn faults(plan: &Plan) -> Vec<String> {
    plan.preflight.faults.iter().map(ToString::to_string).collect()
}
