//! The documents name files and what stands in them; these names stay true.

use std::fmt::Write as _;
use std::path::Path;

use gureum::embedded::server::{Time, service_times, usual_time, workers};
use gureum::embedded::{Service, operations};

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

/// In the embedded cloud's document, between `<!-- begin NAME -->` and
/// `<!-- end NAME -->`, stands what its tables say. `UPDATE_EXPECTED=1` writes it.
#[test]
fn the_embedded_clouds_document_is_what_its_tables_say() {
    const FILE: &str = "docs/embedded.md";
    let there = read(FILE);
    let mut wanted = there.clone();
    for (name, made) in [("operations", operations_table()), ("times", times_table())] {
        let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->"));
        let (head, rest) = wanted.split_once(&begin).unwrap_or_else(|| panic!("{FILE} has no {begin}"));
        let (_, tail) = rest.split_once(&end).unwrap_or_else(|| panic!("{FILE} has no {end}"));
        wanted = format!("{head}{begin}\n{made}\n{end}{tail}");
    }
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE), &wanted).expect("written");
    }
    assert!(there == wanted || read(FILE) == wanted, "{FILE} is not what the tables say: UPDATE_EXPECTED=1 writes it");
    assert!(wanted.contains("| POST | `/v2.1/servers` | Create Server |"), "{wanted}");
}

fn operations_table() -> String {
    let mut text = String::new();
    for service in Service::ALL {
        let all = operations(service);
        // Octavia's older spelling of each path.
        let again = |path: &str| {
            path.starts_with("/v2.0/lbaas/") && all.iter().any(|one| one.path == path.replacen("/v2.0/", "/v2/", 1))
        };
        let shown: Vec<_> = all.iter().filter(|operation| !again(operation.path)).collect();
        let (title, prefix, document) = (service.project(), service.prefix(), service.document());
        let title = title[..1].to_uppercase() + &title[1..];
        let _ = writeln!(text, "### {title}: {} operations below `{prefix}`\n\n<{document}>\n", shown.len());
        let _ = writeln!(text, "| method | path | title |\n|---|---|---|");
        for operation in shown {
            assert!(!operation.title.is_empty(), "{} {} has no title", operation.method, operation.path);
            let _ = writeln!(text, "| {} | `{}` | {} |", operation.method, operation.path, operation.title);
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn times_table() -> String {
    let mut text = String::from(
        "| service | request | median | least | most | each further item | source |\n|---|---|---|---|---|---|---|\n",
    );
    for service in Service::ALL {
        let name = service.project();
        for time in service_times().iter().filter(|time| time.service == service) {
            let Time { method, path, median, least, most, each, measured, .. } = time;
            let each = if *each > 0 { each.to_string() } else { String::new() };
            let source = if *measured { "lab" } else { "estimate" };
            let _ = writeln!(text, "| {name} | {method} `{path}` | {median} | {least} | {most} | {each} | {source} |");
        }
        let usual = ["GET", "POST", "PUT", "DELETE"].map(|method| format!("{method} {}", usual_time(service, method)));
        let _ = writeln!(text, "| {name} | all others | {} | × 0.8 | × 1.25 | | estimate |", usual.join(", "));
    }
    let at_once: Vec<String> =
        Service::ALL.iter().map(|service| format!("{} {}", service.project(), workers(*service))).collect();
    let _ = writeln!(text, "\nAt once: {}.", at_once.join(", "));
    text
}
