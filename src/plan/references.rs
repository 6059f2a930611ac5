//! What values refer to, without copying it: plans of 10,000 resources ask often.

use crate::model::{Address, OutputRef, Piece, Properties, Value};

/// Every output that these values need, in order; some may stand twice.
pub(super) fn outputs<'a>(values: impl IntoIterator<Item = &'a Value>) -> Vec<&'a OutputRef> {
    let mut found = Vec::new();
    values.into_iter().for_each(|value| collect(value, &mut found));
    found
}

/// Every address that these properties refer to, in order, each once.
pub(super) fn addresses(properties: &Properties) -> Vec<&Address> {
    once(outputs(properties.values()))
}

/// Every address that the property refers to, in order, each once.
pub(super) fn addresses_of<'a>(properties: &'a Properties, property: &str) -> Vec<&'a Address> {
    once(outputs(properties.get(property)))
}

fn once(outputs: Vec<&OutputRef>) -> Vec<&Address> {
    let mut addresses: Vec<&Address> = outputs.into_iter().map(|output| &output.address).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}

fn collect<'a>(value: &'a Value, found: &mut Vec<&'a OutputRef>) {
    match value {
        Value::Output(output) => found.push(output),
        Value::List(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Map(map) => map.values().for_each(|item| collect(item, found)),
        Value::Composed(composed) => found.extend(composed.pieces.iter().filter_map(|piece| match piece {
            Piece::Output(output) => Some(output),
            Piece::Literal(_) | Piece::Secret(_) | Piece::SignedUrl(_) => None,
        })),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Text(_)
        | Value::Secret(_)
        | Value::Fingerprint(_) => {}
    }
}
