//! Names with `*` in them, and helpful lists of those that there are.

use crate::blueprint::nearest;
use crate::model::Text;
use crate::model::messages::desired as m;
use crate::say;

/// Whether `pattern` means `name`; `*` stands for any characters.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let tail = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = name.find(part) else { return false };
        name = &name[at + part.len()..];
    }
    name.ends_with(tail)
}

/// What there is instead of `word`: the nearest, if one is near, and all.
pub(super) fn candidates<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Text {
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() {
        return say!(m::NO_CANDIDATES);
    }
    match nearest(word, names.iter().copied()) {
        Some(nearest) => say!(m::CANDIDATES_NEAREST, nearest = nearest, candidates = names.join(", ")),
        None => say!(m::CANDIDATES, candidates = names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_characters() {
        for (pattern, name) in
            [("small", "small"), ("m1.*", "m1.small"), ("*", ""), ("a*b*c", "a--b-bc"), ("*-16*", "u-16.04")]
        {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("small", "smaller"), ("m1.*", "m2.small"), ("a*b*c", "a-c"), ("ab*ba", "aba"), ("*x", "xy")]
        {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn the_nearest_is_suggested() {
        assert_eq!(
            candidates("publik", ["public", "dmz"]).to_string(),
            "did you mean `public`? There are: public, dmz"
        );
        assert_eq!(candidates("zzzzzzzz", ["public"]).to_string(), "there are: public");
        assert_eq!(candidates("a", []).to_string(), "there is none on this cloud that the project may use");
    }
}
