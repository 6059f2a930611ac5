//! A plan as text: what is lost first, then what changes, then what comes; creations as one compact row per kind.

mod lines;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::desired::Degree;
use crate::kind::Kind;
use crate::model::messages::report as m;
use crate::model::{Address, Properties, Text, Value};
use crate::plan::{Goal, Plan};
use crate::say;
use crate::snapshot::CloudFacts;

pub use lines::{Counts, items};
use lines::{Line, What, lines};

use super::look::{Look, Paint, mebibytes, wrapped};
use super::words;

/// The whole plan as text. `facts` give names to the ids of flavors and images.
pub fn plan_text(plan: &Plan, facts: Option<&CloudFacts>, look: &Look) -> String {
    let key = &plan.environment;
    let region = if key.region.is_empty() { look.word(&m::NO_REGION) } else { key.region.clone() };
    let title = say!(m::PLAN_OF, name = key.name, id = key.id(), project = key.project_id, region = region);
    let mut out = look.paint(Paint::Head, &look.say(&title));
    out.push('\n');
    let counts = Counts::of(plan);
    if plan.steps.is_empty() {
        let said = match plan.goal {
            Goal::Deploy => say!(m::PLAN_NOTHING, unchanged = counts.unchanged),
            Goal::Destroy | Goal::DestroyWithData => say!(m::PLAN_NOTHING_THERE),
        };
        out.push_str(&look.say(&said));
    } else {
        out.push_str(&look.say(&say!(
            m::PLAN_COUNTS,
            create = counts.create,
            update = counts.update,
            replace = counts.replace,
            delete = counts.delete,
            unchanged = counts.unchanged,
            requests = plan.steps.len(),
        )));
    }
    out.push('\n');

    let lines = lines(plan);
    for what in What::ALL {
        let of: Vec<&Line> = lines.iter().filter(|line| line.what == what).collect();
        if !of.is_empty() {
            section(&mut out, what, &of, facts, look);
        }
    }
    remarks(&mut out, plan, facts, look);
    out
}

/// One section. A reason that all have stands once, in its head; else lines of one kind and reason stand together in a row.
fn section(out: &mut String, what: What, lines: &[&Line<'_>], facts: Option<&CloudFacts>, look: &Look) {
    let said = |line: &Line<'_>| match line.reason {
        _ if line.born => look.word(&m::BORN),
        Some(reason) => words::reason(reason, facts, look),
        None => String::new(),
    };
    let count: usize = lines.iter().map(|line| 1 + line.with).sum();
    let mut head = look.say(&Text { message: what.head(), values: vec![("count", count.to_string())] });
    let first = lines.first().map(|line| said(line)).unwrap_or_default();
    let shared = lines.len() > 1 && lines.iter().all(|line| said(line) == first);
    if shared && !first.is_empty() {
        head = format!("{head}: {first}");
    }
    out.push('\n');
    out.push_str(&look.paint(what.paint(), &head));
    out.push('\n');
    let mut rest = lines;
    while let Some(first) = rest.first() {
        let reason = said(first);
        let extra = remark(first, facts, look);
        let same = rest
            .iter()
            .take_while(|line| line.kind == first.kind && said(line) == reason && remark(line, facts, look) == extra)
            .count();
        let (now, later) = rest.split_at(same);
        rest = later;
        let names: Vec<String> = now.iter().map(|line| name(line)).collect();
        let title = if same == 1 { first.kind.to_string() } else { format!("{} ({same})", first.kind) };
        let sign = look.paint(what.paint(), &format!("{:>5}", what.sign()));
        let _ = write!(out, "{sign} {title:<26} {}", wrapped(&names, 33, look.width));
        let mut tail = extra;
        let with: usize = now.iter().map(|line| line.with).sum();
        if with > 0 {
            tail.push(look.say(&say!(m::GOES_WITH, count = with)));
        }
        if !tail.is_empty() {
            let _ = write!(out, "\n{:33}{}", "", tail.join("; "));
        }
        if !reason.is_empty() && !shared {
            let _ = write!(out, "\n{:33}{reason}", "");
        }
        out.push('\n');
    }
}

/// The resource's name among its kind, with what tells it from others of a row.
fn name(line: &Line<'_>) -> String {
    let short = words::short(line.address);
    let properties = line.item.map(|item| &item.properties);
    match properties.and_then(|properties| told(line.kind, properties)) {
        Some(told) => format!("{short} {told}"),
        None => short,
    }
}

fn told(kind: Kind, properties: &Properties) -> Option<String> {
    let text = |name: &str| properties.get(name).and_then(Value::as_text);
    match kind {
        Kind::Subnet => text("cidr").map(str::to_owned),
        Kind::Port => {
            let fixed = properties.get("fixed_ips")?.items().iter().find_map(|ip| match ip {
                Value::Map(map) => map.get("ip_address").and_then(Value::as_text),
                _ => None,
            });
            fixed.map(str::to_owned)
        }
        Kind::Listener => {
            Some(format!("{}:{}", text("protocol")?, properties.get("protocol_port").and_then(Value::as_integer)?))
        }
        _ => None,
    }
}

/// What is said once for a row: the flavor and image of its servers, and whether it holds data.
fn remark(line: &Line<'_>, facts: Option<&CloudFacts>, look: &Look) -> Vec<String> {
    let Some(item) = line.item else { return Vec::new() };
    let mut said = Vec::new();
    if line.kind == Kind::Server {
        let id = |name: &str| item.properties.get(name).and_then(Value::as_text).unwrap_or_default();
        let flavor = facts.and_then(|facts| facts.flavors.iter().find(|flavor| flavor.id == id("flavorRef")));
        said.push(flavor.map_or_else(
            || id("flavorRef").to_owned(),
            |flavor| {
                look.say(&say!(
                    m::FLAVOR,
                    name = flavor.name,
                    vcpus = flavor.vcpus,
                    ram = mebibytes(flavor.ram_mib),
                    disk = flavor.disk_gib
                ))
            },
        ));
        let image = facts.and_then(|facts| facts.images.iter().find(|image| image.id == id("imageRef")));
        said.push(image.map_or_else(|| id("imageRef").to_owned(), |image| image.name.clone()));
    }
    if item.bears_data {
        said.push(look.word(&m::HOLDS_DATA));
    }
    said
}

/// Totals, limitations, preflight, notes, reported differences, what stays, and where the service answers.
fn remarks(out: &mut String, plan: &Plan, facts: Option<&CloudFacts>, look: &Look) {
    let totals = &plan.totals;
    if plan.goal == Goal::Deploy {
        out.push('\n');
        out.push_str(&look.say(&say!(
            m::TOTALS,
            servers = totals.servers,
            vcpus = totals.vcpus,
            ram = mebibytes(totals.ram_mib),
            disk = totals.disk_gib,
            addresses = totals.floating_ips,
            resources = totals.resources,
        )));
        out.push('\n');
    }
    let mut limitations: Vec<_> = plan.limitations.iter().collect();
    limitations.sort_by_key(|limitation| std::cmp::Reverse(limitation.degree));
    let limitations = limitations.into_iter().map(|limitation| {
        let degree = match limitation.degree {
            Degree::Degraded => look.paint(Paint::Care, &look.word(&m::DEGRADED)),
            Degree::Missing => look.paint(Paint::Bad, &look.word(&m::ABSENT)),
        };
        format!("{degree} {}: {}", limitation.of, look.say(&limitation.text))
    });
    words::section(out, &look.word(&m::LIMITATIONS), limitations);
    let faults = words::sentences(&plan.preflight.faults, look).map(|fault| look.paint(Paint::Bad, &fault));
    words::section(out, &look.paint(Paint::Bad, &look.word(&m::PREFLIGHT_FAULTS)), faults);
    words::section(out, &look.word(&m::NOT_CHECKED), words::sentences(&plan.preflight.not_checked, look));
    let reported = plan
        .reported
        .iter()
        .map(|difference| format!("{} {}", difference.address, words::difference(difference, facts, look)));
    words::section(out, &look.word(&m::REPORTED), reported);
    let kept = plan.kept.iter().map(|kept| {
        let address = kept.address.as_ref().map_or_else(|| kept.kind.to_string(), ToString::to_string);
        format!("{address} ({}): {}", kept.id, look.say(&kept.why))
    });
    words::section(out, &look.word(&m::KEPT), kept);
    words::section(out, &look.word(&m::NOTES), words::sentences(&plan.notes, look));
    if let (Some(entry), Goal::Deploy) = (&plan.entry, plan.goal) {
        let known = plan.outputs.get(&entry.address).and_then(|outputs| outputs.get(&entry.field));
        let said = match known {
            Some(address) => say!(m::ENTRY, address = address),
            None => say!(m::ENTRY_LATER, address = entry.address),
        };
        out.push('\n');
        out.push_str(&look.say(&said));
        out.push('\n');
    }
}

/// The plan as JSON: every step in full, each with its reasons as sentences beside the typed ones.
pub fn plan_json(plan: &Plan, facts: Option<&CloudFacts>) -> Result<serde_json::Value, serde_json::Error> {
    let mut json = serde_json::to_value(plan)?;
    if let Some(steps) = json.get_mut("steps").and_then(serde_json::Value::as_array_mut) {
        for (shown, step) in steps.iter_mut().zip(&plan.steps) {
            let said: BTreeMap<&Address, String> = step
                .reasons
                .iter()
                .map(|(address, reason)| (address, words::reason(reason, facts, &Look::PLAIN)))
                .collect();
            shown["because"] = serde_json::to_value(said)?;
        }
    }
    json["counts"] = serde_json::to_value(Counts::of(plan))?;
    json["environment"]["id"] = serde_json::to_value(plan.environment.id())?;
    Ok(json)
}

#[cfg(test)]
mod tests;
