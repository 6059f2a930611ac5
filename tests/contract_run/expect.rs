//! Whether what must hold of an answer does.

use std::collections::BTreeMap;

use gureum::embedded::Reply;
use regex::Regex;
use serde_json::Value as Json;

use crate::case::Expected;

/// Variables by name.
pub type Variables = BTreeMap<String, String>;

/// A text with its `${variables}`.
pub fn filled(text: &str, variables: &Variables) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or_else(|| format!("${{ without end in {text}"))?;
        out.push_str(before);
        out.push_str(variables.get(name).ok_or_else(|| format!("no variable {name}"))?);
        rest = after;
    }
    Ok(out + rest)
}

/// Checks one expectation; what it keeps goes to the variables.
pub fn check(expected: &Expected, reply: &Reply, variables: &mut Variables) -> Result<(), String> {
    let path = filled(&expected.path, variables)?;
    let value = filled(&expected.value, variables)?;
    let found = find(reply, &path);
    let said = || {
        format!(
            "{path} {} {value}: it is {}",
            expected.word,
            found.as_ref().map_or("absent".to_owned(), Json::to_string)
        )
    };
    let read = || serde_json::from_str::<Json>(&value).map_err(|error| format!("{path} {value}: {error}"));
    let there = || found.as_ref().ok_or_else(said);
    let holds = match expected.word.as_str() {
        "absent" => found.is_none(),
        "=" => *there()? == read()?,
        "!=" => *there()? != read()?,
        "~" => Regex::new(&value).map_err(|error| error.to_string())?.is_match(&text(there()?)),
        "#" => match there()? {
            Json::Array(items) => items.len().to_string() == value,
            Json::Object(map) => map.len().to_string() == value,
            other => text(other).len().to_string() == value,
        },
        "has" => match (there()?, read()?) {
            (Json::Array(items), item) => items.contains(&item),
            (Json::String(whole), Json::String(part)) => whole.contains(&part),
            _ => false,
        },
        "keys" => {
            let mut wanted: Vec<&str> = value.split_whitespace().collect();
            wanted.sort_unstable();
            let mut have: Vec<&str> = there()?.as_object().ok_or_else(said)?.keys().map(String::as_str).collect();
            have.sort_unstable();
            if have != wanted {
                let lacks: Vec<_> = wanted.iter().filter(|name| !have.contains(name)).collect();
                let more: Vec<_> = have.iter().filter(|name| !wanted.contains(name)).collect();
                return Err(format!("{path} keys: lacks {lacks:?}, has {more:?}"));
            }
            true
        }
        "->" => {
            let kept = text(there()?);
            variables.insert(value.clone(), kept);
            true
        }
        other => return Err(format!("no such word: {other}")),
    };
    if holds { Ok(()) } else { Err(said()) }
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn find(reply: &Reply, path: &str) -> Option<Json> {
    if let Some(name) = path.strip_prefix('@') {
        let header = reply.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        return header.map(|(_, value)| Json::from(value.as_str()));
    }
    if path == "$status" {
        return Some(Json::from(reply.status));
    }
    if path == "$text" {
        return Some(Json::from(String::from_utf8_lossy(&reply.body).into_owned()));
    }
    let body: Json = serde_json::from_slice(&reply.body).ok()?;
    walk(&body, &segments(path))
}

fn segments(path: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut inside = false;
    for letter in path.chars() {
        match letter {
            '.' if !inside => found.push(String::new()),
            _ => {
                inside = (inside || letter == '[') && letter != ']';
                if let Some(last) = found.last_mut() {
                    last.push(letter);
                }
            }
        }
    }
    found.retain(|segment| segment != "$");
    found
}

fn walk(value: &Json, path: &[String]) -> Option<Json> {
    let Some((first, rest)) = path.split_first() else { return Some(value.clone()) };
    if first == "*" {
        let each = value.as_array()?.iter().map(|item| walk(item, rest));
        return each.collect::<Option<Vec<_>>>().map(Json::Array);
    }
    if let Some(condition) = first.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        let (name, wanted) = condition.split_once('=')?;
        let item = value.as_array()?.iter().find(|item| item.get(name).is_some_and(|field| text(field) == wanted))?;
        return walk(item, rest);
    }
    let next = match value {
        Json::Array(items) => items.get(first.parse::<usize>().ok()?)?,
        other => other.get(first)?,
    };
    walk(next, rest)
}
