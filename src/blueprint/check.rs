//! Inputs against their blueprint: what they name must be there, and allowed.

use super::inputs::{Inputs, TierInputs};
use super::read::candidates_help;
use super::types::{Blueprint, Service, Tier};
use crate::model::messages::blueprint as m;
use crate::model::{Diagnostic, Diagnostics};
use crate::say;

/// Every fault of the inputs.
pub fn check_inputs(blueprint: &Blueprint, inputs: &Inputs) -> Diagnostics {
    let mut faults = Diagnostics::default();
    if let Some(os) = &inputs.os
        && blueprint.systems.iter().all(|system| system.0 != *os)
    {
        let help = candidates_help(os, blueprint.systems.iter().map(|system| system.0.as_str()));
        faults.push(Diagnostic::error(say!(m::SYSTEM_NOT_OFFERED, usecase = blueprint.id, word = os)).help(help));
    }
    for (name, said) in &inputs.tiers {
        if let Some(tier) = blueprint.tier(name) {
            check_tier(&mut faults, blueprint, inputs, (tier, said));
        } else {
            let help = candidates_help(name, blueprint.tiers.iter().map(|tier| tier.name.as_str()));
            faults.push(Diagnostic::error(say!(m::NO_SUCH_TIER, usecase = blueprint.id, word = name)).help(help));
        }
    }
    faults
}

fn check_tier(faults: &mut Diagnostics, blueprint: &Blueprint, inputs: &Inputs, (tier, said): (&Tier, &TierInputs)) {
    let name = &tier.name;
    if let Some(count) = said.count
        && !(tier.count.min..=tier.count.max).contains(&count)
    {
        let (min, max) = (tier.count.min, tier.count.max);
        let usecase = &blueprint.id;
        let text = say!(m::COUNT_OUT_OF_RANGE, tier = name, count = count, min = min, max = max, usecase = usecase);
        faults.push(Diagnostic::error(text));
    }
    let Some(service) = &said.service else { return };
    let offered: Vec<&str> = match &tier.service {
        Service::Named(only) => vec![only],
        Service::Chosen(choice) => blueprint
            .choice(choice)
            .map(|choice| choice.one_of.iter().map(String::as_str).collect())
            .unwrap_or_default(),
    };
    if !offered.contains(&service.as_str()) {
        let text = say!(m::SERVICE_NOT_OFFERED, tier = name, usecase = blueprint.id, word = service);
        faults.push(Diagnostic::error(text).help(candidates_help(service, offered)));
        return;
    }
    // One choice is one service: the first tier of the choice that says one decides.
    let taken = blueprint
        .tiers
        .iter()
        .filter(|other| other.service == tier.service)
        .find_map(|other| Some((&other.name, inputs.tiers.get(&other.name)?.service.as_ref()?)));
    if let (Service::Chosen(_), Some((other, taken))) = (&tier.service, taken)
        && taken != service
    {
        let text = say!(m::CHOICE_SPLIT, tier = name, word = service, other = other, taken = taken);
        faults.push(Diagnostic::error(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blueprint::{apply_set, parse};

    const TEXT: &str = "blueprint: 1
id: x
title: {ko: 가, en: a}
description: {ko: 가, en: a}
systems: [ubuntu-16.04, debian-12]
choices: {was: [tomcat, jboss]}
zones: [was]
tiers:
  was: {title: {ko: 가, en: a}, choice: was, size: medium, zone: was, count: {default: 2, min: 2, max: 8}}
  batch: {title: {ko: 가, en: a}, choice: was, size: medium, zone: was}
  cache: {title: {ko: 가, en: a}, service: redis, size: medium, zone: was}
";

    fn faults(assignments: &[&str]) -> Vec<String> {
        let (blueprint, _) = parse(TEXT, "x.yaml").expect("a good blueprint");
        let mut inputs = Inputs::default();
        for assignment in assignments {
            apply_set(&mut inputs, assignment).expect(assignment);
        }
        check_inputs(&blueprint, &inputs).0.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_the_blueprint_allows_passes() {
        let fine = ["was.count=8", "was.service=jboss", "batch.service=jboss", "cache.service=redis", "os=debian-12"];
        assert_eq!(faults(&fine), Vec::<String>::new());
    }

    #[test]
    fn every_fault_is_told_with_what_would_be_right() {
        let found = faults(&["was.count=9", "wos.count=1", "cache.service=rabbitmq", "os=rocky-9"]);
        let expected = [
            "`os`: `x` does not run on `rocky-9`\n  there are: ubuntu-16.04, debian-12",
            "`cache.service`: `x` does not offer `rabbitmq` there\n  there are: redis",
            "`was.count`: 9 is not from 2 to 8, as `x` allows",
            "`x` has no tier `wos`\n  did you mean `was`? There are: was, batch, cache",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn one_choice_cannot_be_two_services() {
        let found = faults(&["was.service=jboss", "batch.service=tomcat"]);
        assert_eq!(found, ["`batch.service` is `tomcat`, but `was` takes the same choice and is `jboss`"]);
    }
}
