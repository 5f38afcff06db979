//! A request as text: `METHOD TARGET`, a header a line, an empty line, the body. What HTTP cannot carry is no request.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

/// The parts of a request.
pub struct Wire<'a> {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: &'a [u8],
}

impl<'a> Wire<'a> {
    /// Reads a request; lines that are no header are left out.
    pub fn read(text: &'a [u8]) -> Option<Self> {
        let (head, body) = split_once(text, b"\n\n").unwrap_or((text, b""));
        let (first, rest) = split_once(head, b"\n").unwrap_or((head, b""));
        let (method, target) = split_once(first, b" ")?;
        let uri = Uri::try_from(target).ok()?;
        let headers = rest.split(|byte| *byte == b'\n').filter_map(header).collect();
        Some(Self { method: Method::from_bytes(method).ok()?, uri, headers, body })
    }

    /// The host as the client wrote it.
    #[allow(dead_code, reason = "not every target asks")]
    pub fn host(&self) -> &str {
        self.headers.get("host").and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = split_once(line, b": ")?;
    Some((HeaderName::from_bytes(name).ok()?, HeaderValue::from_bytes(value).ok()?))
}

/// What stands before and after the first `separator`.
pub fn split_once<'a>(text: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = text.windows(separator.len()).position(|window| window == separator)?;
    Some((&text[..at], &text[at + separator.len()..]))
}
