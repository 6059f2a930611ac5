//! The contract cases (`tests/contract/README.md`) against the embedded cloud: in process, in virtual time, at the lab's pace.

#[path = "contract_run/case.rs"]
mod case;
#[path = "contract_run/expect.rs"]
mod expect;
#[path = "contract_run/run.rs"]
mod run;

use case::{Table, parse};
use run::Runner;

fn table() -> Table {
    let mut table = Table::default();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contract");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort_by_key(|file| (!file.ends_with("fixtures.txt"), file.clone()));
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "txt")) {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        parse(&mut table, &name, &std::fs::read_to_string(file).expect("a text"));
    }
    table
}

#[test]
fn the_embedded_cloud_passes_every_case() {
    let table = table();
    let mut failures = Vec::new();
    let mut ran = 0;
    for file in table.files() {
        let mut runner = Runner::new(&table, file);
        for case in table.cases.iter().filter(|case| case.file == file && !case.wire) {
            ran += 1;
            if let Err(failure) = runner.case(case) {
                failures.push(format!("{}:{} {}\n    {failure}", case.file, case.line, case.title));
            }
        }
    }
    println!("{ran} contract cases against the embedded cloud, {} failed", failures.len());
    assert!(failures.is_empty(), "{} of {ran} failed:\n{}", failures.len(), failures.join("\n"));
    assert!(ran >= 150, "only {ran} cases");
}

#[test]
fn a_line_for_one_side_says_why() {
    for case in &table().cases {
        let one_sided = case.steps.iter().flat_map(|step| &step.expected).any(|expected| expected.side.is_some());
        assert_eq!(one_sided, case.differs, "{}:{} {}", case.file, case.line, case.title);
    }
}

#[test]
fn a_wrong_expectation_fails() {
    let mut table = Table::default();
    let wrong = "= wrong status\nGET network /v2.0/networks\n204\n= wrong value\nGET network /v2.0/networks/${public}\n200\n  \
        network.status = \"DOWN\"\n= wrong key\nGET network /v2.0/networks/${public}\n200\n  network.status absent\n\
        = wrong length\nGET network /v2.0/networks?name=public\n200\n  networks # 0\n= never\nWAIT GET network /v2.0/networks/${nobody}\n200\n";
    parse(&mut table, "wrong", wrong);
    let mut runner = Runner::new(&table, "wrong");
    for case in &table.cases {
        assert!(runner.case(case).is_err(), "{}", case.title);
    }
    assert_eq!(table.cases.len(), 5);
}
