//! Which rows have which text in a field, so that nobody goes through whole tables to find a few.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::world::Row;

/// Fields by whose text, or one of whose texts, rows are found: names and marks; what belongs to a project, a network, a device, a
/// port, a router or a group; networks to the outside; guests and servers that have something to do; what stands below a load
/// balancer; what is in an account or a container. A slash leads to a field of a field.
const INDEXED: [&str; 23] = [
    "name",
    "description",
    "_tags",
    "project_id",
    "network_id",
    "device_id",
    "port_id",
    "router_id",
    "security_groups",
    "security_group_id",
    "remote_group_id",
    "router:external",
    "_busy",
    "_group",
    "_task/then",
    "_lb",
    "_pool",
    "default_pool_id",
    "redirect_pool_id",
    "listener_id",
    "_policy",
    "account",
    "container",
];

/// Ids by indexed field, table and text.
#[derive(Clone, Debug, Default)]
pub(super) struct Index(BTreeMap<&'static str, BTreeMap<String, BTreeMap<String, BTreeSet<String>>>>);

/// Whether rows are found by this field.
pub(super) fn has(field: &str) -> bool {
    INDEXED.contains(&field)
}

impl Index {
    /// The ids of a table's rows with this text in that field.
    ///
    /// # Panics
    /// Where the field is not indexed.
    pub(super) fn ids(&self, table: &str, field: &str, text: &str) -> Option<&BTreeSet<String>> {
        assert!(has(field), "{field} is not indexed");
        self.0.get(field)?.get(table)?.get(text)
    }

    /// A row was one thing and is another now.
    pub(super) fn follow(&mut self, table: &str, id: &str, old: Option<&Row>, new: Option<&Row>) {
        for field in INDEXED {
            let (before, now) = (texts(old, field), texts(new, field));
            if before == now {
                continue;
            }
            let found = self.0.entry(field).or_default().entry(table.to_owned()).or_default();
            for text in before {
                if let Some(ids) = found.get_mut(text) {
                    ids.remove(id);
                    if ids.is_empty() {
                        found.remove(text);
                    }
                }
            }
            for text in now {
                found.entry(text.to_owned()).or_default().insert(id.to_owned());
            }
        }
    }
}

/// The texts of a row's field, one or a list; an empty one is none, and what is true has `true`.
fn texts<'a>(row: Option<&'a Row>, field: &str) -> Vec<&'a str> {
    let value = row.and_then(|row| match field.split_once('/') {
        Some((outer, inner)) => row.get(outer)?.get(inner),
        None => row.get(field),
    });
    let texts: Vec<&str> = match value {
        Some(Json::String(text)) => vec![text],
        Some(Json::Bool(true)) => vec!["true"],
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    };
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_those_of_a_list_of_a_flag_that_is_set_and_of_a_field_of_a_field() {
        let row = json!({"name": "a", "description": "", "_tags": ["x", "", "y"], "router:external": true, "_busy": false,
            "_task": {"then": "deleted"}, "project_id": null});
        let row = row.as_object();
        let found: Vec<_> = INDEXED
            .into_iter()
            .map(|field| (field, texts(row, field)))
            .filter(|(_, texts)| !texts.is_empty())
            .collect();
        let expected = [
            ("name", vec!["a"]),
            ("_tags", vec!["x", "y"]),
            ("router:external", vec!["true"]),
            ("_task/then", vec!["deleted"]),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    #[should_panic(expected = "colour is not indexed")]
    fn nobody_asks_for_what_is_not_indexed() {
        Index::default().ids("t", "colour", "red");
    }
}
