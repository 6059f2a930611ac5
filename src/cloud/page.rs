//! Following a collection's pages, in the three forms that services give the next one.

use std::collections::BTreeSet;

use serde_json::Value as Json;

/// The pages read so far.
pub(super) struct Pages<'a> {
    collection: &'a str,
    items: Vec<Json>,
    /// The first item of each page: a server that ignores its marker shows one twice.
    firsts: BTreeSet<String>,
    /// The links followed.
    links: BTreeSet<String>,
}

impl<'a> Pages<'a> {
    pub(super) fn new(collection: &'a str) -> Self {
        Self { collection, items: Vec::new(), firsts: BTreeSet::new(), links: BTreeSet::new() }
    }

    /// Takes a page's items, and gives the query of the next page if there is one.
    ///
    /// Only the query of a link is used: behind a proxy, its host and scheme are often not those that clients see.
    pub(super) fn take(&mut self, page: &mut Json) -> Result<Option<Vec<(String, String)>>, String> {
        let link = link(page, self.collection);
        let Some(Json::Array(items)) = page.get_mut(self.collection).map(Json::take) else {
            return Err(format!("no list `{}` in the body", self.collection));
        };
        let Some(first) = items.first() else { return Ok(None) };
        let first = first.get("id").and_then(Json::as_str).map_or_else(|| first.to_string(), str::to_owned);
        if !self.firsts.insert(first.clone()) {
            return Err(format!(
                "the list of `{}` does not end: a page begins with `{first}` for the second time",
                self.collection
            ));
        }
        self.items.extend(items);
        let Some(link) = link else { return Ok(None) };
        if !self.links.insert(link.clone()) {
            return Err(format!("the list of `{}` does not end: a page names itself as the next", self.collection));
        }
        let query = link.split_once('?').map(|(_, query)| query).unwrap_or_default();
        Ok(Some(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }

    pub(super) fn into_items(self) -> Vec<Json> {
        self.items
    }
}

/// Neutron, Nova and Octavia: `"ports_links": [{"rel": "next", "href": …}]`; Glance: `"next": "/v2/images?marker=…"`;
/// Keystone: `"links": {"next": …}`.
fn link(page: &Json, collection: &str) -> Option<String> {
    let links = page.get(format!("{collection}_links")).and_then(Json::as_array);
    let next = links.into_iter().flatten().find(|link| link.get("rel").and_then(Json::as_str) == Some("next"));
    next.and_then(|link| link.get("href")?.as_str())
        .or_else(|| page.get("next")?.as_str())
        .or_else(|| page.get("links")?.get("next")?.as_str())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_services_link_is_followed_by_its_query() {
        let pages = [
            json!({"ports": [{"id": "1"}], "ports_links": [{"rel": "previous", "href": "x?p=1"},
                {"rel": "next", "href": "http://inside:9696/v2.0/ports?limit=1&marker=1&description=a+b"}]}),
            json!({"ports": [{"id": "1"}], "next": "/v2/ports?limit=1&marker=1&description=a%20b"}),
            json!({"ports": [{"id": "1"}], "links": {"next": "http://k/v3/ports?limit=1&marker=1&description=a%20b"}}),
        ];
        for mut page in pages {
            let mut pages = Pages::new("ports");
            let query = pages.take(&mut page).unwrap().unwrap();
            let expected = [("limit", "1"), ("marker", "1"), ("description", "a b")];
            assert_eq!(query, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
            assert_eq!(pages.take(&mut json!({"ports": [{"id": "2"}, {"odd": null}]})), Ok(None));
            assert_eq!(pages.into_items().len(), 3);
        }
    }

    #[test]
    fn a_list_without_end_is_an_error() {
        let page =
            json!({"servers": [{"id": "a"}], "servers_links": [{"rel": "next", "href": "http://h/servers?marker=a"}]});
        let mut pages = Pages::new("servers");
        assert!(pages.take(&mut page.clone()).unwrap().is_some());
        assert!(pages.take(&mut page.clone()).unwrap_err().contains("does not end"));
        assert!(Pages::new("ports").take(&mut json!({"servers": []})).unwrap_err().contains("`ports`"));
        assert_eq!(Pages::new("ports").take(&mut json!({"ports": [], "next": "/x?marker=1"})), Ok(None));
    }
}
