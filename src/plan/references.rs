//! What values refer to, without copying it: plans of 10,000 resources ask often.

use crate::model::{Address, OutputRef, Piece, Properties, SignedUrl, Value};

/// Every output that these values need, in order; some may stand twice.
pub(super) fn outputs<'a>(values: impl IntoIterator<Item = &'a Value>) -> Vec<&'a OutputRef> {
    let mut found = Vec::new();
    values.into_iter().for_each(|value| collect(value, &mut found));
    found
}

/// Every address that these properties refer to, in order, each once.
pub(super) fn addresses(properties: &Properties) -> Vec<&Address> {
    addresses_in(properties.values())
}

/// Every address that these values refer to, in order, each once: the outputs that they need, and what they have signed addresses of.
pub(super) fn addresses_in<'a>(values: impl IntoIterator<Item = &'a Value> + Clone) -> Vec<&'a Address> {
    let needed = outputs(values.clone()).into_iter().map(|output| &output.address);
    once(needed.chain(signed(values).into_iter().flat_map(SignedUrl::needs)).collect())
}

/// The signed addresses in these values.
pub(super) fn signed<'a>(values: impl IntoIterator<Item = &'a Value>) -> Vec<&'a SignedUrl> {
    let pieces = values.into_iter().flat_map(|value| match value {
        Value::Composed(composed) => composed.pieces.as_slice(),
        _ => &[],
    });
    pieces.filter_map(|piece| if let Piece::SignedUrl(url) = piece { Some(url) } else { None }).collect()
}

/// Every address that the property refers to, in order, each once.
pub(super) fn addresses_of<'a>(properties: &'a Properties, property: &str) -> Vec<&'a Address> {
    once(outputs(properties.get(property)).into_iter().map(|output| &output.address).collect())
}

fn once(mut addresses: Vec<&Address>) -> Vec<&Address> {
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
