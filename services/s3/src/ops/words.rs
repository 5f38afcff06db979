//! Metadata that headers cannot hold as it is: encoded words of RFC 2047, read and written as AWS does. Pure.
//! Source: LocalStack's recordings `test_user_metadata_rfc2047_encoded`; user guide, "Working with object metadata".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The text of a header, encoded words being what they stand for.
pub(crate) fn read(header: &str) -> String {
    let words: Option<Vec<String>> = header.split_ascii_whitespace().map(word).collect();
    match words {
        Some(words) if !words.is_empty() => words.concat(),
        _ => header.to_owned(),
    }
}

/// One encoded word: `=?UTF-8?Q?…?=` or `=?UTF-8?B?…?=`.
fn word(text: &str) -> Option<String> {
    let (charset, rest) = text.strip_prefix("=?")?.strip_suffix("?=")?.split_once('?')?;
    let (form, content) = rest.split_once('?')?;
    let bytes = match form {
        "B" | "b" => STANDARD.decode(content).ok()?,
        "Q" | "q" => quoted(content)?,
        _ => return None,
    };
    charset.eq_ignore_ascii_case("utf-8").then(|| String::from_utf8(bytes).ok())?
}

fn quoted(content: &str) -> Option<Vec<u8>> {
    let (mut out, mut bytes) = (Vec::with_capacity(content.len()), content.bytes());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'=' => {
                let digits = [bytes.next()?, bytes.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            b'_' => b' ',
            byte => byte,
        });
    }
    Some(out)
}

/// A value as a header: as it is where that can be, else as an encoded word in the form that keeps most letters readable.
pub(crate) fn write(value: &str) -> String {
    let plain = |c: char| matches!(c, ' '..='~' | '\t');
    let odd = value.chars().filter(|c| !plain(*c)).count();
    let all = value.chars().count();
    match odd {
        0 => value.to_owned(),
        odd if all - odd > odd => format!("=?UTF-8?Q?{}?=", quote(value)),
        _ => format!("=?UTF-8?B?{}?=", STANDARD.encode(value)),
    }
}

fn quote(value: &str) -> String {
    let mut out = String::with_capacity(value.len() * 3);
    for byte in value.bytes() {
        match byte {
            b' ' => out.push('_'),
            b'=' | b'_' | b'?' => out.push_str(&format!("={byte:02X}")),
            b'!'..=b'~' => out.push(char::from(byte)),
            byte => out.push_str(&format!("={byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_and_written_as_recorded() {
        for (sent, kept, told) in [
            ("=?UTF-8?B?YWJj?=", "abc", "abc"),
            ("=?UTF-8?Q?actually-ascii?=", "actually-ascii", "actually-ascii"),
            ("ÄMÄZÕÑ S3", "ÄMÄZÕÑ S3", "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?="),
            ("=?UTF-8?B?AAECAw==?=", "\0\u{1}\u{2}\u{3}", "=?UTF-8?B?AAECAw==?="),
            ("a_—?", "a_—?", "=?UTF-8?Q?a=5F=E2=80=94=3F?="),
            ("plain =?x", "plain =?x", "plain =?x"),
            ("=?UTF-8?B?*?=", "=?UTF-8?B?*?=", "=?UTF-8?B?*?="),
            ("", "", ""),
        ] {
            assert_eq!(read(sent), kept, "{sent}");
            assert_eq!(write(kept), told, "{kept}");
        }
    }
}
