//! Objects that servers fetch at their first boot: `/<container>/content/<server>` of the container in which they report.
//!
//! Its first line proves the rest: whoever has the key that stands in the server's user-data knows by it that nothing is missing and
//! nothing was changed. Nothing that anybody else sees is computed from a secret but its fingerprint.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures::future::try_join_all;
use sha2::{Digest, Sha256};

use crate::cloud::{Cloud, CloudError, Method};
use crate::kind::{CONTENT_KEY, Kind, object_local_name, object_name};
use crate::model::{Properties, SecretName, Value};
use crate::snapshot::{Observed, Status};

use super::composed::whole;
use super::container::{call, contents_from, remove};
use super::json::{text, text_of, unchangeable, unresolved};
use super::marked::{found, taken};
use super::{Created, Driver, Gone, ReadyChange, ReadyItem, Scope, place};

pub(super) struct Object;

/// Headers of our metadata are this and a number, and their values `<key>=<value>`: a header's name keeps neither case nor `_`.
const META: &str = "x-object-meta-gureum-";
/// What is looked at, at the same time.
const AT_ONCE: usize = 8;

fn id(container: &str, name: &str) -> String {
    format!("{container}/{name}")
}

/// The first line: what only somebody who knows the key can say of the text.
fn proof(key: &str, text: &str) -> String {
    format!("{:x}", Sha256::digest(format!("{key}{text}{key}")))
}

fn observed(container: &str, name: &str, headers: &[(String, String)]) -> Observed {
    let ours = headers.iter().filter(|(name, _)| name.starts_with(META));
    let metadata = ours.filter_map(|(_, value)| value.split_once('='));
    let metadata = metadata.map(|(key, value)| (key.to_owned(), Value::from(value))).collect();
    Observed {
        kind: Kind::Object,
        id: id(container, name),
        address: None,
        properties: Properties::from([
            ("container".to_owned(), Value::from(container)),
            ("name".to_owned(), Value::from(name)),
            ("metadata".to_owned(), Value::Map(metadata)),
        ]),
        status: Status::Ready,
        bears_data: false,
        created_at: None,
        run: None,
        outputs: BTreeMap::new(),
    }
}

/// It as its own metadata shows it.
async fn head(cloud: &Cloud, container: &str, name: &str) -> Result<Option<Observed>, CloudError> {
    let answer = found(cloud.send(call(Method::Head, &id(container, name))).await)?;
    Ok(answer.map(|answer| observed(container, name, &answer.headers)))
}

/// Writes it, whether it was there or not.
async fn put(cloud: &Cloud, scope: Scope<'_>, properties: &Properties) -> Result<Option<String>, CloudError> {
    let (container, name) = (text_of(properties, "container")?, text_of(properties, "name")?);
    let content = properties.get("content").ok_or_else(|| unresolved("an object's content"))?;
    let content = whole(content, scope, cloud).await?;
    let proof = proof(scope.secret(&SecretName(CONTENT_KEY.into()))?, &content);
    let mut put =
        call(Method::Put, &id(container, name)).text("application/octet-stream", format!("{proof}\n{content}"));
    if let Some(Value::Map(metadata)) = properties.get("metadata") {
        for (number, (key, value)) in (1..).zip(metadata) {
            let value = value.as_text().ok_or_else(|| unresolved(&format!("the object's metadata {key}")))?;
            put = put.header(&format!("{META}{number}"), format!("{key}={value}"));
        }
    }
    Ok(cloud.send(put).await?.request_id)
}

#[async_trait]
impl Driver for Object {
    fn kind(&self) -> Kind {
        Kind::Object
    }

    async fn list(&self, cloud: &Cloud, scope: Scope<'_>) -> Result<Vec<Observed>, CloudError> {
        let Some(container) = scope.signals_container() else { return Ok(Vec::new()) };
        let (items, _) = contents_from(cloud, container, &object_name("")).await?;
        let names: Vec<&str> = items
            .iter()
            .filter_map(|item| text(item, "name"))
            .filter(|name| object_local_name(name).is_some())
            .collect();
        let mut objects = Vec::new();
        for some in names.chunks(AT_ONCE) {
            let heads = try_join_all(some.iter().map(|name| head(cloud, container, name))).await?;
            objects.extend(heads.into_iter().flatten());
        }
        for object in &mut objects {
            self.place(scope, object);
        }
        Ok(objects)
    }

    fn place(&self, scope: Scope<'_>, observed: &mut Observed) {
        let name = observed.properties.get("name").and_then(Value::as_text).and_then(object_local_name);
        observed.address = name.map(str::to_owned).and_then(|local| place::address(scope, observed, &local));
    }

    async fn get(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        id: &str,
        _: &Properties,
    ) -> Result<Option<Observed>, CloudError> {
        let Some((container, name)) = id.split_once('/') else { return Ok(None) };
        Ok(head(cloud, container, name).await?.map(|mut object| {
            self.place(scope, &mut object);
            object
        }))
    }

    async fn create(&self, cloud: &Cloud, scope: Scope<'_>, wanted: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
        let [item] = wanted else { return Err(unresolved("how to make several objects with one request")) };
        let (container, name) = (text_of(&item.properties, "container")?, text_of(&item.properties, "name")?);
        let request_id = put(cloud, scope, &item.properties).await?;
        Ok(vec![Created { request_id, ..taken(&item.address, observed(container, name, &[]), false) }])
    }

    /// A new content comes whole, with the metadata that tells of it.
    async fn update(&self, cloud: &Cloud, scope: Scope<'_>, change: &ReadyChange) -> Result<(), CloudError> {
        if change.changed.iter().any(|name| name != "metadata") {
            return Err(unchangeable(change));
        }
        put(cloud, scope, &change.properties).await.map(|_| ())
    }

    async fn delete(&self, cloud: &Cloud, _: Scope<'_>, id: &str, _: &Properties) -> Result<Gone, CloudError> {
        remove(cloud, id.to_owned()).await?;
        Ok(Gone::Now)
    }
}
