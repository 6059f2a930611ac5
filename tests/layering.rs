//! Every room imports only what its row of the table allows: `layering/table.rs` is the allow-list, `layering/scan.rs` finds
//! what is imported, and `layering/planted/` are files with violations that must be found, each on its line.

#[path = "layering/scan.rs"]
mod scan;
#[path = "layering/table.rs"]
mod table;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use scan::{Complaint, Source};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.insert(path);
        }
    }
    found
}

#[test]
fn every_room_imports_only_what_its_row_allows() {
    let dependencies = scan::dependencies(&root());
    let mut reached = BTreeSet::new();
    let mut complaints = Vec::new();
    for (file, room) in [("src/lib.rs", table::LIBRARY), ("src/main.rs", table::BINARY)] {
        let source = Source { file: root().join(file), room: room.into(), modules: Vec::new(), test: false };
        scan::follow(&source, &dependencies, &mut reached, &mut complaints);
    }
    let lost: Vec<_> = rust_files(&root().join("src")).difference(&reached).cloned().collect();
    assert!(lost.is_empty(), "no `mod` leads to {lost:?}");
    assert!(reached.len() > table::ROOMS.len() / 2, "only {} files were read", reached.len());
    assert!(complaints.is_empty(), "\n{}\n", text(&complaints));
}

fn text(complaints: &[Complaint]) -> String {
    let show = |complaint: &Complaint| {
        let file = complaint.file.strip_prefix(root()).unwrap_or(&complaint.file).display();
        format!("{file}:{}: {}", complaint.line, complaint.what)
    };
    complaints.iter().map(show).collect::<Vec<_>>().join("\n")
}

/// A planted file is named `<room>-<subject>.rs`; a line that must be complained about ends in `//~ <complaint>`, several
/// parted by `; `. Lines without that must not be complained about.
#[test]
fn planted_violations_are_found_and_nothing_else() {
    let folder = root().join("tests/layering/planted");
    let dependencies = scan::dependencies(&root());
    let mut rooms = BTreeSet::new();
    for file in rust_files(&folder) {
        let stem = file.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        let room = stem.split('-').next().expect("a room").to_owned();
        let source = Source {
            file: file.clone(),
            room: room.clone(),
            modules: vec![room.clone(), "planted".into()],
            test: false,
        };
        let mut complaints = Vec::new();
        scan::follow(&source, &dependencies, &mut BTreeSet::new(), &mut complaints);
        let found: BTreeSet<(usize, String)> = complaints.into_iter().map(|c| (c.line, c.what)).collect();
        let wanted: BTreeSet<(usize, String)> = std::fs::read_to_string(&file)
            .expect("a readable file")
            .lines()
            .enumerate()
            .filter_map(|(index, line)| line.split_once("//~ ").map(|(_, what)| (index + 1, what)))
            .flat_map(|(line, what)| what.split("; ").map(move |what| (line, what)))
            .map(|(line, what)| (line, format!("room `{room}` {what}")))
            .collect();
        assert!(!wanted.is_empty(), "{stem}: nothing is planted there");
        assert_eq!(found, wanted, "{stem}");
        rooms.insert(room);
    }
    assert!(rooms.len() >= 5, "too few rooms are tried: {rooms:?}");
}

#[test]
fn the_table_names_only_what_exists() {
    let dependencies = scan::dependencies(&root());
    for room in table::ROOMS {
        let rows = table::ROOMS.iter().filter(|row| row.name == room.name).count();
        assert_eq!(rows, 1, "{} has more than one row", room.name);
        for other in room.rooms {
            assert!(table::row(other).is_some(), "{}: no room `{other}`", room.name);
        }
        for name in room.crates {
            assert!(dependencies.normal.contains(*name), "{}: `{name}` is not among the dependencies", room.name);
            let banned = room.pure && table::IMPURE_CRATES.contains(name);
            assert!(!banned, "{} is pure and may not have `{name}`", room.name);
        }
    }
}
