//! Condition keys that come of a request's headers.

use names::Tags;
use service_kit::Access;

use crate::engine::config::acl::Headers;

/// Adds a key when there is a value.
pub(super) fn with(access: Access, key: &str, value: Option<impl ToString>) -> Access {
    match value {
        Some(value) => access.with(key, value.to_string()),
        None => access,
    }
}

/// `s3:x-amz-acl` and `s3:x-amz-grant-…`.
pub(super) fn with_acl(access: Access, headers: &Headers<'_>) -> Access {
    let access = with(access, "s3:x-amz-acl", headers.canned);
    headers.grants().fold(access, |access, (name, _, value)| access.with(format!("s3:{name}"), value))
}

/// `s3:RequestObjectTag/…` and `s3:RequestObjectTagKeys`.
pub(super) fn with_object_tags(access: Access, tags: &Tags) -> Access {
    tags.iter().fold(access, |access, (key, value)| {
        access.with(format!("s3:RequestObjectTag/{key}"), value.clone()).with("s3:RequestObjectTagKeys", key.clone())
    })
}

/// The tags of an `x-amz-tagging` header: a query string. What is no query string is refused by the handler.
pub(super) fn tags(header: &str) -> Tags {
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(key), decoded(value))
    };
    header.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

/// A part of a query string, decoded.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = (first == b'%').then(|| tail.get(..2)).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(if first == b'+' { b' ' } else { first });
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_a_query_string() {
        let expected = [("a", "1 2"), ("b", ""), ("é", "+")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(tags("a=1+2&b&%C3%A9=%2B"), Tags::from(expected));
        assert_eq!(decoded("%zz%4"), "%zz%4");
    }
}
