//! The third line: the query, decoded, encoded again and sorted.

use std::ops::Range;

use super::encode::{decoded, push_byte};

/// Name and value of every parameter, still encoded. A parameter without `=` has an empty value; empty parameters do not exist.
pub(crate) fn split_pairs(raw: &str) -> impl Iterator<Item = (&str, &str)> {
    raw.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// Appends the canonical query without the parameters of those names. Sorted by name, then value, after encoding. `+` is a space, as it is to AWS's servers.
pub(super) fn push(out: &mut Vec<u8>, raw: &str, without: &[&str]) {
    if raw.is_empty() {
        return;
    }
    let mut encoded = Vec::with_capacity(raw.len() + 16);
    let mut pairs: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for (name, value) in split_pairs(raw) {
        let name = push_encoded(&mut encoded, name);
        if !without.iter().any(|skip| skip.as_bytes() == &encoded[name.clone()]) {
            let value = push_encoded(&mut encoded, value);
            pairs.push((name, value));
        }
    }
    let texts = |(name, value): &(Range<usize>, Range<usize>)| (&encoded[name.clone()], &encoded[value.clone()]);
    pairs.sort_unstable_by(|a, b| texts(a).cmp(&texts(b)));
    for (index, pair) in pairs.iter().enumerate() {
        let (name, value) = texts(pair);
        if index > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(name);
        out.push(b'=');
        out.extend_from_slice(value);
    }
}

fn push_encoded(out: &mut Vec<u8>, raw: &str) -> Range<usize> {
    let start = out.len();
    for byte in decoded(raw.as_bytes()) {
        push_byte(out, byte);
    }
    start..out.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_encodes_and_sorts() {
        let cases = [
            ("", ""),
            ("acl", "acl="),
            ("b=2&a=1", "a=1&b=2"),
            ("a=2&a=1&a=", "a=&a=1&a=2"),
            ("a-b=1&a=1", "a=1&a-b=1"),
            ("Param2=x&Param1=y&param=z", "Param1=y&Param2=x&param=z"),
            ("p=a+b%20c%2Bd", "p=a%20b%20c%2Bd"),
            ("p=a/b:c=d", "p=a%2Fb%3Ac%3Dd"),
            ("%61=1&&=v", "=v&a=1"),
            ("ሴ=bar", "%E1%88%B4=bar"),
            ("p=100%", "p=100%25"),
            ("X-Amz-Signature=abc&z=1", "z=1"),
        ];
        for (raw, expected) in cases {
            let mut out = Vec::new();
            push(&mut out, raw, &["X-Amz-Signature"]);
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{raw}");
        }
    }
}
