//! Files as one text that a first boot carries out: each is a call of the script's own `unpack`, with everything quoted.

use super::first_boot::File;
use super::render::quote;

/// These files as one text.
pub fn archive(files: &[File]) -> String {
    let one = |file: &File| format!("unpack {} {} {}\n", quote(&file.mode), quote(&file.path), quote(&file.content));
    files.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_in_a_file_is_one_word_of_the_shell() {
        let file = |path: &str, content: &str| File { path: path.into(), mode: "0600".into(), content: content.into() };
        let files = [file("/a b", "it's $(x)\n"), file("/c", "")];
        assert_eq!(archive(&files), "unpack '0600' '/a b' 'it'\\''s $(x)\n'\nunpack '0600' '/c' ''\n");
    }
}
