//! The critical path of a run that has happened: the chain of steps that the last one waited for, read from its events.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::event::{Event, Happening, OperationWord};
use crate::model::Address;
use crate::plan::{Plan, Until, Work};

/// One step of the critical path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathStep {
    /// Of which resource.
    pub address: Address,
    /// What was done.
    pub operation: OperationWord,
    /// When its request left, in milliseconds from the run's beginning.
    pub began_ms: i64,
    /// From its request until it had settled, in milliseconds.
    pub took_ms: i64,
}

pub(super) type Node<'a> = (&'a Address, OperationWord);

#[derive(Clone, Copy)]
struct Times {
    began: i64,
    answered: i64,
    ended: i64,
}

/// The chain of steps that ended last, first step first. Of what a step had to wait for, the one that ended last before it
/// began is on the path: something it comes after, or what held its lane.
pub fn critical_path(plan: &Plan, events: &[Event]) -> Vec<PathStep> {
    let Some(begun) = events.first().map(|event| event.at) else { return Vec::new() };
    let times = times(events);
    let steps = steps(plan);
    let mut lanes: BTreeMap<&Address, Vec<Node<'_>>> = BTreeMap::new();
    for (node, step) in &steps {
        if let Some(lane) = &step.lane {
            lanes.entry(lane).or_default().push(*node);
        }
    }
    let Some((mut node, mut now)) = times
        .iter()
        .filter(|(node, _)| steps.contains_key(*node))
        .max_by_key(|(node, times)| (times.ended, std::cmp::Reverse(**node)))
        .map(|(node, times)| (*node, *times))
    else {
        return Vec::new();
    };
    let mut path = Vec::new();
    loop {
        path.push(PathStep {
            address: node.0.clone(),
            operation: node.1,
            began_ms: now.began - begun,
            took_ms: now.ended - now.began,
        });
        let Some(step) = steps.get(&node) else { break };
        let after = step.after.iter().flat_map(|(address, until)| {
            let nodes = OPERATIONS.into_iter().map(move |operation| (address, operation));
            nodes.filter_map(|before| {
                let times = *times.get(&before)?;
                let ready = if *until == Until::Answered { times.answered } else { times.ended };
                Some((ready, before, times))
            })
        });
        let lane = step.lane.as_ref().and_then(|lane| lanes.get(lane)).into_iter().flatten();
        let lane = lane.filter_map(|before| times.get(before).map(|times| (times.ended, *before, *times)));
        // A step that begins no later than this one cannot have been waited for: so the walk ends.
        let before = after
            .chain(lane)
            .filter(|(ready, before, times)| *ready <= now.began && (times.began, before) < (now.began, &node));
        match before.max_by_key(|(ready, before, _)| (*ready, std::cmp::Reverse(*before))) {
            Some((_, before, times)) => (node, now) = (before, times),
            None => break,
        }
    }
    path.reverse();
    path
}

const OPERATIONS: [OperationWord; 4] =
    [OperationWord::Create, OperationWord::Update, OperationWord::Delete, OperationWord::Wait];

/// What is done to which resource, once for each item of the plan's steps.
pub fn items(plan: &Plan) -> BTreeSet<(Address, OperationWord)> {
    steps(plan).into_keys().map(|(address, operation)| (address.clone(), operation)).collect()
}

pub(super) fn steps(plan: &Plan) -> BTreeMap<Node<'_>, &crate::plan::Step> {
    let mut steps = BTreeMap::new();
    for step in &plan.steps {
        match &step.work {
            Work::Create(batch) => {
                steps.extend(batch.items.iter().map(|item| ((&item.address, OperationWord::Create), step)));
            }
            Work::Update { address, .. } => _ = steps.insert((address, OperationWord::Update), step),
            Work::Delete { address, .. } => _ = steps.insert((address, OperationWord::Delete), step),
            Work::Wait { address, .. } => _ = steps.insert((address, OperationWord::Wait), step),
        }
    }
    steps
}

/// When each step's last request left, was answered, and had settled; steps that did not settle are left out.
fn times(events: &[Event]) -> BTreeMap<Node<'_>, Times> {
    let mut open: BTreeMap<Node<'_>, Times> = BTreeMap::new();
    let mut done = BTreeMap::new();
    for event in events {
        match &event.what {
            Happening::Intended { address, operation, .. } => {
                open.insert((address, *operation), Times { began: event.at, answered: event.at, ended: event.at });
            }
            Happening::Accepted { address, operation, .. } => {
                if let Some(times) = open.get_mut(&(address, *operation)) {
                    times.answered = event.at;
                }
            }
            Happening::Settled { address, operation, .. } => {
                if let Some(times) = open.remove(&(address, *operation)) {
                    done.insert((address, *operation), Times { ended: event.at, ..times });
                }
            }
            _ => {}
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_path_follows_what_ended_last_and_the_lane() {
        let plan = fixture::plan();
        let events = fixture::run();
        let path = critical_path(&plan, &events);
        let names: Vec<String> = path.iter().map(|step| step.address.to_string()).collect();
        assert_eq!(names, ["network.web", "subnet.web", "port.web-1", "server.web-1"]);
        assert_eq!((path[0].began_ms, path[0].took_ms), (100, 900));
        let last = path.last().expect("a last step");
        assert_eq!((last.began_ms, last.took_ms), (3_000, 5_000));
    }

    #[test]
    fn a_run_without_events_has_no_path() {
        assert!(critical_path(&fixture::plan(), &[]).is_empty());
    }
}
