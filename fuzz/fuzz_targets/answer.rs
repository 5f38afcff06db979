//! What any answer must be: no failure of ours, and well-formed in the format it says it has.

use http::response::Parts;
use quick_xml::events::Event;

/// Holds an answer against its own head.
pub fn check(head: &Parts, body: &[u8]) {
    let shown = || String::from_utf8_lossy(body).into_owned();
    let status = head.status.as_u16();
    assert!(matches!(status, 200..=299 | 400..=499 | 501), "{status}: {}", shown());
    let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let format = text("content-type");
    if body.is_empty() {
        return;
    }
    if format.contains("json") {
        serde_json::from_slice::<serde_json::Value>(body).unwrap_or_else(|error| panic!("{error}: {}", shown()));
    } else if format.contains("xml") {
        xml(std::str::from_utf8(body).expect("XML is UTF-8"));
    } else if format.contains("cbor") {
        assert_eq!(text("smithy-protocol"), "rpc-v2-cbor");
        assert!(matches!(body[0] >> 5, 5), "a map: {body:02x?}");
    }
}

/// Well-formed, and of characters that XML 1.0 allows. References may stand for others too, as they do in AWS's answers.
fn xml(text: &str) {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut depth = 0_i32;
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {text}")) {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "{text}");
    let bad = text.chars().find(|c| !allowed(*c));
    assert_eq!(bad, None, "{text:?}");
}

/// `Char` of XML 1.0.
fn allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
