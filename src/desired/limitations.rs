//! What the use case asks for beyond its parts, and this run will not give. Services without a component say so in `tiers`.

use std::collections::BTreeMap;

use crate::blueprint::{Endpoint, External, Want};
use crate::model::messages::desired as m;
use crate::say;

use super::draft::Draft;
use super::types::Degree;

/// `counts` are the servers that each tier really has.
pub(super) fn add(draft: &mut Draft<'_>, counts: &BTreeMap<String, u32>) {
    let blueprint = draft.blueprint;
    for want in &blueprint.wants {
        add_want(draft, counts, want);
    }
    for volume in &blueprint.volumes {
        let text = say!(m::NO_VOLUME, size = volume.size_gib, tier = volume.tier);
        draft.limitation(Degree::Missing, &volume.name, text);
    }
    for external in &blueprint.external {
        add_external(draft, external);
    }
}

fn add_want(draft: &mut Draft<'_>, counts: &BTreeMap<String, u32>, want: &Want) {
    match want {
        Want::AutoScaling { tier, min, max } => {
            // A tier without a count has a fault already.
            if let Some(count) = counts.get(tier) {
                draft.limitation(Degree::Degraded, tier, say!(m::AUTO_SCALING, count = count, min = min, max = max));
            }
        }
        Want::Tls { balancer } => draft.limitation(Degree::Degraded, balancer, say!(m::TLS)),
        Want::Monitoring => draft.limitation(Degree::Degraded, "monitoring", say!(m::MONITORING)),
        Want::Vpn { zone } => draft.limitation(Degree::Missing, zone, say!(m::VPN)),
        Want::Kubernetes { masters, workers } => {
            draft.limitation(Degree::Missing, masters, say!(m::KUBERNETES, masters = masters, workers = workers));
        }
        Want::Offer { to, tiers } => {
            let platform = match to {
                Endpoint::Internet => "internet",
                Endpoint::Tier(name) | Endpoint::Balancer(name) | Endpoint::External(name) => name,
            };
            let text = say!(m::OFFER, tiers = tiers.join(", "), to = platform);
            draft.limitation(Degree::Missing, platform, text);
        }
    }
}

fn add_external(draft: &mut Draft<'_>, external: &External) {
    // Where a tier stands in for it, that tier is deployed, and nothing is missing.
    if external.replaces.is_some() {
        return;
    }
    let degree = if external.optional { Degree::Degraded } else { Degree::Missing };
    draft.limitation(degree, &external.name, say!(m::NO_BINDING));
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::blueprint::{Localized, Volume};

    #[test]
    fn each_is_said_with_its_degree() {
        let mut world = testing::shop();
        let external = |name: &str, optional, replaces: Option<&str>| External {
            name: name.into(),
            title: Localized::default(),
            needs: Vec::new(),
            optional,
            replaces: replaces.map(str::to_owned),
        };
        world.blueprint.external =
            vec![external("speech", false, None), external("paas", true, None), external("onprem", false, Some("db"))];
        world.blueprint.volumes = vec![Volume { name: "data".into(), tier: "db".into(), size_gib: 20 }];
        world.blueprint.wants.extend([
            Want::Vpn { zone: "web".into() },
            Want::Kubernetes { masters: "gw".into(), workers: "kv".into() },
            Want::Offer { to: Endpoint::External("paas".into()), tiers: vec!["db".into(), "kv".into()] },
        ]);
        let said: Vec<String> = world
            .desired()
            .limitations
            .iter()
            .map(|one| format!("{:?} {}: {}", one.degree, one.of, one.text))
            .collect();
        assert_eq!(
            said,
            [
                "Degraded web: no auto scaling: it stays at 2 (asked for: 2 to 6)",
                "Degraded was: no auto scaling: it stays at 2 (asked for: 2 to 8)",
                "Degraded front: HTTP without a certificate instead of HTTPS",
                "Degraded monitoring: no dashboard of its own: only what the platform itself shows",
                "Missing web: no site-to-site VPN yet",
                "Missing gw: no Kubernetes yet: masters gw and workers kv are plain servers",
                "Missing paas: the services of db, kv are not made known to paas yet",
                "Missing data: no volumes yet: the 20 GiB of db are on its root disk",
                "Missing speech: services from outside cannot be bound yet",
                "Degraded paas: services from outside cannot be bound yet",
            ]
        );
    }
}
