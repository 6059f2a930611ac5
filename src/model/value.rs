//! Property values: what is known, what another resource's answer will fill in, and what only the journal's store holds.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Address;

/// A resource's properties by name. Which names a kind has, and how two values of one differ, its table in `kind/` says.
pub type Properties = BTreeMap<String, Value>;

/// One property's value. See `docs/decisions/values.md` for why it is dynamic.
///
/// In JSON it is the plain value, except `{"$output": ADDRESS, "field": F}`, `{"$secret": NAME}`, `{"$fingerprint": NAME}` and
/// `{"$pieces": […]}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// JSON's null: explicitly nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Text.
    Text(String),
    /// Values in order; where order means nothing the kind's table compares them as a set.
    List(Vec<Value>),
    /// Filled in by execution from another resource's answer.
    Output(OutputRef),
    /// Filled in by execution from the journal's encrypted store.
    Secret(SecretRef),
    /// The fingerprint of a secret, by which one can tell later whether it is still the same.
    Fingerprint(FingerprintRef),
    /// Text with several of these inside (user-data).
    Composed(Composed),
    /// Values by name.
    Map(BTreeMap<String, Value>),
}

/// A field of another resource's answer; `id` for nearly all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputRef {
    /// The other resource.
    #[serde(rename = "$output")]
    pub address: Address,
    /// The field of its outputs.
    pub field: String,
}

/// The name of a secret; its value never stands in a plan, a snapshot or an event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretName(pub String);

/// A secret as a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretRef {
    /// The secret's name.
    #[serde(rename = "$secret")]
    pub name: SecretName,
}

/// A secret's fingerprint as a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FingerprintRef {
    /// The secret's name.
    #[serde(rename = "$fingerprint")]
    pub name: SecretName,
}

/// Text in pieces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Composed {
    /// The pieces, in order.
    #[serde(rename = "$pieces")]
    pub pieces: Vec<Piece>,
}

/// One piece of a composed text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// Stands as it is.
    Literal(String),
    /// A secret's value.
    Secret(SecretName),
    /// A field of another resource's answer.
    Output(OutputRef),
    /// An address by which the holder may read or write one object, without being anybody.
    SignedUrl(SignedUrl),
}

/// An object that whoever holds its signed address may read or write for a time (Swift's TempURL).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedUrl {
    /// The container it lies in, one of ours, which has the key.
    pub container: Address,
    /// The object's name.
    pub object: String,
    /// What may be done.
    pub method: UrlMethod,
    /// The resource that the object is, where it is one of ours: it must be there before anybody is told where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Address>,
}

impl SignedUrl {
    /// What must be there for it.
    pub fn needs(&self) -> impl Iterator<Item = &Address> {
        [&self.container].into_iter().chain(&self.of)
    }
}

/// What a signed address allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum UrlMethod {
    /// Reading.
    Get,
    /// Writing.
    Put,
}

impl Value {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The id of another resource, known once it exists.
    pub fn id_of(address: &Address) -> Self {
        Self::Output(OutputRef { address: address.clone(), field: "id".into() })
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Value] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// Every resource whose answer this value needs.
    pub fn references(&self) -> BTreeSet<Address> {
        let mut found = BTreeSet::new();
        self.collect_references(&mut found);
        found
    }

    fn collect_references(&self, found: &mut BTreeSet<Address>) {
        match self {
            Self::Output(output) => {
                found.insert(output.address.clone());
            }
            Self::List(items) => items.iter().for_each(|item| item.collect_references(found)),
            Self::Map(map) => map.values().for_each(|item| item.collect_references(found)),
            Self::Composed(composed) => {
                for piece in &composed.pieces {
                    match piece {
                        Piece::Output(output) => drop(found.insert(output.address.clone())),
                        Piece::SignedUrl(url) => found.extend(url.needs().cloned()),
                        Piece::Literal(_) | Piece::Secret(_) => {}
                    }
                }
            }
            Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Text(_) | Self::Secret(_) | Self::Fingerprint(_) => {}
        }
    }

    /// The value with every output that `lookup` knows put in; what it does not know stays a reference.
    #[must_use]
    pub fn resolved(&self, lookup: &dyn Fn(&OutputRef) -> Option<String>) -> Self {
        match self {
            Self::Output(output) => lookup(output).map_or_else(|| self.clone(), Self::Text),
            Self::List(items) => Self::List(items.iter().map(|item| item.resolved(lookup)).collect()),
            Self::Map(map) => Self::Map(map.iter().map(|(name, item)| (name.clone(), item.resolved(lookup))).collect()),
            Self::Composed(composed) => {
                let pieces = composed.pieces.iter().map(|piece| match piece {
                    Piece::Output(output) => lookup(output).map_or_else(|| piece.clone(), Piece::Literal),
                    Piece::Literal(_) | Piece::Secret(_) | Piece::SignedUrl(_) => piece.clone(),
                });
                Self::Composed(Composed { pieces: pieces.collect() })
            }
            Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Text(_) | Self::Secret(_) | Self::Fingerprint(_) => {
                self.clone()
            }
        }
    }
}

impl Value {
    /// The value with every fingerprint that is known put in as text; of a secret that is not, it stays a reference.
    #[must_use]
    pub fn fingerprinted(&self, known: &BTreeMap<SecretName, String>) -> Self {
        match self {
            Self::Fingerprint(of) => known.get(&of.name).map_or_else(|| self.clone(), |text| Self::Text(text.clone())),
            Self::List(items) => Self::List(items.iter().map(|item| item.fingerprinted(known)).collect()),
            Self::Map(map) => {
                Self::Map(map.iter().map(|(name, item)| (name.clone(), item.fingerprinted(known))).collect())
            }
            _ => self.clone(),
        }
    }

    /// The first secret whose fingerprint it still needs.
    pub fn needs_fingerprint(&self) -> Option<&SecretName> {
        match self {
            Self::Fingerprint(of) => Some(&of.name),
            Self::List(items) => items.iter().find_map(Self::needs_fingerprint),
            Self::Map(map) => map.values().find_map(Self::needs_fingerprint),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_json() {
        let value = Value::Map(BTreeMap::from([
            ("a".to_owned(), Value::id_of(&Address::new("network", "web"))),
            ("b".to_owned(), Value::List(vec![Value::Null, Value::from(true), Value::from(7), Value::from("x")])),
            ("c".to_owned(), Value::Secret(SecretRef { name: SecretName("db".into()) })),
            (
                "d".to_owned(),
                Value::Composed(Composed {
                    pieces: vec![Piece::Literal("x".into()), Piece::Secret(SecretName("y".into()))],
                }),
            ),
            ("e".to_owned(), Value::Map(BTreeMap::from([("field".to_owned(), Value::from("id"))]))),
        ]));
        let json = serde_json::to_string(&value).expect("serialises");
        assert_eq!(serde_json::from_str::<Value>(&json).expect("parses"), value, "{json}");
    }

    #[test]
    fn fingerprints_are_found_and_filled_in() {
        let of = |name: &str| Value::Fingerprint(FingerprintRef { name: SecretName(name.into()) });
        let value =
            Value::Map(BTreeMap::from([("a".to_owned(), Value::List(vec![of("x"), of("y"), Value::from("k")]))]));
        let known = BTreeMap::from([(SecretName("x".into()), "1234".to_owned())]);
        let filled = value.fingerprinted(&known);
        let wanted = Value::List(vec![Value::from("1234"), of("y"), Value::from("k")]);
        assert_eq!(filled, Value::Map(BTreeMap::from([("a".to_owned(), wanted)])));
        assert_eq!(value.needs_fingerprint().map(|name| name.0.as_str()), Some("x"));
        assert_eq!(filled.needs_fingerprint().map(|name| name.0.as_str()), Some("y"));
    }

    #[test]
    fn outputs_are_found_and_filled_in() {
        let network = Address::new("network", "web");
        let value = Value::List(vec![Value::id_of(&network), Value::from("kept")]);
        assert_eq!(value.references(), BTreeSet::from([network]));
        let filled = value.resolved(&|output| (output.field == "id").then(|| "1234".to_owned()));
        assert_eq!(filled, Value::List(vec![Value::from("1234"), Value::from("kept")]));
        assert!(filled.references().is_empty());
    }
}
