//! Lower-case hexadecimal, the only encoding signatures and hashes travel in.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Appends two digits a byte.
pub(crate) fn push(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len() * 2);
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
}

/// The text of `bytes`.
pub(crate) fn text(bytes: &[u8]) -> String {
    let mut out = Vec::new();
    push(&mut out, bytes);
    String::from_utf8(out).expect("hexadecimal digits are ASCII")
}

/// The value of one digit of either case.
pub(crate) fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Reads an even number of digits of either case.
pub(crate) fn parse(text: &[u8]) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_refuses_the_rest() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(parse(text(&all).as_bytes()), Some(all));
        assert_eq!(parse(b"0F"), Some(vec![15]));
        for bad in ["0", "0g", "+1", " 1"] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }
}
