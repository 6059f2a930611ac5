//! Secrets and signed addresses in rendered text. Templates see a placeholder in their place: a name between two characters
//! of Unicode's private use area, which no escaping of HTML, XML, JSON or shell touches. The finished text is then cut into
//! pieces at them, so that no value is ever there where templates are rendered (`docs/decisions/placeholders.md`).

use crate::model::{Piece, SecretName, SignedUrl};

const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';
const SECRET: &str = "secret:";

/// The name of the signed address that reports are sent to.
pub const REPORT: &str = "report";
/// The name of the signed address that a server's files are fetched from, where its user-data has no room for them.
pub const CONTENT: &str = "content";

/// What stands for a secret.
pub fn secret(name: &SecretName) -> String {
    format!("{OPEN}{SECRET}{}{CLOSE}", name.0)
}

/// What stands for the signed address of that name.
pub(super) fn address(name: &str) -> String {
    format!("{OPEN}{name}{CLOSE}")
}

/// The text in pieces, with these signed addresses by their names.
///
/// The error says what stands between the two characters and is no placeholder: somebody's text has them for another reason.
pub fn split(text: &str, addresses: &[(&str, &SignedUrl)]) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let (name, after) = after.split_once(CLOSE).ok_or_else(|| "U+E000 without U+E001".to_owned())?;
        literal(&mut pieces, before)?;
        match (name.strip_prefix(SECRET), addresses.iter().find(|(of, _)| *of == name)) {
            (Some(secret), _) if is_name(secret) => pieces.push(Piece::Secret(SecretName(secret.to_owned()))),
            (None, Some((_, url))) => pieces.push(Piece::SignedUrl((*url).clone())),
            _ => return Err(format!("`{name}` between U+E000 and U+E001")),
        }
        rest = after;
    }
    literal(&mut pieces, rest)?;
    Ok(pieces)
}

fn literal(pieces: &mut Vec<Piece>, text: &str) -> Result<(), String> {
    if text.contains(CLOSE) {
        return Err("U+E001 without U+E000".to_owned());
    }
    if !text.is_empty() {
        pieces.push(Piece::Literal(text.to_owned()));
    }
    Ok(())
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Address, UrlMethod};

    fn url() -> SignedUrl {
        SignedUrl {
            container: Address::new("container", "signals"),
            object: "web-1".into(),
            method: UrlMethod::Put,
            of: None,
        }
    }

    #[test]
    fn a_text_is_cut_at_its_placeholders_and_nothing_of_them_stays() {
        let name = SecretName("db.app_password".into());
        let text = format!("a{}b{}{}", secret(&name), address(REPORT), secret(&name));
        let pieces = split(&text, &[(CONTENT, &url()), (REPORT, &url())]).expect("it is whole");
        let literal = |text: &str| Piece::Literal(text.into());
        let expected = [literal("a"), Piece::Secret(name.clone()), literal("b"), Piece::SignedUrl(url())];
        assert_eq!(pieces[..4], expected);
        assert_eq!(pieces[4..], [Piece::Secret(name)]);
        assert_eq!(split("", &[]), Ok(Vec::new()));
        assert_eq!(split("구름", &[]), Ok(vec![literal("구름")]));
    }

    #[test]
    fn escaping_for_json_html_and_shell_leaves_them_whole() {
        let name = SecretName("kv.password".into());
        let mut text = format!("\"{}\"\n", secret(&name));
        for _ in 0..3 {
            text = serde_json::to_string(&text).expect("text");
        }
        let pieces = split(&text, &[]).expect("it is whole");
        assert_eq!(pieces.iter().filter(|piece| **piece == Piece::Secret(name.clone())).count(), 1);
        let json: String =
            pieces.iter().map(|piece| if let Piece::Literal(text) = piece { text.as_str() } else { "pw" }).collect();
        let mut read = json;
        for _ in 0..3 {
            read = serde_json::from_str(&read).expect("it is JSON still");
        }
        assert_eq!(read, "\"pw\"\n");
    }

    #[test]
    fn the_characters_of_somebody_else_are_refused() {
        for text in
            ["a\u{e000}b", "a\u{e001}b", "\u{e000}x\u{e001}", "\u{e000}secret:\u{e001}", "\u{e000}secret:a b\u{e001}"]
        {
            assert!(split(text, &[(REPORT, &url())]).is_err(), "{text:?}");
        }
        assert!(split(&address(REPORT), &[]).is_err(), "there is nowhere to report to");
    }
}
