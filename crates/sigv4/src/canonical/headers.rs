//! The fourth part: signed headers, one a line, trimmed and their inner blanks collapsed.

use crate::Request;

/// What the host is called among signed headers: clients of HTTP/2 sign what stands in its place there.
pub(crate) const HOST_NAMES: [&str; 2] = ["host", ":authority"];

/// Appends `name:value\n` for each signed name. Repeated headers are joined with commas; a signed header the request lacks has an empty value, so that
/// removing one on the way breaks the signature.
pub(super) fn push(out: &mut Vec<u8>, request: &Request<'_>, signed_headers: &str) {
    for name in signed_headers.split(';').filter(|name| !name.is_empty()) {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        if HOST_NAMES.contains(&name) {
            push_collapsed(out, request.host.as_bytes());
        } else {
            for (index, value) in request.headers.get_all(name).iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                push_collapsed(out, value.as_bytes());
            }
        }
        out.push(b'\n');
    }
}

/// Appends a value without blanks at its ends and with one space for each run of them.
fn push_collapsed(out: &mut Vec<u8>, value: &[u8]) {
    let words = value.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
    for (index, word) in words.enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, Method, Uri};

    #[test]
    fn trims_collapses_joins_and_shows_what_is_missing() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("my-header1", " a   b   c "), ("my-header1", "\"a   b\t c\""), ("x-empty", "")] {
            headers.append(name, value.parse().unwrap());
        }
        let request =
            Request { method: &Method::GET, uri: &Uri::from_static("/"), headers: &headers, host: "example.com:4566" };
        let mut out = Vec::new();
        push(&mut out, &request, ":authority;gone;host;my-header1;x-empty");
        let expected =
            ":authority:example.com:4566\ngone:\nhost:example.com:4566\nmy-header1:a b c,\"a b c\"\nx-empty:\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
