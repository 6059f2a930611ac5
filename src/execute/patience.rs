//! Whether a refused request is worth sending again, and when.

use std::time::Duration;

use crate::cloud::{CloudError, Refusal};

use super::settings::Settings;

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Send it again after so long.
    Again(Duration),
    /// Nobody knows whether it acted.
    Doubt,
    /// The request itself is at fault, or one of its items.
    Refused,
    /// It is not the request's fault, and no other one would fare better.
    GiveUp,
}

/// One step's patience: it begins with its first request.
#[derive(Clone, Debug)]
pub struct Patience {
    conflict_until: i64,
    grace_until: i64,
    gap: Duration,
}

const FIRST_GAP: Duration = Duration::from_secs(1);
const LONGEST_GAP: Duration = Duration::from_secs(10);

impl Patience {
    /// Begins now.
    pub fn new(settings: &Settings, now: i64) -> Self {
        Self {
            conflict_until: now + millis(settings.conflict_limit),
            grace_until: now + millis(settings.grace),
            gap: FIRST_GAP,
        }
    }

    /// What to do about this error. `refers` says whether the request names things that may have been created just now.
    pub fn judge(&mut self, error: &CloudError, refers: bool, now: i64) -> Verdict {
        if error.in_doubt() {
            return Verdict::Doubt;
        }
        let CloudError::Refused(refusal) = error else { return Verdict::GiveUp };
        match refusal.status {
            409 if passes(refusal) && now < self.conflict_until => self.again(),
            404 if refers && now < self.grace_until => self.again(),
            401 | 429 | 503 => Verdict::GiveUp,
            _ => Verdict::Refused,
        }
    }

    fn again(&mut self) -> Verdict {
        let gap = self.gap;
        self.gap = longer(gap);
        Verdict::Again(gap)
    }
}

/// Half as long again, up to a bound.
pub fn longer(gap: Duration) -> Duration {
    (gap * 3 / 2).min(LONGEST_GAP)
}

/// Whether a conflict can go away by itself. A full quota, a taken address and a second one of the same do not.
fn passes(refusal: &Refusal) -> bool {
    !["Quota", "AlreadyAllocated", "Exists", "Duplicate"].iter().any(|word| refusal.code.contains(word))
}

/// Whether a request was refused because something already holds the place of what it would make.
pub fn place_is_taken(error: &CloudError) -> bool {
    let CloudError::Refused(refusal) = error else { return false };
    match refusal.status {
        400 => refusal.message.contains("in use"),
        409 => !refusal.code.contains("Quota"),
        // `If-None-Match: *`
        412 => true,
        _ => false,
    }
}

/// Whole milliseconds.
pub fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: &str) -> CloudError {
        let (request, message) = ("POST /x".into(), "why".into());
        CloudError::Refused(Refusal {
            request,
            status,
            code: code.into(),
            message,
            request_id: None,
            retry_after: None,
        })
    }

    #[test]
    fn conflicts_are_tried_again_with_growing_gaps_and_a_bound() {
        let mut patience = Patience::new(&Settings::default(), 0);
        let gaps: Vec<_> = (0..8).map(|n| patience.judge(&refused(409, "ImmutableObject"), false, n * 1000)).collect();
        assert_eq!(gaps[0], Verdict::Again(Duration::from_secs(1)));
        assert_eq!(gaps[1], Verdict::Again(Duration::from_millis(1500)));
        assert_eq!(gaps[7], Verdict::Again(Duration::from_secs(10)));
        assert_eq!(patience.judge(&refused(409, ""), false, 120_000), Verdict::Refused);
    }

    #[test]
    fn a_taken_place_is_told_from_a_full_quota() {
        assert!(place_is_taken(&refused(409, "IpAddressAlreadyAllocated")));
        assert!(!place_is_taken(&refused(409, "OverQuota")));
        assert!(!place_is_taken(&refused(400, "")));
    }

    #[test]
    fn what_does_not_go_away_is_not_tried_again() {
        let mut patience = Patience::new(&Settings::default(), 0);
        for code in ["OverQuota", "IpAddressAlreadyAllocated", "SecurityGroupRuleExists"] {
            assert_eq!(patience.judge(&refused(409, code), true, 0), Verdict::Refused, "{code}");
        }
        assert_eq!(patience.judge(&refused(400, ""), true, 0), Verdict::Refused);
        assert_eq!(patience.judge(&refused(401, ""), true, 0), Verdict::GiveUp);
        assert_eq!(patience.judge(&refused(502, ""), true, 0), Verdict::Doubt);
        assert_eq!(patience.judge(&refused(404, ""), false, 0), Verdict::Refused);
        assert!(matches!(patience.judge(&refused(404, ""), true, 14_999), Verdict::Again(_)));
        assert_eq!(patience.judge(&refused(404, ""), true, 15_000), Verdict::Refused);
    }
}
