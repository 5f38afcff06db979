//! Splitting and decoding a form.

use std::borrow::Cow;

use smithy::{Malformed, ReadResult};

/// A decoded name and value.
pub(crate) type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The pairs of a form, in its order. A name without `=` has an empty value.
pub(crate) fn pairs(form: &[u8]) -> ReadResult<Vec<Pair<'_>>> {
    let parts = form.split(|b| *b == b'&').filter(|part| !part.is_empty());
    parts.map(pair).collect()
}

fn pair(part: &[u8]) -> ReadResult<Pair<'_>> {
    let equals = part.iter().position(|b| *b == b'=');
    let (name, value) = equals.map_or((part, &part[..0]), |at| (&part[..at], &part[at + 1..]));
    Ok((decode(name)?, decode(value)?))
}

/// Percent-decodes; `+` is a blank.
fn decode(text: &[u8]) -> ReadResult<Cow<'_, str>> {
    let refused = || Malformed::new("the form is not UTF-8");
    if !text.iter().any(|b| matches!(b, b'%' | b'+')) {
        return std::str::from_utf8(text).map(Cow::Borrowed).map_err(|_| refused());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.iter().position(|b| matches!(b, b'%' | b'+')) {
        out.extend_from_slice(&rest[..at]);
        rest = if rest[at] == b'+' {
            out.push(b' ');
            &rest[at + 1..]
        } else {
            let [_, high, low, after @ ..] = &rest[at..] else { return Err(bad_escape()) };
            out.push(digit(*high)? << 4 | digit(*low)?);
            after
        };
    }
    out.extend_from_slice(rest);
    String::from_utf8(out).map(Cow::Owned).map_err(|_| refused())
}

fn digit(byte: u8) -> ReadResult<u8> {
    char::from(byte).to_digit(16).map(|d| d as u8).ok_or_else(bad_escape)
}

fn bad_escape() -> Malformed {
    Malformed::new("a percent sign is not followed by two hexadecimal digits")
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn decodes() {
        let read = pairs(b"Action=Send&&a=%e2%82%ac+x%2B&empty=&bare&=v&x=y=z").unwrap();
        let read: Vec<_> = read.iter().map(|(k, v)| (&**k, &**v)).collect();
        let want = [("Action", "Send"), ("a", "€ x+"), ("empty", ""), ("bare", ""), ("", "v"), ("x", "y=z")];
        assert_eq!(read, want);
    }

    #[test]
    fn refuses() {
        for bad in ["a=%", "a=%4", "a=%zz", "a=%ff", "%c3%28=1"] {
            assert!(pairs(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
