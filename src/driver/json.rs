//! Between OpenStack's JSON and a kind's properties. Names are the same on both sides, so there is no dictionary; answers are
//! read tolerantly (what is missing or odd is absent), except that nothing is without an id.

use serde_json::{Map, Value as Json};

use crate::cloud::CloudError;
use crate::kind::Kind;
use crate::model::{Properties, Value};

use super::ReadyChange;

/// A value of an answer. Nulls within maps are left out: an attribute that is not set is absent.
pub(super) fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => number.as_i64().map_or_else(|| Value::Text(number.to_string()), Value::Integer),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(map) => Value::Map(
            map.iter().filter(|(_, item)| !item.is_null()).map(|(name, item)| (name.clone(), value(item))).collect(),
        ),
    }
}

/// A value for a request. Whatever still waits for another resource or a secret must not leave: that is an error.
pub(super) fn json(value: &Value) -> Result<Json, CloudError> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Integer(number) => Json::from(*number),
        Value::Text(text) => Json::String(text.clone()),
        Value::List(items) => Json::Array(items.iter().map(json).collect::<Result<_, _>>()?),
        Value::Map(map) => Json::Object(
            map.iter()
                .map(|(name, item)| Ok((name.clone(), json(item)?)))
                .collect::<Result<Map<_, _>, CloudError>>()?,
        ),
        Value::Output(output) => return Err(unresolved(&format!("{} of {}", output.field, output.address))),
        Value::Fingerprint(of) => return Err(unresolved(&format!("the fingerprint of {}", of.name.0))),
        Value::Secret(secret) => return Err(unresolved(&format!("the secret {}", secret.name.0))),
        Value::Composed(_) => return Err(unresolved("a text in pieces")),
    })
}

/// The request was not sent, because it could not be written down.
pub(super) fn unresolved(what: &str) -> CloudError {
    CloudError::NotSent { request: "a request".into(), why: format!("{what} is not known yet") }
}

/// The kind has no update request: a plan that asks for one is wrong, and nothing is sent.
pub(super) fn unchangeable(change: &ReadyChange) -> CloudError {
    let why = format!("{} cannot be changed in place ({})", change.address, change.changed.join(", "));
    CloudError::NotSent { request: "an update".into(), why }
}

/// These properties as a request's object, without the ones that `skip` names.
pub(super) fn object(properties: &Properties, skip: &[&str]) -> Result<Map<String, Json>, CloudError> {
    properties
        .iter()
        .filter(|(name, _)| !skip.contains(&name.as_str()))
        .map(|(name, item)| Ok((name.clone(), json(item)?)))
        .collect()
}

/// The properties of the kind's table that an answer's item holds under their own names.
pub(super) fn pick(kind: Kind, item: &Json) -> Properties {
    let names = kind.spec().properties.iter().map(|property| property.name);
    names
        .filter_map(|name| item.get(name).filter(|found| !found.is_null()).map(|found| (name.to_owned(), value(found))))
        .collect()
}

/// The same with the parent, which answers name in a list of one and requests by its id.
pub(super) fn with_parent(mut properties: Properties, item: &Json, list: &str, property: &str) -> Properties {
    if let Some(parent) = items(item, list).first().and_then(|parent| text(parent, "id")) {
        properties.insert(property.to_owned(), Value::from(parent));
    }
    properties
}

/// A text attribute; empty text is none.
pub(super) fn text<'a>(item: &'a Json, name: &str) -> Option<&'a str> {
    item.get(name).and_then(Json::as_str).filter(|text| !text.is_empty())
}

/// An attribute that is a list; none for anything else.
pub(super) fn items<'a>(item: &'a Json, name: &str) -> &'a [Json] {
    item.get(name).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// The id, which everything has.
pub(super) fn id(item: &Json, request: &str) -> Result<String, CloudError> {
    text(item, "id").map(str::to_owned).ok_or_else(|| malformed(request, "an item without id"))
}

/// The answer is not what the API document says.
pub(super) fn malformed(request: &str, why: &str) -> CloudError {
    CloudError::Malformed { request: request.to_owned(), why: why.to_owned(), request_id: None }
}

/// A text property.
pub(super) fn text_of<'a>(properties: &'a Properties, name: &str) -> Result<&'a str, CloudError> {
    properties.get(name).and_then(Value::as_text).ok_or_else(|| unresolved(&format!("the property {name}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json as text_json;

    use super::*;
    use crate::model::Address;

    #[test]
    fn only_the_tables_properties_come_and_nulls_do_not() {
        let item = text_json!({"id": "1", "name": "a", "description": null, "admin_state_up": true, "mtu": 1450});
        let picked = pick(Kind::Network, &item);
        assert_eq!(picked.keys().collect::<Vec<_>>(), ["admin_state_up", "name"]);
    }

    #[test]
    fn a_map_from_outside_is_never_a_reference() {
        let hostile = text_json!({"$output": "server.web-1", "field": "id", "gone": null});
        let read = value(&hostile);
        assert!(matches!(&read, Value::Map(map) if map.len() == 2), "{read:?}");
        assert!(read.references().is_empty());
    }

    #[test]
    fn what_is_not_known_yet_does_not_leave() {
        let waiting = Value::List(vec![Value::id_of(&Address::new("port", "web-1"))]);
        let error = json(&waiting).expect_err("unresolved");
        assert!(!error.in_doubt());
        assert!(error.to_string().contains("id of port.web-1"), "{error}");
    }
}
