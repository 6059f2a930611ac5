//! When two values of one property are the same, by the kind's table.

use crate::kind::Compare;
use crate::model::Value;

/// Whether what is shows what should be. What is not yet known (an output, a secret) is never the same.
pub(super) fn same(compare: Compare, is: &Value, should: &Value) -> bool {
    match (compare, is, should) {
        (Compare::Unordered, Value::List(is), Value::List(should)) => is.len() == should.len() && contains(is, should),
        (Compare::AtLeast, Value::List(is), Value::List(should)) => contains(is, should),
        _ => exact(is, should),
    }
}

/// Equal; of maps the keys that we set.
fn exact(is: &Value, should: &Value) -> bool {
    match (is, should) {
        (Value::Map(is), Value::Map(should)) => {
            should.iter().all(|(key, should)| exact(is.get(key).unwrap_or(&Value::Null), should))
        }
        (Value::List(is), Value::List(should)) => {
            is.len() == should.len() && is.iter().zip(should).all(|(is, should)| exact(is, should))
        }
        (_, Value::Output(_) | Value::Secret(_) | Value::Fingerprint(_) | Value::Composed(_)) => false,
        _ => is == should,
    }
}

/// Whether each item that should be has one of its own among those that are. Lists here are short.
fn contains(is: &[Value], should: &[Value]) -> bool {
    let mut left: Vec<&Value> = is.iter().collect();
    should.iter().all(|should| match left.iter().position(|is| exact(is, should)) {
        Some(place) => {
            left.swap_remove(place);
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::Address;

    fn list(items: &[&str]) -> Value {
        Value::List(items.iter().map(|item| Value::from(*item)).collect())
    }

    fn map(entries: &[(&str, Value)]) -> Value {
        Value::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect::<BTreeMap<_, _>>())
    }

    #[test]
    fn exact_minds_order_and_of_maps_our_keys() {
        assert!(same(Compare::Exact, &list(&["a", "b"]), &list(&["a", "b"])));
        assert!(!same(Compare::Exact, &list(&["b", "a"]), &list(&["a", "b"])));
        let theirs = map(&[("network_id", Value::from("x")), ("enable_snat", Value::from(true))]);
        assert!(same(Compare::Exact, &theirs, &map(&[("network_id", Value::from("x"))])));
        assert!(!same(Compare::Exact, &theirs, &map(&[("network_id", Value::from("y"))])));
        assert!(!same(Compare::Exact, &theirs, &map(&[("more", Value::from("y"))])));
        assert!(same(Compare::Exact, &theirs, &map(&[("more", Value::Null)])), "absent is null");
    }

    #[test]
    fn unordered_minds_neither_order_nor_keys_of_others() {
        assert!(same(Compare::Unordered, &list(&["b", "a"]), &list(&["a", "b"])));
        assert!(!same(Compare::Unordered, &list(&["a", "a"]), &list(&["a", "b"])));
        assert!(!same(Compare::Unordered, &list(&["a", "b", "c"]), &list(&["a", "b"])));
        let is = Value::List(vec![map(&[("subnet_id", Value::from("s")), ("ip_address", Value::from("1"))])]);
        let should = Value::List(vec![map(&[("ip_address", Value::from("1"))])]);
        assert!(same(Compare::Unordered, &is, &should));
    }

    #[test]
    fn at_least_allows_more() {
        assert!(same(Compare::AtLeast, &list(&["b", "x", "a"]), &list(&["a", "b"])));
        assert!(!same(Compare::AtLeast, &list(&["b", "x"]), &list(&["a", "b"])));
    }

    #[test]
    fn what_is_not_known_yet_is_never_the_same() {
        let output = Value::id_of(&Address::new("network", "web"));
        assert!(!same(Compare::Exact, &output, &output));
    }
}
