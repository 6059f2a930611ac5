//! What somebody probably meant.

use strsim::damerau_levenshtein;

/// The candidate that the word is a misspelling of, or a part of at least three characters; `None` if none comes near.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    // A third of the letters may be wrong: less finds too little in short words, more finds anything.
    let tolerated = (length / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let distance = damerau_levenshtein(&word, &candidate.to_lowercase());
            let misspelt = distance <= tolerated && distance < length;
            let part = length >= 3 && candidate.contains(&word);
            (misspelt || part).then_some((!misspelt, distance, candidate))
        })
        .min_by_key(|&(part, distance, _)| (part, distance))
        .map(|(_, _, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn misspellings_and_parts_are_found() {
        let services = ["nginx", "mariadb", "postgresql", "redis", "redmine"];
        assert_eq!(nearest("ngnix", services), Some("nginx"));
        assert_eq!(nearest("MariaDB", services), Some("mariadb"));
        assert_eq!(nearest("postgres", services), Some("postgresql"));
        assert_eq!(nearest("redi", services), Some("redis"));
        assert_eq!(nearest("2.6", ["usecase-2.1", "usecase-2.6"]), Some("usecase-2.6"));
    }

    #[test]
    fn far_words_are_not() {
        assert_eq!(nearest("oracle", ["nginx", "mariadb"]), None);
        assert_eq!(nearest("x", ["y"]), None);
        assert_eq!(nearest("", ["a"]), None);
        assert_eq!(nearest("web", []), None);
    }
}
