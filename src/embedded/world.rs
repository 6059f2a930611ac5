//! All that exists: rows by table and id, changed by one request at a time, all or nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value as Json};

use super::index::{self, Index};

/// One row: a JSON object. Names that begin with `_` are never shown to clients (`_seq`: the order of creation).
pub type Row = Map<String, Json>;

/// One changed row; `None` for a deleted one.
pub type Change = (String, String, Option<Row>);

/// How many rows have been gone through: what requests cost that look for something, on any machine the same.
#[derive(Debug, Default)]
struct Looked(AtomicU64);

impl Looked {
    fn one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn so_far(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Clone for Looked {
    fn clone(&self) -> Self {
        Self(AtomicU64::new(self.so_far()))
    }
}

/// Rows by table and id.
#[derive(Clone, Debug, Default)]
pub struct World {
    tables: BTreeMap<String, BTreeMap<String, Row>>,
    index: Index,
    sequence: u64,
    /// What the request under way has changed, as it was before, oldest first.
    before: Vec<Change>,
    looked: Looked,
}

impl World {
    /// A world from stored rows.
    pub fn restore(rows: impl IntoIterator<Item = (String, String, Row)>) -> Self {
        let mut world = Self::default();
        for (table, id, row) in rows {
            world.sequence = world.sequence.max(row.get("_seq").and_then(Json::as_u64).unwrap_or(0));
            world.set(&table, &id, Some(row));
        }
        world
    }

    /// A row.
    pub fn get(&self, table: &str, id: &str) -> Option<&Row> {
        self.tables.get(table)?.get(id)
    }

    /// Every row of a table, oldest first.
    pub fn rows(&self, table: &str) -> Vec<&Row> {
        oldest_first(self.each(table))
    }

    /// Every row of a table, in the order of ids: cheaper than [`World::rows`] where the order is all the same.
    pub fn each(&self, table: &str) -> impl Iterator<Item = &Row> {
        self.of(table).map(|(_, row)| row)
    }

    /// How many rows a table has; none is looked at.
    pub fn count(&self, table: &str) -> usize {
        self.tables.get(table).map_or(0, BTreeMap::len)
    }

    /// Every row of a table with its id, in the order of ids.
    pub fn of<'a>(&'a self, table: &str) -> impl Iterator<Item = (&'a str, &'a Row)> {
        let rows = self.tables.get(table).into_iter().flatten();
        rows.inspect(|_| self.looked.one()).map(|(id, row)| (id.as_str(), row))
    }

    /// The rows of a table with this text in an indexed field, in the order of ids.
    ///
    /// # Panics
    /// Where the field is not indexed.
    pub fn by<'a>(&'a self, table: &str, field: &str, text: &str) -> impl Iterator<Item = &'a Row> + use<'a> {
        let rows = self.tables.get(table);
        let ids = self.index.ids(table, field, text).into_iter().flatten();
        ids.inspect(|_| self.looked.one()).filter_map(move |id| rows?.get(id))
    }

    /// The same, oldest first.
    ///
    /// # Panics
    /// Where the field is not indexed.
    pub fn rows_by(&self, table: &str, field: &str, text: &str) -> Vec<&Row> {
        oldest_first(self.by(table, field, text))
    }

    /// How many rows of a table have this text in an indexed field; no row is looked at.
    ///
    /// # Panics
    /// Where the field is not indexed.
    pub fn count_by(&self, table: &str, field: &str, text: &str) -> usize {
        self.index.ids(table, field, text).map_or(0, BTreeSet::len)
    }

    /// Every row that may have one of its texts in each of these fields, and others: those that the narrowest indexed one of them
    /// finds, or all where none is indexed. In the order of ids.
    pub fn candidates<'a>(&'a self, table: &str, wanted: &[(&str, Vec<&str>)]) -> Vec<&'a Row> {
        // An empty text is not in the index.
        let usable = |(field, texts): &&(&str, Vec<&str>)| index::has(field) && !texts.contains(&"");
        let found = |(field, texts): &(&str, Vec<&str>)| -> BTreeSet<&'a String> {
            texts.iter().filter_map(|text| self.index.ids(table, field, text)).flatten().collect()
        };
        let width = |(field, texts): &&(&str, Vec<&str>)| -> usize {
            texts.iter().map(|text| self.count_by(table, field, text)).sum()
        };
        match wanted.iter().filter(usable).min_by_key(width).map(found) {
            Some(ids) => ids.into_iter().inspect(|_| self.looked.one()).filter_map(|id| self.get(table, id)).collect(),
            None => self.each(table).collect(),
        }
    }

    /// How many rows have been gone through so far, in whole tables and by the index.
    pub fn looked(&self) -> u64 {
        self.looked.so_far()
    }

    /// Writes or deletes a row, and what the index says of it; the row that was there.
    fn set(&mut self, table: &str, id: &str, row: Option<Row>) -> Option<Row> {
        let rows = self.tables.entry(table.to_owned()).or_default();
        let old = match row {
            Some(row) => rows.insert(id.to_owned(), row),
            None => rows.remove(id),
        };
        let new = rows.get(id);
        self.index.follow(table, id, old.as_ref(), new);
        old
    }

    /// A number that no other row, request or id has had.
    #[allow(clippy::should_implement_trait)] // it is no iterator, and has no other name
    pub fn next(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// The last of these numbers.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Goes on behind a number that was stored with the rows: ids of rows that are gone do not come again.
    pub fn resume(&mut self, sequence: u64) {
        self.sequence = self.sequence.max(sequence);
    }

    /// Writes a row; a new one gets its place in the order.
    pub fn put(&mut self, table: &str, id: &str, mut row: Row) {
        let old = self.tables.get(table).and_then(|rows| rows.get(id)).cloned();
        let sequence = match &old {
            Some(old) => old.get("_seq").cloned().unwrap_or_default(),
            None => Json::from(self.next()),
        };
        row.insert("_seq".to_owned(), sequence);
        self.before.push((table.to_owned(), id.to_owned(), old));
        self.set(table, id, Some(row));
    }

    /// Changes a row in place; nothing happens to one that does not exist.
    pub fn change(&mut self, table: &str, id: &str, change: impl FnOnce(&mut Row)) {
        if let Some(mut row) = self.get(table, id).cloned() {
            change(&mut row);
            self.put(table, id, row);
        }
    }

    /// Deletes a row and returns it.
    pub fn remove(&mut self, table: &str, id: &str) -> Option<Row> {
        let old = self.set(table, id, None)?;
        self.before.push((table.to_owned(), id.to_owned(), Some(old.clone())));
        Some(old)
    }

    /// Ends a request that succeeded: what it changed, as it is now, each row once.
    pub fn commit(&mut self) -> Vec<Change> {
        let touched: BTreeSet<(String, String)> = self.before.drain(..).map(|(table, id, _)| (table, id)).collect();
        touched
            .into_iter()
            .map(|(table, id)| {
                let row = self.get(&table, &id).cloned();
                (table, id, row)
            })
            .collect()
    }

    /// Ends a request that failed: everything is as it was before it.
    pub fn rollback(&mut self) {
        while let Some((table, id, row)) = self.before.pop() {
            self.set(&table, &id, row);
        }
    }

    /// Every row there is, for storing a whole world.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str, &Row)> {
        self.tables
            .iter()
            .flat_map(|(table, rows)| rows.iter().map(move |(id, row)| (table.as_str(), id.as_str(), row)))
    }
}

/// Rows in the order in which they came into being.
pub fn oldest_first<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Vec<&'a Row> {
    let mut rows: Vec<&Row> = rows.into_iter().collect();
    rows.sort_by_cached_key(|row| row.get("_seq").and_then(Json::as_u64).unwrap_or(0));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str) -> Row {
        Map::from_iter([("name".to_owned(), Json::from(name))])
    }

    #[test]
    fn a_failed_request_leaves_nothing() {
        let mut world = World::default();
        world.put("ports", "1", row("kept"));
        assert_eq!(world.commit().len(), 1);
        world.put("ports", "2", row("new"));
        world.change("ports", "1", |row| {
            row.insert("name".to_owned(), Json::from("changed"));
        });
        world.remove("ports", "1");
        world.rollback();
        assert!(world.get("ports", "2").is_none());
        assert_eq!(world.get("ports", "1").expect("kept")["name"], "kept");
        assert!(world.commit().is_empty());
    }

    #[test]
    fn the_index_follows_every_change() {
        let described = |text: &str| Map::from_iter([("description".to_owned(), Json::from(text))]);
        let found = |world: &World, text: &str| world.by("t", "description", text).count();
        let mut world = World::default();
        for (id, text) in [("1", "a"), ("2", "a"), ("3", "b"), ("4", "")] {
            world.put("t", id, described(text));
        }
        world.commit();
        assert_eq!((found(&world, "a"), found(&world, "b"), found(&world, ""), found(&world, "x")), (2, 1, 0, 0));
        world.put("t", "1", described("b"));
        world.remove("t", "2");
        assert_eq!((found(&world, "a"), found(&world, "b")), (0, 2));
        world.rollback();
        assert_eq!((found(&world, "a"), found(&world, "b")), (2, 1));
        let rows: Vec<_> = world.all().map(|(table, id, row)| (table.to_owned(), id.to_owned(), row.clone())).collect();
        assert_eq!(found(&World::restore(rows), "a"), 2);
    }

    #[test]
    fn the_narrowest_indexed_field_leaves_few_to_be_looked_at() {
        let mut world = World::default();
        for (id, name, network) in [("1", "a", "x"), ("2", "a", "y"), ("3", "b", "y"), ("4", "", "z")] {
            let row = [("name", name), ("network_id", network), ("colour", "red")];
            world.put("t", id, row.into_iter().map(|(name, value)| (name.to_owned(), Json::from(value))).collect());
        }
        let found = |wanted: &[(&str, &[&str])]| -> (String, u64) {
            let wanted: Vec<_> = wanted.iter().map(|(field, texts)| (*field, texts.to_vec())).collect();
            let before = world.looked();
            let rows = world.candidates("t", &wanted);
            let seq = |row: &&Row| row["_seq"].to_string();
            (rows.iter().map(seq).collect(), world.looked() - before)
        };
        assert_eq!(found(&[("colour", &["red"]), ("name", &["a"])]), ("12".into(), 2));
        assert_eq!(found(&[("name", &["a"]), ("network_id", &["x"])]), ("1".into(), 1));
        assert_eq!(found(&[("network_id", &["z", "y", "y"])]), ("234".into(), 3));
        assert_eq!(found(&[("network_id", &["none"])]), (String::new(), 0));
        // No index tells which have no name.
        assert_eq!(found(&[("name", &["", "b"])]), ("1234".into(), 4));
        assert_eq!(found(&[]), ("1234".into(), 4));
        assert_eq!((world.count_by("t", "name", "a"), world.count("t"), world.count_by("u", "name", "a")), (2, 4, 0));
    }

    #[test]
    fn rows_keep_their_order_and_a_world_comes_back() {
        let mut world = World::default();
        for id in ["b", "a", "c"] {
            world.put("t", id, row(id));
        }
        world.change("t", "b", |row| {
            row.insert("x".to_owned(), Json::Null);
        });
        let rows: Vec<(String, String, Row)> =
            world.all().map(|(table, id, row)| (table.to_owned(), id.to_owned(), row.clone())).collect();
        let mut again = World::restore(rows);
        let names: Vec<&Json> = again.rows("t").into_iter().map(|row| &row["name"]).collect();
        assert_eq!(names, ["b", "a", "c"]);
        assert!(again.next() > 3);
    }
}
