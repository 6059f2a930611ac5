//! Cases as they are written: the format of `tests/contract/README.md`.

use std::collections::BTreeMap;

/// Something that must hold of an answer.
#[derive(Clone, Debug)]
pub struct Expected {
    pub side: Option<String>,
    pub path: String,
    pub word: String,
    pub value: String,
}

/// One request and what must come of it.
#[derive(Clone, Debug)]
pub struct Step {
    pub line: usize,
    pub wait: bool,
    pub method: String,
    pub service: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub status: String,
    pub expected: Vec<Expected>,
}

/// A case, or a fragment for cases.
#[derive(Clone, Debug, Default)]
pub struct Case {
    pub file: String,
    pub line: usize,
    pub title: String,
    /// It says why one side may differ.
    pub differs: bool,
    /// It is about HTTP itself, which is not there in process.
    pub wire: bool,
    pub fixtures: Vec<String>,
    pub steps: Vec<Step>,
}

/// All cases, and the fragments by name.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub cases: Vec<Case>,
    pub fragments: BTreeMap<String, Case>,
}

impl Table {
    /// The files that hold cases.
    pub fn files(&self) -> Vec<&str> {
        let mut files: Vec<&str> = self.cases.iter().map(|case| case.file.as_str()).collect();
        files.dedup();
        files
    }
}

const WORDS: [&str; 8] = ["=", "~", "#", "->", "has", "keys", "absent", "!="];

/// Reads a file of cases into the table; `fixtures` comes before all that use it.
pub fn parse(table: &mut Table, file: &str, text: &str) {
    let mut open: Option<(bool, Case)> = None;
    for (number, line) in text.lines().enumerate().map(|(number, line)| (number + 1, line.trim_end())) {
        let bad = || -> ! { panic!("{file}:{number}: cannot read {line:?}") };
        let Some(first) = line.chars().next().filter(|first| *first != ';') else { continue };
        if let Some(title) = line.strip_prefix("= ").or_else(|| line.strip_prefix(": ")) {
            close(table, open.take());
            let case = Case { file: file.to_owned(), line: number, title: title.to_owned(), ..Case::default() };
            open = Some((first == ':', case));
            continue;
        }
        let Some((_, case)) = open.as_mut() else { bad() };
        if line.starts_with("? ") {
            case.differs = true;
        } else if line == "wire" {
            case.wire = true;
        } else if line == "paced" {
            // Here things take their time.
        } else if let Some(name) = line.strip_prefix("with ") {
            case.fixtures.push(name.to_owned());
        } else if let Some(name) = line.strip_prefix("use ") {
            let Some(fragment) = table.fragments.get(name) else { bad() };
            case.steps.extend(fragment.steps.clone());
        } else if let Some(expected) = line.strip_prefix("  ") {
            let Some(step) = case.steps.last_mut() else { bad() };
            let Some(read) = expectation(expected) else { bad() };
            step.expected.push(read);
        } else if first.is_ascii_uppercase() {
            let wait = line.starts_with("WAIT ");
            let words: Vec<&str> = line.split(' ').skip(usize::from(wait)).collect();
            let (method, service, path) = match words.as_slice() {
                [method, service] => (method, service, &""),
                [method, service, path] => (method, service, path),
                _ => bad(),
            };
            case.steps.push(Step {
                line: number,
                wait,
                method: (*method).to_owned(),
                service: (*service).to_owned(),
                path: (*path).to_owned(),
                headers: Vec::new(),
                body: String::new(),
                status: String::new(),
                expected: Vec::new(),
            });
        } else {
            let Some(step) = case.steps.last_mut() else { bad() };
            match first {
                '+' => match line[1..].split_once(':') {
                    Some((name, value)) => step.headers.push((name.trim().to_owned(), value.trim().to_owned())),
                    None => bad(),
                },
                '<' => step.body.push_str(&line[1..]),
                '{' | '[' => step.body.push_str(line),
                '0'..='9' if step.status.is_empty() => line.clone_into(&mut step.status),
                _ => bad(),
            }
        }
    }
    close(table, open);
}

fn close(table: &mut Table, open: Option<(bool, Case)>) {
    let Some((fragment, case)) = open else { return };
    assert!(
        case.steps.iter().all(|step| !step.status.is_empty()),
        "{}:{}: a step without a status",
        case.file,
        case.line
    );
    if fragment {
        table.fragments.insert(case.title.clone(), case);
    } else {
        table.cases.push(case);
    }
}

fn expectation(text: &str) -> Option<Expected> {
    let (side, text) = match text.split_once(": ") {
        Some((side @ ("lab" | "embedded"), rest)) => (Some(side.to_owned()), rest),
        _ => (None, text),
    };
    let (path, rest) = text.split_once(' ')?;
    let (word, value) = rest.split_once(' ').unwrap_or((rest, ""));
    WORDS.contains(&word).then(|| Expected {
        side,
        path: path.to_owned(),
        word: word.to_owned(),
        value: value.to_owned(),
    })
}
