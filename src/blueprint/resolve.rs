//! What a blueprint means with inputs: which service runs, how many servers there are, where a link leads.

use super::inputs::Inputs;
use super::services::service_port;
use super::types::{Blueprint, Endpoint, Link, LinkPort, Service, Tier};
use crate::model::Size;

impl Blueprint {
    /// The service that runs on the tier: what the inputs take for it or for another tier of the same choice, else the choice's first.
    pub fn service_of<'a>(&'a self, tier: &'a Tier, inputs: &'a Inputs) -> &'a str {
        let choice = match &tier.service {
            Service::Named(name) => return name,
            Service::Chosen(choice) => choice,
        };
        let mut alike = self.tiers.iter().filter(|other| other.service == tier.service);
        let said = alike.find_map(|other| inputs.tiers.get(&other.name)?.service.as_deref());
        // `parse` lets no choice through that is unknown or empty.
        let first = || self.choice(choice).and_then(|choice| choice.one_of.first()).map_or("", String::as_str);
        said.unwrap_or_else(first)
    }

    /// How many servers the tier has.
    pub fn count_of(&self, tier: &Tier, inputs: &Inputs) -> u32 {
        inputs.tiers.get(&tier.name).and_then(|said| said.count).unwrap_or(tier.count.default)
    }

    /// The size of the tier's servers: the tier's own input, else the size of every server, else the blueprint's.
    pub fn size_of(&self, tier: &Tier, inputs: &Inputs) -> Size {
        inputs.tiers.get(&tier.name).and_then(|said| said.size).or(inputs.flavor).unwrap_or(tier.size)
    }

    /// The operating system of the tier's servers: the tier's own, else the input, else the blueprint's first.
    pub fn system_of<'a>(&'a self, tier: &'a Tier, inputs: &'a Inputs) -> &'a str {
        let own = tier.system.as_ref().map(|system| system.0.as_str());
        // `parse` lets no blueprint through that names no system.
        let first = || self.systems.first().map_or("", |system| system.0.as_str());
        own.or(inputs.os.as_deref()).unwrap_or_else(first)
    }

    /// First and last port of the link; `None` where the service at its end has no port of its own.
    pub fn ports_of(&self, link: &Link, inputs: &Inputs) -> Option<(u16, u16)> {
        match (link.port, &link.to) {
            (LinkPort::Number(port), _) => Some((port, port)),
            (LinkPort::Range(first, last), _) => Some((first, last)),
            (LinkPort::OfService, Endpoint::Tier(tier)) => {
                let port = service_port(self.service_of(self.tier(tier)?, inputs))?;
                Some((port, port))
            }
            (LinkPort::OfService, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::{TierInputs, parse};

    const TEXT: &str = "blueprint: 1
id: x
title: {ko: 가, en: a}
description: {ko: 가, en: a}
systems: [ubuntu-16.04, debian-12]
choices: {db: [mariadb, postgresql]}
zones: [db]
tiers:
  db: {title: {ko: 가, en: a}, choice: db, size: medium, zone: db, count: {default: 1, min: 1, max: 3}}
  copy: {title: {ko: 가, en: a}, choice: db, size: large, zone: db, os: rocky-9}
links:
  - {from: copy, to: db, port: service}
  - {from: db, to: copy, port: 4444-4567}
";

    #[test]
    fn inputs_win_over_the_blueprint() {
        let (blueprint, warnings) = parse(TEXT, "x.yaml").expect("a good blueprint");
        assert_eq!(warnings.0, []);
        let (db, copy) = (blueprint.tier("db").expect("db"), blueprint.tier("copy").expect("copy"));
        let plain = Inputs::default();
        assert_eq!(blueprint.service_of(db, &plain), "mariadb");
        assert_eq!(blueprint.ports_of(&blueprint.links[0], &plain), Some((3306, 3306)));
        assert_eq!(blueprint.ports_of(&blueprint.links[1], &plain), Some((4444, 4567)));
        assert_eq!((blueprint.count_of(db, &plain), blueprint.size_of(db, &plain)), (1, Size::Medium));
        assert_eq!((blueprint.system_of(db, &plain), blueprint.system_of(copy, &plain)), ("ubuntu-16.04", "rocky-9"));

        let said = TierInputs { count: Some(3), size: None, service: Some("postgresql".into()) };
        let inputs = Inputs {
            flavor: Some(Size::Small),
            os: Some("debian-12".into()),
            tiers: [("db".to_owned(), said)].into(),
            ..Inputs::default()
        };
        assert_eq!(blueprint.service_of(copy, &inputs), "postgresql", "one choice is one service");
        assert_eq!(blueprint.ports_of(&blueprint.links[0], &inputs), Some((5432, 5432)));
        assert_eq!((blueprint.count_of(db, &inputs), blueprint.size_of(copy, &inputs)), (3, Size::Small));
        assert_eq!((blueprint.system_of(db, &inputs), blueprint.system_of(copy, &inputs)), ("debian-12", "rocky-9"));
    }
}
