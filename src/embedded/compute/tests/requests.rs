//! Versions, refusals, lists, and what is around the servers.

use serde_json::{Value as Json, json};

use super::{Client, IMAGE, PROJECT, SMALL, message};

#[test]
fn versions_are_named_and_refused() {
    let mut client = Client::new(0.0);
    let (status, answer) = client.send(0, "2.94", "GET", "/v2.1/servers", &Json::Null);
    assert_eq!((status, answer["computeFault"]["code"].as_u64()), (406, Some(406)));
    assert_eq!(message(&answer), "Version 2.94 is not supported by the API. Minimum is 2.1 and maximum is 2.93.");
    let (status, answer) = client.send(0, "abc", "GET", "/v2.1/servers", &Json::Null);
    assert_eq!(status, 400);
    assert_eq!(message(&answer), "API Version String abc is of invalid format. Must be of format MajorNum.MinorNum.");
    client.send(0, "latest", "GET", "/v2.1/servers", &Json::Null);
    assert!(client.headers.iter().any(|(name, value)| name == "OpenStack-API-Version" && value == "compute 2.93"));
    let (_, answer) = client.send(0, "2.1", "GET", "/", &Json::Null);
    assert_eq!(answer["versions"][1]["version"], "2.93");
}

#[test]
fn what_cannot_be_is_refused_in_novas_words() {
    let mut client = Client::new(0.0);
    let port = client.port.clone();
    let other = "00000000-0000-4000-a000-000000000000";
    for (changes, status, words) in [
        (json!({"flavorRef": "xx"}), 400, "Flavor xx could not be found.".to_owned()),
        (json!({"imageRef": other}), 400, "Can not find requested image".to_owned()),
        (json!({"imageRef": ""}), 400, "Missing imageRef attribute".to_owned()),
        (json!({"key_name": "no"}), 400, "Invalid key_name provided.".to_owned()),
        (json!({"availability_zone": "zz"}), 400, "The requested availability zone is not available".to_owned()),
        (json!({"networks": [{"uuid": other}]}), 400, format!("Network {other} could not be found.")),
        (json!({"networks": [{"port": other}]}), 400, format!("Port id {other} could not be found.")),
        (
            json!({"networks": [{"port": port}, {"port": port}]}),
            400,
            format!("Port ID '{port}' was specified twice: you cannot attach a port multiple times."),
        ),
        (
            json!({"security_groups": [{"name": "zz"}]}),
            400,
            "Unable to find security_group with name or id 'zz'".to_owned(),
        ),
        (
            json!({"tags": ["a/b"]}),
            400,
            "Invalid input for field/attribute 0. Value: a/b. 'a/b' does not match '^[^,/]*$'".to_owned(),
        ),
        (
            json!({"metadata": {"a": 1}}),
            400,
            "Invalid input for field/attribute a. Value: 1. 1 is not of type 'string'".to_owned(),
        ),
        (json!({"name": ""}), 400, "Invalid input for field/attribute name. Value: . '' is too short".to_owned()),
        (
            json!({"min_count": 500}),
            403,
            "Quota exceeded for instances: Requested 500, but already used 0 of 400 instances".to_owned(),
        ),
    ] {
        let (seen, answer) = client.server(&changes);
        assert_eq!((seen, message(&answer)), (status, words), "{changes}");
    }
    let data = "QUJD".repeat(16_384);
    let (status, answer) = client.server(&json!({"user_data": data}));
    assert_eq!(status, 400);
    assert!(message(&answer).starts_with("Invalid input for field/attribute user_data. Value: QUJD"));
    assert!(message(&answer).ends_with("is too long"));
    let many: serde_json::Map<String, Json> = (0..129).map(|number| (format!("k{number}"), json!("v"))).collect();
    let (status, answer) = client.server(&json!({"metadata": many}));
    assert_eq!((status, message(&answer).as_str()), (403, "Maximum number of metadata items exceeds 128"));
    assert_eq!(client.get("/v2.1/servers").1["servers"], json!([]));
}

#[test]
fn lists_are_filtered_sorted_and_paged() {
    let mut client = Client::new(0.0);
    for (name, tag) in [("shop-1", "shop"), ("shop-2", "shop"), ("other", "else")] {
        client.made(&json!({"name": name, "tags": [tag]}));
    }
    let names = |client: &mut Client, version: &str, query: &str| {
        let (_, answer) = client.send(0, version, "GET", &format!("/v2.1/servers{query}"), &Json::Null);
        let all = answer["servers"].as_array().expect("a list").clone();
        all.iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&mut client, "2.93", ""), ["other", "shop-2", "shop-1"]);
    assert_eq!(names(&mut client, "2.93", "?name=^shop"), ["shop-2", "shop-1"]);
    assert_eq!(names(&mut client, "2.26", "?not-tags=shop"), ["other"]);
    assert_eq!(names(&mut client, "2.25", "?tags=none").len(), 3);
    assert_eq!(names(&mut client, "2.1", "?bogus=x").len(), 3);
    assert_eq!(names(&mut client, "2.93", "?host=x").len(), 3);
    assert_eq!(names(&mut client, "2.1", "?sort_key=display_name&sort_dir=asc"), ["other", "shop-1", "shop-2"]);
    let (_, answer) = client.get("/v2.1/servers?name=shop&limit=1");
    let last = answer["servers"][0]["id"].as_str().expect("an id");
    assert_eq!(
        answer["servers_links"][0]["href"],
        format!("http://cloud/compute/v2.1/servers?limit=1&name=shop&marker={last}")
    );
    for (query, status, words) in [
        ("?bogus=x", 400, "'bogus' does not match any of the regexes: '^_'"),
        ("?status=zz", 400, "Invalid status value"),
        ("?limit=x", 400, "Invalid input for query parameters limit. Value: x. 'x' does not match '^[0-9]*$'"),
        ("?marker=zz", 400, "marker [zz] not found"),
        ("?name=[", 400, "Invalid input for query parameters name. Value: [. '[' is not a 'regex'"),
        ("?all_tenants=1", 403, "Policy doesn't allow os_compute_api:servers:index:get_all_tenants to be performed."),
    ] {
        let (seen, answer) = client.get(&format!("/v2.1/servers{query}"));
        assert_eq!((seen, message(&answer).as_str()), (status, words), "{query}");
    }
    let (_, answer) = client.send(1, "2.93", "GET", "/v2.1/servers?all_tenants=1", &Json::Null);
    assert_eq!(answer["servers"].as_array().map(Vec::len), Some(3));
    let (_, answer) = client.send(1, "2.93", "GET", "/v2.1/servers", &Json::Null);
    assert_eq!(answer["servers"], json!([]));
}

#[test]
fn groups_name_their_policy_as_the_version_does() {
    let mut client = Client::new(0.0);
    let (status, answer) =
        client.post("/v2.1/os-server-groups", &json!({"server_group": {"name": "g", "policy": "soft-anti-affinity"}}));
    assert_eq!((status, &answer["server_group"]["policy"]), (200, &json!("soft-anti-affinity")));
    let group = answer["server_group"]["id"].as_str().expect("an id").to_owned();
    let old = client.send(0, "2.63", "GET", "/v2.1/os-server-groups", &Json::Null).1;
    assert_eq!(old["server_groups"][0]["policies"], json!(["soft-anti-affinity"]));
    let body = json!({"server": {"name": "m", "flavorRef": SMALL, "imageRef": IMAGE, "networks": "none"},
        "os:scheduler_hints": {"group": group}});
    let (_, answer) = client.post("/v2.1/servers", &body);
    let id = answer["server"]["id"].clone();
    let shown = client.get(&format!("/v2.1/os-server-groups/{group}")).1;
    assert_eq!(shown["server_group"]["members"], json!([id]));
    let shown = client.get(&format!("/v2.1/servers/{}", id.as_str().expect("an id"))).1;
    assert_eq!(shown["server"]["server_groups"], json!([group]));
    client.send(
        1,
        "2.93",
        "PUT",
        &format!("/v2.1/os-quota-sets/{PROJECT}"),
        &json!({"quota_set": {"server_group_members": 1}}),
    );
    let (status, answer) = client.post("/v2.1/servers", &body);
    assert_eq!((status, message(&answer).as_str()), (403, "Quota exceeded, too many servers in group"));
    assert_eq!(client.send(0, "2.93", "DELETE", &format!("/v2.1/os-server-groups/{group}"), &Json::Null).0, 204);
}

#[test]
fn key_pairs_have_the_fingerprint_that_nova_shows() {
    let mut client = Client::new(0.0);
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAzsItLg4f8f3DHZRBfS6fNdeNG853xMiTDjJSer9Es3 x";
    let body = json!({"keypair": {"name": "k", "public_key": key}});
    let (status, answer) = client.post("/v2.1/os-keypairs", &body);
    assert_eq!(status, 201);
    assert_eq!(answer["keypair"]["fingerprint"], "ce:91:d8:1d:ff:ef:62:ab:12:1d:77:5c:38:31:3e:8f");
    let (status, answer) = client.post("/v2.1/os-keypairs", &body);
    assert_eq!((status, message(&answer).as_str()), (409, "Key pair 'k' already exists."));
    let (status, answer) = client.post("/v2.1/os-keypairs", &json!({"keypair": {"name": "j", "public_key": "junk"}}));
    assert_eq!((status, message(&answer).as_str()), (400, "Keypair data is invalid: failed to generate fingerprint"));
    client.made(&json!({"key_name": "k"}));
    assert_eq!(client.send(0, "2.1", "DELETE", "/v2.1/os-keypairs/k", &Json::Null).0, 202);
}

#[test]
fn quotas_and_hosts_are_the_administrators() {
    let mut client = Client::new(0.0);
    let quota = format!("/v2.1/os-quota-sets/{PROJECT}");
    let change = json!({"quota_set": {"instances": 0, "cores": 0}});
    assert_eq!(client.send(0, "2.93", "PUT", &quota, &change).0, 403);
    assert_eq!(client.send(1, "2.93", "PUT", &quota, &change).0, 200);
    let (status, answer) = client.server(&json!({}));
    assert_eq!(status, 403);
    assert_eq!(
        message(&answer),
        "Quota exceeded for cores, instances: Requested 1, 1, but already used 0, 0 of 0, 0 cores, instances"
    );
    let (status, answer) = client.get("/v2.1/os-hypervisors");
    let words = "Policy doesn't allow os_compute_api:os-hypervisors:list to be performed.";
    assert_eq!((status, message(&answer).as_str()), (403, words));
    assert_eq!(client.send(1, "2.93", "GET", "/v2.1/os-services", &Json::Null).0, 200);
    assert_eq!(client.get("/v2.1/flavors/detail?minRam=5000").1["flavors"][0]["name"], "large");
}
