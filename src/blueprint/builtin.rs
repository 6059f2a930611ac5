//! The blueprints that are compiled in: every file of `blueprints/`.

use include_dir::{Dir, include_dir};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/blueprints");

/// Every built-in blueprint as its id and its text, in the order of ids as people count: `usecase-2.9` before `usecase-2.10`.
pub fn builtin() -> Vec<(&'static str, &'static str)> {
    let mut all: Vec<(&str, &str)> = FILES
        .files()
        .filter_map(|file| {
            let id = file.path().file_name()?.to_str()?.strip_suffix(".yaml")?;
            Some((id, file.contents_utf8()?))
        })
        .collect();
    all.sort_by_key(|(id, _)| {
        let number = |part: &str| (part.parse::<u32>().unwrap_or(u32::MAX), part.to_owned());
        id.split(['-', '.']).map(number).collect::<Vec<_>>()
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_first_use_cases_are_there_in_order() {
        let ids: Vec<&str> = builtin().into_iter().map(|(id, _)| id).collect();
        let place = |id| ids.iter().position(|known| *known == id).expect(id);
        assert!(place("usecase-2.1") < place("usecase-2.6"));
    }
}
