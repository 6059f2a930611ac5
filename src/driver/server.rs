//! Servers: `/v2.1/servers`. Their mark is metadata; a tag lets lists find them, and is no proof.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::Value as Json;

use crate::cloud::{Call, Cloud, CloudError, Method};
use crate::kind::{Kind, METADATA_ADDRESS, METADATA_ENVIRONMENT};
use crate::model::{Address, EnvironmentKey, Properties, Service, Value};
use crate::snapshot::{Observed, Status};

use super::json::{malformed, text};
use super::marked::{found, inner, taken};
use super::port::{DEVICE_ID, DEVICE_OWNER};
use super::server_decode::{metadata, read};
use super::server_group::MEMBERS;
use super::server_write::{body, change};
use super::{Created, Driver, Gone, ReadyChange, ReadyItem, Scope};

pub(super) struct Server;

/// From 2.26 on answers have tags and lists can be filtered by them; from 2.47 on they no longer have the flavor's id.
const READ: &str = "2.46";
/// From 2.52 on the create request takes tags.
const WRITE: &str = "2.64";

/// Ours by its own metadata.
fn is_ours(environment: &EnvironmentKey, item: &Json) -> bool {
    metadata(item, METADATA_ENVIRONMENT) == Some(environment.mark().as_str())
}

fn says_in_use(error: &CloudError) -> bool {
    matches!(error, CloudError::Refused(refusal)
        if matches!(refusal.status, 400 | 409) && refusal.message.contains("in use"))
}

/// The servers that carry the mark.
async fn marked(cloud: &Cloud, scope: Scope<'_>) -> Result<Vec<Observed>, CloudError> {
    let call = Call::get(Service::Compute, "/servers/detail").query("tags", scope.environment.tag()).microversion(READ);
    let shown = cloud.list(call, "servers").await?;
    shown.iter().filter(|item| is_ours(scope.environment, item)).map(read).collect()
}

#[async_trait]
impl Driver for Server {
    fn kind(&self) -> Kind {
        Kind::Server
    }

    async fn list(&self, cloud: &Cloud, scope: Scope<'_>) -> Result<Vec<Observed>, CloudError> {
        let mut servers = marked(cloud, scope).await?;
        for server in &mut servers {
            self.place(scope, server);
        }
        Ok(servers)
    }

    /// Its address stands in its metadata. Its ports and its group say themselves that they are its.
    fn place(&self, scope: Scope<'_>, observed: &mut Observed) {
        if let Some(Value::Map(metadata)) = observed.properties.get("metadata")
            && let Some(text) = metadata.get(METADATA_ADDRESS).and_then(Value::as_text)
        {
            let address = Address::parse(text).ok();
            observed.address = address.filter(|address| Kind::of(address) == Some(Kind::Server));
        }
        let is_mine = |port: &&Observed| {
            port.kind == Kind::Port
                && port.outputs.get(DEVICE_ID) == Some(&observed.id)
                && port.outputs.get(DEVICE_OWNER).is_some_and(|owner| owner.starts_with("compute:"))
        };
        let mut ports: Vec<&str> = scope.known.iter().filter(is_mine).map(|port| port.id.as_str()).collect();
        ports.sort_unstable();
        let networks = ports.into_iter().map(|id| Value::Map([("port".to_owned(), Value::from(id))].into())).collect();
        observed.properties.insert("networks".into(), Value::List(networks));
        let has_me = |group: &&Observed| {
            group.kind == Kind::ServerGroup
                && group.outputs.get(MEMBERS).is_some_and(|members| members.split(',').any(|id| id == observed.id))
        };
        if let Some(group) = scope.known.iter().find(has_me) {
            observed.properties.insert("server_group".into(), Value::from(group.id.as_str()));
        }
    }

    async fn get(
        &self,
        cloud: &Cloud,
        scope: Scope<'_>,
        id: &str,
        _: &Properties,
    ) -> Result<Option<Observed>, CloudError> {
        let call = Call::get(Service::Compute, format!("/servers/{id}")).microversion(READ);
        let Some(answer) = found(cloud.send(call).await)? else { return Ok(None) };
        let mut server = read(&inner(answer.body, "server"))?;
        self.place(scope, &mut server);
        Ok(Some(server))
    }

    async fn create(&self, cloud: &Cloud, scope: Scope<'_>, wanted: &[ReadyItem]) -> Result<Vec<Created>, CloudError> {
        let mut created = Vec::new();
        for item in wanted {
            let call = Call::new(Service::Compute, Method::Post, "/servers")
                .json(body(&item.properties, scope, cloud).await?)
                .microversion(WRITE);
            match cloud.send(call).await {
                Ok(answer) => {
                    let server = inner(answer.body, "server");
                    let id = text(&server, "id").ok_or_else(|| malformed("/servers", "a server without id"))?;
                    created.push(Created {
                        address: item.address.clone(),
                        id: id.to_owned(),
                        status: Status::Pending("BUILD".into()),
                        outputs: BTreeMap::new(),
                        brought: BTreeMap::new(),
                        request_id: answer.request_id,
                        adopted: false,
                    });
                }
                // "Port … is still in use.": by the server that an earlier request made, if it is at this address.
                Err(refusal) if says_in_use(&refusal) => {
                    let mut there = self.list(cloud, scope).await?;
                    there.retain(|server| {
                        server.address.as_ref() == Some(&item.address) && !matches!(server.status, Status::Failed(_))
                    });
                    match there.pop() {
                        Some(server) => created.push(taken(&item.address, server, true)),
                        None => return Err(refusal),
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(created)
    }

    async fn update(&self, cloud: &Cloud, _: Scope<'_>, wanted: &ReadyChange) -> Result<(), CloudError> {
        change(cloud, wanted).await
    }

    async fn delete(&self, cloud: &Cloud, _: Scope<'_>, id: &str, _: &Properties) -> Result<Gone, CloudError> {
        let call = Call::new(Service::Compute, Method::Delete, format!("/servers/{id}"));
        Ok(found(cloud.send(call).await)?.map_or(Gone::Now, |_| Gone::Later))
    }
}
