//! Object containers (Swift API v1): the name is the id and carries the mark; a PUT of one that exists succeeds.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures::future::try_join_all;
use serde_json::Value as Json;

use crate::cloud::{Call, Cloud, CloudError, Method};
use crate::kind::Kind;
use crate::model::{Properties, SecretName, Service, Value};
use crate::snapshot::{Observed, Status};

use super::json::{malformed, text, text_of, unresolved};
use super::marked::{found, taken};
use super::{Created, Driver, Gone, ReadyItem, Scope, place};

pub(super) struct Container;

/// Header of the key for signed addresses.
pub(super) const TEMP_URL_KEY: &str = "x-container-meta-temp-url-key";
/// Items of one page, of containers and of objects.
const PAGE: usize = 1000;
/// So many pages of objects are deleted before a container is given up as one that somebody fills.
const PAGES: usize = 1000;
/// Objects that are deleted at the same time.
const AT_ONCE: usize = 8;

fn observed(name: &str) -> Observed {
    Observed {
        kind: Kind::Container,
        id: name.to_owned(),
        address: None,
        properties: Properties::from([("name".to_owned(), Value::from(name))]),
        status: Status::Ready,
        // Whether it is one of those that do not, its address tells.
        bears_data: Kind::Container.spec().bears_data,
        created_at: None,
        run: None,
        outputs: BTreeMap::new(),
    }
}

/// A name as it stands in a path; an object's may hold slashes, which stay.
pub(super) fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.extend(format!("%{byte:02X}").chars());
        }
    }
    out
}

pub(super) fn call(method: Method, path: &str) -> Call {
    Call::new(Service::ObjectStore, method, format!("/{}", encoded(path)))
}

/// One page of a listing: what comes after `marker`, and what the answer says of the whole.
async fn page(cloud: &Cloud, listing: Call, marker: &str) -> Result<(Vec<Json>, Vec<(String, String)>), CloudError> {
    let path = listing.path.clone();
    let mut listing = listing.query("format", "json").query("limit", PAGE.to_string());
    if !marker.is_empty() {
        listing = listing.query("marker", marker);
    }
    let Some(answer) = found(cloud.send(listing).await)? else { return Ok((Vec::new(), Vec::new())) };
    match answer.body {
        Json::Array(items) => Ok((items, answer.headers)),
        Json::Null => Ok((Vec::new(), answer.headers)),
        _ => Err(malformed(&path, "it is no list")),
    }
}

/// The names of one page.
async fn names(cloud: &Cloud, listing: Call, marker: &str) -> Result<Vec<String>, CloudError> {
    let (items, _) = page(cloud, listing, marker).await?;
    Ok(items.iter().filter_map(|item| text(item, "name")).map(str::to_owned).collect())
}

/// Everything that lies in a container, and the container's own headers; nothing for one that is not there.
pub(super) async fn contents(cloud: &Cloud, container: &str) -> Result<(Vec<Json>, Vec<(String, String)>), CloudError> {
    contents_from(cloud, container, "").await
}

/// The same of what has a name that begins so.
pub(super) async fn contents_from(
    cloud: &Cloud,
    container: &str,
    prefix: &str,
) -> Result<(Vec<Json>, Vec<(String, String)>), CloudError> {
    let (mut all, mut marker) = (Vec::new(), String::new());
    let mut listing = call(Method::Get, container);
    if !prefix.is_empty() {
        listing = listing.query("prefix", prefix);
    }
    loop {
        let (items, headers) = page(cloud, listing.clone(), &marker).await?;
        let (full, last) = (items.len() >= PAGE, items.last().and_then(|item| text(item, "name")).map(str::to_owned));
        all.extend(items);
        match last {
            Some(last) if full && last > marker => marker = last,
            _ => return Ok((all, headers)),
        }
    }
}

/// The request that gives a container the key for signed addresses of what lies in it.
pub(super) fn with_key(call: Call, secret: &SecretName, scope: Scope<'_>) -> Result<Call, CloudError> {
    Ok(call.header(TEMP_URL_KEY, scope.secret(secret)?))
}

pub(super) async fn remove(cloud: &Cloud, path: String) -> Result<(), CloudError> {
    found(cloud.send(call(Method::Delete, &path)).await).map(|_| ())
}

/// Deletes every object in it. New ones that come meanwhile are deleted too, up to a bound.
async fn empty(cloud: &Cloud, container: &str) -> Result<(), CloudError> {
    for _ in 0..PAGES {
        let objects = names(cloud, call(Method::Get, container), "").await?;
        if objects.is_empty() {
            return Ok(());
        }
        for some in objects.chunks(AT_ONCE) {
            try_join_all(some.iter().map(|object| remove(cloud, format!("{container}/{object}")))).await?;
        }
    }
    Ok(())
}

#[async_trait]
impl Driver for Container {
    fn kind(&self) -> Kind {
        Kind::Container
    }

    async fn list(&self, cloud: &Cloud, scope: Scope<'_>) -> Result<Vec<Observed>, CloudError> {
        let (prefix, id) = (scope.environment.resource_name(""), scope.environment.id());
        let (mut containers, mut marker) = (Vec::new(), String::new());
        loop {
            let page = names(cloud, call(Method::Get, "").query("prefix", prefix.clone()), &marker).await?;
            let ours = page.iter().filter(|name| place::local_before_id(scope.environment, &id, name).is_some());
            containers.extend(ours.map(|name| observed(name)));
            match page.last() {
                // A server that ignores the marker would show the same page for ever.
                Some(last) if page.len() >= PAGE && *last > marker => marker.clone_from(last),
                _ => break,
            }
        }
        for container in &mut containers {
            self.place(scope, container);
        }
        Ok(containers)
    }

    fn place(&self, scope: Scope<'_>, observed: &mut Observed) {
        observed.address = place::by_name(scope, observed);
        observed.bears_data = observed.address.as_ref().is_none_or(|at| Kind::Container.bears_data_at(at));
    }

    async fn get(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        id: &str,
        _: &Properties,
    ) -> Result<Option<Observed>, CloudError> {
        Ok(found(cloud.send(call(Method::Head, id)).await)?.map(|_| {
            let mut container = observed(id);
            self.place(scope, &mut container);
            container
        }))
    }

    /// One that was there has the key afterwards too.
    async fn create(&self, cloud: &Cloud, scope: Scope<'_>, wanted: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
        let [item] = wanted else { return Err(unresolved("how to make several containers with one request")) };
        let name = text_of(&item.properties, "name")?;
        let mut put = call(Method::Put, name).header("content-length", "0");
        if let Some(key) = item.properties.get("temp_url_key") {
            let Value::Secret(secret) = key else { return Err(unresolved("which secret a container's key is")) };
            put = with_key(put, &secret.name, scope)?;
        }
        let answer = cloud.send(put).await?;
        // 201 for a new one, 202 for one that was there.
        let adopted = answer.status == 202;
        Ok(vec![Created { request_id: answer.request_id, ..taken(&item.address, observed(name), adopted) }])
    }

    /// Whoever deletes one has decided to delete the data in it.
    async fn delete(&self, cloud: &Cloud, _: Scope<'_>, id: &str, _: &Properties) -> Result<Gone, CloudError> {
        empty(cloud, id).await?;
        match cloud.send(call(Method::Delete, id)).await {
            // Something was put into it meanwhile.
            Err(error) if error.status() == Some(409) => {
                empty(cloud, id).await?;
                found(cloud.send(call(Method::Delete, id)).await)?;
            }
            other => {
                found(other)?;
            }
        }
        Ok(Gone::Now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_names_stand_safely_in_a_path() {
        assert_eq!(encoded("shop-assets-1/x/y z?#%가"), "shop-assets-1/x/y%20z%3F%23%25%EA%B0%80");
    }
}
