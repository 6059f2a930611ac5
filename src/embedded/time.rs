//! Times as the services write them.

use jiff::Timestamp;

/// `2026-11-24T18:57:20Z` (Nova, Neutron; Glance).
pub fn zulu(ms: i64) -> String {
    stamp(ms).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2026-11-24T18:57:20` (Octavia).
pub fn bare(ms: i64) -> String {
    stamp(ms).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// `2026-11-24T18:57:20.000000Z` (Keystone).
pub fn micros(ms: i64) -> String {
    stamp(ms).strftime("%Y-%m-%dT%H:%M:%S.000000Z").to_string()
}

/// `2026-11-24T18:57:20.000000` (some fields of Nova).
pub fn micros_bare(ms: i64) -> String {
    stamp(ms).strftime("%Y-%m-%dT%H:%M:%S.000000").to_string()
}

fn stamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}
