//! The least time in which steps that depend on each other can be done at a realistic pace, whoever does them.
//!
//! `POST /embedded/bound` takes `{"steps": [{"id", "service", "method", "path", "items", "after",
//! "after_answer"}]}`: each step is one request,
//! and begins when what stands in `after` has settled and what stands in `after_answer` has been answered. The bound is the larger of
//! two: the longest chain of these, each at its median and as if nobody else asked, and for each service the medians of all its
//! requests over its workers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::cloud::operations;
use super::super::exchange::{Reply, Request};
use super::super::operation::Service;
use super::faults::refusal;
use super::times::{service_time, settling, workers};

/// What is to be done.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// The steps, in any order.
    pub steps: Vec<Step>,
}

/// One request.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name, once in all.
    pub id: String,
    /// Whose request.
    pub service: Service,
    /// Its method.
    pub method: String,
    /// Its path behind the service's prefix; where ids stand, anything does: `/v2.0/routers/{id}/add_router_interface`.
    pub path: String,
    /// How many items a bulk request has.
    #[serde(default = "one")]
    pub items: u32,
    /// The steps that must have settled first.
    #[serde(default)]
    pub after: Vec<String>,
    /// The steps that must have been answered first.
    #[serde(default)]
    pub after_answer: Vec<String>,
}

fn one() -> u32 {
    1
}

impl Step {
    /// How long its request takes.
    fn request_ms(&self) -> u64 {
        let time = service_time(self.service, &self.method, &self.path);
        u64::from(time.median) + u64::from(time.each) * u64::from(self.items.saturating_sub(1))
    }
}

/// The least time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bound {
    /// The larger of the two, in milliseconds.
    pub bound_ms: u64,
    /// How long the longest chain takes.
    pub chain_ms: u64,
    /// The longest chain, in order.
    pub chain: Vec<Link>,
    /// What each service has to do.
    pub services: Vec<Load>,
    /// Every step at its best, in the order in which they were given: what a run's own times are to be held against.
    pub steps: Vec<Link>,
}

/// One step, as if nobody else asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The step.
    pub id: String,
    /// When it begins at best.
    pub begins_ms: u64,
    /// How long its request takes.
    pub request_ms: u64,
    /// How long what it began takes to settle after that; 0 where the next does not wait for it.
    pub settles_ms: u64,
}

/// What a service has to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Load {
    /// Which.
    pub service: Service,
    /// How many requests.
    pub requests: usize,
    /// How long they take one after the other.
    pub total_ms: u64,
    /// How many it carries out at once.
    pub workers: usize,
    /// How long they take at best.
    pub least_ms: u64,
}

/// Why steps have no bound.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BoundError {
    /// Two have the same name.
    #[error("two steps are called {0}")]
    Twice(String),
    /// One waits for what is not there.
    #[error("{0} comes after {1}, which is no step")]
    Unknown(String, String),
    /// Some wait for each other.
    #[error("{0} comes after itself")]
    Cycle(String),
    /// The service has no such operation.
    #[error("{0}: {1} has no {2} {3}")]
    NoOperation(String, &'static str, String, String),
}

/// When a step is answered and has settled at best, and what it began after: a step's number, and whether it had settled.
#[derive(Clone, Copy)]
struct Times {
    begins: u64,
    answered: u64,
    settled: u64,
    behind: Option<(usize, bool)>,
}

/// The least time in which these steps can be done at a realistic pace.
///
/// # Errors
/// Where they are no order of known operations.
pub fn bound(steps: &Steps) -> Result<Bound, BoundError> {
    let steps = &steps.steps;
    let mut numbers = BTreeMap::new();
    for (number, step) in steps.iter().enumerate() {
        if numbers.insert(step.id.as_str(), number).is_some() {
            return Err(BoundError::Twice(step.id.clone()));
        }
        known(step)?;
    }
    let mut waits: Vec<Vec<(usize, bool)>> = Vec::new();
    for step in steps {
        let find = |id: &String, settled: bool| match numbers.get(id.as_str()) {
            Some(number) => Ok((*number, settled)),
            None => Err(BoundError::Unknown(step.id.clone(), id.clone())),
        };
        let settled = step.after.iter().map(|id| find(id, true));
        let answered = step.after_answer.iter().map(|id| find(id, false));
        waits.push(settled.chain(answered).collect::<Result<_, _>>()?);
    }
    let times = timed(steps, &waits)?;
    let last = (0..steps.len()).max_by_key(|number| (times[*number].settled, std::cmp::Reverse(*number)));
    let chain_ms = last.map_or(0, |last| times[last].settled);
    let services = loads(steps);
    let bound_ms = services.iter().map(|load| load.least_ms).max().unwrap_or(0).max(chain_ms);
    let all = (0..steps.len()).map(|number| link(&steps[number], times[number], true)).collect();
    Ok(Bound { bound_ms, chain_ms, chain: chain(steps, &times, last), services, steps: all })
}

fn known(step: &Step) -> Result<(), BoundError> {
    let Step { id, service, method, path, .. } = step;
    if operations(*service).iter().any(|it| it.method == method && it.matches(path).is_some()) {
        return Ok(());
    }
    Err(BoundError::NoOperation(id.clone(), service.project(), method.clone(), path.clone()))
}

/// Each step's times: those first for which nobody waits any more.
fn timed(steps: &[Step], waits: &[Vec<(usize, bool)>]) -> Result<Vec<Times>, BoundError> {
    let mut left: Vec<usize> = waits.iter().map(Vec::len).collect();
    let mut followers = vec![Vec::new(); steps.len()];
    for (number, waits) in waits.iter().enumerate() {
        for (earlier, _) in waits {
            followers[*earlier].push(number);
        }
    }
    let mut ready: Vec<usize> = (0..steps.len()).filter(|number| left[*number] == 0).collect();
    let mut times: Vec<Option<Times>> = vec![None; steps.len()];
    while let Some(number) = ready.pop() {
        let ends = waits[number].iter().filter_map(|(earlier, settled)| {
            let Times { answered, settled: settles, .. } = times[*earlier]?;
            Some((if *settled { settles } else { answered }, (*earlier, *settled)))
        });
        let latest = ends.max_by_key(|(at, _)| *at);
        let Step { service, method, path, .. } = &steps[number];
        let begins = latest.map_or(0, |(at, _)| at);
        let answered = begins + steps[number].request_ms();
        let settled = answered + u64::from(settling(*service, method, path));
        times[number] = Some(Times { begins, answered, settled, behind: latest.map(|(_, behind)| behind) });
        for follower in &followers[number] {
            left[*follower] -= 1;
            if left[*follower] == 0 {
                ready.push(*follower);
            }
        }
    }
    let timed = times.iter().zip(steps).map(|(times, step)| times.ok_or_else(|| BoundError::Cycle(step.id.clone())));
    timed.collect()
}

fn chain(steps: &[Step], times: &[Times], last: Option<usize>) -> Vec<Link> {
    let mut links = Vec::new();
    let mut next = last.map(|last| (last, true));
    while let Some((number, settled)) = next {
        links.push(link(&steps[number], times[number], settled));
        next = times[number].behind;
    }
    links.reverse();
    links
}

fn link(step: &Step, times: Times, settled: bool) -> Link {
    let Times { begins, answered, settled: settles, .. } = times;
    let settles_ms = if settled { settles - answered } else { 0 };
    Link { id: step.id.clone(), begins_ms: begins, request_ms: answered - begins, settles_ms }
}

fn loads(steps: &[Step]) -> Vec<Load> {
    let load = |service: Service| {
        let of = steps.iter().filter(|step| step.service == service);
        let times: Vec<u64> = of.map(Step::request_ms).collect();
        let (total_ms, workers) = (times.iter().sum::<u64>(), workers(service));
        let least_ms = total_ms.div_ceil(workers as u64);
        (!times.is_empty()).then_some(Load { service, requests: times.len(), total_ms, workers, least_ms })
    };
    Service::ALL.into_iter().filter_map(load).collect()
}

/// `POST /embedded/bound`.
pub(super) fn carry_out(request: &Request) -> Reply {
    let steps = serde_json::from_slice::<Steps>(&request.body).map_err(|error| error.to_string());
    match steps.and_then(|steps| bound(&steps).map_err(|error| error.to_string())) {
        Ok(bound) => Reply::json(200, &serde_json::json!(bound)),
        Err(why) => refusal(400, &why),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn of(steps: Json) -> Result<Bound, BoundError> {
        bound(&serde_json::from_value(json!({ "steps": steps })).expect("steps"))
    }

    fn ms(service: Service, method: &str, path: &str) -> u64 {
        u64::from(service_time(service, method, path).median)
    }

    #[test]
    fn the_longest_chain_counts_requests_and_what_they_begin() {
        let found = of(json!([
            {"id": "server", "service": "compute", "method": "POST", "path": "/v2.1/servers", "after": ["port"]},
            {"id": "net", "service": "network", "method": "POST", "path": "/v2.0/networks"},
            {"id": "port", "service": "network", "method": "POST", "path": "/v2.0/ports", "after": ["net"]},
            {"id": "ip", "service": "network", "method": "POST", "path": "/v2.0/floatingips", "after": ["port"],
                "after_answer": ["server"]},
        ]))
        .expect("a bound");
        let (net, port) = (ms(Service::Network, "POST", "/v2.0/networks"), ms(Service::Network, "POST", "/v2.0/ports"));
        let (server, address) =
            (ms(Service::Compute, "POST", "/v2.1/servers"), ms(Service::Network, "POST", "/v2.0/floatingips"));
        assert!(address < server + 1700, "else the chain ends elsewhere");
        let ids: Vec<&str> = found.chain.iter().map(|link| link.id.as_str()).collect();
        assert_eq!(ids, ["net", "port", "server"], "the address waits for the answer only, and is done sooner");
        assert_eq!(found.chain_ms, net + port + server + 1700);
        assert_eq!(found.bound_ms, found.chain_ms);
        assert_eq!((found.chain[2].begins_ms, found.chain[2].settles_ms), (net + port, 1700));
        let network = &found.services[1];
        assert_eq!((network.service, network.requests), (Service::Network, 3));
        assert_eq!(network.total_ms, net + port + address);
        let alone: Vec<(&str, u64)> = found.steps.iter().map(|link| (link.id.as_str(), link.request_ms)).collect();
        assert_eq!(alone, [("server", server), ("net", net), ("port", port), ("ip", address)]);
    }

    #[test]
    fn many_alike_are_bound_by_the_workers() {
        let image =
            |n: u32| json!({"id": n.to_string(), "service": "image", "method": "DELETE", "path": "/v2/images/x"});
        let found = of((0..101).map(image).collect()).expect("a bound");
        assert_eq!(ms(Service::Image, "DELETE", "/v2/images/x"), 60);
        let load = &found.services[0];
        assert_eq!((load.requests, load.total_ms, load.workers, load.least_ms), (101, 6_060, 1, 6_060));
        assert_eq!((found.chain_ms, found.bound_ms, found.chain.len()), (60, 6_060, 1));
    }

    #[test]
    fn nothing_to_do_takes_no_time() {
        let found = of(json!([])).expect("a bound");
        assert_eq!(found, Bound { bound_ms: 0, chain_ms: 0, chain: vec![], services: vec![], steps: vec![] });
    }

    #[test]
    fn what_is_no_order_is_refused() {
        let port = |id: &str, after: &[&str]| json!({"id": id, "service": "network", "method": "POST", "path": "/v2.0/ports", "after": after});
        let refused = |steps| of(steps).expect_err("no order").to_string();
        assert_eq!(refused(json!([port("a", &[]), port("a", &[])])), "two steps are called a");
        assert_eq!(refused(json!([port("a", &["b"])])), "a comes after b, which is no step");
        assert!(refused(json!([port("a", &["b"]), port("b", &["a"])])).contains("comes after itself"));
        let odd = json!([{"id": "a", "service": "network", "method": "POST", "path": "/v2.0/firewalls"}]);
        assert_eq!(refused(odd), "a: neutron has no POST /v2.0/firewalls");
    }
}
