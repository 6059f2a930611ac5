//! `gureum embedded bound`: the least time in which a plan's steps can be done on `--speed realistic`, whoever does them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use crate::embedded::Service;
use crate::embedded::server::{Bound, Step, Steps, bound};
use crate::kind::Kind;
use crate::model::messages::cli as m;
use crate::say;

use super::super::args::Global;
use super::super::error::{CliError, exit};
use super::super::places;
use super::super::screen::Screen;
use super::args::BoundArgs;

/// What of a plan is needed.
#[derive(Deserialize)]
struct Planned {
    steps: Vec<PlannedStep>,
}

#[derive(Deserialize)]
struct PlannedStep {
    id: usize,
    work: Work,
    #[serde(default)]
    after: BTreeMap<String, Until>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Until {
    Answered,
    Settled,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Work {
    Create { kind: Kind, items: Vec<Item> },
    Update { address: String, kind: Kind },
    Delete { address: String, id: Option<String>, kind: Kind },
    Wait { address: String, kind: Kind },
}

#[derive(Deserialize)]
struct Item {
    address: String,
}

/// Runs it.
pub fn run(_: &Global, args: &BoundArgs, screen: &Screen) -> Result<u8, CliError> {
    let name = args.plan.display();
    let plan: Planned = serde_json::from_str(&text(&args.plan)?)
        .map_err(|error| CliError::failed(say!(m::BOUND_NO_PLAN, file = name, why = error)))?;
    let found = bound(&translated(&plan))
        .map_err(|error| CliError::failed(say!(m::BOUND_NO_PLAN, file = name, why = error)))?;
    if screen.json {
        screen.print_json(&serde_json::json!(found), true)?;
    } else {
        screen.print(&told(&found, screen))?;
    }
    Ok(exit::DONE)
}

fn text(file: &Path) -> Result<String, CliError> {
    if file.as_os_str() != "-" {
        return places::read(file);
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| CliError::failed(say!(m::CANNOT_READ, file = "-", why = error)))?;
    Ok(text)
}

/// One request for each step, with what it waits for: as `crate::plan` reads a plan's order.
fn translated(plan: &Planned) -> Steps {
    let (mut makes, mut deletes) = (BTreeMap::new(), BTreeMap::new());
    for (number, step) in plan.steps.iter().enumerate() {
        match &step.work {
            Work::Create { items, .. } => makes.extend(items.iter().map(|item| (&item.address, number))),
            Work::Update { address, .. } | Work::Wait { address, .. } => drop(makes.insert(address, number)),
            Work::Delete { address, .. } => drop(deletes.insert(address, number)),
        }
    }
    let steps = plan.steps.iter().enumerate().map(|(number, step)| {
        let (service, method, path) = operation(&step.work);
        let first_deletes = matches!(step.work, Work::Delete { id: Some(_), .. });
        let find = |address: &String| {
            let of = |places: &BTreeMap<&String, usize>| places.get(address).copied().filter(|at| *at != number);
            let (make, delete) = (of(&makes), of(&deletes));
            if first_deletes { delete.or(make) } else { make.or(delete) }
        };
        let waits = |until: Until| {
            let of = step.after.iter().filter(|(_, how)| **how == until).filter_map(|(address, _)| find(address));
            of.map(|earlier| plan.steps[earlier].id.to_string()).collect()
        };
        let (after, after_answer) = (waits(Until::Settled), waits(Until::Answered));
        let items = match &step.work {
            Work::Create { items, .. } => u32::try_from(items.len()).unwrap_or(u32::MAX),
            Work::Update { .. } | Work::Delete { .. } | Work::Wait { .. } => 1,
        };
        Step { id: step.id.to_string(), service, method: method.into(), path, items, after, after_answer }
    });
    Steps { steps: steps.collect() }
}

/// The request of a step. What is only waited for is looked at once.
fn operation(work: &Work) -> (Service, &'static str, String) {
    let (Work::Create { kind, .. } | Work::Update { kind, .. } | Work::Delete { kind, .. } | Work::Wait { kind, .. }) =
        work;
    let (service, collection) = match kind {
        Kind::Network => (Service::Network, "/v2.0/networks"),
        Kind::Subnet => (Service::Network, "/v2.0/subnets"),
        Kind::Router | Kind::RouterInterface => (Service::Network, "/v2.0/routers"),
        Kind::SecurityGroup => (Service::Network, "/v2.0/security-groups"),
        Kind::SecurityGroupRule => (Service::Network, "/v2.0/security-group-rules"),
        Kind::Port => (Service::Network, "/v2.0/ports"),
        Kind::FloatingIp => (Service::Network, "/v2.0/floatingips"),
        Kind::ServerGroup => (Service::Compute, "/v2.1/os-server-groups"),
        Kind::Server => (Service::Compute, "/v2.1/servers"),
        Kind::LoadBalancer => (Service::LoadBalancer, "/v2/lbaas/loadbalancers"),
        Kind::Listener => (Service::LoadBalancer, "/v2/lbaas/listeners"),
        Kind::Pool => (Service::LoadBalancer, "/v2/lbaas/pools"),
        Kind::Member => (Service::LoadBalancer, "/v2/lbaas/pools/{pool}/members"),
        Kind::HealthMonitor => (Service::LoadBalancer, "/v2/lbaas/healthmonitors"),
        Kind::Claim => (Service::ObjectStore, "/v1/{account}/{container}/{object}"),
        // A guest is only listened to: all of them report into one container.
        Kind::Container | Kind::Object | Kind::Guest => (Service::ObjectStore, "/v1/{account}/{container}"),
    };
    let one = match kind {
        Kind::Object => format!("{collection}/{{*object}}"),
        _ => format!("{collection}/{{id}}"),
    };
    let (method, path) = match (kind, work) {
        (_, Work::Wait { .. }) => ("GET", one),
        (Kind::RouterInterface, Work::Delete { .. }) => ("PUT", format!("{one}/remove_router_interface")),
        (Kind::RouterInterface, _) => ("PUT", format!("{one}/add_router_interface")),
        (Kind::Guest | Kind::Container | Kind::Claim, Work::Delete { .. }) => ("DELETE", collection.to_owned()),
        (Kind::Guest, _) => ("GET", collection.to_owned()),
        (Kind::Object, Work::Create { .. }) => ("PUT", one),
        // Members are joined to the pool's others in one request.
        (Kind::Container | Kind::Claim | Kind::Member, Work::Create { .. }) => ("PUT", collection.to_owned()),
        (Kind::Container, Work::Update { .. }) | (_, Work::Create { .. }) => ("POST", collection.to_owned()),
        (_, Work::Update { .. }) => ("PUT", one),
        (_, Work::Delete { .. }) => ("DELETE", one),
    };
    (service, method, path)
}

fn told(found: &Bound, screen: &Screen) -> String {
    let look = &screen.look;
    let seconds = |ms: u64| format!("{}.{:03}", ms / 1000, ms % 1000);
    let Bound { bound_ms, chain_ms, chain, services, .. } = found;
    let said = say!(m::BOUND_TOLD, bound = seconds(*bound_ms), chain = seconds(*chain_ms), steps = chain.len());
    let mut text = format!("{}\n", look.say(&said));
    for link in chain {
        let (begins, request, settles) = (seconds(link.begins_ms), seconds(link.request_ms), seconds(link.settles_ms));
        let said = say!(m::BOUND_LINK, step = link.id, begins = begins, request = request, settles = settles);
        let _ = writeln!(text, "  {}", look.say(&said));
    }
    for load in services {
        let (name, total, least) = (load.service.project(), seconds(load.total_ms), seconds(load.least_ms));
        let said = say!(
            m::BOUND_LOAD,
            service = name,
            requests = load.requests,
            total = total,
            workers = load.workers,
            least = least
        );
        let _ = writeln!(text, "  {}", look.say(&said));
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::embedded::operations;

    use super::*;

    fn steps(json: serde_json::Value) -> Vec<Step> {
        let plan: Planned = serde_json::from_value(json).expect("a plan");
        translated(&plan).steps
    }

    #[test]
    fn a_plan_becomes_requests_in_its_order() {
        let found = steps(serde_json::json!({"format": 1, "steps": [
            {"id": 0, "work": {"create": {"kind": "network", "items": [{"address": "network.web", "properties": {}}]}}},
            {"id": 1, "work": {"create": {"kind": "port", "items": [{"address": "port.web-1"}, {"address": "port.web-2"}]}},
                "after": {"network.web": "settled", "nothing.here": "settled"}},
            {"id": 2, "work": {"create": {"kind": "server", "items": [{"address": "server.web-1"}]}},
                "after": {"port.web-2": "settled", "network.web": "answered", "server.web-1": "settled"}},
            {"id": 3, "work": {"delete": {"address": "server.web-1", "id": "7", "kind": "server"}}},
        ]}));
        let told: Vec<String> = found.iter().map(|step| format!("{} {}", step.method, step.path)).collect();
        assert_eq!(
            told,
            ["POST /v2.0/networks", "POST /v2.0/ports", "POST /v2.1/servers", "DELETE /v2.1/servers/{id}"],
            "two ports are one request"
        );
        assert_eq!(found.iter().map(|step| step.items).collect::<Vec<_>>(), [1, 2, 1, 1]);
        assert_eq!(found[1].after, ["0"]);
        assert_eq!(
            (found[2].after.clone(), found[2].after_answer.clone()),
            (vec!["1".into(), "3".into()], vec!["0".into()])
        );
    }

    #[test]
    fn every_kinds_requests_are_operations() {
        let addressed =
            |kind| [Work::Create { kind, items: vec![] }, Work::Delete { address: String::new(), id: None, kind }];
        for kind in Kind::EVERY {
            for work in addressed(kind) {
                let (service, method, path) = operation(&work);
                let known = operations(service).iter().any(|it| it.method == method && it.matches(&path).is_some());
                assert!(known, "{kind}: {method} {path}");
            }
        }
    }
}
