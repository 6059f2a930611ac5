//! What comes after what: from the references, and from the few rules that no reference tells.

use std::collections::BTreeMap;

use crate::kind::Kind;
use crate::model::{Address, SignedUrl};

use super::diff::{Verdict, Verdicts};
use super::draft::{Doing, Draft};
use super::going::Going;
use super::matching::Matching;
use super::references::{addresses_in, signed};
use super::wanted::Wanted;
use super::{Difference, Until};

/// The order of what is made.
///
/// - After what it refers to, where that is made or waited for. What is only updated exists already: no need to wait.
/// - A server after its object's update too: it reads it once, and must not read the old one.
/// - The create of a replacement after the delete.
/// - A server and a floating IP after the router interface in their port's subnet: a first boot without a way out fails, and
///   Neutron refuses a floating IP without one. A floating IP also after that router's own update, which may bring the gateway
///   back that it needs.
/// - What uses a claimed container (a server that reports into it, an object in it) after the claim: before that, another journal's
///   run may be making the same with secrets of its own.
/// - What [`FASTER_FIRST`] says, where both are made and the first are no more than [`FIRST_AT_MOST`]. Only an order.
pub(super) fn order_makes(
    drafts: &mut [Draft],
    wanted: &Wanted<'_>,
    verdicts: &Verdicts,
    matching: &Matching<'_>,
    going: &Going,
) {
    let appears =
        |place: usize| matches!(verdicts.of(place), Some(Verdict::Create | Verdict::Replace(_) | Verdict::Wait(_)));
    let updated = |place: usize| matches!(verdicts.of(place), Some(Verdict::Update(_)));
    let interfaces = interfaces_by_subnet(wanted);
    let mut created: BTreeMap<Kind, Vec<&Address>> = BTreeMap::new();
    for (place, (address, resource)) in wanted.all.iter().enumerate() {
        if verdicts.of(place).is_some_and(Verdict::renews) {
            created.entry(resource.kind).or_default().push(address);
        }
    }
    let claims = claims(wanted);

    for draft in drafts {
        let Some(place) = draft.wanted else { continue };
        let number = |address| wanted.used(place, address);
        let (uses, stands_on) = match &draft.doing {
            Doing::Create(_) => {
                let ports = port_property(draft.kind).map(|name| wanted.by_property(place, name));
                (wanted.uses[place].clone(), ports.unwrap_or_default())
            }
            Doing::Update { properties, differences, .. } => {
                let moved = |d: &Difference| draft.kind == Kind::FloatingIp && d.property == "port_id";
                let ports = differences.iter().any(moved).then(|| wanted.by_property(place, "port_id"));
                let mut uses = addresses_in(differences.iter().map(|difference| &difference.should));
                // Its whole text is made ready with it, though only what differs is sent.
                uses.extend(signed(properties.values()).into_iter().flat_map(SignedUrl::needs));
                (uses.into_iter().filter_map(number).collect(), ports.unwrap_or_default())
            }
            Doing::Wait { .. } | Doing::Delete { .. } => continue,
        };
        let mut after: Vec<usize> = uses.into_iter().filter(|&used| appears(used)).collect();
        if let Doing::Create(item) = &draft.doing {
            let objects = signed(item.properties.values()).into_iter().filter_map(|url| url.of.as_ref());
            after.extend(objects.filter_map(number).filter(|&object| updated(object)));
        }
        for port in stands_on {
            for subnet in wanted.by_property(port, "fixed_ips") {
                for &(interface, router) in interfaces.get(&subnet).into_iter().flatten() {
                    after.extend(Some(interface).filter(|&it| appears(it)));
                    after.extend(router.filter(|&it| draft.kind == Kind::FloatingIp && updated(it)));
                }
            }
        }
        for earlier in after {
            draft.wait_for(wanted.all[earlier].0, Until::Settled);
        }
        if !matches!(draft.doing, Doing::Create(_)) {
            continue;
        }
        let kind = draft.kind;
        let claims = wanted.uses[place].iter().filter_map(|container| claims.get(container));
        for &claim in claims.filter(|&&claim| claim != place && appears(claim)) {
            draft.wait_for(wanted.all[claim].0, Until::Settled);
        }
        for (_, first) in FASTER_FIRST.iter().filter(|(later, _)| *later == kind) {
            for earlier in created.get(first).filter(|all| all.len() <= FIRST_AT_MOST).into_iter().flatten() {
                draft.wait_for(earlier, Until::Answered);
            }
        }
        if let Some(number) = matching.at[place].filter(|number| going.reasons.contains_key(number)) {
            draft.wait_for(&matching.names[going.carrier(number)], Until::Settled);
        }
    }
}

/// Which kind's requests are better sent when those of another have been answered, because the cloud does both more slowly at
/// once than one after the other (measured: `comparison.md`'s traces, our own in docs/decisions/order.md).
///
/// - Servers after load balancers, whose chain is the longest.
/// - Router interfaces after ports: an interface holds the locks that the ports' bulk request needs.
const FASTER_FIRST: [(Kind, Kind); 2] = [(Kind::Server, Kind::LoadBalancer), (Kind::RouterInterface, Kind::Port)];

/// Where there are more of a kind than this, nobody waits for them so. It is only an order, and nothing is lost without it; but
/// if each of many waited for each of many, a plan would grow with the square of its size.
const FIRST_AT_MOST: usize = 64;

/// The property in which a server or a floating IP names its ports.
fn port_property(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Server => Some("networks"),
        Kind::FloatingIp => Some("port_id"),
        _ => None,
    }
}

/// The claim of each container that has one.
fn claims(wanted: &Wanted<'_>) -> BTreeMap<usize, usize> {
    let claims = wanted.all.iter().enumerate().filter(|(_, (_, resource))| resource.kind == Kind::Claim);
    claims.filter_map(|(place, (address, _))| Some((wanted.number(&address.parent()?)?, place))).collect()
}

/// The interfaces in each subnet, each with its router where that is wanted too.
fn interfaces_by_subnet(wanted: &Wanted<'_>) -> BTreeMap<usize, Vec<(usize, Option<usize>)>> {
    let mut interfaces: BTreeMap<usize, Vec<(usize, Option<usize>)>> = BTreeMap::new();
    for (place, (address, resource)) in wanted.all.iter().enumerate() {
        if resource.kind == Kind::RouterInterface {
            let router = address.parent().and_then(|router| wanted.number(&router));
            for subnet in wanted.by_property(place, "subnet_id") {
                interfaces.entry(subnet).or_default().push((place, router));
            }
        }
    }
    interfaces
}

/// The order of what is deleted, the reverse of how it is used now.
///
/// - After everything that refers to it is deleted, or, where a reference holds it fast, is updated to another one.
/// - A router interface after the floating IPs of its subnet, and after the servers' requests.
pub(super) fn order_deletes(drafts: &mut [Draft], verdicts: &Verdicts, matching: &Matching<'_>, going: &Going) {
    let mut after: BTreeMap<&Address, BTreeMap<&Address, Until>> = BTreeMap::new();
    let mut wait = |later: usize, earlier: usize, until: Until| {
        let (later, earlier) = (&matching.names[going.carrier(later)], &matching.names[going.carrier(earlier)]);
        if later != earlier {
            let entry = after.entry(later).or_default().entry(earlier).or_insert(until);
            *entry = (*entry).max(until);
        }
    };
    for &number in going.reasons.keys() {
        let made_again = verdicts.of_observed(matching, number).is_some();
        for &(property, user) in &matching.referred[number] {
            if going.reasons.contains_key(&user) {
                // Neutron lets a group go that rules of other groups name, and two groups may name each other.
                let loose = property == "remote_group_id" && going.carriers.contains_key(&user);
                if !loose {
                    wait(number, user, Until::Settled);
                }
            } else if !made_again && lets_go(verdicts.of_observed(matching, user), property) {
                wait(number, user, Until::Settled);
            }
        }
    }
    let users = subnet_users(matching);
    for &number in going.reasons.keys().filter(|&&n| matching.observed[n].kind == Kind::RouterInterface) {
        for subnet in matching.by_property(number, "subnet_id") {
            for &(user, port) in users.get(&subnet).into_iter().flatten() {
                let floating = matching.observed[user].kind == Kind::FloatingIp;
                match (going.reasons.contains_key(&user), floating) {
                    (true, true) => wait(number, user, Until::Settled),
                    (true, false) => wait(number, user, Until::Answered),
                    // A floating IP that stays lets go of its port when that is deleted.
                    (false, true) if going.reasons.contains_key(&port) => wait(number, port, Until::Settled),
                    (false, _) => {}
                }
            }
        }
    }
    for draft in drafts.iter_mut().filter(|draft| draft.deletes_by_id()) {
        for (earlier, until) in after.remove(&draft.address).unwrap_or_default() {
            draft.wait_for(earlier, until);
        }
    }
}

/// Whether the user is updated to another one than it refers to by that property now.
fn lets_go(user: Option<&Verdict>, property: &str) -> bool {
    let holding = matches!(property, "fixed_ips" | "security_groups" | "default_pool_id");
    match user {
        Some(Verdict::Update(differences)) => holding && differences.iter().any(|d| d.property == property),
        _ => false,
    }
}

/// Floating IPs and servers by the subnets of their ports, each with that port.
fn subnet_users(matching: &Matching<'_>) -> BTreeMap<usize, Vec<(usize, usize)>> {
    let mut users: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for (number, observed) in matching.observed.iter().enumerate() {
        let Some(property) = port_property(observed.kind) else { continue };
        for port in matching.by_property(number, property) {
            for subnet in matching.by_property(port, "fixed_ips") {
                users.entry(subnet).or_default().push((number, port));
            }
        }
    }
    users
}
