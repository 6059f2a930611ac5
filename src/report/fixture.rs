//! A small plan and a run of it, for the tests of this room and of `terminal/`.

use std::collections::BTreeMap;

use crate::event::{CommandWord, Event, Happening, OperationWord, OutcomeWord, Started};
use crate::kind::Kind;
use crate::model::{Address, EnvironmentKey, EnvironmentName, OutputRef, Properties, Value};
use crate::plan::{Batch, Goal, Item, Plan, Preflight, Reason, Step, StepId, Totals, Until, Work};

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).expect("an address")
}

pub(crate) fn empty() -> Plan {
    Plan {
        format: 1,
        environment: EnvironmentKey {
            project_id: "p".into(),
            region: "R".into(),
            name: EnvironmentName::parse("shop").expect("a name"),
        },
        goal: Goal::Deploy,
        steps: Vec::new(),
        unchanged: BTreeMap::new(),
        kept: Vec::new(),
        reported: Vec::new(),
        limitations: Vec::new(),
        notes: Vec::new(),
        totals: Totals::default(),
        preflight: Preflight::default(),
        outputs: BTreeMap::new(),
        entry: None,
        secrets: BTreeMap::new(),
    }
}

pub(crate) fn step(plan: &mut Plan, work: Work, after: &[&str], reason: Reason) {
    let addresses: Vec<Address> = match &work {
        Work::Create(batch) => batch.items.iter().map(|item| item.address.clone()).collect(),
        Work::Update { address, .. } | Work::Delete { address, .. } | Work::Wait { address, .. } => {
            vec![address.clone()]
        }
    };
    plan.steps.push(Step {
        id: StepId(plan.steps.len()),
        work,
        lane: None,
        after: after.iter().map(|before| (address(before), Until::Settled)).collect(),
        reasons: addresses.into_iter().map(|one| (one, reason.clone())).collect(),
    });
}

pub(crate) fn create(kind: Kind, items: &[(&str, &[(&str, Value)])]) -> Work {
    let items = items.iter().map(|(name, properties)| Item {
        address: address(name),
        properties: properties
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect::<Properties>()
            .into(),
        brings: std::collections::BTreeSet::new(),
        bears_data: kind == Kind::Container,
    });
    Work::Create(Batch { kind, items: items.collect() })
}

/// A network, a subnet, two ports, a server and a container, all to be made.
pub(crate) fn plan() -> Plan {
    let mut plan = empty();
    let fixed = |ip: &str| Value::List(vec![Value::Map(BTreeMap::from([("ip_address".to_owned(), Value::from(ip))]))]);
    step(&mut plan, create(Kind::Network, &[("network.web", &[])]), &[], Reason::Missing);
    let cidr = [("cidr", Value::from("10.10.1.0/24"))];
    step(&mut plan, create(Kind::Subnet, &[("subnet.web", &cidr)]), &["network.web"], Reason::Missing);
    let (one, two) = ([("fixed_ips", fixed("10.10.1.11"))], [("fixed_ips", fixed("10.10.1.12"))]);
    let ports = create(Kind::Port, &[("port.web-1", &one), ("port.web-2", &two)]);
    step(&mut plan, ports, &["subnet.web"], Reason::Missing);
    let server = [("flavorRef", Value::from("f1")), ("imageRef", Value::from("i1"))];
    step(&mut plan, create(Kind::Server, &[("server.web-1", &server)]), &["port.web-1"], Reason::Missing);
    step(&mut plan, create(Kind::Container, &[("container.assets", &[])]), &[], Reason::Missing);
    plan.entry = Some(OutputRef { address: address("server.web-1"), field: "floating_ip_address".into() });
    plan
}

/// A run of [`plan`] from time 1000: the container fails, and one port is skipped.
pub(crate) fn run() -> Vec<Event> {
    let create = OperationWord::Create;
    let intended = |name: &str, kind| Happening::Intended {
        address: address(name),
        kind,
        operation: create,
        id: None,
        detail: None,
    };
    let settled = |name: &str, kind, outputs: &[(&str, &str)]| Happening::Settled {
        address: address(name),
        kind,
        operation: create,
        id: format!("id of {name}"),
        outputs: outputs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    };
    let started = Started {
        command: CommandWord::Deploy,
        inputs: None,
        blueprint: None,
        plan_digest: "d1d2d3d4d5".into(),
        steps: 5,
        version: "0.1.0".into(),
    };
    let all = [
        (0, Happening::Started(started)),
        (100, intended("network.web", Kind::Network)),
        (100, intended("container.assets", Kind::Container)),
        (
            300,
            Happening::Failed {
                address: address("container.assets"),
                kind: Kind::Container,
                operation: create,
                id: None,
                error: "PUT /shop: 403 Forbidden (tx1)".into(),
                in_doubt: false,
            },
        ),
        (1_000, settled("network.web", Kind::Network, &[])),
        (1_000, intended("subnet.web", Kind::Subnet)),
        (1_500, settled("subnet.web", Kind::Subnet, &[])),
        (1_500, intended("port.web-1", Kind::Port)),
        (2_900, settled("port.web-1", Kind::Port, &[])),
        (
            2_900,
            Happening::Skipped {
                address: address("port.web-2"),
                kind: Kind::Port,
                operation: create,
                because: address("port.web-2"),
            },
        ),
        (3_000, intended("server.web-1", Kind::Server)),
        (8_000, settled("server.web-1", Kind::Server, &[("floating_ip_address", "203.0.113.7")])),
        (9_000, Happening::Ended { outcome: OutcomeWord::Partly, exit_code: 4, because: None }),
    ];
    let event = |(i, (at, what)): (u64, (i64, Happening))| Event { sequence: i, at: 1_000 + at, run: "r".into(), what };
    (1..).zip(all).map(event).collect()
}
