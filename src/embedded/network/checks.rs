//! The forms of attributes' values: what is accepted, what it becomes, and Neutron's words for what is not.

use std::net::IpAddr;

use serde_json::{Value as Json, json};

use super::rows::{fault, invalid};
use super::rules;
use crate::embedded::fault::Fault;

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

impl Check {
    /// What null is kept as, where it may be given.
    fn of_null(self) -> Option<Json> {
        match self {
            Self::NumberOrNone
            | Self::IdOrNone
            | Self::AddressOrNone
            | Self::ObjectOrNone
            | Self::TextOrNone
            | Self::Gateway
            | Self::PortNumber => Some(Json::Null),
            Self::Ids | Self::List | Self::NameServers | Self::Routes | Self::Pairs => Some(json!([])),
            _ => None,
        }
    }
}

/// A whole number in one of its spellings.
pub fn whole(value: &Json) -> Option<i64> {
    match value {
        Json::Number(number) => number.as_i64(),
        Json::String(text) => text.parse().ok(),
        _ => None,
    }
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

/// Whether the text is a UUID, with or without dashes.
pub fn is_uuid(text: &str) -> bool {
    let bare = text.replace('-', "");
    bare.len() == 32 && bare.chars().all(|digit| digit.is_ascii_hexdigit())
}

fn is_address(value: &Json) -> bool {
    value.as_str().is_some_and(|text| text.parse::<IpAddr>().is_ok())
}

/// The value as it is kept, if it has the form.
pub fn convert(check: Check, name: &str, value: Json) -> Result<Json, Fault> {
    if value.is_null()
        && let Some(kept) = check.of_null()
    {
        return Ok(kept);
    }
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
            None => Err(invalid(format!("'{said}' is not an integer"))),
        },
        Check::NumberOrNone => match whole(&value) {
            Some(number) => Ok(json!(number)),
            None => wrong(format!("'{said}' is not an integer")),
        },
        Check::Id | Check::IdOrNone => {
            if value.as_str().is_some_and(is_uuid) {
                Ok(value)
            } else {
                wrong(format!("'{said}' is not a valid UUID"))
            }
        }
        Check::Ids => match value.as_array() {
            None => wrong(format!("'{said}' is not a list")),
            Some(items) => match items.iter().find(|item| !item.as_str().is_some_and(is_uuid)) {
                Some(item) => wrong(format!("'{}' is not a valid UUID", python(item))),
                None => Ok(value),
            },
        },
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
        Check::Routes => routes(value).or_else(wrong),
        Check::FixedIps => fixed_ips(value).or_else(wrong),
        Check::Pairs => pairs(value),
        Check::OneOf(known) => {
            if known.iter().any(|known| value == *known) {
                Ok(value)
            } else {
                wrong(format!("{said} is not in valid_values"))
            }
        }
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
        Check::Protocol => rules::protocol(value),
        Check::PortNumber => match whole(&value) {
            Some(number @ 0..=65_535) => Ok(json!(number)),
            _ => Err(fault(400, "SecurityGroupInvalidPortValue", format!("Invalid value for port {said}"))),
        },
        Check::EtherType => rules::ethertype(&value),
        Check::Prefix => rules::prefix(value),
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

/// An object's keys must be these two.
fn keys(item: &Json, expected: [&str; 2]) -> Result<(), String> {
    let provided: Vec<&str> = item.as_object().map(|map| map.keys().map(String::as_str).collect()).unwrap_or_default();
    if expected.iter().all(|name| provided.contains(name)) && provided.len() == 2 {
        return Ok(());
    }
    let set = |names: &[&str]| names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
    Err(format!(
        "Validation of dictionary's keys failed. Expected keys: {{{}}} Provided keys: {{{}}}",
        set(&expected),
        set(&provided)
    ))
}

fn pools(value: Json) -> Result<Json, String> {
    let Some(items) = value.as_array() else {
        return Err(format!("Invalid data format for IP pool: '{}'", python(&value)));
    };
    for pool in items {
        keys(pool, ["end", "start"])?;
        for end in [&pool["start"], &pool["end"]] {
            if !is_address(end) {
                return Err(format!("'{}' is not a valid IP address", python(end)));
            }
        }
    }
    Ok(value)
}

fn routes(value: Json) -> Result<Json, String> {
    let Some(items) = value.as_array() else {
        return Err(format!("Invalid data format for hostroute: '{}'", python(&value)));
    };
    for route in items {
        keys(route, ["destination", "nexthop"])?;
        if route["destination"].as_str().unwrap_or_default().parse::<ipnet::IpNet>().is_err() {
            return Err(format!("'{}' is not a valid CIDR", python(&route["destination"])));
        }
        if !is_address(&route["nexthop"]) {
            return Err(format!("'{}' is not a valid IP address", python(&route["nexthop"])));
        }
    }
    Ok(value)
}

fn pairs(value: Json) -> Result<Json, Fault> {
    let Some(items) = value.as_array() else {
        return Err(Fault::new(400, "Allowed address pairs must be a list."));
    };
    for pair in items {
        let range = pair["ip_address"].as_str().unwrap_or_default();
        if !is_address(&pair["ip_address"]) && range.parse::<ipnet::IpNet>().is_err() {
            return Err(Fault::new(400, format!("'{}' is not a valid IP address", python(&pair["ip_address"]))));
        }
    }
    Ok(value)
}
