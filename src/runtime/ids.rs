//! Identifiers of runs, spread for retries, and the letters that secrets are made of.

use std::sync::atomic::{AtomicU64, Ordering};

use rand::Rng;
use rand::TryRngCore;
use rand::distr::Alphanumeric;
use rand::rngs::OsRng;
use secrecy::SecretString;

/// Where identifiers and randomness come from.
pub trait Ids: Send + Sync {
    /// A run's id. Ids of later runs sort after those of earlier ones (to the millisecond).
    fn run_id(&self, now_ms: i64) -> String;
    /// A number in `0.0..1.0`, to spread retries.
    fn spread(&self) -> f64;
    /// So many letters and digits of ASCII that nobody can guess.
    fn letters(&self, count: u16) -> SecretString;
}

/// The system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn run_id(&self, now_ms: i64) -> String {
        format!("{now_ms:012x}{:04x}", rand::random::<u16>())
    }

    fn spread(&self) -> f64 {
        rand::random()
    }

    /// # Panics
    /// Where the system has no randomness: there is no secret without it.
    fn letters(&self, count: u16) -> SecretString {
        let letters = OsRng.unwrap_err().sample_iter(Alphanumeric).take(count.into()).map(char::from);
        letters.collect::<String>().into()
    }
}

/// Ids in sequence, and no spread: for tests.
#[derive(Debug, Default)]
pub struct CountingIds {
    runs: AtomicU64,
    secrets: AtomicU64,
}

impl Ids for CountingIds {
    fn run_id(&self, now_ms: i64) -> String {
        format!("{now_ms:012x}{:04x}", self.runs.fetch_add(1, Ordering::Relaxed))
    }

    fn spread(&self) -> f64 {
        0.5
    }

    /// A number, filled up on the left: no two are the same, unless there is no room for the number.
    fn letters(&self, count: u16) -> SecretString {
        let (number, count) = (self.secrets.fetch_add(1, Ordering::Relaxed), usize::from(count));
        let text = format!("{number:Z>count$}");
        text[text.len() - count..].into()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn letters_are_as_many_as_asked_for_and_never_the_same() {
        let makers: [&dyn Ids; 2] = [&RandomIds, &CountingIds::default()];
        for ids in makers {
            let all: BTreeSet<String> = (0..50).map(|_| ids.letters(24).expose_secret().to_owned()).collect();
            assert_eq!(all.len(), 50);
            for one in all {
                assert!(one.len() == 24 && one.chars().all(|c| c.is_ascii_alphanumeric()), "{one}");
            }
            assert_eq!(ids.letters(0).expose_secret(), "");
        }
    }
}
