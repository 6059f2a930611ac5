//! The one allow-list: which rooms and which crates a room may name. `docs/architecture.md` says what each room is for.

/// One row.
pub struct Row {
    pub name: &'static str,
    /// No clock, no network, no files, no randomness, no order that changes from run to run.
    pub pure: bool,
    pub rooms: &'static [&'static str],
    pub crates: &'static [&'static str],
}

/// `src/lib.rs`, which only declares the rooms.
pub const LIBRARY: &str = "lib";
/// `src/main.rs`, which only calls `cli`.
pub const BINARY: &str = "main";

/// What stands at the crate's root without being a room: exported macros, and whose they are.
pub const ROOT_MACROS: &[(&str, &str)] = &[("say", "model"), ("messages", "model")];

/// What pure rooms may not name. Below `std::net` only the types of addresses are free.
pub const IMPURE_STD: &[&[&str]] = &[
    &["std", "time"],
    &["std", "fs"],
    &["std", "env"],
    &["std", "net"],
    &["std", "process"],
    &["std", "thread"],
    &["std", "collections", "HashMap"],
    &["std", "collections", "HashSet"],
    &["std", "collections", "hash_map"],
    &["std", "collections", "hash_set"],
];
pub const ADDRESS_TYPES: &[&str] = &["IpAddr", "Ipv4Addr", "Ipv6Addr", "AddrParseError"];
pub const IMPURE_CRATES: &[&str] = &["tokio", "rand", "reqwest", "rusqlite"];

const fn pure(name: &'static str, rooms: &'static [&'static str], crates: &'static [&'static str]) -> Row {
    Row { name, pure: true, rooms, crates }
}

const fn acting(name: &'static str, rooms: &'static [&'static str], crates: &'static [&'static str]) -> Row {
    Row { name, pure: false, rooms, crates }
}

pub const ROOMS: &[Row] = &[
    pure("model", &[], &["base64", "secrecy", "serde", "serde_json", "sha2", "thiserror"]),
    pure("graph", &[], &["petgraph", "thiserror"]),
    pure("blueprint", &["model"], &["serde", "serde_json", "saphyr_parser", "ipnet", "strsim", "include_dir"]),
    pure(
        "component",
        &["model", "blueprint"],
        &["serde", "serde_json", "saphyr_parser", "minijinja", "include_dir", "thiserror"],
    ),
    pure("kind", &["model"], &["serde", "serde_json", "base64", "flate2", "sha2", "thiserror"]),
    pure("snapshot", &["model", "kind"], &["serde", "serde_json", "thiserror"]),
    pure("event", &["model", "kind"], &["serde", "serde_json", "thiserror"]),
    pure(
        "desired",
        &["model", "graph", "blueprint", "component", "kind", "snapshot"],
        &["serde", "ipnet", "regex", "sha2", "strsim"],
    ),
    pure(
        "plan",
        &["model", "graph", "kind", "snapshot", "event", "desired"],
        &["serde", "serde_json", "sha2", "ipnet"],
    ),
    pure(
        "report",
        &["model", "graph", "kind", "snapshot", "event", "desired", "plan"],
        &["serde", "serde_json", "jiff"],
    ),
    acting("runtime", &[], &["async_trait", "tokio", "rand", "jiff", "secrecy"]),
    acting(
        "cloud",
        &["model", "runtime"],
        &[
            "openstack",
            "osauth",
            "reqwest",
            "http",
            "url",
            "async_trait",
            "futures",
            "tokio",
            "serde",
            "serde_json",
            "saphyr",
            "secrecy",
            "strsim",
            "thiserror",
            "tracing",
            "jiff",
        ],
    ),
    acting(
        "driver",
        &["model", "kind", "snapshot", "cloud"],
        &["async_trait", "serde", "serde_json", "base64", "futures", "hmac", "sha1", "sha2", "secrecy"],
    ),
    acting(
        "observe",
        &["model", "kind", "snapshot", "event", "cloud", "driver"],
        &["futures", "tokio", "serde", "serde_json", "tracing"],
    ),
    acting(
        "journal",
        &["model", "event", "runtime"],
        &["age", "async_trait", "rusqlite", "secrecy", "tokio", "serde", "serde_json", "thiserror", "tracing"],
    ),
    acting(
        "verify",
        &["model", "event", "cloud", "runtime"],
        &["async_trait", "reqwest", "secrecy", "tokio", "serde", "serde_json", "jiff"],
    ),
    acting(
        "execute",
        &[
            "model", "graph", "kind", "snapshot", "event", "plan", "runtime", "cloud", "driver", "observe", "journal",
            "verify",
        ],
        &["async_trait", "futures", "secrecy", "tokio", "serde", "serde_json", "thiserror", "tracing"],
    ),
    acting("terminal", &["model", "event", "report"], &["console", "indicatif", "secrecy", "serde_json", "tokio"]),
    acting(
        "embedded",
        &[],
        &[
            "axum",
            "base64",
            "flate2",
            "hmac",
            "hyper",
            "hyper_util",
            "ipnet",
            "jiff",
            "md5",
            "regex",
            "rusqlite",
            "serde",
            "serde_json",
            "sha1",
            "sha2",
            "thiserror",
            "tokio",
            "url",
        ],
    ),
    acting(
        "simulate",
        &[
            "model",
            "graph",
            "blueprint",
            "component",
            "kind",
            "snapshot",
            "event",
            "desired",
            "plan",
            "report",
            "runtime",
            "cloud",
            "driver",
            "observe",
            "journal",
            "verify",
            "execute",
            "terminal",
            "embedded",
        ],
        &["async_trait", "secrecy", "serde_json", "thiserror", "tokio", "url"],
    ),
    acting(
        "cli",
        &[
            "model",
            "graph",
            "blueprint",
            "component",
            "kind",
            "snapshot",
            "event",
            "desired",
            "plan",
            "report",
            "runtime",
            "cloud",
            "driver",
            "observe",
            "journal",
            "verify",
            "execute",
            "terminal",
            "embedded",
        ],
        &[
            "clap",
            "clap_complete",
            "clap_mangen",
            "futures",
            "ipnet",
            "jiff",
            "secrecy",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "tokio",
            "tracing",
            "tracing_subscriber",
        ],
    ),
    acting(LIBRARY, &[], &[]),
    acting(BINARY, &["cli"], &[]),
];

/// The row of that name.
pub fn row(name: &str) -> Option<&'static Row> {
    ROOMS.iter().find(|row| row.name == name)
}

/// Whether a room may name another one. Its tests may also name what that one is made of: an event's test needs a kind.
pub fn allows(room: &str, other: &str, test: bool) -> bool {
    let Some(row) = row(room) else { return false };
    row.rooms.contains(&other) || test && row.rooms.iter().any(|between| allows(between, other, true))
}
