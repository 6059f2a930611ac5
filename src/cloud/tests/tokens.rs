//! Tokens: asked for, renewed, refused; and the catalogue that comes with them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;

use super::*;
use crate::runtime::Clock;

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once_for_everybody() {
    let tokens = AtomicU32::new(0);
    let api = Arc::new(Scripted::new(move |asked| {
        if asked.is_for_token() {
            let number = tokens.fetch_add(1, Ordering::Relaxed) + 1;
            return Scripted::token(&format!("token-{number}"), "2030-01-01T00:00:00.000000Z")
                .after(Duration::from_secs(2));
        }
        let good = asked.header("x-auth-token") == Some("token-2");
        Reply::json(if good { 200 } else { 401 }, &json!({"ports": [{"id": "1"}]})).after(Duration::from_secs(1))
    }));
    let (cloud, _) = connect(&api).await.unwrap();
    let all: Vec<_> = (0..4)
        .map(|_| {
            let cloud = Arc::clone(&cloud);
            tokio::spawn(async move { cloud.list(get(), "ports").await })
        })
        .collect();
    for answer in futures::future::join_all(all).await {
        assert_eq!(answer.unwrap().unwrap(), [json!({"id": "1"})]);
    }
    assert_eq!(api.requests().iter().filter(|asked| asked.is_for_token()).count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_token_that_is_refused_too_is_an_error() {
    let api = replies(vec![Reply::json(401, &json!({"error": {"message": "no", "title": "Unauthorized"}}))]);
    let (cloud, _) = connect(&api).await.unwrap();
    let error = cloud.send(get()).await.unwrap_err();
    assert!(matches!(error, CloudError::Unauthenticated { .. }), "{error}");
    assert!(error.to_string().contains("a fresh token was refused"), "{error}");
    assert_eq!(api.lines().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_ends() {
    // One of 4 hours: renewed when 5 minutes are left. One of 10 minutes: when one minute is left.
    for (expires, early, late) in
        [("2026-11-24T04:00:00.000000Z", 4 * 3600 - 310, 4 * 3600 - 290), ("2026-11-24T00:10:00.000000Z", 530, 550)]
    {
        let tokens = AtomicU32::new(0);
        let api = Arc::new(Scripted::new(move |asked| {
            if asked.is_for_token() {
                let number = tokens.fetch_add(1, Ordering::Relaxed);
                return Scripted::token(
                    &format!("token-{number}"),
                    if number == 0 { expires } else { "2030-01-01T00:00:00Z" },
                );
            }
            Reply::json(200, &json!({}))
        }));
        let (cloud, clock) = connect(&api).await.unwrap();
        for (until, token) in [(early, "token-0"), (late, "token-1")] {
            let now = (clock.now_ms() - BEGIN_MS) / 1000;
            clock.sleep(Duration::from_secs(u64::try_from(until - now).unwrap())).await;
            cloud.send(get()).await.unwrap();
            assert_eq!(api.requests().last().unwrap().header("x-auth-token"), Some(token));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn keystone_may_be_away_as_long_as_the_token_counts() {
    let tokens = AtomicU32::new(0);
    let api = Arc::new(Scripted::new(move |asked| {
        if !asked.is_for_token() {
            return Reply::json(200, &json!({}));
        }
        match tokens.fetch_add(1, Ordering::Relaxed) {
            0 => Scripted::token("token-0", "2026-11-24T00:10:00Z"),
            _ => Reply::not_sent(),
        }
    }));
    let (cloud, clock) = connect(&api).await.unwrap();
    clock.sleep(Duration::from_secs(545)).await;
    assert_eq!(cloud.send(get()).await.unwrap().status, 200);
    assert_eq!(cloud.send(get()).await.unwrap().status, 200);
    let asked = || api.requests().iter().filter(|asked| asked.is_for_token()).count();
    assert_eq!(asked(), 1 + 3, "the second request does not ask again at once");
    clock.sleep(Duration::from_secs(60)).await;
    assert!(matches!(cloud.send(get()).await.unwrap_err(), CloudError::NotSent { .. }));
}

#[tokio::test(start_paused = true)]
async fn keystones_refusal_says_what_to_check() {
    let words = format!("The password {PASSWORD} is wrong.");
    let refuse = Reply::json(401, &json!({"error": {"code": 401, "title": "Unauthorized", "message": words}}))
        .header("x-openstack-request-id", "req-9");
    let error = connect(&Arc::new(Scripted::new(move |_| refuse.clone()))).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "authentication failed at http://cloud.test/identity/v3: 401 The password (hidden) is wrong. (req-9); check username, \
         password, user domain, project and project domain (cloud `test` in clouds.yaml)"
    );
    let error = connect(&Arc::new(Scripted::new(|_| Reply::empty(404)))).await.unwrap_err();
    assert!(error.to_string().contains("is auth_url Keystone's address?"), "{error}");
    let unscoped =
        Reply::json(201, &json!({"token": {"expires_at": "2030-01-01T00:00:00Z"}})).header("x-subject-token", TOKEN);
    let error = connect(&Arc::new(Scripted::new(move |_| unscoped.clone()))).await.unwrap_err();
    assert!(error.to_string().contains("set project_name or project_id"), "{error}");
    let error = connect(&Arc::new(Scripted::new(|_| Reply::json(201, &json!({}))))).await.unwrap_err();
    assert!(matches!(error, CloudError::Malformed { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn each_credential_has_its_own_request() {
    let secret = || SecretString::from(PASSWORD);
    let cases = [
        (
            config().credentials,
            json!({"identity": {"methods": ["password"], "password": {"user":
            {"name": "u", "domain": {"name": "Default"}, "password": PASSWORD}}},
            "scope": {"project": {"name": "p", "domain": {"id": "default"}}}}),
        ),
        (
            Credentials::Token { token: secret(), project: Some(Project::Id("p".to_owned())) },
            json!({"identity": {"methods": ["token"], "token": {"id": PASSWORD}}, "scope": {"project": {"id": "p"}}}),
        ),
        (
            Credentials::ApplicationCredential {
                credential: ApplicationCredential::Id("a".to_owned()),
                secret: secret(),
            },
            json!({"identity": {"methods": ["application_credential"], "application_credential": {"id": "a", "secret": PASSWORD}}}),
        ),
        (
            Credentials::ApplicationCredential {
                credential: ApplicationCredential::Name("a".to_owned(), User::Id("u".to_owned())),
                secret: secret(),
            },
            json!({"identity": {"methods": ["application_credential"],
                "application_credential": {"name": "a", "user": {"id": "u"}, "secret": PASSWORD}}}),
        ),
    ];
    for (credentials, expected) in cases {
        let api = replies(vec![Reply::empty(204)]);
        connect_with(&api, CloudConfig { credentials, ..config() }).await.unwrap();
        assert_eq!(api.requests()[0].body, json!({"auth": expected}));
        assert_eq!(api.requests()[0].line(), "POST /identity/v3/auth/tokens");
    }
}

#[tokio::test(start_paused = true)]
async fn regions_and_services_that_are_not_there_are_named() {
    let api = replies(vec![Reply::empty(204)]);
    let error = connect_with(&api, CloudConfig { region: Some("regionone".to_owned()), ..config() }).await.unwrap_err();
    assert_eq!(error.to_string(), "there is no region `regionone`; the catalogue has RegionOne");
    let (cloud, _) = connect_with(&api, CloudConfig { region: None, ..config() }).await.unwrap();
    assert_eq!(cloud.region(), "RegionOne");

    let api = Arc::new(Scripted::new(|_| {
        let endpoint = |region: &str| json!({"interface": "public", "region_id": region, "url": "http://n"});
        Reply::json(
            201,
            &json!({"token": {"expires_at": "2030-01-01T00:00:00Z", "project": {"id": "p"},
            "catalog": [{"type": "network", "endpoints": [endpoint("A"), endpoint("B")]}]}}),
        )
        .header("x-subject-token", TOKEN)
    }));
    let error = connect_with(&api, CloudConfig { region: None, ..config() }).await.unwrap_err();
    assert_eq!(error.to_string(), "no region is chosen; the catalogue has A, B");
    let (cloud, _) = connect_with(&api, CloudConfig { region: Some("A".to_owned()), ..config() }).await.unwrap();
    let error = cloud.send(Call::get(Service::LoadBalancer, "/lbaas/pools")).await.unwrap_err();
    assert_eq!(error.to_string(), "the catalogue has no load-balancer service in region A for interface public");
}
