//! The linter finds what is planted.

use std::collections::BTreeMap;

use super::world::*;
use crate::plan::{Plan, Reason, StepId, Until, Work, check};

fn planted(change: impl FnOnce(&mut Plan)) -> Vec<String> {
    let mut plan = plan(&shop(), &nothing());
    change(&mut plan);
    check(&plan)
}

fn number(plan: &Plan, deed: &str) -> usize {
    step(plan, deed).id.0
}

fn finds(word: &str, change: impl FnOnce(&mut Plan)) {
    let found = planted(change);
    assert!(found.iter().any(|fault| fault.contains(word)), "`{word}` in {found:?}");
}

#[test]
fn wrong_numbers_and_reasons() {
    finds("stands at place", |plan| plan.steps[3].id = StepId(7));
    finds("reasons are not", |plan| plan.steps[0].reasons.clear());
}

#[test]
fn waits_for_nothing_and_in_circles() {
    finds("has no other step", |plan| {
        plan.steps[0].after.insert(at("network.nowhere"), Until::Settled);
    });
    finds("wait for each other", |plan| {
        let network = number(plan, "create network.web");
        plan.steps[network].after.insert(at("server.web-1"), Until::Settled);
    });
}

#[test]
fn things_done_twice() {
    finds("does already", |plan| {
        let mut again = plan.steps[0].clone();
        again.id = StepId(plan.steps.len());
        plan.steps.push(again);
    });
    finds("unchanged", |plan| {
        plan.unchanged.insert(at("server.web-1"), "x".into());
    });
}

#[test]
fn wrong_lanes_and_batches() {
    finds("wrong lane", |plan| {
        let pool = number(plan, "create balancer.front/pool.http");
        plan.steps[pool].lane = None;
    });
    finds("wrong lane", |plan| {
        let port = number(plan, "create port.web-1");
        plan.steps[port].lane = Some(at("port.web-1"));
    });
    finds("not sorted", |plan| {
        let port = number(plan, "create port.web-1");
        if let Work::Create(batch) = &mut plan.steps[port].work {
            batch.items.reverse();
        }
    });
    finds("more than one request may", |plan| {
        let port = number(plan, "create port.web-1");
        if let Work::Create(batch) = &mut plan.steps[port].work {
            batch.items.clear();
        }
    });
    finds("one at a time", |plan| {
        let server = number(plan, "create server.web-1");
        if let Work::Create(batch) = &mut plan.steps[server].work {
            let again = batch.items[0].clone();
            batch.items.push(again);
        }
    });
}

#[test]
fn references_that_lead_nowhere_or_come_too_early() {
    finds("neither exists nor is made", |plan| {
        let network = number(plan, "create network.web");
        plan.steps.remove(network);
    });
    finds("without waiting for it", |plan| {
        let subnet = number(plan, "create subnet.web");
        plan.steps[subnet].after.clear();
    });
}

#[test]
fn a_create_that_does_not_wait_for_the_delete() {
    let mut cloud = cloud(&small());
    cloud.find("server.web-1").status = crate::snapshot::Status::Failed("ERROR".into());
    let mut plan = plan(&small(), &cloud);
    let create = number(&plan, "create server.web-1");
    plan.steps[create].after.clear();
    assert!(check(&plan).iter().any(|fault| fault.contains("without waiting for its deletion")), "{:?}", check(&plan));
}

#[test]
fn data_that_would_be_deleted() {
    let mut plan = destroyed(&cloud(&shop()), true);
    plan.goal = crate::plan::Goal::Destroy;
    assert_eq!(check(&plan).iter().filter(|fault| fault.contains("holds data")).count(), 3);
    plan.goal = crate::plan::Goal::Deploy;
    assert_eq!(check(&plan).iter().filter(|fault| fault.contains("holds data")).count(), 3);
    for step in &mut plan.steps {
        step.reasons =
            step.reasons.keys().map(|at| (at.clone(), Reason::Replaced(Vec::new()))).collect::<BTreeMap<_, _>>();
    }
    assert_eq!(check(&plan), Vec::<String>::new());
}
