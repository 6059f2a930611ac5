//! What each kind takes, and the refusals of what it does not: Octavia checks types before anything else.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Value as Json, json};

use super::super::context::Context;
use super::super::fault::Fault;
use super::super::world::Row;

/// The form of a value.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// Text of at most 255 characters.
    Text,
    Bool,
    /// A whole number between bounds.
    Whole(i64, i64),
    /// One of these words.
    One(&'static [&'static str]),
    Uuid,
    Address,
    Cidrs,
    /// A list of texts.
    Texts,
    /// What is looked at elsewhere, or not at all.
    Any,
}

use Form::{Address, Any, Bool, Cidrs, One, Text, Texts, Uuid, Whole};

/// One attribute.
pub(super) struct Attribute {
    pub(super) name: &'static str,
    form: Form,
    /// JSON that stands for a value not given or null; none for a mandatory one.
    default: Option<&'static str>,
    /// Whether it may be changed later.
    updatable: bool,
}

const fn fixed(name: &'static str, form: Form, default: &'static str) -> Attribute {
    Attribute { name, form, default: Some(default), updatable: false }
}

const fn free(name: &'static str, form: Form, default: &'static str) -> Attribute {
    Attribute { name, form, default: Some(default), updatable: true }
}

const fn must(name: &'static str, form: Form) -> Attribute {
    Attribute { name, form, default: None, updatable: false }
}

const fn must_free(name: &'static str, form: Form) -> Attribute {
    Attribute { name, form, default: None, updatable: true }
}

const PORT: Form = Whole(1, 65_535);
const TIMEOUT: Form = Whole(0, 31_536_000_000);
const RETRIES: Form = Whole(1, 10);
const MANY: i64 = i32::MAX as i64;

pub(super) static LOAD_BALANCER: &[Attribute] = &[
    free("name", Text, "\"\""),
    free("description", Text, "\"\""),
    free("admin_state_up", Bool, "true"),
    free("tags", Texts, "[]"),
    fixed("vip_address", Address, "null"),
    fixed("vip_port_id", Uuid, "null"),
    fixed("vip_subnet_id", Uuid, "null"),
    fixed("vip_network_id", Uuid, "null"),
    free("vip_qos_policy_id", Uuid, "null"),
    fixed("additional_vips", Any, "[]"),
    fixed("project_id", Text, "null"),
    fixed("tenant_id", Text, "null"),
    fixed("listeners", Any, "[]"),
    fixed("pools", Any, "[]"),
    fixed("provider", Text, "\"amphora\""),
    fixed("flavor_id", Uuid, "null"),
    fixed("availability_zone", Text, "null"),
];

pub(super) static LISTENER: &[Attribute] = &[
    free("name", Text, "\"\""),
    free("description", Text, "\"\""),
    free("admin_state_up", Bool, "true"),
    free("tags", Texts, "[]"),
    must("loadbalancer_id", Uuid),
    must("protocol", One(&["TCP", "HTTP", "HTTPS", "TERMINATED_HTTPS", "UDP", "SCTP", "PROMETHEUS"])),
    must("protocol_port", PORT),
    free("connection_limit", Whole(-1, MANY), "-1"),
    free("default_tls_container_ref", Text, "null"),
    free("sni_container_refs", Texts, "[]"),
    fixed("project_id", Text, "null"),
    fixed("tenant_id", Text, "null"),
    free("default_pool_id", Uuid, "null"),
    fixed("default_pool", Any, "null"),
    fixed("l7policies", Any, "[]"),
    free("insert_headers", Any, "{}"),
    free("timeout_client_data", TIMEOUT, "50000"),
    free("timeout_member_connect", TIMEOUT, "5000"),
    free("timeout_member_data", TIMEOUT, "50000"),
    free("timeout_tcp_inspect", TIMEOUT, "0"),
    free("client_ca_tls_container_ref", Text, "null"),
    free("client_authentication", One(&["NONE", "OPTIONAL", "MANDATORY"]), "\"NONE\""),
    free("client_crl_container_ref", Text, "null"),
    free("allowed_cidrs", Cidrs, "null"),
    free("tls_ciphers", Any, "null"),
    free("tls_versions", Texts, "null"),
    free("alpn_protocols", Texts, "null"),
];

pub(super) static POOL: &[Attribute] = &[
    free("name", Text, "\"\""),
    free("description", Text, "\"\""),
    free("admin_state_up", Bool, "true"),
    free("tags", Texts, "[]"),
    fixed("listener_id", Uuid, "null"),
    fixed("loadbalancer_id", Uuid, "null"),
    must("protocol", One(&["TCP", "HTTP", "HTTPS", "UDP", "SCTP", "PROXY", "PROXYV2"])),
    must_free("lb_algorithm", One(&["ROUND_ROBIN", "LEAST_CONNECTIONS", "SOURCE_IP", "SOURCE_IP_PORT"])),
    free("session_persistence", Any, "null"),
    fixed("project_id", Text, "null"),
    fixed("tenant_id", Text, "null"),
    fixed("healthmonitor", Any, "null"),
    fixed("members", Any, "[]"),
    free("tls_container_ref", Text, "null"),
    free("ca_tls_container_ref", Text, "null"),
    free("crl_container_ref", Text, "null"),
    free("tls_enabled", Bool, "false"),
    free("tls_ciphers", Any, "null"),
    free("tls_versions", Texts, "null"),
    free("alpn_protocols", Texts, "null"),
];

pub(super) static MEMBER: &[Attribute] = &[
    free("name", Text, "\"\""),
    free("admin_state_up", Bool, "true"),
    free("tags", Texts, "[]"),
    must("address", Address),
    must("protocol_port", PORT),
    free("weight", Whole(0, 256), "1"),
    free("backup", Bool, "false"),
    fixed("subnet_id", Uuid, "null"),
    fixed("project_id", Text, "null"),
    fixed("tenant_id", Text, "null"),
    free("monitor_port", PORT, "null"),
    free("monitor_address", Address, "null"),
];

pub(super) static MONITOR: &[Attribute] = &[
    free("name", Text, "\"\""),
    free("admin_state_up", Bool, "true"),
    free("tags", Texts, "[]"),
    must("pool_id", Uuid),
    must("type", One(&["HTTP", "HTTPS", "PING", "TCP", "TLS-HELLO", "UDP-CONNECT", "SCTP"])),
    must_free("delay", Whole(0, MANY)),
    must_free("timeout", Whole(0, MANY)),
    must_free("max_retries", RETRIES),
    free("max_retries_down", RETRIES, "3"),
    free("http_method", One(&["GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "OPTIONS", "PATCH", "CONNECT"]), "null"),
    free("url_path", Text, "null"),
    free("expected_codes", Text, "null"),
    free("http_version", Any, "null"),
    free("domain_name", Text, "null"),
    fixed("project_id", Text, "null"),
    fixed("tenant_id", Text, "null"),
];

pub(super) static POLICY: &[Attribute] = &[
    free("name", Text, "\"\""),
    free("description", Text, "\"\""),
    free("admin_state_up", Bool, "true"),
    free("tags", Texts, "[]"),
    must("listener_id", Uuid),
    must_free("action", One(&["REDIRECT_TO_URL", "REDIRECT_TO_POOL", "REJECT", "REDIRECT_PREFIX"])),
    free("redirect_pool_id", Uuid, "null"),
    free("redirect_url", Text, "null"),
    free("redirect_prefix", Text, "null"),
    free("redirect_http_code", Any, "null"),
    free("position", Whole(1, MANY), "2147483647"),
    fixed("redirect_pool", Any, "null"),
    fixed("rules", Any, "[]"),
    fixed("project_id", Text, "null"),
    fixed("tenant_id", Text, "null"),
];

pub(super) static RULE: &[Attribute] = &[
    must_free(
        "type",
        One(&[
            "HOST_NAME",
            "PATH",
            "FILE_TYPE",
            "HEADER",
            "COOKIE",
            "SSL_CONN_HAS_CERT",
            "SSL_VERIFY_RESULT",
            "SSL_DN_FIELD",
        ]),
    ),
    must_free("compare_type", One(&["REGEX", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "EQUAL_TO"])),
    free("key", Text, "null"),
    must_free("value", Text),
    free("invert", Bool, "false"),
    free("admin_state_up", Bool, "true"),
    free("tags", Texts, "[]"),
    fixed("project_id", Text, "null"),
    fixed("tenant_id", Text, "null"),
];

/// The object below `key` of the request's body; `argument` is Octavia's own name of the parameter, for its messages.
pub(super) fn body(context: &Context<'_>, key: &str, argument: &str) -> Result<Row, Fault> {
    let Ok(Json::Object(mut body)) = serde_json::from_slice(&context.request.body) else {
        return Err(Fault::new(400, "Request is not in valid JSON format"));
    };
    match body.remove(key) {
        Some(Json::Object(given)) => match body.keys().next() {
            None => Ok(given),
            Some(other) => Err(Fault::new(400, format!("Unknown attribute for argument {argument}: {other}"))),
        },
        None if body.is_empty() => Err(Fault::new(500, "'UnsetType' object has no attribute 'project_id'".to_owned())),
        None => {
            let other = body.keys().next().map_or("", String::as_str);
            Err(Fault::new(400, format!("Unknown attribute for argument {argument}: {other}")))
        }
        Some(other) => Err(wrong(key, &other, "Value not a valid object")),
    }
}

/// A new row's attributes: those given, checked, and the defaults of the others.
pub(super) fn created(known: &[Attribute], given: &Row, argument: &str) -> Result<Row, Fault> {
    unknown(known, given, argument, false)?;
    let mut row = Row::new();
    for attribute in known {
        let value = match (given.get(attribute.name), attribute.default) {
            (None | Some(Json::Null), None) => {
                return Err(wrong(attribute.name, &Json::from("None"), "Mandatory field missing."));
            }
            (None | Some(Json::Null), Some(default)) => constant(default),
            (Some(value), _) => taken(attribute, value, given, argument)?,
        };
        row.insert(attribute.name.to_owned(), value);
    }
    Ok(row)
}

/// What an update changes; null sets the default again.
pub(super) fn updated(known: &[Attribute], given: &Row, argument: &str) -> Result<Row, Fault> {
    unknown(known, given, argument, true)?;
    let mut row = Row::new();
    for (name, value) in given {
        let Some(attribute) = known.iter().find(|attribute| attribute.name == name) else { continue };
        let value = match (value, attribute.default) {
            (Json::Null, Some(default)) => constant(default),
            (Json::Null, None) => continue,
            (value, _) => taken(attribute, value, given, argument)?,
        };
        row.insert(name.clone(), value);
    }
    Ok(row)
}

fn constant(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_default()
}

fn unknown(known: &[Attribute], given: &Row, argument: &str, update: bool) -> Result<(), Fault> {
    let taken = |name: &str| known.iter().any(|known| known.name == name && (known.updatable || !update));
    match given.keys().find(|name| !taken(name)) {
        Some(name) => Err(Fault::new(400, format!("Unknown attribute for argument {argument}: {name}"))),
        None => Ok(()),
    }
}

fn wrong(name: &str, value: &Json, why: &str) -> Fault {
    let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Fault::new(400, format!("Invalid input for field/attribute {name}. Value: '{shown}'. {why}"))
}

/// A value as it is taken: numbers and booleans may come as texts, as some clients send them.
fn taken(attribute: &Attribute, value: &Json, given: &Row, argument: &str) -> Result<Json, Fault> {
    let (name, _) = argument.split_once('.').unwrap_or((argument, ""));
    let refuse = |why: String| wrong(name, &Json::Object(given.clone()), &why);
    let value = match (attribute.form, value) {
        (Whole(..), Json::String(text)) => match text.trim().parse::<i64>() {
            Ok(number) => Json::from(number),
            Err(_) => return Err(refuse(format!("invalid literal for int() with base 10: '{text}'"))),
        },
        (Whole(..), Json::Bool(one)) => Json::from(i64::from(*one)),
        #[expect(clippy::cast_possible_truncation, reason = "as int() does")]
        (Whole(..), Json::Number(number)) => {
            Json::from(number.as_i64().unwrap_or_else(|| number.as_f64().unwrap_or_default() as i64))
        }
        (Bool, Json::String(text)) => match text.trim().to_lowercase().as_str() {
            "true" | "t" | "1" | "yes" | "y" | "on" => Json::Bool(true),
            "false" | "f" | "0" | "no" | "n" | "off" => Json::Bool(false),
            _ => return Err(refuse(format!("Value not an unambiguous boolean: {text}"))),
        },
        (Bool, Json::Number(number)) => Json::Bool(number.as_f64() != Some(0.0)),
        (_, value) => value.clone(),
    };
    check(attribute, &value)?;
    Ok(value)
}

fn check(attribute: &Attribute, value: &Json) -> Result<(), Fault> {
    let refuse = |why: &str| Err(wrong(attribute.name, value, why));
    match attribute.form {
        Text => match value.as_str() {
            Some(text) if text.chars().count() > 255 => {
                refuse("Value should have a maximum character requirement of 255")
            }
            Some(_) => Ok(()),
            None => refuse("Value should be string"),
        },
        Bool if !value.is_boolean() => refuse("Wrong type. Expected 'bool'"),
        Whole(least, most) => match value.as_i64() {
            Some(number) if number < least => refuse(&format!("Value should be greater or equal to {least}")),
            Some(number) if number > most => refuse(&format!("Value should be lower or equal to {most}")),
            Some(_) => Ok(()),
            None => refuse("Value not a valid integer"),
        },
        One(words) if !words.iter().any(|word| value == word) => {
            refuse(&format!("Value should be one of: {}", words.join(", ")))
        }
        Uuid if !value.as_str().is_some_and(is_uuid) => refuse("Value should be UUID format"),
        Address if value.as_str().is_none_or(|text| text.parse::<IpAddr>().is_err()) => {
            refuse("Value should be IPv4 or IPv6 format")
        }
        Cidrs => match value.as_array() {
            Some(list) if list.iter().all(|cidr| cidr.as_str().is_some_and(|text| text.parse::<IpNet>().is_ok())) => {
                Ok(())
            }
            _ => refuse("Value should be IPv4 or IPv6 CIDR format"),
        },
        Texts => match value.as_array() {
            Some(list) if list.iter().all(Json::is_string) => Ok(()),
            _ => refuse("Value should be a list of strings"),
        },
        Bool | One(_) | Uuid | Address | Any => Ok(()),
    }
}

/// Whether a text is a UUID, with or without dashes.
fn is_uuid(text: &str) -> bool {
    let digits = text.chars().filter(|letter| *letter != '-').count();
    digits == 32 && text.chars().all(|letter| letter == '-' || letter.is_ascii_hexdigit())
}

/// A list of `{"id": …}`.
pub(super) fn references<'a>(ids: impl IntoIterator<Item = &'a String>) -> Json {
    Json::Array(ids.into_iter().map(|id| json!({"id": id})).collect())
}
