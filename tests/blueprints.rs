//! Every blueprint, every example environment and every faulty file is a case by being there.

use std::fs;
use std::path::{Path, PathBuf};

use gureum::blueprint::{Inputs, builtin, check_inputs, parse, parse_environment};
use gureum::model::{Diagnostic, Language, Severity};

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    assert!(!files.is_empty(), "no file in {}", folder.display());
    files
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn every_blueprint_is_right_and_built_in_under_its_own_id() {
    for file in files("blueprints") {
        let text = read(&file);
        let (blueprint, warnings) =
            parse(&text, &file.display().to_string()).unwrap_or_else(|faults| panic!("{faults}"));
        assert!(warnings.0.is_empty(), "{warnings}");
        assert_eq!(file.file_stem().and_then(|stem| stem.to_str()), Some(blueprint.id.as_str()));
        assert!(builtin().contains(&(blueprint.id.as_str(), text.as_str())), "{} is not built in", blueprint.id);
        assert_eq!(check_inputs(&blueprint, &Inputs::default()).0, [], "{} without inputs", blueprint.id);
    }
}

#[test]
fn every_example_environment_fits_its_blueprint() {
    for file in files("examples") {
        let inputs =
            parse_environment(&read(&file), &file.display().to_string()).unwrap_or_else(|faults| panic!("{faults}"));
        let known = builtin();
        let (id, text) = known.iter().find(|(id, _)| *id == inputs.usecase).expect("a built-in use case");
        let (blueprint, _) = parse(text, id).expect("a right blueprint");
        let faults = check_inputs(&blueprint, &inputs);
        assert!(faults.0.is_empty(), "{}: {faults}", file.display());
    }
}

/// The faults of a file, in English and Korean; its name says what it should be.
fn faults(file: &Path) -> String {
    let text = read(file);
    let name = file.file_name().expect("a name").to_string_lossy();
    let faults = if name.starts_with("environment") {
        parse_environment(&text, &name).map(|_| ())
    } else {
        parse(&text, &name).map(|_| ())
    };
    let faults = faults.expect_err("a faulty file");
    let told = |fault: &Diagnostic| {
        let severity = if fault.severity == Severity::Error { "error" } else { "warning" };
        format!("{severity} {fault}\n  ({})\n", fault.text.in_language(Language::Korean))
    };
    faults.0.iter().map(told).collect()
}

/// `UPDATE_EXPECTED=1` writes what is told now; read the difference before it is committed.
#[test]
fn every_fault_of_a_faulty_file_is_told() {
    let mut wrong = Vec::new();
    for file in files("tests/blueprints/faulty") {
        let found = faults(&file);
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(file.with_extension("expected"), &found).expect("a writable folder");
        }
        let expected = read(&file.with_extension("expected"));
        if found != expected {
            wrong.push(format!("{}:\n{found}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "not as expected; found:\n{}", wrong.join("\n"));
}

#[test]
fn ten_different_faults_are_ten_different_sentences() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/blueprints/faulty/ten.yaml");
    let faults = parse(&read(&file), "ten.yaml").expect_err("a faulty file");
    let mut ids: Vec<&str> = faults.0.iter().map(|fault| fault.text.message.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert!(ids.len() >= 10, "only {ids:?}");
    for fault in &faults.0 {
        let place = fault.span.as_ref().unwrap_or_else(|| panic!("no place: {fault}"));
        assert!(place.line > 1 && place.column > 0, "{fault}");
    }
}

#[test]
fn the_examples_of_the_manual_are_right() {
    let manual = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/blueprints.md"));
    let examples: Vec<&str> =
        manual.split("```yaml\n").skip(1).filter_map(|rest| rest.split_once("```")).map(|(yaml, _)| yaml).collect();
    let (environments, blueprints): (Vec<&str>, Vec<&str>) =
        examples.into_iter().partition(|example| example.starts_with("environment"));
    assert!(!environments.is_empty() && !blueprints.is_empty());
    for example in blueprints {
        let (_, warnings) = parse(example, "docs/blueprints.md").unwrap_or_else(|faults| panic!("{faults}"));
        assert!(warnings.0.is_empty(), "{warnings}");
    }
    for example in environments {
        parse_environment(example, "docs/blueprints.md").unwrap_or_else(|faults| panic!("{faults}"));
    }
}

/// Files are cut off and lost in parts; whatever is left is read or answered with faults, each of which has a place.
#[test]
fn a_damaged_file_is_answered() {
    for file in files("blueprints") {
        let text = read(&file);
        let lines: Vec<&str> = text.lines().collect();
        let without = (0..lines.len()).map(|gone| [&lines[..gone], &lines[gone + 1..]].concat().join("\n"));
        let cut = text.char_indices().step_by(7).map(|(end, _)| text[..end].to_owned());
        let mut refused = 0;
        for damaged in without.chain(cut) {
            if let Err(faults) = parse(&damaged, "damaged.yaml") {
                refused += 1;
                assert!(faults.has_errors(), "refused without a fault:\n{damaged}");
                assert!(faults.0.iter().all(|fault| fault.span.is_some()), "{faults}\n{damaged}");
            }
        }
        assert!(refused > lines.len(), "only {refused} refused");
    }
}
