//! Servers over time: states, ports, actions.

use serde_json::{Value as Json, json};

use super::{Client, IMAGE, MEDIUM, SMALL, message};

#[test]
fn a_server_is_build_until_its_time_has_come() {
    let mut client = Client::new(1.0);
    let id = client.made(&json!({}));
    let path = format!("/v2.1/servers/{id}");
    let seen = client.get(&path).1["server"].clone();
    assert_eq!(
        (&seen["status"], &seen["OS-EXT-STS:task_state"], &seen["hostId"]),
        (&json!("BUILD"), &json!("scheduling"), &json!(""))
    );
    assert_eq!(client.act(&id, &json!({"os-stop": null})).0, 409);
    client.now += 1700;
    let seen = client.get(&path).1["server"].clone();
    assert_eq!((&seen["status"], &seen["OS-EXT-STS:power_state"]), (&json!("ACTIVE"), &json!(1)));
    assert_eq!(seen["OS-SRV-USG:launched_at"], "2025-11-24T16:00:01.000000");
    assert_eq!(client.send(0, "2.93", "DELETE", &path, &Json::Null).0, 204);
    let seen = client.get(&path).1["server"].clone();
    assert_eq!((&seen["status"], &seen["OS-EXT-STS:task_state"]), (&json!("ACTIVE"), &json!("deleting")));
    client.now += 550;
    let (status, answer) = client.get(&path);
    assert_eq!((status, message(&answer)), (404, format!("Instance {id} could not be found.")));
    assert_eq!(client.get("/v2.1/limits").1["limits"]["absolute"]["totalInstancesUsed"], 0);
}

#[test]
fn fields_follow_the_microversion() {
    let mut client = Client::new(0.0);
    let id = client.made(&json!({"description": "d", "tags": ["t", "t"]}));
    let path = format!("/v2.1/servers/{id}");
    let old = client.send(0, "2.1", "GET", &path, &Json::Null).1["server"].clone();
    assert_eq!(old["flavor"]["id"], SMALL);
    for name in ["locked", "description", "tags", "server_groups", "OS-EXT-SRV-ATTR:host"] {
        assert!(old.get(name).is_none(), "{name}");
    }
    let new = client.get(&path).1["server"].clone();
    assert_eq!(new["flavor"]["original_name"], "small");
    assert_eq!((&new["locked"], &new["description"], &new["tags"]), (&json!(false), &json!("d"), &json!(["t"])));
    assert_eq!(new["server_groups"], json!([]));
    let seen = client.send(1, "2.93", "GET", &path, &Json::Null).1["server"].clone();
    assert_eq!(seen["OS-EXT-SRV-ATTR:host"], "embedded");
    let (status, answer) = client.send(0, "2.25", "GET", &format!("{path}/tags"), &Json::Null);
    assert_eq!((status, message(&answer)), (404, "The resource could not be found.".to_owned()));
}

#[test]
fn ports_are_made_bound_and_given_back() {
    let mut client = Client::new(0.0);
    let port = client.port.clone();
    let network = client.network.clone();
    let id = client.made(&json!({"networks": [{"port": port}, {"uuid": network}]}));
    let path = format!("/v2.1/servers/{id}");
    let addresses = client.get(&path).1["server"]["addresses"]["net"].clone();
    assert_eq!((&addresses[0]["addr"], addresses.as_array().map(Vec::len)), (&json!("10.0.0.9"), Some(2)));
    let (status, answer) = client.server(&json!({"networks": [{"port": port}]}));
    assert_eq!((status, message(&answer)), (409, format!("Port {port} is still in use.")));
    let (status, answer) = client.server(&json!({"networks": [{"uuid": network, "fixed_ip": "10.0.0.9"}]}));
    assert_eq!(
        (status, message(&answer)),
        (400, format!("Fixed IP address 10.0.0.9 is already in use on instance {id}."))
    );
    let held = client.get(&format!("{path}/os-interface")).1["interfaceAttachments"].clone();
    let made = held[1]["port_id"].as_str().expect("an id").to_owned();
    client.send(0, "2.93", "DELETE", &path, &Json::Null);
    assert!(client.cloud.world.get("ports", &made).is_none());
    assert_eq!(client.cloud.world.get("ports", &port).expect("kept")["device_id"], "");
}

#[test]
fn a_wrong_address_ends_in_error_with_its_reason() {
    let mut client = Client::new(0.0);
    let network = client.network.clone();
    let id = client.made(&json!({"networks": [{"uuid": network, "fixed_ip": "10.9.9.9"}]}));
    let seen = client.get(&format!("/v2.1/servers/{id}")).1["server"].clone();
    assert_eq!(seen["status"], "ERROR");
    assert_eq!(
        seen["fault"]["message"],
        format!(
            "Build of instance {id} aborted: Invalid input received: Fixed IP 10.9.9.9 is not a valid ip address for network {network}."
        )
    );
}

#[test]
fn interfaces_come_and_go() {
    let mut client = Client::new(0.0);
    let port = client.port.clone();
    let network = client.network.clone();
    let id = client.made(&json!({}));
    let path = format!("/v2.1/servers/{id}/os-interface");
    let (status, answer) = client.post(&path, &json!({"interfaceAttachment": {"port_id": port, "net_id": network}}));
    assert_eq!((status, message(&answer).as_str()), (400, "Must not input both network_id and port_id"));
    let (status, answer) = client.post(&path, &json!({"interfaceAttachment": {"port_id": port}}));
    assert_eq!((status, &answer["interfaceAttachment"]["port_id"]), (200, &json!(port)));
    assert_eq!(client.send(0, "2.1", "DELETE", &format!("{path}/{port}"), &Json::Null).0, 202);
    assert_eq!(client.get(&path).1["interfaceAttachments"], json!([]));
    assert_eq!(client.send(0, "2.1", "DELETE", &format!("{path}/{SMALL}"), &Json::Null).0, 202);
}

#[test]
fn actions_follow_the_state() {
    let mut client = Client::new(0.0);
    let id = client.made(&json!({}));
    let status = |client: &mut Client| client.get(&format!("/v2.1/servers/{id}")).1["server"]["status"].clone();
    let words = format!("Cannot 'start' instance {id} while it is in vm_state active");
    assert_eq!(client.act(&id, &json!({"os-start": null})), (409, words));
    assert_eq!(client.act(&id, &json!({"lock": null})).0, 202);
    assert_eq!(client.act(&id, &json!({"os-stop": null})), (409, format!("Instance {id} is locked")));
    client.act(&id, &json!({"unlock": null}));
    assert_eq!(client.act(&id, &json!({"os-stop": null})).0, 202);
    assert_eq!(status(&mut client), "SHUTOFF");
    assert_eq!(client.act(&id, &json!({"os-start": null})).0, 202);
    let words = "When resizing, instances must change flavor!".to_owned();
    assert_eq!(client.act(&id, &json!({"resize": {"flavorRef": SMALL}})), (400, words));
    assert_eq!(client.act(&id, &json!({"resize": {"flavorRef": MEDIUM}})).0, 202);
    assert_eq!(status(&mut client), "VERIFY_RESIZE");
    assert_eq!(client.act(&id, &json!({"revertResize": null})).0, 202);
    assert_eq!(client.get(&format!("/v2.1/servers/{id}")).1["server"]["flavor"]["original_name"], "small");
    client.act(&id, &json!({"resize": {"flavorRef": MEDIUM}}));
    assert_eq!(client.act(&id, &json!({"confirmResize": null})).0, 204);
    let seen = client.get(&format!("/v2.1/servers/{id}")).1["server"].clone();
    assert_eq!((&seen["status"], &seen["flavor"]["original_name"]), (&json!("ACTIVE"), &json!("medium")));
    assert_eq!(client.get("/v2.1/limits").1["limits"]["absolute"]["totalCoresUsed"], 2);
    let (_, answer) =
        client.post(&format!("/v2.1/servers/{id}/action"), &json!({"os-getConsoleOutput": {"length": 1}}));
    assert_eq!(answer["output"], "LAST LINE");
    let (status, answer) = client.post(&format!("/v2.1/servers/{id}/action"), &json!({"createImage": {"name": "i"}}));
    assert_eq!((status, answer["image_id"].is_string()), (202, true));
    assert_eq!(client.act(&id, &json!({"bogus": null})), (400, "There is no such action: bogus".to_owned()));
}

#[test]
fn metadata_and_tags_item_by_item() {
    let mut client = Client::new(0.0);
    let id = client.made(&json!({"metadata": {"a": "1"}}));
    let path = format!("/v2.1/servers/{id}");
    let (_, answer) = client.post(&format!("{path}/metadata"), &json!({"metadata": {"b": "2"}}));
    assert_eq!(answer, json!({"metadata": {"a": "1", "b": "2"}}));
    let (_, answer) = client.send(0, "2.1", "PUT", &format!("{path}/metadata/a"), &json!({"meta": {"x": "d"}}));
    assert_eq!(message(&answer), "Request body and URI mismatch");
    assert_eq!(client.send(0, "2.1", "DELETE", &format!("{path}/metadata/a"), &Json::Null).0, 204);
    assert_eq!(client.get(&format!("{path}/metadata/a")).0, 404);
    assert_eq!(client.send(0, "2.93", "PUT", &format!("{path}/tags/t"), &Json::Null).0, 201);
    assert_eq!(client.send(0, "2.93", "PUT", &format!("{path}/tags/t"), &Json::Null).0, 204);
    assert_eq!(client.get(&format!("{path}/tags/t")).0, 204);
    assert_eq!(client.send(0, "2.93", "DELETE", &format!("{path}/tags/u"), &Json::Null).0, 404);
}

#[test]
fn one_host_takes_one_server_of_an_anti_affine_group() {
    let mut client = Client::new(0.0);
    let port = client.port.clone();
    let group = json!({"server_group": {"name": "g", "policy": "anti-affinity"}});
    let group = client.post("/v2.1/os-server-groups", &group).1["server_group"]["id"].clone();
    let body = json!({"server": {"name": "m", "flavorRef": SMALL, "imageRef": IMAGE, "networks": [{"port": port}]},
        "os:scheduler_hints": {"group": group}});
    let mut other = body.clone();
    other["server"]["networks"] = json!("none");
    assert_eq!(client.post("/v2.1/servers", &other).0, 202);
    let id = client.post("/v2.1/servers", &body).1["server"]["id"].as_str().expect("an id").to_owned();
    let seen = client.get(&format!("/v2.1/servers/{id}")).1["server"].clone();
    assert_eq!(seen["status"], "ERROR");
    assert_eq!(seen["fault"]["message"], "No valid host was found. There are not enough hosts available.");
    assert_eq!(client.cloud.world.get("ports", &port).expect("kept")["device_id"], "");
    assert_eq!(client.act(&id, &json!({"os-start": null})), (409, format!("Instance {id} is not ready")));
    let words = format!("Instance {id} is in an invalid state for 'reboot'");
    assert_eq!(client.act(&id, &json!({"reboot": {"type": "HARD"}})), (409, words));
    assert_eq!(client.send(0, "2.1", "DELETE", &format!("/v2.1/servers/{id}"), &Json::Null).0, 204);
}
