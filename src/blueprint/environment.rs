//! An environment file (`gureum deploy -f`) → [`Inputs`]. It is judged against its blueprint later, by `check_inputs`.

use super::inputs::{Inputs, TierInputs};
use super::parse::environment_name;
use super::read::Reader;
use super::services::{SYSTEMS, known_services};
use super::settings;
use super::yaml::Node;
use crate::model::messages::blueprint as m;
use crate::model::{Diagnostics, EnvironmentName};

const KEYS: [&str; 7] = ["environment", "name", "usecase", "flavor", "os", "tiers", "settings"];

/// More servers than that in one tier are a slip of the pen; what the blueprint allows is judged later.
const MOST: u32 = 250;

/// Reads an environment file. Returns what it says, or every fault of it.
pub fn parse_environment(text: &str, file: &str) -> Result<Inputs, Diagnostics> {
    let mut r = Reader::default();
    let inputs = r.open(text, file, "environment", true).map(|root| read(&mut r, &root));
    r.in_order();
    r.faults.or(inputs.unwrap_or_default())
}

fn read(r: &mut Reader, root: &Node) -> Inputs {
    let mut inputs = Inputs::default();
    let Some(top) = r.map(root, &KEYS) else { return inputs };
    let name = top.get("name").and_then(|node| environment_name(r, node));
    inputs.name = name.and_then(|name| EnvironmentName::parse(&name).ok());
    if let Some(usecase) = r.need(&top, "usecase", "usecase: usecase-2.6").and_then(|node| environment_name(r, node)) {
        inputs.usecase = usecase;
    }
    inputs.flavor = top.get("flavor").and_then(|node| r.size(node));
    inputs.os = top.get("os").and_then(|node| r.word(node, &m::UNKNOWN_SYSTEM, SYSTEMS)).map(str::to_owned);
    for (name, node) in r.named(top.get("tiers")) {
        let said = tier(r, node);
        inputs.tiers.insert(name.to_owned(), said);
    }
    if let Some(node) = top.get("settings") {
        inputs.settings = settings::read(r, node, &settings::KEYS);
    }
    inputs
}

fn tier(r: &mut Reader, node: &Node) -> TierInputs {
    let Some(map) = r.map(node, &["count", "size", "service"]) else { return TierInputs::default() };
    let services: Vec<&str> = known_services().collect();
    let service = map.get("service").and_then(|node| r.word(node, &m::UNKNOWN_SERVICE, services.iter().copied()));
    TierInputs {
        count: map.get("count").and_then(|node| r.number(node, 0, MOST)),
        size: map.get("size").and_then(|node| r.size(node)),
        service: service.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Size;

    #[test]
    fn it_says_what_the_flags_say() {
        let text = "environment: 1\nname: shop\nusecase: usecase-2.6\nflavor: small\nos: debian-12\n\
                    tiers:\n  web: {count: 3}\n  db: {size: medium, service: postgresql}\nsettings:\n  cidr: 10.20.0.0/16\n";
        let inputs = parse_environment(text, "shop.yaml").expect("a good environment");
        assert_eq!(inputs.name.map(|name| name.to_string()).as_deref(), Some("shop"));
        assert_eq!(
            (inputs.usecase.as_str(), inputs.flavor, inputs.os.as_deref()),
            ("usecase-2.6", Some(Size::Small), Some("debian-12"))
        );
        assert_eq!(inputs.tiers["web"].count, Some(3));
        assert_eq!(
            (inputs.tiers["db"].size, inputs.tiers["db"].service.as_deref()),
            (Some(Size::Medium), Some("postgresql"))
        );
        assert_eq!(inputs.settings.cidr.map(|cidr| cidr.to_string()).as_deref(), Some("10.20.0.0/16"));
    }

    #[test]
    fn every_fault_is_told() {
        let text = "name: Shop\nflavour: small\nos: ubuntu\ntiers:\n  web: {count: many, sise: small}\n  web: {}\n  db: {service: ngnix}\n\
                    settings: {cidr: x}\n";
        let faults = parse_environment(text, "shop.yaml").expect_err("faults");
        let ids: Vec<&str> = faults.0.iter().map(|fault| fault.text.message.id).collect();
        let expected = [
            &m::NO_FORMAT,
            &m::MISSING_KEY,
            &m::BAD_ENVIRONMENT_NAME,
            &m::UNKNOWN_KEY,
            &m::UNKNOWN_SYSTEM,
            &m::NOT_IN_RANGE,
            &m::UNKNOWN_KEY,
            &m::TWICE,
            &m::UNKNOWN_SERVICE,
            &m::BAD_CIDR,
        ];
        assert_eq!(ids, expected.map(|message| message.id), "{faults}");
    }
}
