//! `gureum list`: the use cases, and what each still lacks with this gureum.

use std::fmt::Write as _;

use serde_json::json;

use crate::blueprint::Inputs;
use crate::desired::{self, Degree, Limitation};
use crate::model::messages::cli as m;
use crate::model::{EnvironmentName, Language};

use super::args::Global;
use super::error::{CliError, exit};
use super::screen::Screen;
use super::{graph, target, usecase};

/// Runs it.
pub fn run(global: &Global, screen: &Screen) -> Result<u8, CliError> {
    let embedded = target::would_be_embedded(global)?;
    let reference = graph::reference()?;
    let look = &screen.look;
    let (mut text, mut json) = (String::new(), Vec::new());
    for source in usecase::all(global.blueprints.as_deref())? {
        let loaded = usecase::read(&source)?;
        screen.warn(&loaded.warnings);
        let blueprint = &loaded.blueprint;
        let mut environment = reference.environment.clone();
        // Any name will do: nothing of it is shown.
        environment.name = EnvironmentName::parse(&source.id).unwrap_or(environment.name);
        let inputs = Inputs { usecase: source.id.clone(), ..Inputs::default() };
        let limitations = desired::desired(blueprint, &inputs, &environment, &reference.facts)?.limitations;
        let title = match look.language {
            Language::English => &blueprint.title.en,
            Language::Korean => &blueprint.title.ko,
        };
        let _ = writeln!(text, "{:<14} {title}", source.id);
        for (degree, word) in [(Degree::Missing, &m::LIST_LACKS), (Degree::Degraded, &m::LIST_REDUCED)] {
            for limitation in limitations.iter().filter(|limitation| limitation.degree == degree) {
                let Limitation { of, text: said, .. } = limitation;
                let _ = writeln!(text, "{:14} {}: {of}: {}", "", look.word(word), look.say(said));
            }
        }
        if limitations.is_empty() {
            let _ = writeln!(text, "{:14} {}", "", look.word(&m::LIST_LACKS_NOTHING));
        }
        json.push(json!({ "id": source.id, "title": blueprint.title, "limitations": limitations }));
    }
    target::framed(embedded, screen, |screen| {
        if screen.json { screen.print_json(&json.into(), true) } else { screen.print(&text) }
    })?;
    Ok(exit::DONE)
}
