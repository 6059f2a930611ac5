//! A security group for each tier, with rules from the blueprint's links. What is not linked is not let in. A virtual IP has no
//! group of ours: Octavia gives its port one that admits what listeners listen to.
//!
//! Between our own servers a rule names the other group; from a load balancer it names address ranges, because the machines
//! that do its work have ports in groups of the cloud's.

use ipnet::Ipv4Net;

use crate::blueprint::{Balancer, Endpoint, Link};
use crate::kind::born_rules;
use crate::model::Diagnostic;
use crate::model::messages::desired as m;
use crate::say;

use super::addresses::Addresses;
use super::balancers::{self, Spoken};
use super::draft::Draft;
use super::rules::{Ports, Remote, group, let_in, let_out};

pub(super) fn add(draft: &mut Draft<'_>, addresses: &Addresses) {
    let blueprint = draft.blueprint;
    for tier in &blueprint.tiers {
        add_group(draft, addresses, &tier.name);
    }
    for link in &blueprint.links {
        follow(draft, addresses, link);
    }
    for balancer in &blueprint.balancers {
        for (_, Spoken { to_port, to, protocol, .. }) in balancers::spoken(blueprint, balancer) {
            for range in balancer_ranges(draft, addresses, balancer, to) {
                let_in(draft, to, Ports::one(protocol, to_port), &Remote::Range(range));
            }
        }
    }
}

/// A group with what it lets out.
pub(super) fn add_group(draft: &mut Draft<'_>, addresses: &Addresses, local: &str) {
    let named = draft.named(local);
    draft.add(group(local), named);
    match &draft.inputs.settings.egress {
        None => {
            for (address, rule) in born_rules(&group(local)) {
                draft.add(address, rule);
            }
        }
        // The environment's own servers speak to each other whatever they may reach outside.
        Some(ranges) => {
            for range in ranges.iter().copied().chain(addresses.ranges()) {
                let_out(draft, local, range);
            }
        }
    }
}

fn follow(draft: &mut Draft<'_>, addresses: &Addresses, link: &Link) {
    let into = match &link.to {
        Endpoint::Tier(name) => name,
        // Nothing of ours is to be opened.
        Endpoint::Balancer(_) | Endpoint::Internet | Endpoint::External(_) => return,
    };
    let Some(ports) = ports(draft, link) else { return };
    let from: Vec<Remote> = match &link.from {
        Endpoint::Internet => vec![Remote::Range(everywhere())],
        Endpoint::Tier(name) => vec![Remote::Group(name.clone())],
        Endpoint::Balancer(name) => match draft.blueprint.balancers.iter().find(|balancer| balancer.name == *name) {
            Some(balancer) => {
                balancer_ranges(draft, addresses, balancer, into).into_iter().map(Remote::Range).collect()
            }
            None => Vec::new(),
        },
        // Where it calls from is not known before it is bound, and binding is a limitation.
        Endpoint::External(_) => Vec::new(),
    };
    for from in &from {
        let_in(draft, into, ports, from);
    }
}

/// The ports that a link opens at its far end, which is a tier; a fault where they are the service's own and it has none.
fn ports(draft: &mut Draft<'_>, link: &Link) -> Option<Ports> {
    let blueprint = draft.blueprint;
    let Some((first, last)) = blueprint.ports_of(link, draft.inputs) else {
        let tier = match &link.to {
            Endpoint::Tier(name) => blueprint.tier(name),
            Endpoint::Balancer(_) | Endpoint::External(_) | Endpoint::Internet => None,
        }?;
        let text = say!(m::PORT_UNKNOWN, tier = tier.name, service = blueprint.service_of(tier, draft.inputs));
        draft.fault(Diagnostic::error(text).at(&link.span).help(say!(m::PORT_UNKNOWN_HELP)));
        return None;
    };
    Some(Ports { protocol: link.protocol, first, last })
}

/// From where a load balancer speaks to a tier: the subnets of its virtual IP and of the members.
fn balancer_ranges(draft: &Draft<'_>, addresses: &Addresses, balancer: &Balancer, to: &str) -> Vec<Ipv4Net> {
    let mut ranges = vec![addresses.range(&balancer.zone)];
    ranges.extend(draft.blueprint.tier(to).map(|tier| addresses.range(&tier.zone)));
    ranges.dedup();
    ranges
}

fn everywhere() -> Ipv4Net {
    Ipv4Net::default()
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::blueprint::LinkPort;

    #[test]
    fn links_become_rules_and_a_balancer_is_let_in_by_range() {
        let desired = testing::shop().desired();
        let rules: Vec<String> = testing::addresses(&desired, &["rule"])
            .into_iter()
            .filter(|address| address.contains("ingress"))
            .map(|address| address.replace("/rule.ingress-ipv4", ""))
            .collect();
        assert_eq!(
            rules,
            [
                "group.db-tcp-3306-from-group-was",
                "group.gw-tcp-9080-from-group-web",
                "group.kv-tcp-6379-from-group-was",
                "group.was-tcp-8080-from-group-gw",
                "group.was-tcp-8080-from-group-web",
                "group.web-tcp-80-from-10.10.1.0_24",
            ]
        );
        assert_eq!(
            testing::json(&desired, "group.was/rule.ingress-ipv4-tcp-8080-from-group-web"),
            serde_json::json!({
                "security_group_id": {"$output": "group.was", "field": "id"}, "direction": "ingress", "ethertype": "IPv4",
                "protocol": "tcp", "port_range_min": 8080, "port_range_max": 8080,
                "remote_group_id": {"$output": "group.web", "field": "id"},
            })
        );
    }

    #[test]
    fn a_balancer_in_another_zone_is_let_in_from_both_subnets() {
        let mut world = testing::shop();
        world.blueprint.balancers[0].zone = "db".into();
        let rules = testing::addresses(&world.desired(), &["rule"]);
        for range in ["10.10.1.0_24", "10.10.3.0_24"] {
            assert!(rules.contains(&format!("group.web/rule.ingress-ipv4-tcp-80-from-{range}")), "{range}");
        }
    }

    #[test]
    fn egress_is_open_by_the_born_rules_or_goes_to_the_ranges_and_our_own() {
        let mut world = testing::shop();
        let egress = |world: &testing::World| -> Vec<String> {
            let rules = testing::addresses(&world.desired(), &["rule"]).into_iter();
            rules.filter(|rule| rule.starts_with("group.db/rule.egress")).collect()
        };
        assert_eq!(egress(&world), ["group.db/rule.egress-ipv4-any", "group.db/rule.egress-ipv6-any"]);
        world.inputs.settings.egress = Some(vec!["192.0.2.0/24".parse().expect("a range")]);
        let to = |range: &str| format!("group.db/rule.egress-ipv4-any-to-{range}");
        assert_eq!(egress(&world), ["10.10.1.0_24", "10.10.2.0_24", "10.10.3.0_24", "192.0.2.0_24"].map(to));
    }

    #[test]
    fn a_link_to_the_service_s_own_port_follows_the_choice_and_ranges_stay_ranges() {
        let mut world = testing::shop();
        let has = |world: &testing::World, rule: &str| {
            testing::addresses(&world.desired(), &["rule"]).contains(&rule.to_owned())
        };
        assert!(has(&world, "group.db/rule.ingress-ipv4-tcp-3306-from-group-was"));
        let service = crate::blueprint::TierInputs { service: Some("postgresql".into()), ..Default::default() };
        world.inputs.tiers.insert("db".into(), service);
        assert!(has(&world, "group.db/rule.ingress-ipv4-tcp-5432-from-group-was"));
        let link = &mut world.blueprint.links[0];
        (link.port, link.to) = (LinkPort::Range(7000, 7010), Endpoint::Tier("kv".into()));
        assert!(has(&world, "group.kv/rule.ingress-ipv4-tcp-7000-7010-from-0.0.0.0_0"));
        let to_gw =
            world.blueprint.links.iter_mut().find(|link| link.to == Endpoint::Tier("gw".into())).expect("there");
        to_gw.port = LinkPort::OfService;
        world.blueprint.tiers[2].service = crate::blueprint::Service::Named("php".into());
        let faults = world.faults();
        assert!(faults.contains("the link to gw is to its service's own port, and php has none"), "{faults}");
    }
}
