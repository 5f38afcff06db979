//! AWS's one percent-encoding: everything but `A-Z a-z 0-9 - . _ ~`, upper-case digits.

use std::borrow::Cow;

use crate::hex;

/// Appends one byte, encoded unless unreserved.
pub(crate) fn push_byte(out: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
        out.push(byte);
    } else {
        out.extend_from_slice(&[b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}

/// Encodes a whole text, slashes too.
pub(crate) fn encode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    text.bytes().for_each(|byte| push_byte(&mut out, byte));
    String::from_utf8(out).expect("percent-encoded text is ASCII")
}

/// The bytes behind a percent-encoded text. A `%` without two digits stands for itself, `+` for a space, in S3's paths as in every query.
pub(crate) fn decoded(text: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let byte = *text.get(at)?;
        if byte == b'%'
            && let Some([high, low]) = text.get(at + 1..at + 3)
            && let (Some(high), Some(low)) = (hex::digit(*high), hex::digit(*low))
        {
            at += 3;
            return Some(high << 4 | low);
        }
        at += 1;
        Some(if byte == b'+' { b' ' } else { byte })
    })
}

/// Decodes a query parameter; bytes that are not UTF-8 become the replacement character, which no signature field may hold.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Cow::Borrowed(text);
    }
    let bytes: Vec<u8> = decoded(text.as_bytes()).collect();
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_is_encoded_and_leaves_the_rest() {
        for (raw, plain) in [("a%2Fb+c", "a/b c"), ("100%", "100%"), ("%zz%4", "%zz%4"), ("%e2%82%AC", "€"), ("", "")]
        {
            assert_eq!(decode(raw), plain);
        }
    }
}
