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

/// Median, least and most of five, one request at a time; a router with a gateway, a load balancer with all below it.
static TABLE: &[Time] = &[
    lab(Identity, "POST", "/auth/tokens", [40, 22, 122]),
    lab(Compute, "GET", "/v2.1/servers/detail", [345, 155, 617]),
    lab(Compute, "GET", "/v2.1/servers/{id}", [201, 95, 302]),
    lab(Compute, "GET", "/v2.1/os-server-groups", [81, 27, 172]),
    lab(Compute, "GET", "/v2.1/flavors/detail", [35, 9, 40]),
    lab(Compute, "GET", "/v2.1/limits", [36, 12, 98]),
    lab(Compute, "POST", "/v2.1/servers", [728, 380, 4655]),
    lab(Compute, "POST", "/v2.1/os-server-groups", [116, 50, 177]),
    lab(Compute, "DELETE", "/v2.1/servers/{id}", [163, 76, 248]),
    lab(Compute, "DELETE", "/v2.1/os-server-groups/{id}", [36, 13, 40]),
    lab(Network, "GET", "/v2.0/networks", [126, 51, 210]),
    lab(Network, "GET", "/v2.0/subnets", [48, 24, 116]),
    lab(Network, "GET", "/v2.0/routers", [87, 43, 245]),
    lab(Network, "GET", "/v2.0/ports", [138, 57, 199]),
    lab(Network, "GET", "/v2.0/security-groups", [97, 39, 189]),
    lab(Network, "GET", "/v2.0/security-group-rules", [77, 22, 100]),
    lab(Network, "GET", "/v2.0/floatingips", [108, 32, 143]),
    lab(Network, "GET", "/v2.0/ports/{id}", [46, 31, 71]),
    lab(Network, "POST", "/v2.0/networks", [159, 68, 351]),
    lab(Network, "POST", "/v2.0/subnets", [255, 133, 618]),
    lab(Network, "POST", "/v2.0/routers", [2118, 1290, 3075]),
    lab(Network, "POST", "/v2.0/security-groups", [114, 77, 281]),
    lab(Network, "POST", "/v2.0/security-group-rules", [145, 44, 481]).each(29),
    lab(Network, "POST", "/v2.0/ports", [703, 236, 1090]).each(383),
    lab(Network, "POST", "/v2.0/floatingips", [1633, 620, 2578]),
    lab(Network, "PUT", "/v2.0/routers/{id}/add_router_interface", [1743, 860, 4695]),
    lab(Network, "PUT", "/v2.0/routers/{id}/remove_router_interface", [1321, 868, 3925]),
    lab(Network, "DELETE", "/v2.0/networks/{id}", [795, 386, 1184]),
    lab(Network, "DELETE", "/v2.0/subnets/{id}", [480, 151, 596]),
    lab(Network, "DELETE", "/v2.0/routers/{id}", [447, 138, 2208]),
    lab(Network, "DELETE", "/v2.0/ports/{id}", [600, 184, 1665]),
    lab(Network, "DELETE", "/v2.0/security-groups/{id}", [130, 98, 239]),
    lab(Network, "DELETE", "/v2.0/floatingips/{id}", [1165, 378, 1857]),
    lab(Image, "GET", "/v2/images", [18, 13, 31]),
    lab(LoadBalancer, "GET", "/v2/lbaas/loadbalancers", [45, 28, 120]),
    lab(LoadBalancer, "GET", "/v2/lbaas/listeners", [36, 27, 69]),
    lab(LoadBalancer, "GET", "/v2/lbaas/pools", [80, 49, 222]),
    lab(LoadBalancer, "GET", "/v2/lbaas/healthmonitors", [21, 18, 38]),
    lab(LoadBalancer, "GET", "/v2/lbaas/loadbalancers/{id}", [92, 44, 156]),
    lab(LoadBalancer, "POST", "/v2/lbaas/loadbalancers", [803, 395, 4695]),
    lab(LoadBalancer, "POST", "/v2/lbaas/listeners", [120, 68, 181]),
    lab(LoadBalancer, "POST", "/v2/lbaas/pools", [162, 107, 501]),
    lab(LoadBalancer, "POST", "/v2/lbaas/healthmonitors", [124, 59, 291]),
    lab(LoadBalancer, "PUT", "/v2/lbaas/pools/{pool}/members", [160, 76, 516]),
    lab(LoadBalancer, "DELETE", "/v2/lbaas/loadbalancers/{id}", [87, 63, 231]),
    lab(ObjectStore, "GET", "/v1/{account}", [23, 20, 35]),
    lab(ObjectStore, "PUT", "/v1/{account}/{container}", [35, 21, 84]),
    lab(ObjectStore, "DELETE", "/v1/{account}/{container}", [30, 27, 55]),
];

/// The estimated median of a service's other requests, in milliseconds: GET and HEAD, POST, PUT and PATCH, DELETE.
pub fn usual_time(service: Service, method: &str) -> u32 {
    let [get, post, put, delete] = match service {
        Identity => [40, 120, 80, 80],
        Compute => [80, 300, 250, 300],
        Network => [60, 350, 300, 400],
        Image => [40, 200, 200, 150],
        LoadBalancer => [50, 250, 200, 200],
        ObjectStore => [20, 50, 60, 50],
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

/// How many requests a service carries out at once: the lab's services run one process per core.
pub fn workers(service: Service) -> usize {
    match service {
        Identity | Compute | Network | Image | LoadBalancer | ObjectStore => 2,
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
        assert_eq!((time.median, time.least, time.most, time.measured), (150, 120, 187, false));
        let old = service_time(LoadBalancer, "POST", "/v2.0/lbaas/loadbalancers");
        assert_eq!(old, service_time(LoadBalancer, "POST", "/v2/lbaas/loadbalancers"));
        assert!(old.measured);
    }

    #[test]
    fn what_is_asynchronous_settles_later() {
        let ms = |service, method, path| settling(service, method, path);
        assert_eq!(ms(Compute, "POST", "/v2.1/servers"), 3400);
        assert_eq!(ms(Compute, "DELETE", "/v2.1/servers/7"), 2000);
        assert_eq!(ms(Compute, "GET", "/v2.1/servers/7"), 0);
        assert_eq!(ms(LoadBalancer, "POST", "/v2/lbaas/loadbalancers"), 2000);
        assert_eq!(ms(LoadBalancer, "PUT", "/v2.0/lbaas/pools/7/members"), 800);
        assert_eq!(ms(LoadBalancer, "PUT", "/v2/lbaas/quotas/7"), 0);
        assert_eq!(ms(Network, "POST", "/v2.0/ports"), 0);
    }
}
