//! Configuration files: where they are looked for, and their text as a tree.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Value as Json};

use super::ConfigError;

/// The first of the candidates that exists, as a tree whose scalars are all texts: a password of digits keeps its zeros.
pub(super) fn first(candidates: &[PathBuf]) -> Result<Option<(PathBuf, Json)>, ConfigError> {
    for path in candidates {
        match std::fs::read_to_string(path) {
            Ok(text) => return Ok(Some((path.clone(), parse(path, &text)?))),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(bad(path, error.to_string())),
        }
    }
    Ok(None)
}

/// `clouds.yaml`, `.yml` and `.json` in each folder, in openstacksdk's order.
pub(super) fn candidates(folders: &[PathBuf], stem: &str) -> Vec<PathBuf> {
    let names = ["yaml", "yml", "json"].map(|ending| format!("{stem}.{ending}"));
    folders.iter().flat_map(|folder| names.iter().map(move |name| folder.join(name))).collect()
}

fn bad(path: &Path, why: impl Into<String>) -> ConfigError {
    ConfigError::BadFile { path: path.display().to_string(), why: why.into() }
}

fn parse(path: &Path, text: &str) -> Result<Json, ConfigError> {
    if path.extension().is_some_and(|ending| ending == "json") {
        // serde_json's words name a place, and no values but for a wrong type, which a free tree does not have.
        let tree: Json = serde_json::from_str(text).map_err(|error| bad(path, error.to_string()))?;
        return Ok(texts(tree));
    }
    let documents = MarkedYaml::load_from_str(text).map_err(|error| {
        let place = error.marker();
        bad(path, format!("line {}, column {}: {}", place.line(), place.col() + 1, error.info()))
    })?;
    let mut documents = documents.into_iter();
    match (documents.next(), documents.next()) {
        (None, _) => Ok(Json::Null),
        (Some(document), None) => Ok(tree(&document, text)),
        (Some(_), Some(_)) => Err(bad(path, "it holds more than one YAML document")),
    }
}

fn texts(json: Json) -> Json {
    match json {
        Json::Bool(value) => Json::String(value.to_string()),
        Json::Number(value) => Json::String(value.to_string()),
        Json::Array(items) => Json::Array(items.into_iter().map(texts).collect()),
        Json::Object(fields) => Json::Object(fields.into_iter().map(|(key, value)| (key, texts(value))).collect()),
        text => text,
    }
}

fn tree(node: &MarkedYaml<'_>, source: &str) -> Json {
    match &node.data {
        YamlData::Value(Scalar::String(text)) | YamlData::Representation(text, _, _) => Json::String(text.to_string()),
        YamlData::Value(Scalar::Boolean(value)) => Json::String(value.to_string()),
        YamlData::Value(Scalar::Integer(_) | Scalar::FloatingPoint(_)) => {
            let (begin, end) = (node.span.start.index(), node.span.end.index());
            Json::String(
                source.chars().skip(begin).take(end.saturating_sub(begin)).collect::<String>().trim().to_owned(),
            )
        }
        YamlData::Sequence(items) => Json::Array(items.iter().map(|item| tree(item, source)).collect()),
        YamlData::Mapping(fields) => {
            let mut map = Map::new();
            for (key, value) in fields {
                let Json::String(key) = tree(key, source) else { continue };
                map.insert(key, tree(value, source));
            }
            Json::Object(merged(map))
        }
        YamlData::Tagged(_, inner) => tree(inner, source),
        YamlData::Value(Scalar::Null) | YamlData::Alias(_) | YamlData::BadValue => Json::Null,
    }
}

/// YAML's merge key: `<<: *base` or `<<: [*a, *b]`; own fields win, earlier bases win over later ones.
fn merged(mut map: Map<String, Json>) -> Map<String, Json> {
    let bases = match map.remove("<<") {
        Some(Json::Array(bases)) => bases,
        Some(base) => vec![base],
        None => return map,
    };
    for base in bases {
        let Json::Object(base) = base else { continue };
        for (key, value) in base {
            map.entry(key).or_insert(value);
        }
    }
    map
}

/// Puts `over` on `under`, mapping by mapping.
pub(super) fn merge(under: &mut Json, over: &Json) {
    match (under, over) {
        (Json::Object(under), Json::Object(over)) => {
            for (key, value) in over {
                merge(under.entry(key.clone()).or_insert(Json::Null), value);
            }
        }
        (under, over) => *under = over.clone(),
    }
}
