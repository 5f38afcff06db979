//! Phone numbers, what a text message to one costs, and how long it is.

/// Whether a text is a phone number in E.164 as SNS takes it: a plus and up to 15 digits, or digits in groups.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// A number to subscribe or to be published to: separators between digits are let pass, and left out. None when it is none.
pub(crate) fn endpoint(text: &str) -> Option<String> {
    let (plus, rest) = text.strip_prefix('+').map_or(("", text), |rest| ("+", rest));
    let ends = rest.chars().next()?.is_ascii_digit() && rest.chars().last()?.is_ascii_digit();
    let doubled = rest.as_bytes().windows(2).any(|pair| !pair[0].is_ascii_digit() && !pair[1].is_ascii_digit());
    let known = rest.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'/' | b' '));
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    (ends && !doubled && known && is_number(&digits)).then(|| format!("{plus}{digits}"))
}

/// Parts that a text message is sent in: 140 bytes each, which are 160 characters of the GSM alphabet or 70 of others.
/// Source: SNS developer guide, "Publishing SMS messages to a mobile phone".
pub(crate) fn parts(text: &str) -> usize {
    let plain = text.is_ascii();
    let (alone, together) = if plain { (160, 153) } else { (70, 67) };
    let length = if plain { text.len() } else { text.encode_utf16().count() };
    if length <= alone { 1 } else { length.div_ceil(together) }
}

/// Price of one part in millionths of a dollar: that to numbers of the United States, for all.
pub(crate) const PRICE: u64 = 6_450;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, expected) in [
            ("+15551234567", Some("+15551234567")),
            ("+1-555-123-4567", Some("+15551234567")),
            ("+1 555.123/4567", Some("+15551234567")),
            ("15551234567", Some("15551234567")),
            ("+15--551234567", None),
            ("NAA+15551234567", None),
            ("+15551234567.", None),
            ("/+15551234567", None),
            ("+1a234", None),
            ("invalid-number", None),
            ("+", None),
            ("", None),
            ("+1234567890123456", None),
        ] {
            assert_eq!(endpoint(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn long_texts_go_in_parts() {
        for (text, count) in [("a".repeat(160), 1), ("a".repeat(161), 2), ("ü".repeat(70), 1), ("ü".repeat(71), 2)] {
            assert_eq!(parts(&text), count);
        }
    }
}
