//! A blueprint file → [`Blueprint`]: one file per part. A part with a fault is left out and the others are still read.

mod balancers;
mod links;
mod names;
mod storage;
mod tiers;
mod together;
mod wants;

use names::Names;

use super::read::Reader;
use super::services::{SYSTEMS, known_services};
use super::types::{Blueprint, Choice, Localized, System, Zone};
use super::yaml::Node;
use crate::model::messages::blueprint as m;
use crate::model::{Diagnostics, EnvironmentName};
use crate::say;

const KEYS: [&str; 15] = [
    "blueprint",
    "id",
    "title",
    "description",
    "notes",
    "systems",
    "choices",
    "zones",
    "tiers",
    "links",
    "balancers",
    "storage",
    "volumes",
    "external",
    "wants",
];

/// Reads a blueprint file. Returns it with its warnings, or every fault of it.
pub fn parse(text: &str, file: &str) -> Result<(Blueprint, Diagnostics), Diagnostics> {
    let mut r = Reader::default();
    let blueprint = r.open(text, file, "blueprint", true).and_then(|root| read(&mut r, &root));
    r.in_order();
    match blueprint {
        Some(blueprint) if !r.faults.has_errors() => Ok((blueprint, r.faults)),
        _ => Err(r.faults),
    }
}

fn read(r: &mut Reader, root: &Node) -> Option<Blueprint> {
    let top = r.map(root, &KEYS)?;
    let names = Names::collect(r, &top);
    let id = r.need(&top, "id", "id: usecase-2.6").and_then(|node| environment_name(r, node));
    let title = r.need(&top, "title", "title: {ko: 전자상거래, en: E-commerce}").and_then(|node| localized(r, node));
    let description =
        r.need(&top, "description", "description: {ko: 설명, en: What it is for}").and_then(|node| localized(r, node));
    let notes = r.list(top.get("notes")).iter().filter_map(|note| localized(r, note)).collect();
    // Only servers need an operating system; a use case of bound services has none.
    let listed = match names.tiers.as_slice() {
        [] => top.get("systems"),
        _ => r.need(&top, "systems", "systems: [ubuntu-16.04, debian-12]"),
    };
    let systems = listed.map_or_else(Vec::new, |node| systems(r, node));
    let choices = choices(r, top.get("choices"));
    let zones = names.zones.iter().map(|name| Zone { name: (*name).to_owned() }).collect();
    let tiers = tiers::read(r, top.get("tiers"), &names);
    let links = links::read(r, top.get("links"), &names);
    let balancers = balancers::read(r, top.get("balancers"), &names);
    let storage = storage::containers(r, top.get("storage"), &names);
    let volumes = storage::volumes(r, top.get("volumes"), &names);
    let external = storage::external(r, top.get("external"), &names);
    let wants = wants::read(r, top.get("wants"), &names);
    if names.tiers.is_empty() && storage.is_empty() && external.is_empty() && !r.faults.has_errors() {
        r.fault(&root.span, say!(m::NOTHING), None);
    }
    let blueprint = Blueprint {
        id: id.unwrap_or_default(),
        title: title.unwrap_or_default(),
        description: description.unwrap_or_default(),
        notes,
        systems,
        choices,
        zones,
        tiers,
        links,
        balancers,
        storage,
        volumes,
        external,
        wants,
    };
    together::check(r, &blueprint, &names, &top);
    Some(blueprint)
}

/// The name that an environment of the blueprint gets unless the user gives another.
pub(in crate::blueprint) fn environment_name(r: &mut Reader, node: &Node) -> Option<String> {
    let name = r.text(node)?;
    if EnvironmentName::parse(name).is_err() {
        let text = say!(m::BAD_ENVIRONMENT_NAME, path = node.path, name = name);
        r.fault(&node.span, text, Some(say!(m::BAD_ENVIRONMENT_NAME_HELP)));
        return None;
    }
    Some(name.to_owned())
}

/// Text in both languages.
fn localized(r: &mut Reader, node: &Node) -> Option<Localized> {
    let map = r.map(node, &["ko", "en"])?;
    let ko = r.need(&map, "ko", "ko: 한국어 문구").and_then(|node| r.text(node));
    let en = r.need(&map, "en", "en: English text").and_then(|node| r.text(node));
    Some(Localized { ko: ko?.to_owned(), en: en?.to_owned() })
}

fn systems(r: &mut Reader, node: &Node) -> Vec<System> {
    let before = r.faults.0.len();
    let systems = r.words(Some(node), &m::UNKNOWN_SYSTEM, SYSTEMS);
    if systems.is_empty() && r.faults.0.len() == before {
        r.fault(&node.span, say!(m::NO_SYSTEM, path = node.path), Some(say!(m::FOR_EXAMPLE, example = SYSTEMS[0])));
    }
    systems.into_iter().map(|name| System(name.to_owned())).collect()
}

fn choices(r: &mut Reader, node: Option<&Node>) -> Vec<Choice> {
    let mut choices = Vec::new();
    for (name, node) in r.named(node) {
        let before = r.faults.0.len();
        let services: Vec<&str> = known_services().collect();
        let one_of = r.words(Some(node), &m::UNKNOWN_SERVICE, services.iter().copied());
        if one_of.is_empty() && r.faults.0.len() == before {
            let two = services.iter().copied().take(2).collect::<Vec<_>>().join(", ");
            let example = say!(m::FOR_EXAMPLE, example = format!("[{two}]"));
            r.fault(&node.span, say!(m::EMPTY_CHOICE, path = node.path), Some(example));
        }
        choices.push(Choice { name: name.to_owned(), one_of: one_of.into_iter().map(str::to_owned).collect() });
    }
    choices
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::types::{
        Count, Endpoint, External, LinkPort, ObjectStorage, Protocol, Service, Volume, Want,
    };
    use crate::model::Size;

    /// Every key of the format, and every way to write its value.
    const WHOLE: &str = "blueprint: 1
id: usecase-x
title: {ko: 전체, en: Whole}
description: {ko: 모든 키, en: Every key}
notes: [{ko: 참고, en: Note}]
systems: [debian-12, rocky-9]
choices: {db: [mariadb, postgresql]}
zones: [front, back]
tiers:
  app:
    title: {ko: 앱, en: App}
    service: nginx
    also: [php]
    settings: {read_timeout: 3600}
    count: {default: 0, min: 0, max: 3}
    size: xlarge
    zone: front
    spread: true
    public: true
    os: rocky-9
  db: {title: {ko: 디비, en: DB}, choice: db, count: 2, size: small, zone: back, data: true}
  worker: {title: {ko: 일꾼, en: Worker}, service: kubernetes-worker, size: large, zone: back, public: false}
balancers:
  entry:
    zone: front
    public: true
    listeners:
      web:
        {protocol: http, port: 80, to: app, to_port: 8080, sticky: true, health: {path: /ok, delay: 9, timeout: 8, max_retries: 7}}
      raw: {protocol: udp, port: 80, to: worker, to_port: 53, health: {delay: 30}}
links:
  - {from: internet, to: entry, port: 80}
  - {from: entry, to: app, port: 8000-8100}
  - {from: entry, to: worker, port: 53, protocol: udp}
  - {from: app, to: db, port: service}
  - {from: cf, to: db, port: 3306, protocol: tcp}
  - {from: db, to: db, port: 4567}
storage:
  assets: {used_by: [app]}
  spare: {}
volumes:
  data: {tier: db, size_gib: 50}
external:
  cf: {title: {ko: 플랫폼, en: Platform}, needs: [url], optional: true}
  legacy: {title: {ko: 기존 디비, en: Old database}, needs: [host, key], replaces: db}
wants:
  auto_scaling: {app: {min: 1, max: 3}}
  tls: [entry]
  vpn: [back]
  kubernetes: {masters: app, workers: worker}
  offer: {cf: [db]}
  monitoring: true
";

    #[test]
    fn every_key_arrives_where_it_belongs() {
        let (blueprint, warnings) = parse(WHOLE, "whole.yaml").unwrap_or_else(|faults| panic!("{faults}"));
        assert_eq!(warnings.0, []);
        assert_eq!((blueprint.id.as_str(), blueprint.title.ko.as_str()), ("usecase-x", "전체"));
        assert_eq!((blueprint.description.en.as_str(), blueprint.notes[0].en.as_str()), ("Every key", "Note"));
        assert_eq!(blueprint.systems, [System("debian-12".into()), System("rocky-9".into())]);
        assert_eq!(
            blueprint.choices,
            [Choice { name: "db".into(), one_of: vec!["mariadb".into(), "postgresql".into()] }]
        );
        assert_eq!(blueprint.zones.iter().map(|zone| zone.name.as_str()).collect::<Vec<_>>(), ["front", "back"]);

        let [app, db, worker] = blueprint.tiers.as_slice() else { panic!("three tiers") };
        assert_eq!((app.service.clone(), app.also.clone()), (Service::Named("nginx".into()), vec!["php".to_owned()]));
        assert_eq!(app.settings["read_timeout"], "3600");
        assert_eq!(
            (app.count, app.size, app.zone.as_str()),
            (Count { default: 0, min: 0, max: 3 }, Size::Xlarge, "front")
        );
        assert_eq!((app.spread, app.bears_data, app.public), (true, false, true));
        assert_eq!((app.system.clone(), app.span.line, app.span.column), (Some(System("rocky-9".into())), 10, 3));
        assert_eq!(
            (db.service.clone(), db.count),
            (Service::Chosen("db".into()), Count { default: 2, min: 2, max: 2 })
        );
        assert_eq!((db.spread, db.bears_data, db.public, db.system.clone()), (false, true, false, None));
        assert_eq!(worker.count, Count { default: 1, min: 1, max: 1 });

        let entry = &blueprint.balancers[0];
        assert_eq!((entry.name.as_str(), entry.zone.as_str(), entry.public), ("entry", "front", true));
        let [web, raw] = entry.listeners.as_slice() else { panic!("two listeners") };
        assert_eq!((web.name.as_str(), web.protocol, web.port, web.sticky), ("web", Protocol::Http, 80, true));
        assert_eq!((web.to.as_str(), web.to_port, web.health.path.as_deref()), ("app", 8080, Some("/ok")));
        assert_eq!((web.health.delay, web.health.timeout, web.health.max_retries), (9, 8, 7));
        assert_eq!((raw.protocol, raw.sticky, raw.health.path.as_deref()), (Protocol::Udp, false, None));
        assert_eq!((raw.health.delay, raw.health.timeout, raw.health.max_retries), (30, 3, 3));

        let links: Vec<_> =
            blueprint.links.iter().map(|l| (l.from.clone(), l.to.clone(), l.port, l.protocol)).collect();
        let (tier, balancer) = (|n: &str| Endpoint::Tier(n.into()), || Endpoint::Balancer("entry".into()));
        let (tcp, udp) = (Protocol::Tcp, Protocol::Udp);
        let expected = [
            (Endpoint::Internet, balancer(), LinkPort::Number(80), tcp),
            (balancer(), tier("app"), LinkPort::Range(8000, 8100), tcp),
            (balancer(), tier("worker"), LinkPort::Number(53), udp),
            (tier("app"), tier("db"), LinkPort::OfService, tcp),
            (Endpoint::External("cf".into()), tier("db"), LinkPort::Number(3306), tcp),
            (tier("db"), tier("db"), LinkPort::Number(4567), tcp),
        ];
        assert_eq!(links, expected);

        let storage = |name: &str, used_by| ObjectStorage { name: name.into(), used_by };
        assert_eq!(blueprint.storage, [storage("assets", vec!["app".into()]), storage("spare", vec![])]);
        assert_eq!(blueprint.volumes, [Volume { name: "data".into(), tier: "db".into(), size_gib: 50 }]);
        let [cf, legacy] = blueprint.external.as_slice() else { panic!("two external services") };
        let External { needs, optional, replaces, .. } = legacy;
        assert_eq!((needs.len(), *optional, replaces.as_deref()), (2, false, Some("db")));
        assert_eq!((cf.optional, cf.replaces.as_deref(), cf.title.en.as_str()), (true, None, "Platform"));
        let wants = [
            Want::AutoScaling { tier: "app".into(), min: 1, max: 3 },
            Want::Tls { balancer: "entry".into() },
            Want::Vpn { zone: "back".into() },
            Want::Kubernetes { masters: "app".into(), workers: "worker".into() },
            Want::Offer { to: Endpoint::External("cf".into()), tiers: vec!["db".into()] },
            Want::Monitoring,
        ];
        assert_eq!(blueprint.wants, wants);
    }

    #[test]
    fn no_use_case_has_to_have_servers() {
        let text = WHOLE.split("systems").next().unwrap_or_default().to_owned();
        let text =
            text + "external: {jupyter: {title: {ko: 주피터, en: Jupyter}, needs: [url]}}\nstorage: {data: {}}\n";
        let (blueprint, _) = parse(&text, "bound.yaml").unwrap_or_else(|faults| panic!("{faults}"));
        assert!(blueprint.tiers.is_empty() && blueprint.systems.is_empty());
    }

    #[test]
    fn a_blueprint_of_nothing_is_refused() {
        let text = WHOLE.split("systems").next().unwrap_or_default();
        let faults = parse(text, "nothing.yaml").expect_err("nothing to deploy");
        assert_eq!(faults.0.iter().map(|fault| fault.text.message.id).collect::<Vec<_>>(), [m::NOTHING.id]);
    }
}
