//! A tier's servers, each on a port of its own with the address that was planned for it.

use std::net::Ipv4Addr;

use crate::blueprint::Goal;
use crate::component::{Component, Context, Reports};
use crate::kind::{Kind, METADATA_ADDRESS, METADATA_DATA, METADATA_ENVIRONMENT, METADATA_USER_DATA, userdata};
use crate::model::{Address, Composed, OutputRef, Properties, Value};

use super::addresses::Addresses;
use super::draft::{Draft, map, properties};
use super::guests;
use super::networks::{network, subnet};
use super::rules::group;
use super::tiers::{Decided, Machine};
use super::user_data::{self, Born};

/// One server, decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Server<'a> {
    /// `web-1`.
    pub local: &'a str,
    pub machine: Machine<'a>,
    pub boot: Option<Boot<'a>>,
    /// Its server group's local name, where it is in one.
    pub spread: Option<&'a str>,
    pub bears_data: bool,
    pub availability_zone: Option<&'a str>,
}

/// What a server's first boot is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Boot<'a> {
    pub context: &'a Context,
    pub components: &'a [&'a Component],
    pub reports: &'a Reports,
}

/// `web-1`: from 1.
pub(super) fn local_name(tier: &str, number: u32) -> String {
    format!("{tier}-{number}")
}

pub(super) fn add(
    draft: &mut Draft<'_>,
    addresses: &Addresses,
    tiers: &[Decided<'_>],
    external: &str,
    availability_zone: Option<&str>,
) {
    let reports = guests::reports(draft, tiers);
    for decided in tiers {
        let tier = decided.tier;
        if tier.spread {
            add_server_group(draft, &tier.name);
        }
        for number in 1..=decided.count {
            let local = local_name(&tier.name, number);
            let address = addresses.server(&tier.name, number);
            let port = add_port(draft, &local, &tier.zone, address, Some(&tier.name));
            let spread = tier.spread.then_some(tier.name.as_str());
            let (machine, components) = (decided.machine, &decided.components);
            // A server that nothing was installed on has no data to outlive a mistake.
            let bears_data = tier.bears_data && !components.is_empty();
            let context = guests::context(draft, addresses, tiers, decided, number);
            let boot = Some(Boot { context: &context, components, reports: &reports });
            add_server(draft, Server { local: &local, machine, boot, spread, bears_data, availability_zone });
            if tier.public {
                let floating = add_floating_ip(draft, &port, external);
                if draft.entry.is_none() {
                    draft.entry = Some(OutputRef { address: floating, field: "floating_ip_address".into() });
                }
            }
        }
    }
}

/// A port with a fixed address, in one group; in none of ours (`None`) where the cloud gives it its own.
pub(super) fn add_port(
    draft: &mut Draft<'_>,
    local: &str,
    zone: &str,
    address: Ipv4Addr,
    of_group: Option<&str>,
) -> Address {
    let fixed = map([("subnet_id", Value::id_of(&subnet(zone))), ("ip_address", Value::from(address.to_string()))]);
    let mut is = draft.named(local);
    is.extend(properties([
        ("admin_state_up", Value::from(true)),
        ("network_id", Value::id_of(&network(zone))),
        ("fixed_ips", Value::List(vec![fixed])),
        ("security_groups", Value::List(of_group.iter().map(|name| Value::id_of(&group(name))).collect())),
    ]));
    let at_least: &[&str] = if of_group.is_none() { &["security_groups"] } else { &[] };
    let port = Address::new("port", local);
    draft.add_with(port.clone(), is, at_least, false);
    port
}

/// A floating address on a port, whose local name it takes.
pub(super) fn add_floating_ip(draft: &mut Draft<'_>, port: &Address, external: &str) -> Address {
    let floating = Address::new("floating-ip", port.local());
    let is = properties([
        ("description", Value::from(draft.environment.mark())),
        ("floating_network_id", Value::from(external)),
        ("port_id", Value::id_of(port)),
    ]);
    draft.add(floating.clone(), is);
    floating
}

fn server_group(local: &str) -> Address {
    Address::new("server-group", local)
}

fn add_server_group(draft: &mut Draft<'_>, local: &str) {
    let name = format!("{}-{}", draft.environment.resource_name(local), draft.environment.id());
    // Soft, because a strict one fails when its servers are created at the same time.
    let is = properties([("name", Value::from(name)), ("policy", Value::from("soft-anti-affinity"))]);
    draft.add(server_group(local), is);
}

pub(super) fn add_server(draft: &mut Draft<'_>, server: Server<'_>) {
    let address = Address::new("server", server.local);
    let name = draft.environment.resource_name(server.local);
    let Some(Born { user_data, content, limit_s }) = user_data::of(draft, server, &name) else { return };
    let data = if server.bears_data { "true" } else { "false" };
    let mut metadata = properties([
        (METADATA_ENVIRONMENT, Value::from(draft.environment.mark())),
        (METADATA_ADDRESS, Value::from(address.as_str())),
        (METADATA_DATA, Value::from(data)),
        (METADATA_USER_DATA, Value::from(userdata::hash(&user_data))),
    ]);
    // By these a later run sees whether its secrets are still the ones that the server was given.
    metadata.extend(user_data::fingerprints(user_data.iter().chain(content.iter().flatten())));
    if let Some(content) = content {
        user_data::add_object(draft, server.local, content);
    }
    let port = Value::id_of(&Address::new("port", server.local));
    let mut is: Properties = properties([
        ("name", Value::from(name)),
        ("metadata", Value::Map(metadata)),
        ("tags", Value::List(vec![Value::from(draft.environment.tag())])),
        ("imageRef", Value::from(server.machine.image.id.as_str())),
        ("flavorRef", Value::from(server.machine.flavor.id.as_str())),
        ("networks", Value::List(vec![map([("port", port)])])),
        ("config_drive", Value::from(draft.inputs.settings.config_drive.unwrap_or(true))),
        ("user_data", Value::Composed(Composed { pieces: user_data })),
        ("power_state", Value::from("on")),
    ]);
    if let Some(zone) = server.availability_zone {
        is.insert("availability_zone".into(), Value::from(zone));
    }
    if let Some(spread) = server.spread {
        is.insert("server_group".into(), Value::id_of(&server_group(spread)));
    }
    draft.add_with(address.clone(), is, &[], server.bears_data);
    let waited_for = draft.inputs.until != Some(Goal::Active);
    if waited_for && server.boot.is_some_and(|boot| *boot.reports != Reports::None && !boot.components.is_empty()) {
        let is = properties([
            ("server_id", Value::id_of(&address)),
            ("server", Value::from(server.local)),
            ("limit_s", Value::from(i64::from(limit_s))),
        ]);
        draft.add(address.child(Kind::Guest.spec().word, ""), is);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::kind::{METADATA_SECRET, signals};
    use crate::model::messages::desired as m;
    use crate::model::{Piece, SignedUrl, UrlMethod};

    #[test]
    fn a_server_stands_on_its_port_and_says_whose_it_is() {
        let world = testing::shop();
        let desired = world.desired();
        let id = |address: &str| serde_json::json!({"$output": address, "field": "id"});
        let mut server = testing::json(&desired, "server.web-1");
        let hash = userdata::hash(&testing::pieces(&desired, "server.web-1"));
        for secret in server["metadata"].as_object_mut().expect("a map").keys().cloned().collect::<Vec<_>>() {
            if secret.starts_with(METADATA_SECRET) {
                server["metadata"].as_object_mut().expect("a map").remove(&secret);
            }
        }
        server.as_object_mut().expect("a map").remove("user_data");
        let environment = &world.environment;
        assert_eq!(
            server,
            serde_json::json!({
                "name": "shop-web-1", "tags": [environment.tag()], "imageRef": "img-ubuntu-16.04", "flavorRef": "flv-small",
                "networks": [{"port": id("port.web-1")}], "config_drive": true, "power_state": "on",
                "server_group": id("server-group.web"),
                "metadata": {
                    "gureum": environment.mark(), "gureum_address": "server.web-1", "gureum_data": "false",
                    "gureum_user_data": hash,
                },
            })
        );
        assert_eq!(
            testing::json(&desired, "port.web-1"),
            serde_json::json!({
                "name": "shop-web-1", "description": environment.mark(), "admin_state_up": true,
                "network_id": id("network.web"),
                "fixed_ips": [{"subnet_id": id("subnet.web"), "ip_address": "10.10.1.11"}],
                "security_groups": [id("group.web")],
            })
        );
        assert_eq!(
            testing::json(&desired, "server-group.web"),
            serde_json::json!({
                "name": format!("shop-web-{}", environment.id()), "policy": "soft-anti-affinity",
            })
        );
        assert!(testing::json(&desired, "server.kv-1").get("server_group").is_none());
    }

    #[test]
    fn a_server_without_components_has_no_first_boot_no_data_and_nothing_that_is_waited_for() {
        let mut world = testing::shop();
        world.blueprint.tiers[3].service = crate::blueprint::Service::Named("kafka".into());
        let desired = world.desired();
        assert_eq!(testing::boot(&desired, "server.db-1"), serde_json::json!({}));
        // Its tier bears data, and has no component that could hold any.
        assert!(!desired.resources[&Address::new("server", "db-1")].bears_data);
        assert_eq!(testing::json(&desired, "server.db-1")["metadata"]["gureum_data"], "false");
        assert!(!testing::addresses(&desired, &["ready"]).contains(&"server.db-1/ready".to_owned()));
        world.inputs.settings.ssh_key = Some("ssh-ed25519 AAAA \"me\"".into());
        let keys = testing::boot(&world.desired(), "server.db-1");
        assert_eq!(keys, serde_json::json!({"ssh_authorized_keys": ["ssh-ed25519 AAAA \"me\""]}));
    }

    #[test]
    fn first_boot_reports_to_the_signals_container_and_is_waited_for() {
        let world = testing::shop();
        let desired = world.desired();
        let web = testing::boot(&desired, "server.web-2");
        let last = web["runcmd"].as_array().expect("commands").last().expect("one").clone();
        assert_eq!(last, serde_json::json!(["systemctl", "start", "--no-block", "gureum-first-boot.service"]));
        let url = SignedUrl { container: signals(), object: "web-2".into(), method: UrlMethod::Put, of: None };
        assert!(testing::pieces(&desired, "server.web-2").contains(&Piece::SignedUrl(url)));
        let container = testing::json(&desired, "container.signals");
        assert_eq!(container["temp_url_key"], serde_json::json!({"$secret": "signals.key"}));
        assert!(!desired.resources[&signals()].bears_data);
        assert!(desired.secrets.contains_key(&crate::model::SecretName("signals.key".into())));
        let ready = testing::json(&desired, "server.web-2/ready");
        assert_eq!(ready["server_id"], serde_json::json!({"$output": "server.web-2", "field": "id"}));
        assert_eq!(ready["server"], "web-2");
        assert!(ready["limit_s"].as_i64().is_some_and(|limit| limit >= 60));
    }

    #[test]
    fn without_an_object_store_the_console_is_signed_and_until_active_nobody_waits() {
        let mut world = testing::shop();
        world.facts.services.remove(&crate::kind::Service::ObjectStore);
        world.blueprint.storage.clear();
        let desired = world.desired();
        let key = crate::model::SecretName("signals.key".into());
        assert!(testing::pieces(&desired, "server.web-1").contains(&Piece::Secret(key.clone())));
        let metadata = testing::json(&desired, "server.web-1")["metadata"].take();
        assert_eq!(metadata["gureum_secret_signals.key"], serde_json::json!({"$fingerprint": "signals.key"}));
        assert!(!desired.resources.contains_key(&signals()));
        assert!(testing::addresses(&desired, &["ready"]).contains(&"server.web-1/ready".to_owned()));

        world.inputs.until = Some(crate::blueprint::Goal::Active);
        let desired = world.desired();
        assert!(testing::addresses(&desired, &["ready"]).is_empty());
        assert!(
            testing::pieces(&desired, "server.web-1").contains(&Piece::Secret(key)),
            "somebody may wait for it later"
        );
        let until = desired.limitations.iter().find(|one| one.of == "until").expect("it is said");
        assert_eq!(until.text.message.id, m::UNTIL_ACTIVE.id);
    }

    #[test]
    fn settings_reach_the_server() {
        let mut world = testing::shop();
        world.inputs.settings.availability_zone = Some("nova".into());
        world.inputs.settings.config_drive = Some(false);
        let server = testing::json(&world.desired(), "server.web-1");
        assert_eq!((&server["availability_zone"], &server["config_drive"]), (&"nova".into(), &false.into()));
    }

    #[test]
    fn addresses_do_not_depend_on_counts() {
        let mut world = testing::shop();
        let before = testing::json(&world.desired(), "port.gw-1");
        for tier in ["web", "was"] {
            let count = crate::blueprint::TierInputs { count: Some(6), ..Default::default() };
            world.inputs.tiers.insert(tier.into(), count);
        }
        let desired = world.desired();
        assert_eq!(testing::json(&desired, "port.gw-1"), before);
        assert_eq!(testing::json(&desired, "port.web-6")["fixed_ips"][0]["ip_address"], "10.10.1.16");
    }

    #[test]
    fn servers_of_a_public_tier_have_floating_addresses_and_the_first_is_the_entry() {
        let mut world = testing::shop();
        world.blueprint.balancers.clear();
        world.blueprint.links.remove(0);
        world.blueprint.links.remove(0);
        world.blueprint.wants.clear();
        world.blueprint.tiers[0].public = true;
        let desired = world.desired();
        assert_eq!(testing::addresses(&desired, &["floating-ip"]), ["floating-ip.web-1", "floating-ip.web-2"]);
        assert_eq!(desired.entry.expect("an entry").address.as_str(), "floating-ip.web-1");
    }
}
