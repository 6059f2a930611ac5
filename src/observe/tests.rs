//! Observation of a cloud that ignores every filter, and of one whose resources were changed by hand.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::*;
use crate::cloud::scripted::{Recorded, Reply};
use crate::driver::testing::{cloud, shop};
use crate::event::KnownId;
use crate::kind::{Kind, Quota};
use crate::model::{Address, Secrets, Service};
use crate::snapshot::{Checked, QuotaFact};

/// Everything there is by collection: ours, and a stranger's with names and descriptions like ours.
fn everything() -> BTreeMap<&'static str, Json> {
    let mark = shop().mark();
    let (tag, id) = (shop().tag(), shop().id());
    let both = |ours: Json, theirs: Json| {
        let shaped = |id: &str, description: &str, more: Json| {
            let mut item = json!({"id": id, "description": description, "name": "shop-web"});
            item.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            item
        };
        json!([shaped("theirs", &format!("{mark}0"), theirs), shaped("ours", &mark, ours)])
    };
    let metadata = |mark: &str| json!({"metadata": {"gureum": mark, "gureum_address": "server.web"}, "tags": [tag]});
    let below = json!({"loadbalancers": [{"id": "balancer"}]});
    let interface = |router: &str, subnet: &str| {
        json!({"id": format!("{router}-{subnet}"), "name": "", "description": "", "device_id": router,
            "device_owner": "network:router_interface", "fixed_ips": [{"subnet_id": subnet}]})
    };
    let rule = |id: &str, group: &str| json!({"id": id, "security_group_id": group, "direction": "egress", "ethertype": "IPv4"});
    let mut ports = both(json!({"id": "port", "device_id": "server", "device_owner": "compute:nova"}), json!({}));
    let list = ports.as_array_mut().expect("a list");
    list.extend([interface("router", "subnet"), interface("theirs", "subnet")]);
    BTreeMap::from([
        ("networks", both(json!({"id": "network"}), json!({"router:external": true}))),
        ("subnets", both(json!({"id": "subnet"}), json!({}))),
        ("routers", both(json!({"id": "router", "name": "shop-main"}), json!({}))),
        ("security_groups", both(json!({"id": "group"}), json!({"description": ""}))),
        ("security_group_rules", json!([rule("rule", "group"), rule("theirs", "elsewhere")])),
        ("ports", ports),
        ("floatingips", both(json!({"id": "floating", "port_id": "port"}), json!({"port_id": "port"}))),
        ("loadbalancers", both(json!({"id": "balancer", "name": "shop-front"}), json!({}))),
        ("listeners", both(with(&below, "listener"), below.clone())),
        ("pools", both(with(&with(&below, "pool"), "pool"), below.clone())),
        ("members", json!([{"id": "member", "address": "10.0.0.1", "protocol_port": 80}])),
        ("servers", both(with(&metadata(&mark), "server"), metadata("gureum shop 00000000"))),
        (
            "server_groups",
            json!([{"id": "theirs", "name": "shop-web-00000000", "members": ["server"]}, {"id": "theirs", "name": format!("other-web-{id}")},
                {"id": "spread", "name": format!("shop-web-{id}"), "policy": "soft-anti-affinity", "members": ["x", "server"]}]),
        ),
        (
            "containers",
            json!([{"name": "shop-assets-00000000"}, {"name": format!("shop-assets-{id}")}, {"name": format!("other-a-{id}")}]),
        ),
        ("flavors", json!([])),
        ("images", json!([])),
    ])
}

fn with(item: &Json, id: &str) -> Json {
    let mut item = item.clone();
    item["id"] = json!(id);
    if id == "pool" {
        item["healthmonitor_id"] = json!("monitor");
    }
    item
}

/// Answers every list with everything, whatever the query says; `by_id` answers for single resources.
fn ignoring(
    everything: BTreeMap<&'static str, Json>,
    by_id: &'static [(&str, &str)],
) -> impl Fn(&Recorded) -> Reply + Send + Sync {
    move |asked: &Recorded| {
        let last = asked.path.rsplit('/').next().unwrap_or_default();
        let single = by_id.iter().find(|(path, _)| asked.path.ends_with(path));
        let collection = match last {
            "detail" => asked.path.rsplit('/').nth(1).unwrap_or_default().to_owned(),
            "os-server-groups" => "server_groups".into(),
            other => other.replace('-', "_"),
        };
        if let Some((_, body)) = single {
            Reply::json(200, &serde_json::from_str(&body.replace("MARK", &shop().mark())).expect("JSON"))
        } else if asked.path.contains("/object-store") {
            Reply::json(200, &everything["containers"])
        } else if let Some(items) = everything.get(collection.as_str()) {
            Reply::json(200, &json!({ (collection): items }))
        } else {
            Reply::json(404, &json!({"NeutronError": {"type": "NotFound", "message": "not found", "detail": ""}}))
        }
    }
}

const MONITOR: (&str, &str) =
    ("/healthmonitors/monitor", r#"{"healthmonitor": {"id": "monitor", "pools": [{"id": "pool"}]}}"#);

async fn look(cloud: &Cloud, known: &Known) -> BTreeMap<String, Option<String>> {
    let snapshot =
        observe(cloud, &shop(), "run-1", known, &Secrets::default(), Wanted::default()).await.expect("observed");
    let count = snapshot.resources.len();
    let shown: BTreeMap<_, _> = snapshot
        .resources
        .into_iter()
        .map(|resource| (resource.id, resource.address.map(|address| address.to_string())))
        .collect();
    assert_eq!(shown.len(), count, "nothing twice");
    shown
}

#[tokio::test]
async fn a_cloud_that_ignores_every_filter_shows_only_what_is_ours() {
    let (cloud, api) = cloud(ignoring(everything(), &[MONITOR])).await;
    let shown = look(&cloud, &Known::default()).await;
    let container = format!("shop-assets-{}", shop().id());
    let expected = [
        ("network", "network.web"),
        ("subnet", "subnet.web"),
        ("router", "router.main"),
        ("router-subnet", "router.main/interface.web"),
        ("group", "group.web"),
        ("rule", "group.web/rule.egress-ipv4-any"),
        ("port", "port.web"),
        ("floating", "floating-ip.web"),
        ("spread", "server-group.web"),
        ("server", "server.web"),
        ("balancer", "balancer.front"),
        ("listener", "balancer.front/listener.web"),
        ("pool", "balancer.front/pool.web"),
        ("member", "balancer.front/pool.web/member.10.0.0.1:80"),
        ("monitor", "balancer.front/pool.web/monitor"),
        (container.as_str(), "container.assets"),
    ];
    let expected: BTreeMap<_, _> =
        expected.into_iter().map(|(id, address)| (id.to_owned(), Some(address.to_owned()))).collect();
    assert_eq!(shown, expected);
    assert_eq!(api.lines().len(), 19, "with the token's, twenty: {:#?}", api.lines());
}

#[tokio::test]
async fn a_servers_ports_and_group_are_told_by_them() {
    let (cloud, _) = cloud(ignoring(everything(), &[MONITOR])).await;
    let snapshot = observe(&cloud, &shop(), "run-1", &Known::default(), &Secrets::default(), Wanted::default())
        .await
        .expect("observed");
    let server = snapshot.resources.iter().find(|resource| resource.kind == Kind::Server).expect("a server");
    let shown = serde_json::to_value(&server.properties).expect("serialises");
    assert_eq!(shown["networks"], json!([{"port": "port"}]));
    assert_eq!(shown["server_group"], json!("spread"));
    assert_eq!(snapshot.facts.external_networks.len(), 1);
    let sorted = snapshot.resources.windows(2).all(|pair| pair[0].kind <= pair[1].kind);
    assert!(sorted && snapshot.format == FORMAT);
}

fn known(items: &[(&str, &str)]) -> Known {
    let ids = items.iter().map(|(address, id)| {
        let address = Address::parse(address).expect("an address");
        let kind = Kind::of(&address).expect("a kind");
        (address, KnownId { kind, id: (*id).to_owned() })
    });
    Known { ids: ids.collect(), ..Known::default() }
}

#[tokio::test]
async fn what_was_changed_by_hand_keeps_the_journals_address() {
    let mut changed = everything();
    // The network and the balancer renamed, the subnet and the pool stripped of their marks, the floating IP taken from its port.
    changed.get_mut("networks").expect("there")[1]["name"] = json!("renamed");
    changed.get_mut("loadbalancers").expect("there")[1]["name"] = json!("shop-other");
    changed.insert("subnets", json!([]));
    changed.insert("pools", json!([]));
    changed.get_mut("floatingips").expect("there")[1]["port_id"] = Json::Null;
    let by_id = &[
        MONITOR,
        ("/subnets/subnet", r#"{"subnet": {"id": "subnet", "name": "x", "description": ""}}"#),
        (
            "/pools/pool",
            r#"{"pool": {"id": "pool", "name": "x", "healthmonitor_id": "monitor", "loadbalancers": [{"id": "balancer"}]}}"#,
        ),
    ];
    let (cloud, _) = cloud(ignoring(changed, by_id)).await;
    let journal = known(&[
        ("network.web", "network"),
        ("network.gone", "gone"),
        ("subnet.web", "subnet"),
        ("balancer.front", "balancer"),
        ("balancer.front/pool.http", "pool"),
        ("balancer.front/pool.http/member.10.0.0.9:80", "no-member"),
        ("balancer.gone/pool.http/member.10.0.0.9:80", "no-pool"),
    ]);
    let shown = look(&cloud, &journal).await;
    let address = |id: &str| shown[id].as_deref();
    assert_eq!(address("network"), Some("network.web"));
    assert_eq!(address("subnet"), Some("subnet.web"));
    assert_eq!(address("router-subnet"), Some("router.main/interface.web"));
    assert_eq!(address("listener"), Some("balancer.front/listener.web"));
    assert_eq!(address("pool"), Some("balancer.front/pool.http"));
    assert_eq!(address("member"), Some("balancer.front/pool.http/member.10.0.0.1:80"));
    assert_eq!(address("monitor"), Some("balancer.front/pool.http/monitor"));
    assert_eq!(address("floating"), None, "its key is its port");
    assert_eq!(shown.len(), 16, "nothing that is gone: {shown:?}");
}

#[tokio::test]
async fn quotas_that_a_role_may_not_see_are_no_failure() {
    let (cloud, api) = cloud(|asked| {
        let path = asked.path.as_str();
        if path.ends_with("/limits") {
            return Reply::json(403, &json!({"forbidden": {"code": 403, "message": "Policy doesn't allow it"}}));
        }
        if path.contains("/lbaas/quotas/") {
            return Reply::json(
                200,
                &json!({"quota": {"load_balancer": 5, "listener": -1, "pool": -1, "member": 50, "health_monitor": -1}}),
            );
        }
        let all = everything();
        let collection = path.rsplit('/').next().unwrap_or_default();
        match all.get(collection) {
            Some(_) if collection == "pools" => {
                Reply::json(200, &json!({"pools": [{"id": "a", "members": [{}, {}]}, {"id": "b"}]}))
            }
            Some(items) => Reply::json(200, &json!({ (collection): items })),
            None => Reply::json(200, &json!({"quota": {"network": {"limit": 10, "used": 2, "reserved": 1}}})),
        }
    })
    .await;
    let facts = snapshot_of(&cloud);
    let quotas = quotas(&cloud, &facts).await.expect("answers");
    assert!(
        matches!(&quotas[&Quota::Cores], Checked::NotChecked(why) if why.contains("compute") && why.contains("403"))
    );
    assert!(matches!(&quotas[&Quota::Port], Checked::NotChecked(_)), "not told");
    assert_eq!(quotas[&Quota::Network], Checked::Known(QuotaFact { limit: 10, used: 3 }));
    assert_eq!(quotas[&Quota::LoadBalancer], Checked::Known(QuotaFact { limit: 5, used: 2 }));
    assert_eq!(quotas[&Quota::Member], Checked::Known(QuotaFact { limit: 50, used: 2 }));
    assert_eq!(quotas[&Quota::Listener], Checked::Known(QuotaFact { limit: -1, used: 0 }));
    assert!(!api.lines().iter().any(|line| line.ends_with("/listeners")), "what is unlimited is not counted");
}

/// An empty snapshot of this cloud.
fn snapshot_of(cloud: &Cloud) -> Snapshot {
    let facts = crate::snapshot::CloudFacts {
        services: cloud.services(),
        flavors: Vec::new(),
        images: Vec::new(),
        external_networks: Vec::new(),
        quotas: BTreeMap::new(),
        availability_zones: Checked::NotChecked(String::new()),
    };
    assert!(facts.services.contains(&Service::LoadBalancer));
    Snapshot { format: FORMAT, environment: shop(), facts, resources: Vec::new() }
}
