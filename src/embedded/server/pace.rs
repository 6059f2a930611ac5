//! How long a request takes at a realistic pace, and how many a service carries out at once.
//!
//! The table is `times`. Here is who waits for whom: each service has so many workers, and a request takes the first that is
//! free for its service time, somewhere between the least and the most that was measured.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value as Json;

use super::super::exchange::Request;
use super::super::operation::Service;
use super::times::{Time, service_time, workers};

/// The requests under way: for each worker of each service, when it is free again.
#[derive(Debug, Default)]
pub(super) struct Queue {
    free: BTreeMap<Service, Vec<i64>>,
    entered: u64,
}

impl Queue {
    /// Takes a request in and says how long it takes from now: until a worker is free, and its service time.
    /// `path` is the request's behind the service's prefix.
    pub(super) fn enter(&mut self, now: i64, service: Service, path: &str, request: &Request, pace: f64) -> Duration {
        self.entered += 1;
        let time = service_time(service, &request.method, path);
        let further = if time.each == 0 { 0.0 } else { f64::from(time.each) * further_items(&request.body) };
        let time = (taken(&time, chance(self.entered)) + further) * pace;
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

/// How many items a bulk request has beyond its first: `{"ports": [{…}, {…}]}`.
fn further_items(body: &[u8]) -> f64 {
    let items = match serde_json::from_slice(body) {
        Ok(Json::Object(map)) if map.len() == 1 => map.values().next().and_then(Json::as_array).map_or(1, Vec::len),
        _ => 1,
    };
    #[expect(clippy::cast_precision_loss, reason = "a few items")]
    let further = items.saturating_sub(1) as f64;
    further
}

/// The time at this place between the least (0), the median (a half) and the most (1).
fn taken(time: &Time, place: f64) -> f64 {
    let (least, median, most) = (f64::from(time.least), f64::from(time.median), f64::from(time.most));
    if place < 0.5 { least + (median - least) * place * 2.0 } else { median + (most - median) * (place * 2.0 - 1.0) }
}

/// A number from 0 to 1 that looks like chance, the same in each run.
fn chance(number: u64) -> f64 {
    let mut mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    #[expect(clippy::cast_precision_loss, reason = "eight bits")]
    let part = (mixed >> 56) as f64 / 255.0;
    part
}

#[cfg(test)]
mod tests {
    use super::super::super::operation::Service::{Compute, Network};
    use super::*;

    fn request(method: &str, body: &str) -> Request {
        Request { method: method.to_owned(), body: body.into(), ..Request::default() }
    }

    #[test]
    fn ten_at_once_take_longer_than_one() {
        let post = request("POST", "");
        let alone = Queue::default().enter(0, Network, "/v2.0/networks", &post, 1.0).as_millis();
        let mut queue = Queue::default();
        let last = (0..10).map(|_| queue.enter(0, Network, "/v2.0/networks", &post, 1.0)).max().expect("ten");
        let Time { least, most, .. } = service_time(Network, "POST", "/v2.0/networks");
        assert!((u128::from(least)..=u128::from(most)).contains(&alone), "{alone}");
        let turns = 10 / u32::try_from(workers(Network)).expect("few");
        assert!(last.as_millis() >= u128::from(turns * least), "{last:?}");
        let other = queue.enter(0, Compute, "/v2.1/servers", &request("GET", ""), 1.0);
        let most = service_time(Compute, "GET", "/v2.1/servers").most;
        assert!(other.as_millis() <= u128::from(most), "another service is not kept waiting");
    }

    #[test]
    fn the_pace_scales() {
        let enter = |pace| Queue::default().enter(0, Network, "/v2.0/subnets", &request("POST", ""), pace).as_millis();
        let (whole, tenth) = (enter(1.0), enter(0.1));
        assert!(tenth * 9 < whole && whole < tenth * 11 + 10, "{whole} {tenth}");
    }

    #[test]
    fn each_item_of_a_bulk_request_takes_its_time() {
        let enter = |body| Queue::default().enter(0, Network, "/v2.0/ports", &request("POST", body), 1.0).as_millis();
        let each = u128::from(service_time(Network, "POST", "/v2.0/ports").each);
        let one = enter(r#"{"port": {"fixed_ips": [1, 2, 3]}}"#);
        assert!(each > 0);
        assert_eq!(enter(r#"{"ports": [{}, {}, {}]}"#), one + 2 * each);
        assert_eq!(enter(r#"{"ports": []}"#), one);
    }

    #[test]
    fn times_lie_around_the_median() {
        let time = Time { least: 100, median: 200, most: 600, ..service_time(Network, "POST", "/v2.0/networks") };
        let places: Vec<f64> = [0.0, 0.25, 0.5, 0.75, 1.0].into_iter().map(|place| taken(&time, place)).collect();
        assert_eq!(places, [100.0, 150.0, 200.0, 400.0, 600.0]);
        let mut below = 0;
        for number in 0..1000 {
            let place = chance(number);
            assert!((0.0..=1.0).contains(&place));
            below += u32::from(place < 0.5);
        }
        assert!((450..550).contains(&below), "{below}");
    }
}
