//! How long a request takes at a realistic pace, and how many a service carries out at once.
//!
//! Medians in milliseconds for one request alone, as measured on a real OpenStack (Zed) with two cores and listed in
//! `docs/embedded.md`; where no figure was measured, the method's usual one stands for it. What is asynchronous there (a
//! server's boot, a load balancer's children) is not here but in the stored ready times of the rows.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::operation::{Service, path_matches};

use Service::{Compute, Identity, Image, LoadBalancer, Network, ObjectStore};

static TABLE: &[(Service, &str, &str, u32)] = &[
    (Identity, "POST", "/auth/tokens", 250),
    (Network, "POST", "/v2.0/networks", 1500),
    (Network, "POST", "/v2.0/subnets", 350),
    (Network, "POST", "/v2.0/routers", 1500),
    (Network, "PUT", "/v2.0/routers/{id}/add_router_interface", 2000),
    (Network, "PUT", "/v2.0/routers/{id}/remove_router_interface", 2000),
    (Network, "POST", "/v2.0/floatingips", 600),
    (Compute, "POST", "/v2.1/servers", 1200),
    (LoadBalancer, "POST", "/v2/lbaas/loadbalancers", 800),
    (LoadBalancer, "POST", "/v2.0/lbaas/loadbalancers", 800),
    (ObjectStore, "PUT", "/v1/{account}/{container}", 100),
];

/// The usual median of a service's other requests, in milliseconds: GET and HEAD, POST, PUT and PATCH, DELETE.
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

/// The median service time of a request, in milliseconds, at pace 1.
pub fn service_time(service: Service, method: &str, path: &str) -> u32 {
    TABLE
        .iter()
        .find(|(of, known, pattern, _)| *of == service && *known == method && path_matches(pattern, path).is_some())
        .map_or_else(|| usual_time(service, method), |(_, _, _, median)| *median)
}

/// The requests that have a median of their own: service, method, path and the median in milliseconds at pace 1.
pub fn service_times() -> &'static [(Service, &'static str, &'static str, u32)] {
    TABLE
}

/// How many requests a service carries out at once: the lab's API services run one process per core.
pub fn workers(service: Service) -> usize {
    match service {
        Identity | Compute | Network | Image | LoadBalancer => 2,
        ObjectStore => 4,
    }
}

/// The requests under way: for each worker of each service, when it is free again.
#[derive(Debug, Default)]
pub(super) struct Queue {
    free: BTreeMap<Service, Vec<i64>>,
    entered: u64,
}

impl Queue {
    /// Takes a request in and says how long it takes from now: until a worker is free, and its service time.
    pub(super) fn enter(&mut self, now: i64, service: Service, method: &str, path: &str, pace: f64) -> Duration {
        self.entered += 1;
        let time = f64::from(service_time(service, method, path)) * spread(self.entered) * pace;
        let free = self.free.entry(service).or_insert_with(|| vec![0; workers(service)]);
        let first = free.iter_mut().min_by_key(|until| **until);
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds of one request")]
        let time = time as i64;
        let end = first.map_or(now + time, |until| {
            *until = now.max(*until) + time;
            *until
        });
        Duration::from_millis(u64::try_from(end - now).unwrap_or(0))
    }
}

/// A factor around 1 (0.8 to 1.25), the same in each run.
fn spread(number: u64) -> f64 {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    #[expect(clippy::cast_precision_loss, reason = "eight bits")]
    let part = (mixed >> 56) as f64 / 255.0;
    0.8 * (1.25_f64 / 0.8).powf(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_at_once_take_longer_than_one() {
        let alone = Queue::default().enter(0, Network, "POST", "/v2.0/networks", 1.0).as_millis();
        let mut queue = Queue::default();
        let last = (0..10).map(|_| queue.enter(0, Network, "POST", "/v2.0/networks", 1.0)).max().expect("ten");
        assert!((1200..=1875).contains(&alone));
        assert!(last.as_millis() > 4 * alone, "{last:?}");
        let other = queue.enter(0, Compute, "GET", "/v2.1/servers", 1.0);
        assert!(other.as_millis() <= 100, "another service is not kept waiting");
    }

    #[test]
    fn the_pace_scales() {
        let whole = Queue::default().enter(0, Network, "POST", "/v2.0/networks", 1.0).as_millis();
        let tenth = Queue::default().enter(0, Network, "POST", "/v2.0/networks", 0.1).as_millis();
        assert!(tenth * 9 < whole && whole < tenth * 11 + 10);
    }
}
