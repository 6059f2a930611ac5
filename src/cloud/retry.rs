//! When a request may be sent again, and after how long. Pure: the caller waits and counts.

use super::{Response, TransportError};

/// The most times that one request is sent because of 429 and 503.
const BUSY_ATTEMPTS: u32 = 8;
/// The most time that one request spends waiting between attempts.
const PATIENCE_MS: u64 = 120_000;
/// The most times that a request which never left is tried.
const CONNECT_ATTEMPTS: u32 = 3;
/// The longest wait between two attempts when the service does not say how long.
const LONGEST_MS: u64 = 30_000;

/// What happened to one request so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Attempts {
    busy: u32,
    not_sent: u32,
    unanswered: u32,
    waited_ms: u64,
}

/// How often a request that may have acted is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Never: it writes.
    Never,
    /// Up to so many times: it reads, or acting twice does no harm.
    UpTo(u32),
}

impl Attempts {
    /// The wait in milliseconds before it is sent again; `None` when the result stands. `spread` is in `0.0..1.0`.
    pub(super) fn again(
        &mut self,
        result: &Result<Response, TransportError>,
        retry_after: Option<u64>,
        repeat: Repeat,
        spread: f64,
    ) -> Option<u64> {
        let wait = match result {
            Ok(response) if matches!(response.status, 429 | 503) => {
                self.busy += 1;
                if self.busy >= BUSY_ATTEMPTS {
                    return None;
                }
                // A service that asks for a time gets it and a little more, so that its clients do not all come back at once.
                match retry_after {
                    Some(seconds) => seconds.saturating_mul(1000).saturating_add(scaled(500, spread)),
                    None => backoff(self.busy, spread),
                }
            }
            Err(TransportError::NotSent(_)) => {
                self.not_sent += 1;
                if self.not_sent >= CONNECT_ATTEMPTS {
                    return None;
                }
                backoff(self.not_sent, spread)
            }
            Ok(response) if !matches!(response.status, 500 | 502 | 504) => return None,
            Ok(_) | Err(TransportError::Lost(_)) => {
                self.unanswered += 1;
                match repeat {
                    Repeat::UpTo(times) if self.unanswered <= times => backoff(self.unanswered, spread),
                    Repeat::UpTo(_) | Repeat::Never => return None,
                }
            }
        };
        self.waited_ms = self.waited_ms.saturating_add(wait);
        (self.waited_ms <= PATIENCE_MS).then_some(wait)
    }
}

/// 1, 2, 4 … 30 s, each between a half and one and a half times that.
fn backoff(attempt: u32, spread: f64) -> u64 {
    let base = 1000_u64.saturating_mul(1 << (attempt - 1).min(10)).min(LONGEST_MS);
    base / 2 + scaled(base, spread)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)] // at most 30,000
fn scaled(ms: u64, spread: f64) -> u64 {
    (ms as f64 * spread.clamp(0.0, 1.0)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    type Exchanged = Result<Response, TransportError>;

    fn status(status: u16) -> Response {
        Response { status, headers: Vec::new(), body: Vec::new() }
    }

    fn waits(result: &Exchanged, retry_after: Option<u64>, repeat: Repeat) -> Vec<u64> {
        let mut attempts = Attempts::default();
        std::iter::from_fn(|| attempts.again(result, retry_after, repeat, 0.5)).take(100).collect()
    }

    #[test]
    fn every_kind_of_repetition_is_bounded() {
        let read = Repeat::UpTo(3);
        assert_eq!(waits(&Ok(status(503)), None, Repeat::Never), [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
        assert_eq!(waits(&Ok(status(429)), Some(20), Repeat::Never), [20250; 5]);
        assert_eq!(waits(&Ok(status(429)), Some(600), Repeat::Never), [0; 0], "longer than we are patient");
        let refused = Err(TransportError::NotSent(String::new()));
        assert_eq!(waits(&refused, None, Repeat::Never), [1000, 2000]);
        for result in [Ok(status(500)), Ok(status(502)), Ok(status(504)), Err(TransportError::Lost(String::new()))] {
            assert_eq!(waits(&result, None, read), [1000, 2000, 4000]);
            assert_eq!(waits(&result, None, Repeat::Never), [0; 0]);
        }
        for code in [200, 202, 204, 300, 400, 401, 403, 404, 409, 413, 501] {
            assert_eq!(waits(&Ok(status(code)), None, read), [0; 0]);
        }
    }

    #[test]
    fn spread_keeps_a_wait_between_its_half_and_one_and_a_half() {
        for spread in [0.0, 0.25, 0.999] {
            let wait = backoff(3, spread);
            assert!((2000..6000).contains(&wait), "{wait}");
        }
    }
}
