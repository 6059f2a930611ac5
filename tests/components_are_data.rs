//! Rust knows no component by name: what one is, its folder says.

use std::path::{Path, PathBuf};

use gureum::component;

/// Services that a blueprint may name stand in one list.
const LIST: &str = "src/blueprint/services.rs";

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The lines that are neither comments nor tests, which stand at a file's end.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().take_while(|line| line.trim() != "#[cfg(test)]");
    (1..).zip(lines).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn names(line: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    line.match_indices(name).any(|(at, _)| !line[..at].ends_with(part) && !line[at + name.len()..].starts_with(part))
}

#[test]
fn no_line_of_rust_names_a_component() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    rust_files(&root.join("src"), &mut files);
    let mut found = Vec::new();
    for file in &files {
        let path = file.strip_prefix(root).expect("below it").display().to_string();
        if path == LIST || path.contains("test") {
            continue;
        }
        let text = std::fs::read_to_string(file).expect("readable");
        for (number, line) in code(&text) {
            found.extend(
                component::all()
                    .filter(|one| names(line, &one.name))
                    .map(|one| format!("{path}:{number}: {}", one.name)),
            );
        }
    }
    assert!(files.len() > 100, "only {} files were read", files.len());
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_planted_name_is_found_and_a_comment_or_a_longer_word_is_not() {
    let text = "let a = \"nginx\";\n// nginx\nlet nginx_like = 1;\n#[cfg(test)]\nlet b = \"nginx\";\n";
    let found: Vec<usize> = code(text).filter(|(_, line)| names(line, "nginx")).map(|(number, _)| number).collect();
    assert_eq!(found, [1]);
}
