//! How long things took before: medians, so that one bad day does not teach the wrong lesson.

use std::collections::BTreeMap;

use crate::kind::Kind;

use super::OperationWord;

/// Median durations in milliseconds, by kind and operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    whole: BTreeMap<(Kind, OperationWord), Samples>,
    settling: BTreeMap<(Kind, OperationWord), Samples>,
}

/// Sorted, so that the median is its middle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Samples(Vec<u64>);

impl Samples {
    fn add(&mut self, sample: u64) {
        let place = self.0.partition_point(|known| *known < sample);
        self.0.insert(place, sample);
    }

    fn median(&self) -> Option<u64> {
        self.0.get(self.0.len() / 2).copied()
    }
}

impl Durations {
    /// From the moment before the request until settled; the kind's own page where nothing was learned.
    pub fn whole(&self, kind: Kind, operation: OperationWord) -> u64 {
        let learned = self.whole.get(&(kind, operation)).and_then(Samples::median);
        learned.unwrap_or_else(|| kind.spec().typical_ms)
    }

    /// From the request's answer until settled; the kind's own page where nothing was learned.
    pub fn settling(&self, kind: Kind, operation: OperationWord) -> u64 {
        let learned = self.settling.get(&(kind, operation)).and_then(Samples::median);
        learned.unwrap_or_else(|| kind.spec().typical_ms)
    }

    /// Whether something was learned, rather than read on the kind's page.
    pub fn has(&self, kind: Kind, operation: OperationWord) -> bool {
        self.settling.contains_key(&(kind, operation))
    }

    /// Adds one that was seen.
    pub fn learn(&mut self, kind: Kind, operation: OperationWord, whole: u64, settling: u64) {
        self.whole.entry((kind, operation)).or_default().add(whole);
        self.settling.entry((kind, operation)).or_default().add(settling);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_learned_and_the_page_is_the_default() {
        let mut durations = Durations::default();
        assert_eq!(durations.whole(Kind::Server, OperationWord::Create), Kind::Server.spec().typical_ms);
        assert!(!durations.has(Kind::Server, OperationWord::Create));
        for (whole, settling) in [(9_000, 8_000), (70_000, 60_000), (10_000, 9_500)] {
            durations.learn(Kind::Server, OperationWord::Create, whole, settling);
        }
        assert_eq!(durations.whole(Kind::Server, OperationWord::Create), 10_000);
        assert_eq!(durations.settling(Kind::Server, OperationWord::Create), 9_500);
        assert!(durations.has(Kind::Server, OperationWord::Create));
        assert_eq!(durations.whole(Kind::Server, OperationWord::Delete), Kind::Server.spec().typical_ms);
    }
}
