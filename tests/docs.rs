//! The documents name files and what stands in them; these names stay true.

use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between backticks on one line.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

#[test]
fn the_architecture_names_what_exists() {
    let text = read("docs/architecture.md");
    let mut named = 0;
    for (file, item) in quoted(&text).filter_map(|word| word.split_once("::")).filter(|(file, _)| file.contains('/')) {
        let source = read(file);
        let declared = ["fn ", "struct ", "enum ", "trait ", "static "].iter().any(|word| {
            source.match_indices(&format!("{word}{item}")).any(|(at, found)| ends(&source, at + found.len()))
        });
        // A variant or a macro's type stands at the beginning of its line.
        let variant = source.lines().any(|line| line.trim_start().strip_prefix(item).is_some_and(|rest| ends(rest, 0)));
        assert!(declared || variant, "{file} has no `{item}`");
        named += 1;
    }
    assert!(named > 40, "only {named} names were found");
}

fn ends(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_none_or(|next| !next.is_alphanumeric() && next != '_')
}

#[test]
fn every_room_is_told_of() {
    let text = read("docs/architecture.md");
    for line in read("src/lib.rs").lines() {
        if let Some(room) = line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';')) {
            assert!(text.contains(&format!("{room}/")), "docs/architecture.md does not tell of {room}/");
        }
    }
}

#[test]
fn both_readmes_begin_with_the_same_two_commands() {
    let commands = |file: &str| -> Vec<String> {
        let text = read(file);
        let block = text.split("```").nth(1).expect("a block of commands").to_owned();
        block.lines().skip(1).map(str::to_owned).collect()
    };
    assert_eq!(commands("README.md"), commands("README.ko.md"));
    assert_eq!(commands("README.md")[1], "cargo test");
}
