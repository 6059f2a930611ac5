//! Nova checks bodies with JSON schemas before it looks at anything; these are the checks and the words it uses.

use serde_json::Value as Json;

use crate::embedded::context::Context;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

/// What a property may hold.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// A text.
    Text,
    /// A text or null.
    TextOrNull,
    /// A name: a text of 1 to 255 printable characters without space around it.
    Name,
    /// Anything that stands for yes or no.
    Flag,
    /// A whole number, also as a text.
    Count,
    /// One of some words.
    OneOf(&'static [&'static str]),
    /// An IPv4 address.
    V4,
    /// An IPv6 address.
    V6,
    /// A text that has the form of a host name.
    Host,
    /// A reference: to an image by its id, and so on.
    Reference,
    /// An object.
    Object,
    /// A list.
    List,
    /// Not checked here.
    Any,
}

/// A value as Python writes it, which is how it stands in messages.
pub(super) fn python(value: &Json) -> String {
    match value {
        Json::Null => "None".to_owned(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::Number(number) => number.to_string(),
        Json::String(text) if text.contains('\'') && !text.contains('"') => format!("\"{text}\""),
        Json::String(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n")),
        Json::Array(items) => format!("[{}]", items.iter().map(python).collect::<Vec<_>>().join(", ")),
        Json::Object(map) => {
            let pairs = map.iter().map(|(name, value)| format!("'{name}': {}", python(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The refusal of one value.
pub(super) fn invalid(name: &str, value: &Json, problem: impl std::fmt::Display) -> Fault {
    let shown = value.as_str().map_or_else(|| python(value), str::to_owned);
    Fault::new(400, format!("Invalid input for field/attribute {name}. Value: {shown}. {problem}"))
}

/// The object below `key` of the body, checked: only known properties, all required ones, each of its kind.
pub(super) fn body_of(
    context: &Context<'_>,
    key: &str,
    known: &[(&str, Kind)],
    required: &[&str],
) -> Result<Row, Fault> {
    let mut body = context.body()?;
    let Some(value) = body.remove(key) else {
        return Err(Fault::new(400, format!("'{key}' is a required property")));
    };
    object(key, &value, known, required)
}

/// A value that must be such an object.
pub(super) fn object(name: &str, value: &Json, known: &[(&str, Kind)], required: &[&str]) -> Result<Row, Fault> {
    let Json::Object(map) = value else {
        return Err(invalid(name, value, format!("{} is not of type 'object'", python(value))));
    };
    let surplus: Vec<String> =
        map.keys().filter(|key| !known.iter().any(|(known, _)| known == key)).map(|key| format!("'{key}'")).collect();
    if !surplus.is_empty() {
        let verb = if surplus.len() == 1 { "was" } else { "were" };
        let problem = format!("Additional properties are not allowed ({} {verb} unexpected)", surplus.join(", "));
        return Err(invalid(name, value, problem));
    }
    if let Some(missing) = required.iter().find(|required| !map.contains_key(**required)) {
        return Err(invalid(name, value, format!("'{missing}' is a required property")));
    }
    for (key, kind) in known {
        if let Some(value) = map.get(*key) {
            check(key, value, *kind)?;
        }
    }
    Ok(map.clone())
}

fn check(name: &str, value: &Json, kind: Kind) -> Result<(), Fault> {
    let wanted = match (kind, value) {
        (Kind::Name, Json::String(text)) => return self::name(name, text),
        (Kind::Text | Kind::TextOrNull, Json::String(_)) | (Kind::TextOrNull, Json::Null) | (Kind::Any, _) => {
            return Ok(());
        }
        (Kind::Object, Json::Object(_))
        | (Kind::List, Json::Array(_))
        | (Kind::Flag, Json::Bool(_))
        | (Kind::Reference, Json::String(_)) => return Ok(()),
        (Kind::Flag, Json::String(text)) if flag(text).is_some() => return Ok(()),
        (Kind::Count, value) if count(value).is_some_and(|count| count >= 1) => return Ok(()),
        (Kind::OneOf(words), Json::String(text)) if words.contains(&text.as_str()) => return Ok(()),
        (Kind::OneOf(words), _) => {
            let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
            return Err(invalid(name, value, format!("{} is not one of [{}]", python(value), words.join(", "))));
        }
        (Kind::V4, Json::String(text)) if text.parse::<std::net::Ipv4Addr>().is_ok() => return Ok(()),
        (Kind::V4, Json::String(text)) => return Err(invalid(name, value, format!("'{text}' is not a 'ipv4'"))),
        (Kind::V6, Json::String(text)) if text.parse::<std::net::Ipv6Addr>().is_ok() => return Ok(()),
        (Kind::V6, Json::String(text)) => return Err(invalid(name, value, format!("'{text}' is not a 'ipv6'"))),
        (Kind::Host, Json::String(text)) if is_host(text) => return Ok(()),
        (Kind::Host, Json::String(text)) => {
            let problem = format!("'{text}' does not match '^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$'");
            return Err(invalid(name, value, problem));
        }
        (Kind::Reference, _) => {
            return Err(invalid(name, value, format!("{} is not valid under any of the given schemas", python(value))));
        }
        (Kind::Count, Json::String(text)) if count(value).is_none() => {
            return Err(invalid(name, value, format!("'{text}' does not match '^[0-9]*$'")));
        }
        (Kind::Flag, _) => {
            return Err(invalid(
                name,
                value,
                format!(
                    "{} is not one of [True, 'True', 'TRUE', 'true', '1', 'ON', 'On', 'on', 'YES', 'Yes', 'yes', False, 'False', 'FALSE', 'false', '0', 'OFF', 'Off', 'off', 'NO', 'No', 'no']",
                    python(value)
                ),
            ));
        }
        (Kind::Count, value) if count(value).is_some() => {
            return Err(invalid(name, value, format!("{} is less than the minimum of 1", python(value))));
        }
        (Kind::Count, _) => "'integer', 'string'",
        (Kind::Object, _) => "'object'",
        (Kind::List, _) => "'array'",
        (Kind::TextOrNull, _) => "'string', 'null'",
        (Kind::Text | Kind::Name | Kind::V4 | Kind::V6 | Kind::Host, _) => "'string'",
    };
    Err(invalid(name, value, format!("{} is not of type {wanted}", python(value))))
}

/// Checks a name: 1 to 255 printable characters, no space around it.
pub(super) fn name(field: &str, text: &str) -> Result<(), Fault> {
    let value = Json::from(text);
    if text.is_empty() {
        return Err(invalid(field, &value, "'' is too short"));
    }
    if text.chars().count() > 255 {
        return Err(invalid(field, &value, format!("'{text}' is too long")));
    }
    if text.trim() != text || text.chars().any(char::is_control) {
        let message = format!(
            "An invalid '{field}' value was provided. The name must be: printable characters. Can not start or end with whitespace."
        );
        return Err(Fault::new(400, message));
    }
    Ok(())
}

fn is_host(text: &str) -> bool {
    let edge = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    (2..=63).contains(&text.len())
        && edge(text.chars().next())
        && edge(text.chars().last())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
}

/// Whether Python takes a text for base64: it skips what is no letter of it, and asks for the right padding.
pub(super) fn is_base64(text: &str) -> bool {
    let letters = text.bytes().filter(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)).count();
    let padding = text.bytes().filter(|byte| *byte == b'=').count();
    match letters % 4 {
        0 => true,
        1 => false,
        rest => padding + rest >= 4,
    }
}

/// What a yes or no says.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "1" | "on" | "yes" => Some(true),
        "false" | "0" | "off" | "no" => Some(false),
        _ => None,
    }
}

/// A whole number, also as a text.
pub(super) fn count(value: &Json) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Checks metadata: names of known characters, values that are texts of at most 255 characters.
pub(super) fn metadata(value: &Json) -> Result<Row, Fault> {
    let Json::Object(map) = value else {
        return Err(invalid("metadata", value, format!("{} is not of type 'object'", python(value))));
    };
    for (key, item) in map {
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || "-_:. ".contains(letter);
        if key.is_empty() || key.len() > 255 || !key.chars().all(allowed) {
            let problem = format!("'{key}' does not match any of the regexes: '^[a-zA-Z0-9-_:. ]{{1,255}}$'");
            return Err(invalid("metadata", value, problem));
        }
        match item {
            Json::String(text) if text.chars().count() > 255 => {
                return Err(invalid(key, item, format!("'{text}' is too long")));
            }
            Json::String(_) => {}
            other => return Err(invalid(key, item, format!("{} is not of type 'string'", python(other)))),
        }
    }
    Ok(map.clone())
}

/// Whether a text is a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    let plain: String = text.chars().filter(|letter| *letter != '-').collect();
    plain.len() == 32 && plain.chars().all(|letter| letter.is_ascii_hexdigit())
}
