//! The catalogues: every sentence that a user may see, one file per room that says them.

pub mod blueprint;
pub mod cli;
pub mod cloud;
pub mod desired;
pub mod execute;
pub mod journal;
pub mod observe;
pub mod plan;
pub mod report;
pub mod terminal;
pub mod verify;

use super::Message;

/// Every sentence of every catalogue.
pub fn all() -> impl Iterator<Item = &'static Message> {
    [
        blueprint::ALL,
        desired::ALL,
        plan::ALL,
        cloud::ALL,
        observe::ALL,
        journal::ALL,
        execute::ALL,
        report::ALL,
        terminal::ALL,
        verify::ALL,
        cli::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// `{ko}` and `{en}` are one value in each language's own words.
    fn placeholders(template: &str) -> BTreeSet<&str> {
        let names = template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
        names.map(|name| if name == "ko" || name == "en" { "ko and en" } else { name }).collect()
    }

    #[test]
    fn ids_are_unique_and_languages_take_the_same_values() {
        let mut seen = BTreeSet::new();
        for message in all() {
            assert!(seen.insert(message.id), "{} stands twice", message.id);
            if let Some(korean) = message.ko {
                assert_eq!(placeholders(message.en), placeholders(korean), "{}", message.id);
            }
        }
    }
}
