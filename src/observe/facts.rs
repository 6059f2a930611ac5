//! What the cloud is: services, flavors, images, external networks, and the availability zones where they are asked for.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join4;
use serde_json::Value as Json;

use crate::cloud::{Call, Cloud, CloudError};
use crate::model::{Service, messages::observe as m};
use crate::say;
use crate::snapshot::{Checked, CloudFacts, ExternalNetwork, Flavor, Image};

const GIB: u64 = 1 << 30;

/// All facts but the quotas.
pub(super) async fn facts(cloud: &Cloud, availability_zones: bool) -> Result<CloudFacts, CloudError> {
    let (flavors, images, external_networks, zones) = try_join4(
        items(cloud, Call::get(Service::Compute, "/flavors/detail").query("limit", "1000"), "flavors"),
        items(cloud, Call::get(Service::Image, "/images").query("status", "active").query("limit", "1000"), "images"),
        items(cloud, external(), "networks"),
        zones(cloud, availability_zones),
    )
    .await?;
    let mut flavors: Vec<Flavor> = flavors.iter().filter_map(flavor).collect();
    flavors.sort_by(|a, b| (a.vcpus, a.ram_mib, a.disk_gib, &a.name).cmp(&(b.vcpus, b.ram_mib, b.disk_gib, &b.name)));
    let mut images: Vec<Image> = images.iter().filter_map(image).collect();
    images.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let mut external_networks: Vec<ExternalNetwork> = external_networks.iter().filter_map(network).collect();
    external_networks.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(CloudFacts {
        services: cloud.services(),
        flavors,
        images,
        external_networks,
        quotas: BTreeMap::new(),
        availability_zones: zones,
    })
}

fn external() -> Call {
    let call = Call::get(Service::Network, "/networks").query("router:external", "true");
    ["id", "name", "router:external"].into_iter().fold(call, |call, field| call.query("fields", field))
}

/// A collection, empty where the cloud has no such service.
async fn items(cloud: &Cloud, call: Call, collection: &str) -> Result<Vec<Json>, CloudError> {
    if cloud.services().contains(&call.service) { cloud.list(call, collection).await } else { Ok(Vec::new()) }
}

async fn zones(cloud: &Cloud, wanted: bool) -> Result<Checked<BTreeSet<String>>, CloudError> {
    if !wanted {
        return Ok(Checked::NotChecked(say!(m::NOT_ASKED).to_string()));
    }
    match cloud.list(Call::get(Service::Compute, "/os-availability-zone"), "availabilityZoneInfo").await {
        Err(error) if matches!(error.status(), Some(403 | 404)) => {
            Ok(Checked::NotChecked(say!(m::NEEDS_ZONES, error = error).to_string()))
        }
        zones => Ok(Checked::Known(zones?.iter().filter_map(zone).collect())),
    }
}

/// A zone's name, where the zone can be used.
fn zone(item: &Json) -> Option<String> {
    let available = item.get("zoneState").and_then(|state| state.get("available")?.as_bool()).unwrap_or(true);
    item.get("zoneName")?.as_str().filter(|_| available).map(str::to_owned)
}

fn text(item: &Json, name: &str) -> Option<String> {
    item.get(name).and_then(Json::as_str).map(str::to_owned)
}

fn number(item: &Json, name: &str) -> u64 {
    item.get(name).and_then(Json::as_u64).unwrap_or(0)
}

fn flavor(item: &Json) -> Option<Flavor> {
    if item.get("OS-FLV-DISABLED:disabled").and_then(Json::as_bool) == Some(true) {
        return None;
    }
    Some(Flavor {
        id: text(item, "id")?,
        name: text(item, "name")?,
        vcpus: u32::try_from(number(item, "vcpus")).ok()?,
        ram_mib: number(item, "ram"),
        disk_gib: number(item, "disk"),
    })
}

/// An image that a server can boot: kernels and initial RAM disks are images too, and are not.
fn image(item: &Json) -> Option<Image> {
    let active = text(item, "status").is_none_or(|status| status == "active");
    if !active || matches!(text(item, "disk_format").as_deref(), Some("aki" | "ari")) {
        return None;
    }
    Some(Image {
        id: text(item, "id")?,
        name: text(item, "name").unwrap_or_default(),
        os_distro: text(item, "os_distro"),
        os_version: text(item, "os_version"),
        // Nova refuses a disk that the unpacked image does not fit into, whatever `min_disk` says.
        min_disk_gib: number(item, "min_disk").max(number(item, "virtual_size").div_ceil(GIB)),
        min_ram_mib: number(item, "min_ram"),
        created_at: text(item, "created_at").unwrap_or_default(),
    })
}

fn network(item: &Json) -> Option<ExternalNetwork> {
    let external = item.get("router:external").and_then(Json::as_bool)?;
    external.then(|| Some(ExternalNetwork { id: text(item, "id")?, name: text(item, "name").unwrap_or_default() }))?
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn images_are_read_tolerantly_and_need_room_for_what_they_unpack_to() {
        // The lab's answer, shortened; images may have no name.
        let item = json!({"id": "i", "name": null, "disk_format": "qcow2", "virtual_size": 2_002_780_160_u64, "status": "active",
            "min_ram": 0, "min_disk": 0, "os_distro": "ubuntu", "created_at": "2026-11-24T18:48:58Z"});
        let read = image(&item).expect("an image");
        assert_eq!((read.name.as_str(), read.min_disk_gib, read.os_version), ("", 2, None));
        assert_eq!(image(&json!({"id": "k", "name": "kernel", "disk_format": "aki", "status": "active"})), None);
        assert_eq!(image(&json!({"id": "q", "name": "queued", "status": "queued"})), None);
    }

    #[test]
    fn a_server_that_ignores_the_filter_shows_no_inner_network_as_external() {
        assert_eq!(network(&json!({"id": "n", "name": "inner", "router:external": false})), None);
        assert_eq!(network(&json!({"id": "n", "name": "unknown"})), None);
        assert!(network(&json!({"id": "n", "name": "public", "router:external": true})).is_some());
    }
}
