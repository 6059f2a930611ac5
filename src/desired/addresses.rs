//! Which addresses zones, servers and virtual IPs have. They depend on the blueprint and the settings alone, never on counts,
//! so that web-1 keeps its address for ever.
//!
//! Zone k, from 1 in the file's order, has the k-th range of `cidr`. Of a range's lower half `.1` is the gateway, `.10` and
//! downwards to `.2` virtual IPs, `.11` and upwards a block for each of the zone's tiers (as many as it may ever have, in
//! tens), and the last one is the bastion's. The upper half is what the cloud allocates from.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::blueprint::{Blueprint, Settings};
use crate::model::messages::desired as m;
use crate::model::{Diagnostic, Diagnostics};
use crate::say;

/// Where virtual IPs begin, downwards, and after which blocks begin, upwards.
const FIRST_VIP: u32 = 10;
/// Addresses from `.10` to `.2`.
const MOST_VIPS: usize = 9;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Addresses {
    zones: BTreeMap<String, Ipv4Net>,
    /// By tier: its zone, and where its first server stands in it.
    blocks: BTreeMap<String, (String, u32)>,
    /// By balancer.
    vips: BTreeMap<String, Ipv4Addr>,
}

impl Addresses {
    pub fn of(blueprint: &Blueprint, settings: &Settings) -> Result<Self, Diagnostics> {
        let mut faults = Diagnostics::default();
        let mut blocks = BTreeMap::new();
        // Bits of the addresses within a zone: a /24 at least.
        let mut bits = 8;
        for zone in &blueprint.zones {
            let mut next = u64::from(FIRST_VIP) + 1;
            let mut servers = 0;
            for tier in blueprint.tiers.iter().filter(|tier| tier.zone == zone.name) {
                if let Ok(first) = u32::try_from(next) {
                    blocks.insert(tier.name.clone(), (zone.name.clone(), first));
                }
                servers += u64::from(tier.count.max);
                next += u64::from(tier.count.max.max(1)).div_ceil(10) * 10;
            }
            // The lower half's last address is the bastion's, so the blocks end before it.
            while next > (1 << (bits - 1)) - 1 && bits < 32 {
                bits += 1;
            }
            if bits >= 32 {
                faults.push(Diagnostic::error(say!(m::TOO_MANY_SERVERS, zone = zone.name, count = servers)));
                return Err(faults);
            }
        }
        let zones = zones(blueprint, settings, bits).map_err(|fault| faults.push(fault)).unwrap_or_default();
        let mut vips = BTreeMap::new();
        for (zone, range) in &zones {
            let balancers: Vec<_> = blueprint.balancers.iter().filter(|balancer| balancer.zone == *zone).collect();
            if balancers.len() > MOST_VIPS {
                let text = say!(m::TOO_MANY_BALANCERS, zone = zone, count = balancers.len(), most = MOST_VIPS);
                faults.push(
                    Diagnostic::error(text).at(&balancers[MOST_VIPS].span).help(say!(m::TOO_MANY_BALANCERS_HELP)),
                );
                continue;
            }
            vips.extend((0..).zip(balancers).map(|(k, balancer)| (balancer.name.clone(), nth(*range, FIRST_VIP - k))));
        }
        faults.or(Self { zones, blocks, vips })
    }

    /// A zone's range.
    pub fn range(&self, zone: &str) -> Ipv4Net {
        self.zones[zone]
    }

    /// The range that all zones lie in.
    pub fn whole(settings: &Settings) -> Ipv4Net {
        settings.cidr.unwrap_or_else(default_cidr).trunc()
    }

    /// Every zone's range, by zone.
    pub fn ranges(&self) -> impl Iterator<Item = Ipv4Net> {
        self.zones.values().copied()
    }

    /// The first and the last address that the cloud allocates from.
    pub fn pool(&self, zone: &str) -> (Ipv4Addr, Ipv4Addr) {
        let range = self.range(zone);
        let size = 1u32 << (32 - range.prefix_len());
        (nth(range, size / 2), nth(range, size - 2))
    }

    /// A tier's server, from 1.
    pub fn server(&self, tier: &str, number: u32) -> Ipv4Addr {
        let (zone, first) = &self.blocks[tier];
        nth(self.range(zone), first + number - 1)
    }

    /// A balancer's virtual IP.
    pub fn vip(&self, balancer: &str) -> Ipv4Addr {
        self.vips[balancer]
    }

    /// The bastion's address in a zone.
    pub fn bastion(&self, zone: &str) -> Ipv4Addr {
        let range = self.range(zone);
        nth(range, (1u32 << (31 - range.prefix_len())) - 1)
    }
}

fn nth(range: Ipv4Net, offset: u32) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(range.network()) + offset)
}

fn zones(blueprint: &Blueprint, settings: &Settings, bits: u8) -> Result<BTreeMap<String, Ipv4Net>, Diagnostic> {
    let cidr = Addresses::whole(settings);
    let prefix = 32 - bits;
    // Ranges are counted from 1, so there is one more of them than there are zones.
    let needed_bits =
        u64::try_from(blueprint.zones.len()).unwrap_or(u64::MAX).saturating_add(1).next_power_of_two().ilog2();
    let needed = u32::from(prefix).saturating_sub(needed_bits);
    if u32::from(cidr.prefix_len()) > needed || prefix < cidr.prefix_len() {
        let text = say!(m::CIDR_TOO_SMALL, cidr = cidr, zones = blueprint.zones.len(), prefix = prefix);
        return Err(Diagnostic::error(text).help(say!(m::CIDR_TOO_SMALL_HELP, needed = needed)));
    }
    let ranges = cidr.subnets(prefix).expect("the prefix is not shorter: checked above").skip(1);
    Ok(blueprint.zones.iter().map(|zone| zone.name.clone()).zip(ranges).collect())
}

fn default_cidr() -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(10, 10, 0, 0), 16)
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn the_lower_half_is_planned_and_the_upper_half_is_the_clouds() {
        let world = testing::shop();
        let addresses = Addresses::of(&world.blueprint, &Settings::default()).expect("they fit");
        let text = |address: Ipv4Addr| address.to_string();
        assert_eq!(addresses.range("web").to_string(), "10.10.1.0/24");
        assert_eq!(addresses.range("db").to_string(), "10.10.3.0/24");
        assert_eq!(text(addresses.vip("front")), "10.10.1.10");
        assert_eq!(
            (text(addresses.server("web", 1)), text(addresses.server("web", 6))),
            ("10.10.1.11".into(), "10.10.1.16".into())
        );
        assert_eq!(text(addresses.server("was", 1)), "10.10.2.11");
        assert_eq!(text(addresses.server("gw", 1)), "10.10.2.21");
        assert_eq!(text(addresses.server("kv", 1)), "10.10.3.21");
        assert_eq!(text(addresses.bastion("web")), "10.10.1.127");
        let (start, end) = addresses.pool("web");
        assert_eq!((text(start), text(end)), ("10.10.1.128".into(), "10.10.1.254".into()));
    }

    #[test]
    fn large_counts_widen_every_zone() {
        let mut world = testing::shop();
        let widest = |world: &testing::World| Addresses::of(&world.blueprint, &Settings::default()).expect("they fit");
        world.blueprint.tiers[0].count.max = 110;
        assert_eq!(widest(&world).range("web").prefix_len(), 24);
        world.blueprint.tiers[0].count.max = 111;
        let addresses = widest(&world);
        assert_eq!(addresses.range("web").to_string(), "10.10.2.0/23");
        assert_eq!(addresses.range("db").to_string(), "10.10.6.0/23");
        assert_eq!(addresses.server("web", 111).to_string(), "10.10.2.121");
        assert_eq!(addresses.bastion("web").to_string(), "10.10.2.255");
        assert_eq!(addresses.pool("web").0.to_string(), "10.10.3.0");
        assert_eq!(addresses.pool("web").1.to_string(), "10.10.3.254");
    }

    #[test]
    fn what_does_not_fit_is_said_with_what_would() {
        let mut world = testing::shop();
        let settings = |cidr: &str| Settings { cidr: Some(cidr.parse().expect("a range")), ..Settings::default() };
        let fault = |settings: &Settings| Addresses::of(&world.blueprint, settings).expect_err("too small").to_string();
        assert_eq!(
            fault(&settings("192.168.0.0/23")),
            "192.168.0.0/23 is too small for 3 networks of /24\n  set cidr to a /22 or larger"
        );
        assert!(fault(&settings("192.168.0.0/28")).contains("a /22"));
        let addresses = Addresses::of(&world.blueprint, &settings("192.168.0.77/22")).expect("it is large enough");
        assert_eq!(addresses.range("db").to_string(), "192.168.3.0/24");
        world.blueprint.tiers[0].count.max = u32::MAX;
        assert!(Addresses::of(&world.blueprint, &Settings::default()).is_err());
    }

    #[test]
    fn a_tenth_balancer_in_one_zone_has_no_address() {
        let mut world = testing::shop();
        let front = world.blueprint.balancers[0].clone();
        world.blueprint.balancers =
            (1..=9).map(|k| crate::blueprint::Balancer { name: format!("b{k}"), ..front.clone() }).collect();
        let addresses = Addresses::of(&world.blueprint, &Settings::default()).expect("nine have");
        assert_eq!(addresses.vip("b9").to_string(), "10.10.1.2");
        world.blueprint.balancers.push(front);
        let faults = Addresses::of(&world.blueprint, &Settings::default()).expect_err("ten have not");
        assert!(faults.to_string().contains("zone web has 10 load balancers"), "{faults}");
    }
}
