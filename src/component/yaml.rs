//! YAML of ours, compiled in, as JSON, so that serde can take it. Users' files are read elsewhere, with their places.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Reads one document of plain YAML; the error says what is wrong with it.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let mut events = Vec::new();
    for event in Parser::new_from_str(text) {
        match event.map_err(|error| error.to_string())?.0 {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {}
            event => events.push(event),
        }
    }
    let mut events = events.into_iter();
    let value = value(&mut events)?;
    if events.next().is_some() {
        return Err("more than one document".into());
    }
    serde_json::from_value(value).map_err(|error| error.to_string())
}

fn value<'e>(events: &mut impl Iterator<Item = Event<'e>>) -> Result<Value, String> {
    let event = events.next().ok_or("nothing")?;
    value_of(event, events)
}

fn value_of<'e>(event: Event<'e>, events: &mut impl Iterator<Item = Event<'e>>) -> Result<Value, String> {
    match event {
        Event::Scalar(text, ScalarStyle::Plain, ..) => Ok(plain(&text)),
        Event::Scalar(text, ..) => Ok(Value::from(text.into_owned())),
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            loop {
                match events.next().ok_or("nothing")? {
                    Event::SequenceEnd => return Ok(Value::Array(items)),
                    event => items.push(value_of(event, events)?),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut map = Map::new();
            loop {
                match events.next().ok_or("nothing")? {
                    Event::MappingEnd => return Ok(Value::Object(map)),
                    Event::Scalar(name, ..) => {
                        let value = value(events)?;
                        if map.insert(name.to_string(), value).is_some() {
                            return Err(format!("{name} stands twice"));
                        }
                    }
                    other => return Err(format!("not a key: {other:?}")),
                }
            }
        }
        other => Err(format!("not used here: {other:?}")),
    }
}

fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::from(true),
        "false" => Value::from(false),
        _ => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_yaml_is_read_and_the_rest_refused() {
        let value: Value = read("a: [1, x, true, null]\nb: {c: \"7\"}\n").expect("plain");
        assert_eq!(value, serde_json::json!({"a": [1, "x", true, null], "b": {"c": "7"}}));
        for bad in ["", "a: 1\na: 2", "[a]: 1", "a: [", "--- a\n--- b\n", "a: &x 1\nb: *x\n"] {
            assert!(read::<Value>(bad).is_err(), "{bad}");
        }
    }
}
