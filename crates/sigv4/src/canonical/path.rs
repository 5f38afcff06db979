//! The second line: the path, by S3's rules or by everyone else's.

use super::encode::{decoded, push_byte};
use crate::Style;

/// Appends the canonical path. S3 decodes (a `+` too is a space to it) and encodes once, keeping every slash and dot of a key; the others resolve
/// `.`, `..` and `//` (when `normalise`) and encode what the client had already encoded a second time.
pub(super) fn push(out: &mut Vec<u8>, raw: &str, style: Style, normalise: bool) {
    match style {
        Style::S3 => push_segments(out, decoded(raw.as_bytes())),
        Style::General if normalise && needs_normalising(raw) => push_segments(out, normalised(raw).bytes()),
        Style::General => push_segments(out, raw.bytes()),
    }
}

fn push_segments(out: &mut Vec<u8>, bytes: impl Iterator<Item = u8>) {
    let before = out.len();
    for byte in bytes {
        match byte {
            b'/' => out.push(b'/'),
            byte => push_byte(out, byte),
        }
    }
    if out.len() == before {
        out.push(b'/');
    }
}

/// Whether resolving dots and doubled slashes changes the path.
pub(super) fn needs_normalising(raw: &str) -> bool {
    raw.contains("//") || raw.contains("/.")
}

/// Resolves `.`, `..` and `//`; a slash at the end stays.
fn normalised(raw: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in raw.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    let end = if raw.ends_with('/') && !kept.is_empty() { "/" } else { "" };
    format!("/{}{end}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(raw: &str, style: Style) -> String {
        let mut out = Vec::new();
        push(&mut out, raw, style, true);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn general_paths_are_normalised_and_encoded_again() {
        let cases = [
            ("/", "/"),
            ("//", "/"),
            ("/./", "/"),
            ("/./example", "/example"),
            ("/example/..", "/"),
            ("/example1/example2/../..", "/"),
            ("//example//", "/example/"),
            ("/example%20space/", "/example%2520space/"),
            ("/-._~0189AZaz", "/-._~0189AZaz"),
            ("/ሴ", "/%E1%88%B4"),
            ("/a:b/$x", "/a%3Ab/%24x"),
            ("/../../up", "/up"),
            ("/.hidden/x", "/.hidden/x"),
        ];
        for (raw, expected) in cases {
            assert_eq!(canonical(raw, Style::General), expected, "{raw}");
        }
    }

    #[test]
    fn s3_paths_are_encoded_once_and_keep_their_shape() {
        let cases = [
            ("/bucket//a/../b", "/bucket//a/../b"),
            ("/b/test%24file.text", "/b/test%24file.text"),
            ("/b/test$file.text", "/b/test%24file.text"),
            ("/b/a%20b+c%2B", "/b/a%20b%20c%2B"),
            ("/b/%e2%82%ac", "/b/%E2%82%AC"),
            ("/b/100%", "/b/100%25"),
            ("", "/"),
        ];
        for (raw, expected) in cases {
            assert_eq!(canonical(raw, Style::S3), expected, "{raw}");
        }
    }
}
