//! YAML of ours, compiled in, as JSON, so that serde can take it. Users' files are read elsewhere, with their places.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Reads one document; the error says what is wrong with it.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| error.to_string())?;
    let [document] = documents.as_slice() else { return Err("not exactly one document".into()) };
    serde_json::from_value(json(document)?).map_err(|error| error.to_string())
}

fn json(yaml: &Yaml<'_>) -> Result<Value, String> {
    match yaml {
        Yaml::Value(Scalar::Null) => Ok(Value::Null),
        Yaml::Value(Scalar::Boolean(flag)) => Ok(Value::from(*flag)),
        Yaml::Value(Scalar::Integer(number)) => Ok(Value::from(*number)),
        Yaml::Value(Scalar::String(text)) => Ok(Value::from(text.as_ref())),
        Yaml::Sequence(items) => items.iter().map(json).collect::<Result<_, _>>().map(Value::Array),
        Yaml::Mapping(entries) => {
            let mut map = Map::new();
            for (name, value) in entries {
                let name = name.as_str().ok_or("a key is not text")?;
                map.insert(name.to_owned(), json(value)?);
            }
            Ok(Value::Object(map))
        }
        other => Err(format!("not used here: {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_yaml_is_read_and_the_rest_refused() {
        let value: Value = read("a: [1, x, true, null]\nb: {c: \"7\"}\n").expect("plain");
        assert_eq!(value, serde_json::json!({"a": [1, "x", true, null], "b": {"c": "7"}}));
        for bad in ["", "a: 1.5", "1: a", "a: [", "--- a\n--- b\n"] {
            assert!(read::<Value>(bad).is_err(), "{bad}");
        }
    }
}
