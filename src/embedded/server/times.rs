//! How long requests take on a real cloud: median, least and most of each, and where the figures are from.
//!
//! `docs/embedded.md` shows this table. What is asynchronous in a real cloud (a server's boot, a load balancer's change) is not a
//! request's time: [`settling`] tells it, and its figures stand beside what they delay.

use super::super::operation::{Service, path_matches};
use super::super::{compute, load_balancer};

use Service::{Compute, Identity, Image, LoadBalancer, Network, ObjectStore};

/// How long one request takes, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// Whose request.
    pub service: Service,
    /// Its method.
    pub method: &'static str,
    /// Its path behind the service's prefix.
    pub path: &'static str,
    /// The median.
    pub median: u32,
    /// The least that was seen.
    pub least: u32,
    /// The most.
    pub most: u32,
    /// How much longer it takes for each further item of a bulk request.
    pub each: u32,
    /// Whether it was measured by itself (`tests/lab/times`), or is an estimate from the service's others.
    pub measured: bool,
}

const fn lab(service: Service, method: &'static str, path: &'static str, times: [u32; 3]) -> Time {
    let [median, least, most] = times;
    Time { service, method, path, median, least, most, each: 0, measured: true }
}

impl Time {
    const fn each(self, each: u32) -> Self {
        Self { each, ..self }
    }
}

/// Median, least and most of ten, one request at a time; a router with a gateway, a load balancer with all below it.
static TABLE: &[Time] = &[
    lab(Identity, "POST", "/auth/tokens", [20, 16, 35]),
    lab(Compute, "GET", "/v2.1/servers/detail", [82, 71, 156]),
    lab(Compute, "GET", "/v2.1/servers/{id}", [63, 58, 101]),
    lab(Compute, "GET", "/v2.1/os-server-groups", [7, 6, 11]),
    lab(Compute, "GET", "/v2.1/flavors/detail", [9, 8, 16]),
    lab(Compute, "GET", "/v2.1/limits", [13, 11, 19]),
    lab(Compute, "POST", "/v2.1/servers", [339, 263, 472]),
    lab(Compute, "POST", "/v2.1/os-server-groups", [49, 35, 82]),
    lab(Compute, "DELETE", "/v2.1/servers/{id}", [62, 50, 113]),
    lab(Compute, "DELETE", "/v2.1/os-server-groups/{id}", [10, 9, 16]),
    lab(Network, "GET", "/v2.0/networks", [41, 35, 67]),
    lab(Network, "GET", "/v2.0/subnets", [21, 18, 35]),
    lab(Network, "GET", "/v2.0/routers", [38, 33, 84]),
    lab(Network, "GET", "/v2.0/ports", [32, 31, 50]),
    lab(Network, "GET", "/v2.0/security-groups", [24, 19, 29]),
    lab(Network, "GET", "/v2.0/security-group-rules", [17, 16, 21]),
    lab(Network, "GET", "/v2.0/floatingips", [23, 20, 69]),
    lab(Network, "GET", "/v2.0/ports/{id}", [17, 16, 28]),
    lab(Network, "POST", "/v2.0/networks", [87, 75, 554]),
    lab(Network, "POST", "/v2.0/subnets", [145, 133, 260]),
    lab(Network, "POST", "/v2.0/routers", [597, 540, 1325]),
    lab(Network, "POST", "/v2.0/security-groups", [66, 47, 103]),
    lab(Network, "POST", "/v2.0/security-group-rules", [93, 46, 132]).each(12),
    lab(Network, "POST", "/v2.0/ports", [368, 245, 1235]).each(273),
    lab(Network, "POST", "/v2.0/floatingips", [677, 542, 1190]),
    lab(Network, "PUT", "/v2.0/routers/{id}/add_router_interface", [832, 761, 1609]),
    lab(Network, "PUT", "/v2.0/routers/{id}/remove_router_interface", [567, 533, 662]),
    lab(Network, "DELETE", "/v2.0/networks/{id}", [251, 236, 327]),
    lab(Network, "DELETE", "/v2.0/subnets/{id}", [131, 115, 190]),
    lab(Network, "DELETE", "/v2.0/routers/{id}", [226, 97, 390]),
    lab(Network, "DELETE", "/v2.0/ports/{id}", [211, 161, 708]),
    lab(Network, "DELETE", "/v2.0/security-groups/{id}", [64, 46, 84]),
    lab(Network, "DELETE", "/v2.0/floatingips/{id}", [365, 297, 857]),
    lab(Image, "GET", "/v2/images", [9, 8, 16]),
    lab(LoadBalancer, "GET", "/v2/lbaas/loadbalancers", [17, 15, 23]),
    lab(LoadBalancer, "GET", "/v2/lbaas/listeners", [16, 11, 19]),
    lab(LoadBalancer, "GET", "/v2/lbaas/pools", [20, 17, 27]),
    lab(LoadBalancer, "GET", "/v2/lbaas/healthmonitors", [11, 8, 15]),
    lab(LoadBalancer, "GET", "/v2/lbaas/loadbalancers/{id}", [27, 26, 29]),
    lab(LoadBalancer, "POST", "/v2/lbaas/loadbalancers", [392, 356, 863]),
    lab(LoadBalancer, "POST", "/v2/lbaas/listeners", [56, 42, 89]),
    lab(LoadBalancer, "POST", "/v2/lbaas/pools", [83, 70, 136]),
    lab(LoadBalancer, "POST", "/v2/lbaas/healthmonitors", [56, 49, 90]),
    lab(LoadBalancer, "PUT", "/v2/lbaas/pools/{pool}/members", [84, 77, 111]),
    lab(LoadBalancer, "DELETE", "/v2/lbaas/loadbalancers/{id}", [37, 33, 39]),
    lab(ObjectStore, "GET", "/v1/{account}", [8, 7, 10]),
    lab(ObjectStore, "PUT", "/v1/{account}/{container}", [17, 15, 42]),
    lab(ObjectStore, "DELETE", "/v1/{account}/{container}", [13, 12, 18]),
];

/// The estimated median of a service's other requests, in milliseconds: GET and HEAD, POST, PUT and PATCH, DELETE.
pub fn usual_time(service: Service, method: &str) -> u32 {
    let [get, post, put, delete] = match service {
        Identity => [20, 60, 40, 40],
        Compute => [30, 100, 80, 60],
        Network => [25, 100, 100, 150],
        Image => [10, 80, 80, 60],
        LoadBalancer => [20, 70, 80, 40],
        ObjectStore => [8, 15, 17, 13],
    };
    match method {
        "GET" | "HEAD" => get,
        "DELETE" => delete,
        "PUT" | "PATCH" => put,
        _ => post,
    }
}

/// How long a request takes at pace 1; one that was not measured takes 0.8 to 1.25 times its service's usual time.
pub fn service_time(service: Service, method: &str, path: &str) -> Time {
    // Octavia's older spelling.
    let path = path.strip_prefix("/v2.0/lbaas").map_or_else(|| path.to_owned(), |rest| format!("/v2/lbaas{rest}"));
    let known = TABLE
        .iter()
        .find(|time| time.service == service && time.method == method && path_matches(time.path, &path).is_some());
    known.copied().unwrap_or_else(|| {
        let median = usual_time(service, method);
        let (least, most) = (median * 4 / 5, median * 5 / 4);
        Time { service, method: "", path: "", median, least, most, each: 0, measured: false }
    })
}

/// The requests that were measured.
pub fn service_times() -> &'static [Time] {
    TABLE
}

/// How long what a request begins takes to settle after its answer, in milliseconds at pace 1: until a server is `ACTIVE` or
/// gone, or a load balancer can be changed again.
pub fn settling(service: Service, method: &str, path: &str) -> u32 {
    let path: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let ms = match (service, method, path.as_slice()) {
        (Compute, "POST", [_, "servers"]) => compute::usual::BUILD,
        (Compute, "DELETE", [_, "servers", _]) => compute::usual::DELETE,
        (LoadBalancer, "POST", [_, "lbaas", "loadbalancers"]) => load_balancer::BUILD_MS,
        (LoadBalancer, "DELETE", [_, "lbaas", "loadbalancers", _]) => load_balancer::DELETE_MS,
        (LoadBalancer, "GET" | "HEAD", _) | (LoadBalancer, _, [_, "lbaas", "quotas", ..]) => 0.0,
        (LoadBalancer, _, [_, "lbaas", _, ..]) => load_balancer::CHILD_MS,
        _ => 0.0,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "constants of whole milliseconds")]
    let ms = ms as u32;
    ms
}

/// How many requests a service carries out at once: as many as the lab runs processes of its API, and not more than it has cores.
pub fn workers(service: Service) -> usize {
    match service {
        Image | LoadBalancer => 1,
        // Swift's is one process, but begins the next request while its storage servers answer.
        Identity | Compute | Network | ObjectStore => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::cloud::operations;
    use super::*;

    #[test]
    fn every_row_is_of_an_operation_and_in_order() {
        for Time { service, method, path, median, least, most, .. } in TABLE {
            assert!(least <= median && median <= most, "{method} {path}");
            let known = operations(*service).iter().any(|it| it.method == *method && it.path == *path);
            assert!(known, "{} has no {method} {path}", service.project());
        }
    }

    #[test]
    fn what_was_not_measured_takes_its_services_usual_time() {
        let time = service_time(Image, "DELETE", "/v2/images/7");
        assert_eq!((time.median, time.least, time.most, time.measured), (60, 48, 75, false));
        let old = service_time(LoadBalancer, "POST", "/v2.0/lbaas/loadbalancers");
        assert_eq!(old, service_time(LoadBalancer, "POST", "/v2/lbaas/loadbalancers"));
        assert!(old.measured);
    }

    #[test]
    fn what_is_asynchronous_settles_later() {
        let ms = |service, method, path| settling(service, method, path);
        assert_eq!(ms(Compute, "POST", "/v2.1/servers"), 1700);
        assert_eq!(ms(Compute, "DELETE", "/v2.1/servers/7"), 550);
        assert_eq!(ms(Compute, "GET", "/v2.1/servers/7"), 0);
        assert_eq!(ms(LoadBalancer, "POST", "/v2/lbaas/loadbalancers"), 1100);
        assert_eq!(ms(LoadBalancer, "PUT", "/v2.0/lbaas/pools/7/members"), 290);
        assert_eq!(ms(LoadBalancer, "PUT", "/v2/lbaas/quotas/7"), 0);
        assert_eq!(ms(Network, "POST", "/v2.0/ports"), 0);
    }
}
