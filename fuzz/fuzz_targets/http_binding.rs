//! Any query string, headers, label and body as a REST request: the lines of the input, in this order.
#![no_main]

#[allow(dead_code)]
mod everything;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use protocols::{RequestParts, protocol};
use smithy::ProtocolKind;

use everything::{BOUND_ECHO, BoundEverything};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.splitn(9, |b| *b == b'\n');
    let query = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let label = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let Ok(uri) = format!("/x?{query}").parse::<Uri>() else { return };
    let mut headers = HeaderMap::new();
    for name in ["d", "e", "f", "g", "h", "j"] {
        if let Ok(value) = HeaderValue::from_bytes(lines.next().unwrap_or_default()) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let (labels, body) = ([("b", label)], Bytes::copy_from_slice(lines.next().unwrap_or_default()));
    let parts = RequestParts { method: &Method::POST, uri: &uri, headers: &headers, labels: &labels, body: &body };
    for kind in [ProtocolKind::RestJson, ProtocolKind::RestXml] {
        let mut input = BoundEverything::default();
        if protocol(kind).decode(&BOUND_ECHO, &parts, &mut input).is_ok() {
            protocol(kind).encode(&BOUND_ECHO, "id", &mut input);
        }
    }
});
