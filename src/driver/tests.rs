//! What drivers make of refusals, and of answers that do not show what is waited for.

use serde_json::{Value as Json, json};

use super::testing::{cloud, scope, shop, wanted};
use super::*;
use crate::cloud::Method;
use crate::cloud::scripted::Reply;
use crate::snapshot::Status;

#[test]
fn every_kind_has_one_driver() {
    for kind in Kind::EVERY {
        assert_eq!(of(kind).kind(), kind);
    }
    assert_eq!(table().len(), Kind::EVERY.len());
}

fn refusal(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!({"NeutronError": {"type": code, "message": message, "detail": ""}}))
}

fn port(id: &str, local: &str, address: &str, description: &str) -> Json {
    json!({"id": id, "name": format!("shop-{local}"), "description": description, "network_id": "n",
        "fixed_ips": [{"subnet_id": "s", "ip_address": address}], "device_id": "", "device_owner": ""})
}

fn taken_address() -> Reply {
    refusal(409, "IpAddressAlreadyAllocated", "IP address 10.0.0.1 already allocated in subnet s")
}

#[tokio::test]
async fn ports_that_exist_are_taken_up_and_the_rest_is_made() {
    let environment = shop();
    let mark = environment.mark();
    let (first, second) = (port("p1", "web-1", "10.0.0.1", &mark), port("p2", "web-2", "10.0.0.2", &mark));
    let items = [wanted("port.web-1", &first), wanted("port.web-2", &second)];
    let (cloud, api) = cloud(move |asked| {
        let by_mark = asked.query.iter().any(|(name, _)| name == "description");
        match (asked.request.method, asked.body.get("ports").is_some()) {
            (Method::Post, true) => taken_address(),
            (Method::Post, false) => Reply::json(201, &json!({"port": second})),
            _ if by_mark => Reply::json(200, &json!({"ports": [first]})),
            _ => Reply::json(200, &json!({"ports": []})),
        }
    })
    .await;
    let created = of(Kind::Port).create(&cloud, scope(&environment, &[]), &items).await.expect("both");
    let shown: Vec<_> = created.iter().map(|one| (one.address.as_str(), one.id.as_str(), one.adopted)).collect();
    assert_eq!(shown, [("port.web-1", "p1", true), ("port.web-2", "p2", false)]);
    assert_eq!(api.lines().len(), 4, "{:?}", api.lines());
}

#[tokio::test]
async fn a_strangers_port_on_our_address_is_a_refusal() {
    let environment = shop();
    let strangers = port("x", "other", "10.0.0.1", "gureum shop 00000000");
    let item = wanted("port.web-1", &port("p1", "web-1", "10.0.0.1", &environment.mark()));
    let (cloud, _) = cloud(move |asked| match asked.request.method {
        Method::Post => taken_address(),
        _ => Reply::json(200, &json!({"ports": [strangers]})),
    })
    .await;
    let error = of(Kind::Port).create(&cloud, scope(&environment, &[]), &[item]).await.expect_err("taken");
    assert!(error.to_string().contains("already allocated"), "{error}");
}

#[tokio::test]
async fn rules_that_exist_are_taken_up_and_the_rest_goes_one_by_one() {
    let environment = shop();
    let rule = |id: &str, port: u16| {
        json!({"id": id, "security_group_id": "g", "direction": "ingress", "ethertype": "IPv4", "protocol": "tcp",
            "port_range_min": port, "port_range_max": port, "remote_ip_prefix": null, "remote_group_id": null})
    };
    let items = [80, 81, 82].map(|port| wanted(&format!("group.web/rule.{port}"), &rule("", port)));
    let (cloud, api) = cloud(move |asked| match asked.body["security_group_rules"].as_array().map(Vec::as_slice) {
        Some([one]) => {
            let port = one["port_range_min"].as_u64().and_then(|port| u16::try_from(port).ok()).unwrap_or_default();
            Reply::json(201, &json!({"security_group_rules": [rule(&format!("new-{port}"), port)]}))
        }
        Some(_) => refusal(409, "SecurityGroupRuleExists", "Security group rule already exists. Rule id is old."),
        None => Reply::json(200, &json!({"security_group_rules": [rule("old", 81)]})),
    })
    .await;
    let created = of(Kind::SecurityGroupRule).create(&cloud, scope(&environment, &[]), &items).await.expect("all");
    let shown: Vec<_> = created.iter().map(|one| (one.id.as_str(), one.adopted)).collect();
    assert_eq!(shown, [("new-80", false), ("old", true), ("new-82", false)]);
    assert_eq!(api.lines().len(), 4);
}

#[tokio::test]
async fn an_interface_that_exists_is_taken_up_and_one_that_is_gone_is_gone() {
    let environment = shop();
    let message = "Bad router request: Router already has a port on subnet s.";
    let (cloud, _) = cloud(move |asked| {
        if asked.path.ends_with("/add_router_interface") {
            refusal(400, "BadRequest", message)
        } else if asked.path.ends_with("/remove_router_interface") {
            refusal(404, "RouterInterfaceNotFoundForSubnet", "Router r has no interface on subnet s")
        } else {
            Reply::json(
                200,
                &json!({"ports": [{"id": "p", "device_id": "r", "device_owner": "network:router_interface",
                "fixed_ips": [{"subnet_id": "s", "ip_address": "10.0.0.1"}]}]}),
            )
        }
    })
    .await;
    let driver = of(Kind::RouterInterface);
    let item = wanted("router.main/interface.web", &json!({"router_id": "r", "subnet_id": "s"}));
    let created = driver.create(&cloud, scope(&environment, &[]), std::slice::from_ref(&item)).await.expect("adopted");
    assert_eq!((created[0].id.as_str(), created[0].adopted), ("p", true));
    let other = wanted("router.main/interface.was", &json!({"router_id": "r", "subnet_id": "t"}));
    let error = driver.create(&cloud, scope(&environment, &[]), &[other]).await.expect_err("not that one");
    assert!(error.to_string().contains("already has a port"), "{error}");
    let gone = driver.delete(&cloud, scope(&environment, &[]), "p", &item.properties).await;
    assert_eq!(gone, Ok(Gone::Now));
}

fn server(environment: &crate::model::EnvironmentKey, status: &str) -> Json {
    json!({"id": "s1", "name": "shop-web-1", "status": status, "tags": [environment.tag()],
        "metadata": {"gureum": environment.mark(), "gureum_address": "server.web-1", "gureum_data": "false"}})
}

#[tokio::test]
async fn a_server_on_our_port_is_taken_up_unless_it_failed() {
    let environment = shop();
    for (status, adopted) in [("ACTIVE", true), ("BUILD", true), ("ERROR", false)] {
        let shown = server(&environment, status);
        let (cloud, _) = cloud(move |asked| match asked.request.method {
            Method::Post => {
                let fault = json!({"conflictingRequest": {"code": 409, "message": "Port p is still in use."}});
                Reply::json(409, &fault)
            }
            _ => Reply::json(200, &json!({"servers": [shown]})),
        })
        .await;
        let item = wanted("server.web-1", &json!({"name": "shop-web-1"}));
        let created = of(Kind::Server).create(&cloud, scope(&environment, &[]), &[item]).await;
        assert_eq!(created.is_ok_and(|created| created[0].adopted && created[0].id == "s1"), adopted, "{status}");
    }
}

fn waiting(address: &str, id: &str, lane: Option<&str>, properties: &Json) -> Waiting {
    let item = wanted(address, properties);
    let kind = Kind::of(&item.address).expect("a kind");
    let lane_id = lane.map(str::to_owned);
    Waiting { address: item.address, kind, id: id.into(), lane_id, properties: item.properties }
}

#[tokio::test]
async fn a_server_that_lost_its_tag_is_not_gone() {
    let environment = shop();
    let shown = server(&environment, "ACTIVE");
    let other = json!({"id": "s9", "status": "BUILD", "metadata": {"gureum": environment.mark(), "gureum_address": "server.web-9"}});
    let (cloud, _) = cloud(move |asked| {
        if asked.path.ends_with("/servers/detail") {
            Reply::json(200, &json!({"servers": [other]}))
        } else if asked.path.ends_with("/servers/s1") {
            Reply::json(200, &json!({"server": shown}))
        } else {
            Reply::json(404, &json!({"itemNotFound": {"code": 404, "message": "Instance s2 could not be found."}}))
        }
    })
    .await;
    let asked = [waiting("server.web-1", "s1", None, &json!({})), waiting("server.web-2", "s2", None, &json!({}))];
    let (progress, others) =
        of(Kind::Server).progress(&cloud, scope(&environment, &[]), &asked).await.expect("an answer");
    assert!(matches!(progress[&asked[0].address], Progress::There(Status::Ready, _)));
    assert_eq!(progress[&asked[1].address], Progress::Gone);
    assert_eq!(others.iter().map(|other| other.id.as_str()).collect::<Vec<_>>(), ["s9"], "somebody else's doing");
}

#[tokio::test]
async fn a_failed_server_is_asked_for_its_reason() {
    let environment = shop();
    let (listed, mut whole) = (server(&environment, "ERROR"), server(&environment, "ERROR"));
    whole["fault"] = json!({"code": 500, "message": "No valid host was found."});
    let (cloud, _) = cloud(move |asked| {
        if asked.path.ends_with("/servers/detail") {
            Reply::json(200, &json!({"servers": [listed]}))
        } else {
            Reply::json(200, &json!({"server": whole}))
        }
    })
    .await;
    let asked = [waiting("server.web-1", "s1", None, &json!({}))];
    let (progress, others) =
        of(Kind::Server).progress(&cloud, scope(&environment, &[]), &asked).await.expect("an answer");
    let Progress::There(status, _) = &progress[&asked[0].address] else { panic!("it is there: {progress:?}") };
    assert_eq!(*status, Status::Failed("No valid host was found.".into()));
    assert!(others.is_empty());
}

/// The lab's tree: a pool that no listener uses is not in it.
fn tree(state: &str) -> Json {
    json!({"statuses": {"loadbalancer": {"id": "lb", "provisioning_status": state, "listeners": [{"id": "ls",
        "provisioning_status": "ACTIVE", "pools": []}]}}})
}

#[tokio::test]
async fn what_is_below_a_balancer_has_settled_when_both_have() {
    let asked = [
        waiting("balancer.front/listener.http", "ls", Some("lb"), &json!({})),
        waiting("balancer.front/pool.http", "pool", Some("lb"), &json!({})),
        waiting("balancer.front/pool.http/member.10.0.0.1:80", "m", Some("lb"), &json!({"pool_id": "pool"})),
    ];
    let look = async |state: &'static str| {
        let (cloud, api) = cloud(move |asked| match asked.path.rsplit('/').next() {
            Some("status") => Reply::json(200, &tree(state)),
            Some("pool") => Reply::json(200, &json!({"pool": {"id": "pool", "provisioning_status": "ACTIVE"}})),
            _ => Reply::json(404, &json!({"faultcode": "Client", "faultstring": "Member m not found."})),
        })
        .await;
        let (progress, _) = of(Kind::Pool).progress(&cloud, scope(&shop(), &[]), &asked).await.expect("an answer");
        (asked.clone().map(|one| progress[&one.address].clone()), api.lines().len())
    };
    let there = |status: Status| Progress::There(status, std::collections::BTreeMap::new());
    let pending = || there(Status::Pending("PENDING_UPDATE".into()));
    assert_eq!(look("PENDING_UPDATE").await, ([pending(), pending(), pending()], 1));
    assert_eq!(look("ACTIVE").await, ([there(Status::Ready), there(Status::Ready), Progress::Gone], 3));
    let (failed, _) = look("ERROR").await;
    assert!(failed.iter().all(|one| matches!(one, Progress::There(Status::Failed(_), _))), "{failed:?}");
}

#[tokio::test]
async fn with_their_balancer_all_below_it_are_gone() {
    let (cloud, _) = cloud(|_| Reply::json(404, &json!({"faultcode": "Client", "faultstring": "not found"}))).await;
    let environment = shop();
    let asked =
        [waiting("balancer.front", "lb", None, &json!({})), waiting("balancer.front/pool.http", "p", None, &json!({}))];
    let (progress, _) =
        of(Kind::LoadBalancer).progress(&cloud, scope(&environment, &[]), &asked).await.expect("an answer");
    assert!(progress.values().all(|one| *one == Progress::Gone));
}

#[tokio::test]
async fn a_full_container_is_emptied_and_deleted() {
    let left = std::sync::Mutex::new(vec!["a b", "c/d"]);
    let (cloud, api) = cloud(move |asked| {
        let mut left = left.lock().expect("not poisoned");
        let object = asked.path.rsplit_once("/shop-assets-1/").map(|(_, object)| object.replace("%20", " "));
        match (asked.request.method, object) {
            (Method::Delete, Some(object)) => {
                left.retain(|known| *known != object);
                Reply::empty(204)
            }
            (Method::Delete, None) if !left.is_empty() => Reply::empty(409),
            (Method::Delete, None) => Reply::empty(204),
            _ => Reply::json(200, &left.iter().map(|name| json!({"name": name})).collect()),
        }
    })
    .await;
    let environment = shop();
    let driver = of(Kind::Container);
    let gone = driver.delete(&cloud, scope(&environment, &[]), "shop-assets-1", &crate::model::Properties::new()).await;
    assert_eq!(gone, Ok(Gone::Now));
    assert_eq!(api.lines().len(), 5, "{:?}", api.lines());
}

#[tokio::test]
async fn a_balancer_that_is_being_deleted_is_waited_for() {
    let environment = shop();
    let message = "Invalid state PENDING_DELETE of loadbalancer resource lb";
    let (cloud, api) = cloud(move |_| Reply::json(409, &json!({"faultcode": "Client", "faultstring": message}))).await;
    let driver = of(Kind::LoadBalancer);
    let gone = driver.delete(&cloud, scope(&environment, &[]), "lb", &crate::model::Properties::new()).await;
    assert_eq!(gone, Ok(Gone::Later));
    assert!(api.requests().iter().any(|asked| asked.query == [("cascade".to_owned(), "true".to_owned())]));
}
