//! User-data as cloud-init takes it: base64, perhaps gzip, perhaps MIME; and what a guest finds in it.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;
use serde_json::Value as Json;

/// Nobody unpacks more.
const LARGEST: u64 = 16 * 1024 * 1024;
/// How deep parts lie within parts.
const DEEPEST: u8 = 3;

/// What a guest finds in its user-data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// A signed address to report to.
    pub report_to: Option<String>,
    /// A key by which it signs what it writes on its console.
    pub key: Option<String>,
    /// A signed address from which it fetches more files before it goes on.
    pub content: Option<String>,
    /// A key by which it knows what it fetched.
    pub content_key: Option<String>,
}

/// Reads user-data as it stands in the create request.
pub(super) fn read(user_data: &str) -> Found {
    let mut found = Found::default();
    let packed: String = user_data.chars().filter(|c| !c.is_whitespace()).collect();
    if let Ok(bytes) = STANDARD.decode(packed) {
        part(&bytes, DEEPEST, &mut found);
    }
    found
}

fn part(bytes: &[u8], depth: u8, found: &mut Found) {
    let text = String::from_utf8_lossy(&unpacked(bytes)).into_owned();
    if depth > 0 && is_mime(&text) {
        for inner in parts(&text) {
            part(&inner, depth - 1, found);
        }
        return;
    }
    let Some(config) = text.strip_prefix("#cloud-config") else { return script(&text, found) };
    // A cloud-config is YAML, of which JSON is a part: what is no JSON is looked through as it stands.
    let Ok(config) = serde_json::from_str::<Json>(&without_long_escapes(config)) else { return script(&text, found) };
    for file in config["write_files"].as_array().into_iter().flatten() {
        let content = file["content"].as_str().unwrap_or_default();
        let content = match file["encoding"].as_str().unwrap_or_default() {
            "b64" | "base64" | "gz+b64" | "gz+base64" | "gzip+base64" => {
                String::from_utf8_lossy(&unpacked(&STANDARD.decode(content).unwrap_or_default())).into_owned()
            }
            _ => content.to_owned(),
        };
        let said = content.trim();
        let name = file["path"].as_str().and_then(|path| path.rsplit('/').next()).filter(|_| !said.is_empty());
        match name.unwrap_or_default() {
            "signal-key" => found.key = Some(said.to_owned()),
            "content-key" => found.content_key = Some(said.to_owned()),
            "content-url" => found.content = Some(said.to_owned()),
            _ => script(&content, found),
        }
    }
}

/// `\U0001f329`, which YAML has and JSON has not, as the character that it stands for.
fn without_long_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let long = rest.strip_prefix("\\U").and_then(|code| code.get(..8));
        if let Some(letter) = long.and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?)) {
            out.push(letter);
            rest = &rest[10..];
        } else {
            let two = rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at);
            out.push_str(&rest[..two]);
            rest = &rest[two..];
        }
    }
    out + rest
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes.to_vec();
    }
    let mut plain = Vec::new();
    match MultiGzDecoder::new(bytes).take(LARGEST).read_to_end(&mut plain) {
        Ok(_) => plain,
        Err(_) => Vec::new(),
    }
}

/// An address that is signed for writing stands in some text.
fn script(text: &str, found: &mut Found) {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '\\');
    let words = text.split(ends).filter_map(|word| word.find("http").map(|at| &word[at..]));
    if let Some(address) = words.into_iter().find(|word| word.contains("temp_url_sig=")) {
        found.report_to.get_or_insert_with(|| address.to_owned());
    }
}

fn is_mime(text: &str) -> bool {
    let start = text.trim_start().get(..32).unwrap_or_default().to_ascii_lowercase();
    start.starts_with("content-type:") || start.starts_with("mime-version:") || start.starts_with("from nobody")
}

/// The bodies of a MIME message's parts, decoded; of a message without parts its own.
fn parts(text: &str) -> Vec<Vec<u8>> {
    let text = text.replace("\r\n", "\n");
    let Some((head, body)) = text.trim_start().split_once("\n\n") else { return Vec::new() };
    let boundary = head.split("boundary=").nth(1).map(|rest| {
        let rest = rest.trim_start_matches('"');
        rest.split(['"', '\n', ';']).next().unwrap_or_default().trim().to_owned()
    });
    let Some(boundary) = boundary.filter(|boundary| !boundary.is_empty()) else { return vec![decoded(head, body)] };
    let delimiter = format!("--{boundary}");
    let inner = body.split(&delimiter).skip(1).take_while(|part| !part.starts_with("--"));
    inner.filter_map(|part| part.trim_start().split_once("\n\n")).map(|(head, body)| decoded(head, body)).collect()
}

fn decoded(head: &str, body: &str) -> Vec<u8> {
    let head = head.to_ascii_lowercase();
    if head.contains("content-transfer-encoding: base64") {
        let packed: String = body.chars().filter(|c| !c.is_whitespace()).collect();
        return STANDARD.decode(packed).unwrap_or_default();
    }
    body.as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    const URL: &str = "http://c:80/object-store/v1/AUTH_1/s/web-1?temp_url_sig=ab&temp_url_expires=9";

    fn gzip(text: &str) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(text.as_bytes()).expect("into memory");
        packer.finish().expect("into memory")
    }

    #[test]
    fn every_form_is_unpacked() {
        let config = format!(
            "#cloud-config\n{{\"write_files\": [{{\"path\": \"/var/lib/x/report-url\", \"content\": \"{URL}\\n\"}},
                {{\"path\": \"/var/lib/x/content-url\", \"content\": \"{URL}&get\"}},
                {{\"path\": \"/var/lib/x/content-key\", \"content\": \"k\"}},
                {{\"path\": \"/var/lib/x/signal-key\", \"content\": \"k3y\\n\"}}]}}"
        );
        let script = format!("#!/bin/sh\ncurl -T x '{URL}'\n");
        let encoded = STANDARD.encode(gzip(&config));
        let mime = format!(
            "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"==b==\"\n\n--==b==\nContent-Type: text/plain\n\nhello\n--==b==\nContent-Type: text/cloud-config\nContent-Transfer-Encoding: base64\n\n{encoded}\n--==b==--\n"
        );
        let key = Some("k3y".to_owned());
        for (packed, key) in [
            (STANDARD.encode(&config), key.clone()),
            (STANDARD.encode(gzip(&config)), key.clone()),
            (STANDARD.encode(gzip(&script)), None),
            (STANDARD.encode(mime.replace('\n', "\r\n")), key),
        ] {
            let (content, content_key) = key.as_ref().map(|_| (format!("{URL}&get"), "k".to_owned())).unzip();
            assert_eq!(read(&packed), Found { report_to: Some(URL.to_owned()), key, content, content_key });
        }
    }

    #[test]
    fn the_long_escapes_of_yaml_are_characters() {
        assert_eq!(without_long_escapes(r"a\U0001f329b\\U0001f329\n"), "a🌩b\\\\U0001f329\\n");
        let config = format!(
            r#"#cloud-config
{{"write_files": [{{"path": "/x", "content": "\U0001f329"}}, {{"path": "/content-url", "content": "{URL}"}}]}}"#
        );
        let found = read(&STANDARD.encode(config));
        assert_eq!((found.content.as_deref(), found.report_to), (Some(URL), None));
    }

    #[test]
    fn nothing_is_found_in_what_holds_nothing() {
        for packed in ["", "!", &STANDARD.encode("#cloud-config\n{}\n"), &STANDARD.encode([0x1f, 0x8b, 0, 1])] {
            assert_eq!(read(packed), Found::default(), "{packed}");
        }
    }
}
