//! Where SSH is let in there is one server for it, in the first zone, with a floating address; the others take SSH from it only.

use ipnet::Ipv4Net;

use crate::blueprint::Protocol;
use crate::model::messages::desired as m;
use crate::model::{Diagnostic, Size};
use crate::say;

use super::addresses::Addresses;
use super::draft::Draft;
use super::rules::{Ports, Remote, let_in};
use super::security::add_group;
use super::servers::{self, Server};
use super::tiers;

/// Its group; its server is `bastion-1`.
const BASTION: &str = "bastion";
const SSH: u16 = 22;

pub(super) fn add(
    draft: &mut Draft<'_>,
    addresses: &Addresses,
    from: Ipv4Net,
    external: &str,
    availability_zone: Option<&str>,
) {
    let Some(zone) = draft.blueprint.zones.first() else { return };
    // A tier of that name would share its group with it.
    if draft.blueprint.tier(BASTION).is_some() || draft.blueprint.balancers.iter().any(|one| one.name == BASTION) {
        draft.fault(Diagnostic::error(say!(m::TWICE, address = "group.bastion")).help(say!(m::TWICE_HELP)));
        return;
    }
    if draft.inputs.settings.ssh_key.is_none() {
        draft.note(say!(m::NO_SSH_KEY));
    }
    let ssh = Ports::one(Protocol::Tcp, SSH);
    add_group(draft, addresses, BASTION);
    let_in(draft, BASTION, ssh, &Remote::Range(from));
    for tier in &draft.blueprint.tiers {
        let_in(draft, &tier.name, ssh, &Remote::Group(BASTION.into()));
    }
    // `parse` lets no blueprint through that names no system.
    let first = || draft.blueprint.systems.first().map(|system| system.0.as_str());
    let Some(system) = draft.inputs.os.as_deref().or_else(first) else { return };
    let Some(machine) = tiers::machine(draft, system, Size::Small, &Default::default(), BASTION) else { return };
    let local = servers::local_name(BASTION, 1);
    let port = servers::add_port(draft, &local, &zone.name, addresses.bastion(&zone.name), Some(BASTION));
    let server = Server { local: &local, machine, boot: None, spread: None, bears_data: false, availability_zone };
    servers::add_server(draft, server);
    servers::add_floating_ip(draft, &port, external);
}

#[cfg(test)]
mod tests {
    use super::super::testing;

    #[test]
    fn ssh_is_let_in_to_the_bastion_and_from_it_to_the_others() {
        let mut world = testing::shop();
        world.inputs.settings.ssh_from = Some("203.0.113.7/24".parse().expect("a range"));
        let desired = world.desired();
        let rules = testing::addresses(&desired, &["rule"]);
        let ssh: Vec<&String> = rules.iter().filter(|rule| rule.contains("tcp-22-")).collect();
        assert_eq!(
            ssh,
            [
                "group.bastion/rule.ingress-ipv4-tcp-22-from-203.0.113.0_24",
                "group.db/rule.ingress-ipv4-tcp-22-from-group-bastion",
                "group.gw/rule.ingress-ipv4-tcp-22-from-group-bastion",
                "group.kv/rule.ingress-ipv4-tcp-22-from-group-bastion",
                "group.was/rule.ingress-ipv4-tcp-22-from-group-bastion",
                "group.web/rule.ingress-ipv4-tcp-22-from-group-bastion",
            ]
        );
        assert_eq!(testing::json(&desired, "port.bastion-1")["fixed_ips"][0]["ip_address"], "10.10.1.127");
        assert_eq!(testing::json(&desired, "server.bastion-1")["flavorRef"], "flv-small");
        assert_eq!(testing::addresses(&desired, &["floating-ip"]), ["floating-ip.bastion-1", "floating-ip.front"]);
        assert_eq!(desired.entry.expect("an entry").address.as_str(), "floating-ip.front");
        assert!(desired.notes.iter().any(|note| note.to_string().contains("nobody can log in")));
    }

    #[test]
    fn its_name_is_taken() {
        let mut world = testing::shop();
        world.inputs.settings.ssh_from = Some("203.0.113.0/24".parse().expect("a range"));
        world.blueprint.tiers[4].name = "bastion".into();
        world.blueprint.links.retain(|link| link.to != crate::blueprint::Endpoint::Tier("kv".into()));
        assert!(world.faults().starts_with("group.bastion is asked for twice"), "{}", world.faults());
    }
}
