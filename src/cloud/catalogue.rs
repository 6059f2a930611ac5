//! Keystone's catalogue: where each service stands in one region, whatever form its URL has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::model::Service;

use super::config::Interface;

/// The services' versioned endpoints, without a slash at the end.
pub(super) type Endpoints = BTreeMap<Service, String>;

/// Every region that the catalogue names for that interface.
pub(super) fn regions(catalogue: &Json, interface: Interface) -> BTreeSet<String> {
    endpoints(catalogue)
        .filter(|(_, endpoint)| offers(endpoint, interface))
        .filter_map(|(_, endpoint)| region_of(endpoint))
        .collect()
}

/// The endpoints of one region; with `None`, of any.
pub(super) fn choose(catalogue: &Json, interface: Interface, region: Option<&str>) -> Endpoints {
    let mut chosen = Endpoints::new();
    for service in Service::ALL {
        let found = names(service).iter().find_map(|name| {
            endpoints(catalogue)
                .filter(|(kind, endpoint)| kind == name && offers(endpoint, interface))
                .filter(|(_, endpoint)| region.is_none() || region_of(endpoint).as_deref() == region)
                .find_map(|(_, endpoint)| endpoint.get("url")?.as_str())
        });
        if let Some(url) = found {
            chosen.insert(service, versioned(service, url));
        }
    }
    chosen
}

/// Service types as catalogues name them: the service types authority's, then names that clouds used before it.
fn names(service: Service) -> &'static [&'static str] {
    match service {
        Service::Identity => &["identity"],
        Service::Compute => &["compute", "computev21"],
        Service::Network => &["network"],
        Service::Image => &["image", "imagev2"],
        Service::LoadBalancer => &["load-balancer", "octavia", "loadbalancer"],
        Service::ObjectStore => &["object-store"],
    }
}

fn endpoints(catalogue: &Json) -> impl Iterator<Item = (&str, &Json)> {
    catalogue.as_array().into_iter().flatten().flat_map(|entry| {
        let kind = entry.get("type").and_then(Json::as_str).unwrap_or_default();
        entry.get("endpoints").and_then(Json::as_array).into_iter().flatten().map(move |endpoint| (kind, endpoint))
    })
}

fn offers(endpoint: &Json, interface: Interface) -> bool {
    endpoint.get("interface").and_then(Json::as_str) == Some(interface.as_str())
}

fn region_of(endpoint: &Json) -> Option<String> {
    ["region_id", "region"].iter().find_map(|name| endpoint.get(name)?.as_str()).map(str::to_owned)
}

/// The endpoint with the version that our paths continue: a catalogue's URL may or may not carry one.
pub(super) fn versioned(service: Service, url: &str) -> String {
    let url = url.trim_end_matches('/');
    let last = url.rsplit('/').next().unwrap_or_default();
    let before = &url[..url.len() - last.len()];
    match service {
        // The account's path: nothing to add.
        Service::ObjectStore => url.to_owned(),
        Service::Network if last == "v2.0" => url.to_owned(),
        Service::Network if last == "v2" => format!("{before}v2.0"),
        Service::Network => format!("{url}/v2.0"),
        Service::LoadBalancer | Service::Image if is_version(last, 2) => format!("{before}v2"),
        // Glance's first version is gone; its second stands beside it.
        Service::Image if is_version(last, 1) => format!("{before}v2"),
        Service::LoadBalancer | Service::Image => format!("{url}/v2"),
        Service::Identity if last == "v3" => url.to_owned(),
        Service::Identity if is_version(last, 2) => format!("{before}v3"),
        Service::Identity => format!("{url}/v3"),
        Service::Compute => compute(url),
    }
}

/// `…/v2.1`, `…/v2.1/<project>` stay; the legacy `v2`, which knows no microversions, becomes `v2.1`; a bare URL gets one.
fn compute(url: &str) -> String {
    let mut segments: Vec<&str> = url.split('/').collect();
    // After the scheme and the host: http, "", host.
    match segments.iter().skip(3).position(|segment| is_version(segment, 2)) {
        Some(at) => segments[at + 3] = "v2.1",
        None => segments.push("v2.1"),
    }
    segments.join("/")
}

fn is_version(segment: &str, major: u32) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| {
        rest.split('.').next().and_then(|first| first.parse::<u32>().ok()) == Some(major)
            && rest.chars().all(|c| c.is_ascii_digit() || c == '.')
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_are_added_where_a_url_has_none() {
        let cases = [
            (Service::Network, "http://h:9696", "http://h:9696/v2.0"),
            (Service::Network, "http://h:9696/", "http://h:9696/v2.0"),
            (Service::Network, "http://h:9696/v2.0/", "http://h:9696/v2.0"),
            (Service::Network, "https://h/networking", "https://h/networking/v2.0"),
            (Service::LoadBalancer, "http://h:9876", "http://h:9876/v2"),
            (Service::LoadBalancer, "https://h/load-balancer/v2.0", "https://h/load-balancer/v2"),
            (Service::Image, "http://h:9292", "http://h:9292/v2"),
            (Service::Image, "http://h/image/v2", "http://h/image/v2"),
            (Service::Image, "http://h/image/v1", "http://h/image/v2"),
            (Service::Compute, "http://h:8774", "http://h:8774/v2.1"),
            (Service::Compute, "http://h:8774/v2.1", "http://h:8774/v2.1"),
            (Service::Compute, "http://h:8774/v2.1/0a1b", "http://h:8774/v2.1/0a1b"),
            (Service::Compute, "http://h:8774/v2/0a1b", "http://h:8774/v2.1/0a1b"),
            (Service::Compute, "https://h/compute", "https://h/compute/v2.1"),
            (Service::Identity, "http://h:5000", "http://h:5000/v3"),
            (Service::Identity, "http://h/identity/v3/", "http://h/identity/v3"),
            (Service::Identity, "http://h:5000/v2.0", "http://h:5000/v3"),
            (Service::ObjectStore, "http://h/v1/AUTH_1", "http://h/v1/AUTH_1"),
        ];
        for (service, url, expected) in cases {
            assert_eq!(versioned(service, url), expected);
        }
    }

    #[test]
    fn interface_region_and_alias_decide() {
        let catalogue = json!([
            {"type": "octavia", "endpoints": [
                {"interface": "public", "region_id": "B", "url": "http://lb-b"},
                {"interface": "internal", "region_id": "A", "url": "http://lb-in"},
                {"interface": "public", "region_id": "A", "url": "http://lb-a"}]},
            {"type": "network", "endpoints": [{"interface": "public", "region": "B", "url": "http://net-b"}]},
            {"type": "odd", "endpoints": null},
            {"endpoints": [{"url": 7}]},
        ]);
        let endpoints = choose(&catalogue, Interface::Public, Some("A"));
        assert_eq!(endpoints, Endpoints::from([(Service::LoadBalancer, "http://lb-a/v2".to_owned())]));
        assert_eq!(choose(&catalogue, Interface::Internal, None)[&Service::LoadBalancer], "http://lb-in/v2");
        assert_eq!(regions(&catalogue, Interface::Public), BTreeSet::from(["A".to_owned(), "B".to_owned()]));
    }
}
