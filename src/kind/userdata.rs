//! User-data: a MIME message of the operator's own part and of our cloud-config, made from given values, and its packed form as
//! Nova takes it. Pure; whoever packs it has put the secrets in.
//!
//! Our part is JSON, which is YAML: nothing in it can be quoted wrongly, whatever a value holds. It is ASCII, because Python's
//! parser of messages, which cloud-init uses, spoils everything else (`docs/decisions/user-data.md`). All of it is gzipped, which
//! cloud-init undoes by itself, because Nova takes at most [`LIMIT`] bytes after base64. The same text gives the same bytes.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, GzBuilder};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::model::Piece;

/// The most that Nova takes, in bytes after base64 (Nova API v2.1, `user_data`).
pub const LIMIT: usize = 65_535;

/// What one secret or one output of another resource can be at most, packed.
const FILLED_IN: usize = 1024;

/// What a server's first boot does, in cloud-init's own words. Empty parts are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CloudConfig {
    /// Public keys of the image's own user.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ssh_authorized_keys: Vec<String>,
    /// Files, written before any command runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub write_files: Vec<WriteFile>,
    /// Commands with their arguments, run in order, once in the server's life.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub runcmd: Vec<Vec<String>>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WriteFile {
    /// Where.
    pub path: String,
    /// Its mode, in octal digits: `0644`.
    pub permissions: String,
    /// What stands in it.
    pub content: String,
}

impl CloudConfig {
    /// The document as cloud-init reads it.
    ///
    /// # Panics
    /// Never: texts and lists of texts always serialise.
    pub fn to_text(&self) -> String {
        let json = serde_json::to_string_pretty(self).expect("texts and lists of texts always serialise");
        format!("#cloud-config\n{}\n", ascii(&json))
    }
}

/// What stands between the parts. No line of ours can begin so, which is JSON; where one of the operator's does, it is base64.
const BOUNDARY: &str = "==gureum==";
/// Lists of one part follow those of the other. By cloud-init's own rule the later part's would replace them.
const MERGE: &str = "Merge-Type: list(append)+dict(recurse_array)+str()";
/// How long a line of base64 is in a message.
const LINE: usize = 76;

/// An operator's own part of the user-data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Own<'a> {
    kind: &'static str,
    text: &'a str,
}

impl<'a> Own<'a> {
    /// By its first line, as cloud-init has it: `#cloud-config`, or `#!` and an interpreter. `None` for anything else.
    pub fn of(text: &'a str) -> Option<Self> {
        let first = text.lines().next().unwrap_or_default();
        let kind = match first.trim_end() {
            "#cloud-config" => "text/cloud-config",
            script if script.starts_with("#!") => "text/x-shellscript",
            _ => return None,
        };
        Some(Self { kind, text })
    }
}

/// The whole message. The operator's part stands first, so that what it says of merging concerns nothing of ours.
pub fn message(config: &CloudConfig, own: Option<Own<'_>>) -> String {
    let mut text = format!("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\n\n");
    if let Some(Own { kind, text: own }) = own {
        let (encoding, body) = encoded(own);
        let _ = write!(
            text,
            "--{BOUNDARY}\nContent-Type: {kind}; charset=\"utf-8\"\nContent-Transfer-Encoding: {encoding}\n{MERGE}\n\
             Content-Disposition: attachment; filename=\"user-data\"\n\n{body}\n"
        );
    }
    let _ = write!(
        text,
        "--{BOUNDARY}\nContent-Type: text/cloud-config; charset=\"us-ascii\"\n{MERGE}\n\
         Content-Disposition: attachment; filename=\"gureum\"\n\n{}--{BOUNDARY}--\n",
        config.to_text()
    );
    text
}

/// A text as it stands in a message, and how that is called: as it is where Python's parser leaves it so, for gzip packs it much
/// better; else in base64.
fn encoded(text: &str) -> (&'static str, Cow<'_, str>) {
    let kept = |byte: u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    if text.bytes().all(kept)
        && !text.lines().any(|line| line.strip_prefix("--").is_some_and(|it| it.starts_with(BOUNDARY)))
    {
        return ("7bit", Cow::Borrowed(text));
    }
    let packed = STANDARD.encode(text);
    let lines: Vec<&str> = (0..packed.len()).step_by(LINE).map(|at| &packed[at..packed.len().min(at + LINE)]).collect();
    ("base64", Cow::Owned(lines.join("\n")))
}

/// Every character beyond ASCII as YAML escapes it: JSON's own escapes of those beyond the first 65,536 are none in YAML. What
/// stands for a secret or an address stays: it is cut out of the text afterwards.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for letter in json.chars() {
        let _ = match u32::from(letter) {
            0..=0x7e | 0xe000 | 0xe001 => write!(out, "{letter}"),
            code @ 0..=0xffff => write!(out, "\\u{code:04x}"),
            code => write!(out, "\\U{code:08x}"),
        };
    }
    out
}

/// The text as it stands in Nova's request: gzip, then base64.
pub fn encode(text: &str) -> String {
    STANDARD.encode(gzip(text.as_bytes()))
}

/// At most so many bytes will the packed form of these pieces have, with up to 1 KiB for each that is not yet known.
pub fn size_bound(pieces: &[Piece]) -> usize {
    let mut known = String::new();
    let mut unknown = 0;
    for piece in pieces {
        match piece {
            Piece::Literal(text) => known.push_str(text),
            Piece::Secret(_) | Piece::Output(_) | Piece::SignedUrl(_) => unknown += FILLED_IN,
        }
    }
    (gzip(known.as_bytes()).len() + unknown).div_ceil(3) * 4
}

/// SHA-256 of the pieces, in hex. Secrets and outputs count with their names, so that it says nothing about their values.
///
/// # Panics
/// Never: pieces always serialise.
pub fn hash(pieces: &[Piece]) -> String {
    let json = serde_json::to_string(pieces).expect("pieces always serialise");
    format!("{:x}", Sha256::digest(json))
}

/// With a header that says neither when nor where.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("writing to memory cannot fail")
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::model::{Address, OutputRef, SecretName};

    fn config() -> CloudConfig {
        CloudConfig {
            ssh_authorized_keys: vec!["ssh-ed25519 AAAA user@host".into()],
            write_files: vec![WriteFile {
                path: "/etc/page".into(),
                permissions: "0644".into(),
                content: "구름: \"yes\"\n# no\t'comment' {{}}\n".into(),
            }],
            runcmd: vec![vec!["sh".into(), "/first-boot.sh".into()]],
        }
    }

    #[test]
    fn the_document_says_exactly_what_was_given() {
        let text = config().to_text();
        assert!(text.is_ascii());
        let json = text.strip_prefix("#cloud-config\n").expect("cloud-init's first line");
        let read: serde_json::Value = serde_json::from_str(json).expect("JSON");
        assert_eq!(read["write_files"][0]["content"], "구름: \"yes\"\n# no\t'comment' {{}}\n");
        assert_eq!(read["write_files"][0]["permissions"], "0644");
        assert_eq!(read["runcmd"][0][1], "/first-boot.sh");
        assert_eq!(CloudConfig::default().to_text(), "#cloud-config\n{}\n");
    }

    #[test]
    fn a_message_holds_both_parts_in_ascii_and_ours_is_the_last() {
        let mut config = config();
        config.runcmd.push(vec!["echo".into(), "구름 🌩\u{e000}secret:a\u{e001}".into()]);
        let script = format!("#!/bin/sh\necho {}\n", "구름".repeat(30));
        let text = message(&config, Own::of(&script));
        let parts: Vec<&str> = text.split("--==gureum==").collect();
        let [head, own, ours, end] = parts[..] else { panic!("{parts:?}") };
        assert!(head.starts_with("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"==gureum==\"\n"));
        assert!(own.starts_with("\nContent-Type: text/x-shellscript;") && own.contains(MERGE) && ours.contains(MERGE));
        let packed: String = own.split_once("\n\n").expect("a body").1.lines().collect();
        assert_eq!(STANDARD.decode(packed).expect("base64"), script.as_bytes());
        assert!(own.lines().all(|line| line.len() <= LINE));
        // What is plain stands as it is, to the last letter.
        for text in ["#!/bin/sh\n\techo '=a'\n", "#!/bin/sh\necho no end"] {
            let own = format!("filename=\"user-data\"\n\n{text}\n--==gureum==\n");
            assert!(message(&config, Own::of(text)).contains(&own), "{text}");
        }
        for text in ["#!/bin/sh\n--==gureum==--\n", "#!/bin/sh\r\n"] {
            assert!(message(&config, Own::of(text)).contains("base64"), "{text}");
        }
        assert!(ours.contains("\\uad6c\\ub984 \\U0001f329\u{e000}secret:a\u{e001}"), "{ours}");
        assert!(ours.replace(['\u{e000}', '\u{e001}'], "").is_ascii());
        assert_eq!(end, "--\n");
        assert_eq!(message(&config, None).matches("Content-Disposition").count(), 1);
    }

    #[test]
    fn an_operator_s_part_is_known_by_its_first_line() {
        let kind = |text| Own::of(text).map(|own| own.kind);
        assert_eq!(kind("#cloud-config\r\npackages: [aide]\n"), Some("text/cloud-config"));
        assert_eq!(kind("#!/bin/bash\n"), Some("text/x-shellscript"));
        for other in
            ["", "#include\nhttp://x/y\n", "#cloud-config-archive\n", "packages: [aide]\n", "\n#cloud-config\n"]
        {
            assert_eq!(kind(other), None, "{other:?}");
        }
    }

    #[test]
    fn packing_is_undone_by_gunzip_and_is_the_same_every_time() {
        let text = config().to_text();
        let packed = encode(&text);
        assert_eq!(packed, encode(&text));
        let bytes = STANDARD.decode(&packed).expect("base64");
        // Magic, deflate, no flags, no time, best, unknown system.
        assert_eq!(bytes[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
        let mut read = String::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut read).expect("gzip");
        assert_eq!(read, text);
    }

    #[test]
    fn the_bound_holds_and_is_exact_where_all_is_known() {
        let text = config().to_text();
        assert_eq!(size_bound(&[Piece::Literal(text.clone())]), encode(&text).len());
        let secret = "s3cr3t".repeat(20);
        let pieces =
            [Piece::Literal(text.clone()), Piece::Secret(SecretName("db".into())), Piece::Literal("end".into())];
        assert!(size_bound(&pieces) >= encode(&format!("{text}{secret}end")).len());
    }

    #[test]
    fn the_hash_is_of_the_pieces() {
        let secret = |name: &str| Piece::Secret(SecretName(name.into()));
        let output = Piece::Output(OutputRef { address: Address::new("port", "a"), field: "id".into() });
        assert_eq!(hash(&[secret("a")]), hash(&[secret("a")]));
        let all = [hash(&[secret("a")]), hash(&[secret("b")]), hash(&[output]), hash(&[Piece::Literal("a".into())])];
        for (i, one) in all.iter().enumerate() {
            assert_eq!(one.len(), 64);
            assert!(!all[..i].contains(one));
        }
    }
}
