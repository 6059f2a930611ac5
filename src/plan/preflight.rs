//! What is checked before the first write: services, quotas, and room in the subnets. Images, flavors and external networks
//! were chosen from the cloud's facts when the desired resources were made.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;

use crate::desired::Desired;
use crate::kind::{Kind, Quota, Service, born_rules};
use crate::model::messages::plan as m;
use crate::model::{Address, Properties, Text, Value};
use crate::say;
use crate::snapshot::{Checked, CloudFacts};

use super::going::Going;
use super::matching::Matching;
use super::totals::{flavor_of, flavors};
use super::{Item, Preflight, Reason, Shortfall, Step, Work};

/// Checks what the steps need against what the cloud has; `faults` are those that planning found already.
pub(super) fn preflight(
    steps: &[Step],
    desired: &Desired,
    matching: &Matching<'_>,
    going: &Going,
    facts: &CloudFacts,
    faults: Vec<Text>,
) -> Preflight {
    let mut preflight = Preflight { faults, ..Preflight::default() };
    let creates: Vec<(Kind, &Item)> = steps
        .iter()
        .filter_map(|step| if let Work::Create(batch) = &step.work { Some(batch) } else { None })
        .flat_map(|batch| batch.items.iter().map(|item| (batch.kind, item)))
        .collect();
    services(&creates, facts, &mut preflight);
    quotas(&creates, matching, going, facts, &mut preflight);
    group_members(&creates, desired, facts, &mut preflight);
    addresses(desired, &mut preflight);
    preflight
}

fn services(creates: &[(Kind, &Item)], facts: &CloudFacts, preflight: &mut Preflight) {
    let mut missing: BTreeMap<Service, BTreeSet<&str>> = BTreeMap::new();
    for (kind, _) in creates {
        let spec = kind.spec();
        if !facts.services.contains(&spec.service) {
            missing.entry(spec.service).or_default().insert(spec.title);
        }
    }
    for (service, kinds) in missing {
        let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
        preflight.faults.push(say!(m::NO_SERVICE, service = service, kinds = kinds));
    }
}

/// What is made anew, less what is deleted for the same purpose; other deletions may come later than the creates.
fn quotas(
    creates: &[(Kind, &Item)],
    matching: &Matching<'_>,
    going: &Going,
    facts: &CloudFacts,
    preflight: &mut Preflight,
) {
    let flavors = flavors(facts);
    let mut needed: BTreeMap<Quota, i64> = BTreeMap::new();
    let mut count = |kind: Kind, properties: &Properties, sign: i64| {
        for quota in kind.spec().quota {
            *needed.entry(*quota).or_default() += sign;
        }
        if let Some(flavor) = flavor_of(properties, &flavors).filter(|_| kind == Kind::Server) {
            *needed.entry(Quota::Cores).or_default() += sign * i64::from(flavor.vcpus);
            let ram = i64::try_from(flavor.ram_mib).unwrap_or(i64::MAX);
            *needed.entry(Quota::RamMib).or_default() += sign * ram;
        }
    };
    for (kind, item) in creates {
        count(*kind, &item.properties, 1);
        if *kind == Kind::SecurityGroup {
            for (_, properties) in born_rules(&item.address) {
                count(Kind::SecurityGroupRule, &properties, 1);
            }
        }
    }
    for (&number, reason) in &going.reasons {
        if matches!(reason, Reason::Replaced(_) | Reason::Follows(_) | Reason::FailedBefore(_)) {
            count(matching.observed[number].kind, &matching.observed[number].properties, -1);
        }
    }

    let mut not_asked = Vec::new();
    let mut not_checked: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (quota, needed) in needed.into_iter().filter(|(_, needed)| *needed > 0) {
        match facts.quotas.get(&quota) {
            None => not_asked.push(quota.as_str()),
            Some(Checked::NotChecked(why)) => not_checked.entry(why).or_default().push(quota.as_str()),
            Some(Checked::Known(fact)) if fact.limit >= 0 && fact.used.saturating_add(needed) > fact.limit => {
                preflight.faults.push(say!(
                    m::QUOTA,
                    quota = quota,
                    service = quota.service(),
                    short = fact.used.saturating_add(needed) - fact.limit,
                    needed = needed,
                    used = fact.used,
                    limit = fact.limit,
                ));
                preflight.shortfalls.push(Shortfall { quota, limit: fact.limit, used: fact.used, needed });
            }
            Some(Checked::Known(_)) => {}
        }
    }
    if !not_asked.is_empty() {
        preflight.not_checked.push(say!(m::QUOTA_NOT_ASKED, quotas = not_asked.join(", ")));
    }
    for (why, quotas) in not_checked {
        preflight.not_checked.push(say!(m::QUOTA_NOT_CHECKED, quotas = quotas.join(", "), why = why));
    }
}

/// The largest server group against the number of members that one may have.
fn group_members(creates: &[(Kind, &Item)], desired: &Desired, facts: &CloudFacts, preflight: &mut Preflight) {
    let groups_of = |properties: &Properties| properties.get("server_group").map(Value::references).unwrap_or_default();
    let mut added: BTreeMap<Address, i64> = BTreeMap::new();
    for (_, item) in creates.iter().filter(|(kind, _)| *kind == Kind::Server) {
        for group in groups_of(&item.properties) {
            *added.entry(group).or_default() += 1;
        }
    }
    if added.is_empty() {
        return;
    }
    let mut members: BTreeMap<Address, i64> = BTreeMap::new();
    for resource in desired.resources.values().filter(|resource| resource.kind == Kind::Server) {
        for group in groups_of(&resource.properties) {
            *members.entry(group).or_default() += 1;
        }
    }
    let largest =
        added.iter().map(|(group, added)| (members.get(group).copied().unwrap_or(*added), *added, group)).max();
    match (facts.quotas.get(&Quota::ServerGroupMembers), largest) {
        (Some(Checked::Known(fact)), Some((members, added, group))) if fact.limit >= 0 && members > fact.limit => {
            let limit = fact.limit;
            preflight.faults.push(say!(m::QUOTA_GROUP, address = group, members = members, limit = limit));
            let used = members - added;
            preflight.shortfalls.push(Shortfall { quota: Quota::ServerGroupMembers, limit, used, needed: added });
        }
        (Some(Checked::Known(_)), _) | (_, None) => {}
        (Some(Checked::NotChecked(why)), Some(_)) => {
            preflight.not_checked.push(say!(m::QUOTA_NOT_CHECKED, quotas = Quota::ServerGroupMembers, why = why));
        }
        (None, Some(_)) => {
            preflight.not_checked.push(say!(m::QUOTA_NOT_ASKED, quotas = Quota::ServerGroupMembers));
        }
    }
}

/// Whether every planned address is a host's in its subnet's range, stands there once, and all have room.
fn addresses(desired: &Desired, preflight: &mut Preflight) {
    let mut taken: BTreeMap<(&Address, &str), &Address> = BTreeMap::new();
    let mut needed: BTreeMap<&Address, u128> = BTreeMap::new();
    for (port, resource) in desired.resources.iter().filter(|(_, resource)| resource.kind == Kind::Port) {
        for item in resource.properties.get("fixed_ips").map(Value::items).unwrap_or_default() {
            let Value::Map(item) = item else { continue };
            let Some(Value::Output(subnet)) = item.get("subnet_id") else { continue };
            let subnet = &subnet.address;
            *needed.entry(subnet).or_default() += 1;
            let (Some(ip), Some(cidr)) = (item.get("ip_address").and_then(Value::as_text), range(desired, subnet))
            else {
                continue;
            };
            let host = ip.parse().is_ok_and(|ip: IpAddr| {
                cidr.contains(&ip) && ip != cidr.network() && (ip != cidr.broadcast() || ip.is_ipv6())
            });
            if !host {
                preflight.faults.push(say!(m::NOT_IN_RANGE, port = port, ip = ip, cidr = cidr, subnet = subnet));
            }
            if let Some(other) = taken.insert((subnet, ip), port) {
                preflight.faults.push(say!(m::ADDRESS_TWICE, port = port, ip = ip, subnet = subnet, other = other));
            }
        }
    }
    for (subnet, ports) in needed {
        let Some(cidr) = range(desired, subnet) else { continue };
        let bits = u32::from(cidr.max_prefix_len() - cidr.prefix_len());
        // Without the network's own address, the broadcast address and the gateway.
        let hosts = 1_u128.checked_shl(bits).unwrap_or(u128::MAX).saturating_sub(3);
        if ports > hosts {
            preflight.faults.push(say!(m::NO_ROOM, subnet = subnet, hosts = hosts, cidr = cidr, needed = ports));
        }
    }
}

fn range(desired: &Desired, subnet: &Address) -> Option<IpNet> {
    desired.resources.get(subnet)?.properties.get("cidr")?.as_text()?.parse().ok()
}
