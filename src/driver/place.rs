//! Where an observed resource stands: its address, read back from its key and from the resources that it refers to.

use serde_json::Value as Json;

use crate::kind::{Key, Kind};
use crate::model::{Address, EnvironmentId, EnvironmentKey, Value};
use crate::snapshot::Observed;

use super::Scope;

/// The address of one whose mark is its own: from its name and, for one below another, from its parent.
pub(super) fn by_name(scope: Scope<'_>, observed: &Observed) -> Option<Address> {
    let spec = observed.kind.spec();
    let name = observed.properties.get("name").and_then(Value::as_text)?;
    let local = match spec.key {
        Key::NameBeforeId => local_before_id(scope.environment, &scope.environment.id(), name)?,
        _ => scope.environment.local_name(name)?,
    };
    address(scope, observed, local)
}

/// The address with this local name: at the top, or below its parent where that has an address.
pub(super) fn address(scope: Scope<'_>, observed: &Observed, local: &str) -> Option<Address> {
    let spec = observed.kind.spec();
    if local.contains('/') || (local.is_empty() && spec.key != Key::Only) {
        return None;
    }
    match spec.parent {
        None => Some(Address::new(spec.word, local)),
        Some(property) => {
            let parent = observed.properties.get(property).and_then(Value::as_text)?;
            Some(address_of_id(scope, parent)?.child(spec.word, local))
        }
    }
}

/// The address of what this property refers to.
pub(super) fn reference(scope: Scope<'_>, observed: &Observed, property: &str) -> Option<Address> {
    address_of_id(scope, observed.properties.get(property).and_then(Value::as_text)?)
}

/// The address of the known resource with this id.
pub(super) fn address_of_id(scope: Scope<'_>, id: &str) -> Option<Address> {
    scope.known.iter().find(|other| other.id == id).and_then(|other| other.address.clone())
}

/// The ids of the known resources of a kind.
pub(super) fn ids(scope: Scope<'_>, kind: Kind) -> Vec<&str> {
    scope.known.iter().filter(|other| other.kind == kind).map(|other| other.id.as_str()).collect()
}

/// The local name in `<environment>-<local>-<id>`: the form of names that carry the mark themselves. The id is the environment's,
/// which lists of what everybody in the project has work out once.
pub(super) fn local_before_id<'a>(environment: &EnvironmentKey, id: &EnvironmentId, name: &'a str) -> Option<&'a str> {
    let rest = name.strip_suffix(id.as_str())?.strip_suffix('-')?;
    environment.local_name(rest)
}

/// Whether this item's own description is the environment's mark, to the letter.
pub(super) fn description_is_mark(environment: &EnvironmentKey, item: &Json) -> bool {
    item.get("description").and_then(Json::as_str) == Some(environment.mark().as_str())
}
