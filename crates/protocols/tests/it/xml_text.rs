//! XML documents made comparable: no blanks between elements, attributes and map entries in order, request ids left out.

use quick_xml::Reader;
use quick_xml::events::Event;

/// What differs from request to request.
const PASSING: &[&str] = &["RequestId", "requestId", "RequestID", "HostId", "ResponseMetadata"];

/// The vectors of query do not tell the namespace that their answers have.
const UNTOLD: &str = " xmlns=https://example.com/";

/// A form in which documents with the same content are equal.
pub(crate) fn canonical(document: &[u8]) -> String {
    let mut reader = Reader::from_str(std::str::from_utf8(document).unwrap());
    let mut open: Vec<(String, String, Vec<String>)> = vec![Default::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => open.push((start.name().into_inner().to_owned(), tag(&start), Vec::new())),
            Event::Empty(start) => {
                let (name, tag) = (start.name().into_inner().to_owned(), tag(&start));
                close(&mut open, (name, tag, Vec::new()));
            }
            Event::End(_) => {
                let done = open.pop().unwrap();
                close(&mut open, done);
            }
            Event::Text(text) => add(&mut open, text.xml10_content().trim()),
            Event::CData(text) => add(&mut open, text.xml10_content().trim()),
            Event::GeneralRef(entity) => {
                let known = entity.resolve_char_ref().unwrap().map(|c| c.to_string());
                add(&mut open, &known.unwrap_or_else(|| format!("&{};", &*entity)));
            }
            Event::Eof => return open.pop().unwrap().2.concat().replace(UNTOLD, ""),
            _ => {}
        }
    }
}

fn tag(start: &quick_xml::events::BytesStart<'_>) -> String {
    let mut attributes: Vec<_> =
        start.attributes().map(|a| a.map(|a| format!(" {}={}", a.key.into_inner(), a.value)).unwrap()).collect();
    attributes.sort();
    format!("<{}{}>", start.name().into_inner(), attributes.concat())
}

fn add(open: &mut [(String, String, Vec<String>)], text: &str) {
    open.last_mut().unwrap().2.push(text.to_owned());
}

fn close(open: &mut [(String, String, Vec<String>)], (name, tag, mut content): (String, String, Vec<String>)) {
    // Members and entries may come in any order. That lists keep theirs is tested elsewhere.
    if content.iter().all(|part| part.starts_with('<') || part.is_empty()) {
        content.sort();
    }
    if !PASSING.contains(&name.as_str()) {
        let parent = &mut open.last_mut().unwrap().2;
        parent.push(format!("{tag}{}</{name}>", content.concat()));
    }
}
