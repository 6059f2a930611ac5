//! What a client may say of a resource: every attribute of a body is known, allowed, of the right form, and converted.

use std::net::IpAddr;

use serde_json::{Value as Json, json};

use super::kinds::Kind;
use super::rows::{disallowed, fault, invalid};
use crate::embedded::context::Caller;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

/// Whether a body creates or changes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `POST`.
    Create,
    /// `PUT`.
    Update,
}

/// The form of an attribute's value.
#[derive(Clone, Copy)]
pub enum Check {
    /// Text up to that length.
    Text(usize),
    /// Text or null.
    TextOrNone,
    /// A boolean in one of its spellings.
    Bool,
    /// A whole number in that range.
    Number(i64, i64),
    /// A whole number or null.
    NumberOrNone,
    /// A UUID.
    Id,
    /// A UUID or null.
    IdOrNone,
    /// UUIDs.
    Ids,
    /// Any list.
    List,
    /// An object or null.
    ObjectOrNone,
    /// 4 or 6.
    Version,
    /// An IP address or null.
    AddressOrNone,
    /// A hardware address.
    Mac,
    /// `[{"start", "end"}]`.
    Pools,
    /// IP addresses.
    NameServers,
    /// `[{"destination", "nexthop"}]`.
    Routes,
    /// `[{"subnet_id", "ip_address"}]`.
    FixedIps,
    /// `[{"ip_address", "mac_address"}]`.
    Pairs,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// `{"network_id", …}` or null.
    Gateway,
    /// A protocol's name or number.
    Protocol,
    /// A port's number.
    PortNumber,
    /// `IPv4` or `IPv6`, in any case.
    EtherType,
    /// A range of addresses, or one.
    Prefix,
}

/// One attribute.
#[derive(Clone, Copy)]
pub struct Attribute {
    name: &'static str,
    create: bool,
    required: bool,
    update: bool,
    /// JSON; empty where the kind's own code decides.
    default: &'static str,
    guarded: (bool, bool),
    check: Check,
}

/// May be given and changed.
pub const fn value(name: &'static str, default: &'static str, check: Check) -> Attribute {
    Attribute { name, create: true, required: false, update: true, default, guarded: (false, false), check }
}

/// May be given, not changed.
pub const fn fixed(name: &'static str, default: &'static str, check: Check) -> Attribute {
    Attribute { update: false, ..value(name, default, check) }
}

/// Must be given, may not be changed.
pub const fn needed(name: &'static str, check: Check) -> Attribute {
    Attribute { required: true, ..fixed(name, "", check) }
}

/// The cloud's own.
pub const fn shown(name: &'static str) -> Attribute {
    Attribute { create: false, ..fixed(name, "", Check::TextOrNone) }
}

impl Attribute {
    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Its form.
    pub const fn check(&self) -> Check {
        self.check
    }

    /// Only the administrator may give it.
    pub const fn guarded(self) -> Self {
        Self { guarded: (true, true), ..self }
    }

    /// Only the administrator may change it.
    pub const fn guarded_in_put(self) -> Self {
        Self { guarded: (false, true), ..self }
    }

    /// May only be changed.
    pub const fn not_in_post(self) -> Self {
        Self { create: false, ..self }
    }

    /// May not be changed.
    pub const fn unchanging(self) -> Self {
        Self { update: false, ..self }
    }
}

const STANDARD: [&str; 6] = ["created_at", "updated_at", "revision_number", "tags", "tenant_id", "project_id"];

/// Whether lists of the kind can be filtered and sorted by that name.
pub fn is_known(kind: &Kind, name: &str) -> bool {
    STANDARD.contains(&name) || kind.attributes.iter().any(|attribute| attribute.name == name)
}

/// A body's attributes, checked, converted, and on creation with the defaults; `project_id` too on creation.
pub fn take(kind: &Kind, mut given: Row, verb: Verb, caller: &Caller) -> Result<Row, Fault> {
    let wrong = |message: String| Fault::new(400, message);
    let mut taken = Row::new();
    if verb == Verb::Create {
        let owner = [given.remove("project_id"), given.remove("tenant_id")].into_iter().flatten().next();
        let owner = owner.and_then(|owner| owner.as_str().map(str::to_owned)).unwrap_or_else(|| caller.project.clone());
        if owner != caller.project && !caller.is_admin() {
            return Err(wrong("Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin or advsvc privileges".into()));
        }
        taken.insert("project_id".to_owned(), json!(owner));
    }
    let unknown: Vec<&str> = given.keys().map(String::as_str).filter(|name| !is_known(kind, name)).collect();
    if !unknown.is_empty() {
        return Err(wrong(format!("Unrecognized attribute(s) '{}'", unknown.join(", "))));
    }
    let of = |name: &str| kind.attributes.iter().find(|attribute| attribute.name == name);
    match verb {
        Verb::Create => {
            for attribute in kind.attributes.iter().filter(|one| one.required) {
                if !given.contains_key(attribute.name) {
                    let name = attribute.name;
                    return Err(wrong(format!("Failed to parse request. Required attribute '{name}' not specified")));
                }
            }
            if let Some(name) = given.keys().find(|name| !of(name).is_some_and(|one| one.create)) {
                return Err(wrong(format!("Attribute '{name}' not allowed in POST")));
            }
        }
        Verb::Update => {
            if let Some(name) = given.keys().find(|name| !of(name).is_some_and(|one| one.update)) {
                return Err(wrong(format!("Cannot update read-only attribute {name}")));
            }
        }
    }
    let mut refused = Vec::new();
    for attribute in kind.attributes {
        let name = attribute.name;
        let default = serde_json::from_str::<Json>(attribute.default).ok();
        match given.remove(name) {
            Some(value) => {
                let value = convert(attribute.check, name, value)?;
                let guarded = if verb == Verb::Create { attribute.guarded.0 } else { attribute.guarded.1 };
                if guarded && (verb == Verb::Update || default.as_ref() != Some(&value)) {
                    refused.push(name.to_owned());
                }
                taken.insert(name.to_owned(), value);
            }
            None if verb == Verb::Create && attribute.create => {
                taken.extend(default.map(|default| (name.to_owned(), default)));
            }
            None => {}
        }
    }
    let action = if verb == Verb::Create { "create" } else { "update" };
    let rule = format!("rule:{action}_{}", kind.singular);
    if let Some(gateway) = taken.get("external_gateway_info").and_then(Json::as_object) {
        let parts: Vec<String> = ["network_id", "enable_snat", "external_fixed_ips"]
            .into_iter()
            .filter(|part| gateway.contains_key(*part))
            .map(|part| format!("{rule}:external_gateway_info:{part}"))
            .collect();
        if parts.len() > 1 && !caller.is_admin() {
            return Err(disallowed(&format!(
                "({rule} and ({rule}:external_gateway_info and ({})))",
                parts.join(" and ")
            )));
        }
    }
    if !refused.is_empty() && !caller.is_admin() {
        let parts: Vec<String> = refused.iter().map(|name| format!("{rule}:{name}")).collect();
        let parts = if parts.len() == 1 { parts[0].clone() } else { format!("({})", parts.join(" and ")) };
        return Err(disallowed(&format!("({rule} and {parts})")));
    }
    Ok(taken)
}

/// A value as Python writes it in messages.
pub fn python(value: &Json) -> String {
    match value {
        Json::Null => "None".to_owned(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        Json::Array(items) => format!("[{}]", items.iter().map(quoted).collect::<Vec<_>>().join(", ")),
        Json::Object(map) => {
            let parts: Vec<String> = map.iter().map(|(name, value)| format!("'{name}': {}", quoted(value))).collect();
            format!("{{{}}}", parts.join(", "))
        }
    }
}

fn quoted(value: &Json) -> String {
    match value {
        Json::String(text) => format!("'{text}'"),
        other => python(other),
    }
}

/// `true` and `false` in their spellings.
pub fn boolean(value: &Json) -> Result<bool, Fault> {
    match value {
        Json::Bool(value) => Ok(*value),
        Json::Number(number) if number.as_i64() == Some(0) => Ok(false),
        Json::Number(number) if number.as_i64() == Some(1) => Ok(true),
        Json::String(text) if ["true", "1"].contains(&text.to_lowercase().as_str()) => Ok(true),
        Json::String(text) if ["false", "0"].contains(&text.to_lowercase().as_str()) => Ok(false),
        _ => Err(invalid(format!("'{}' cannot be converted to boolean", python(value)))),
    }
}

fn is_uuid(text: &str) -> bool {
    let bare = text.replace('-', "");
    bare.len() == 32 && bare.chars().all(|digit| digit.is_ascii_hexdigit())
}

fn is_address(value: &Json) -> bool {
    value.as_str().is_some_and(|text| text.parse::<IpAddr>().is_ok())
}

fn convert(check: Check, name: &str, value: Json) -> Result<Json, Fault> {
    let wrong = |reason: String| Err(Fault::new(400, format!("Invalid input for {name}. Reason: {reason}.")));
    let said = python(&value);
    let bad_address = |value: &Json| format!("'{}' is not a valid IP address", python(value));
    match check {
        Check::Text(limit) => match &value {
            Json::String(text) if text.chars().count() <= limit => Ok(value),
            Json::String(_) => wrong(format!("'{said}' exceeds maximum length of {limit}")),
            _ => wrong(format!("'{said}' is not a valid string")),
        },
        Check::TextOrNone => match &value {
            Json::Null | Json::String(_) => Ok(value),
            _ => wrong(format!("'{said}' is not a valid string")),
        },
        Check::Bool => boolean(&value).map(Json::Bool),
        Check::Number(low, high) => match whole(&value) {
            Some(number) if number < low => wrong(format!("'{said}' is too small - must be at least '{low}'")),
            Some(number) if number > high => wrong(format!("'{said}' is too large - must be no larger than '{high}'")),
            Some(number) => Ok(json!(number)),
            None => wrong(format!("'{said}' is not an integer")),
        },
        Check::NumberOrNone if value.is_null() => Ok(value),
        Check::NumberOrNone => match whole(&value) {
            Some(number) => Ok(json!(number)),
            None => wrong(format!("'{said}' is not an integer")),
        },
        Check::IdOrNone | Check::AddressOrNone | Check::ObjectOrNone if value.is_null() => Ok(value),
        Check::Id | Check::IdOrNone => match value.as_str().is_some_and(is_uuid) {
            true => Ok(value),
            false => wrong(format!("'{said}' is not a valid UUID")),
        },
        Check::Ids if value.is_null() => Ok(json!([])),
        Check::Ids => match value.as_array() {
            None => wrong(format!("'{said}' is not a list")),
            Some(items) => match items.iter().find(|item| !item.as_str().is_some_and(is_uuid)) {
                Some(item) => wrong(format!("'{}' is not a valid UUID", python(item))),
                None => Ok(value),
            },
        },
        Check::List if value.is_null() => Ok(json!([])),
        Check::List => {
            if value.is_array() {
                Ok(value)
            } else {
                wrong(format!("'{said}' is not a list"))
            }
        }
        Check::ObjectOrNone => {
            if value.is_object() {
                Ok(value)
            } else {
                wrong(format!("'{said}' is not a dictionary"))
            }
        }
        Check::Version => match whole(&value) {
            Some(version @ (4 | 6)) => Ok(json!(version)),
            _ => wrong(format!("{said} is not in valid_values")),
        },
        Check::AddressOrNone => {
            if is_address(&value) {
                Ok(value)
            } else {
                wrong(bad_address(&value))
            }
        }
        Check::Mac => {
            let parts: Vec<&str> = value.as_str().unwrap_or_default().split(':').collect();
            let good = parts.len() == 6
                && parts.iter().all(|part| part.len() == 2 && part.chars().all(|digit| digit.is_ascii_hexdigit()));
            if good { Ok(value) } else { wrong(format!("'{said}' is not a valid MAC address")) }
        }
        Check::NameServers if value.is_null() => Ok(json!([])),
        Check::NameServers => {
            let Some(items) = value.as_array() else {
                return wrong(format!("Invalid data format for nameserver: '{said}'"));
            };
            match items.iter().find(|item| !is_address(item)) {
                Some(item) => {
                    let item = python(item);
                    wrong(format!("'{item}' is not a valid nameserver. '{item}' is not a valid IP address"))
                }
                None => Ok(value),
            }
        }
        Check::Pools => pools(value).or_else(wrong),
        Check::Routes if value.is_null() => Ok(json!([])),
        Check::Routes => match value.as_array() {
            None => wrong(format!("Invalid data format for hostroute: '{said}'")),
            Some(items) => match items.iter().find(|route| {
                let range = route["destination"].as_str().unwrap_or_default();
                range.parse::<ipnet::IpNet>().is_err() || !is_address(&route["nexthop"])
            }) {
                Some(route) => wrong(format!("Invalid data format for hostroute: '{}'", python(route))),
                None => Ok(value),
            },
        },
        Check::FixedIps if value.is_null() => Ok(json!([])),
        Check::FixedIps => fixed_ips(value).or_else(wrong),
        Check::Pairs if value.is_null() => Ok(json!([])),
        Check::Pairs => match value.as_array() {
            None => wrong("Allowed address pairs must be a list".to_owned()),
            Some(items) => match items.iter().find(|pair| {
                let range = pair["ip_address"].as_str().unwrap_or_default();
                !is_address(&pair["ip_address"]) && range.parse::<ipnet::IpNet>().is_err()
            }) {
                Some(pair) => wrong(format!("'{}' is not a valid IP address", python(&pair["ip_address"]))),
                None => Ok(value),
            },
        },
        Check::OneOf(known) => {
            if known.iter().any(|known| value == *known) {
                Ok(value)
            } else {
                wrong(format!("{said} is not in valid_values"))
            }
        }
        Check::Gateway if value.is_null() => Ok(value),
        Check::Gateway => match value.as_object() {
            None => wrong(format!("'{said}' is not a dictionary")),
            Some(map) if map.is_empty() => Ok(Json::Null),
            Some(map) => match map.get("network_id") {
                None => wrong(
                    "Validation of dictionary's keys failed. Expected keys: {'network_id'} Provided keys: {}".replace(
                        "{}",
                        &format!("{{{}}}", map.keys().map(|key| format!("'{key}'")).collect::<Vec<_>>().join(", ")),
                    ),
                ),
                Some(id) if id.as_str().is_some_and(is_uuid) => Ok(value),
                Some(id) => wrong(format!("'{}' is not a valid UUID", python(id))),
            },
        },
        Check::Protocol => super::rules::protocol(value),
        Check::PortNumber if value.is_null() => Ok(value),
        Check::PortNumber => match whole(&value) {
            Some(number @ 0..=65_535) => Ok(json!(number)),
            _ => Err(fault(400, "SecurityGroupInvalidPortValue", format!("Invalid value for port {said}"))),
        },
        Check::EtherType => super::rules::ethertype(&value),
        Check::Prefix => super::rules::prefix(value),
    }
}

fn whole(value: &Json) -> Option<i64> {
    match value {
        Json::Number(number) => number.as_i64(),
        Json::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn fixed_ips(value: Json) -> Result<Json, String> {
    let Some(items) = value.as_array() else {
        return Err(format!("Invalid data format for fixed IP: '{}'", python(&value)));
    };
    let mut seen = Vec::new();
    for item in items {
        if !item.is_object() {
            return Err(format!("Invalid data format for fixed IP: '{}'", python(item)));
        }
        if let Some(address) = item.get("ip_address").filter(|address| !address.is_null()) {
            if !is_address(address) {
                return Err(format!("'{}' is not a valid IP address", python(address)));
            }
            if seen.contains(address) {
                return Err(format!("Duplicate IP address '{}'", python(address)));
            }
            seen.push(address.clone());
        }
        if let Some(subnet) = item.get("subnet_id").filter(|subnet| !subnet.as_str().is_some_and(is_uuid)) {
            return Err(format!("'{}' is not a valid UUID", python(subnet)));
        }
    }
    Ok(value)
}

fn pools(value: Json) -> Result<Json, String> {
    let malformed = |value: &Json| Err(format!("Invalid data format for IP pool: '{}'", python(value)));
    let Some(items) = value.as_array() else { return malformed(&value) };
    for pool in items {
        for end in [&pool["start"], &pool["end"]] {
            if !end.is_string() {
                return malformed(pool);
            }
            if !is_address(end) {
                return Err(format!("'{}' is not a valid IP address", python(end)));
            }
        }
    }
    Ok(value)
}
