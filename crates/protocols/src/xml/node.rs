//! The tree of an XML document: names without prefixes, attributes, text. Document types and entities of one's own are
//! refused, so that a small document cannot grow.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use smithy::{MAX_DEPTH, Malformed, ReadResult};

/// One element.
#[derive(Debug, Default)]
pub(crate) struct Node<'a> {
    /// Its name without a prefix.
    pub(crate) name: Cow<'a, str>,
    /// Its attributes, with prefixes.
    pub(crate) attributes: Vec<(Cow<'a, str>, String)>,
    /// All text directly inside it.
    pub(crate) text: Cow<'a, str>,
    /// The elements directly inside it.
    pub(crate) children: Vec<Self>,
}

impl<'a> Node<'a> {
    /// Reads a document and gives its root.
    pub(crate) fn parse(document: &'a [u8]) -> ReadResult<Self> {
        let text = std::str::from_utf8(document).map_err(|_| malformed("the body is not UTF-8"))?;
        let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().map_err(|e| malformed(&e.to_string()))? {
                Event::Start(start) => open.push(Self::start(&start)?),
                Event::Empty(start) => adopt(&mut open, Self::start(&start)?)?,
                Event::End(_) => {
                    let done = open.pop().ok_or_else(|| malformed("an element closes that was not open"))?;
                    adopt(&mut open, done)?;
                }
                Event::Text(text) => add_text(&mut open, text.xml10_content()),
                Event::CData(text) => add_text(&mut open, text.xml10_content()),
                Event::GeneralRef(entity) => add_text(&mut open, resolve(&entity)?.to_string().into()),
                Event::DocType(_) => return Err(malformed("a document type is not accepted")),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => return root(open),
            }
            if open.len() > MAX_DEPTH + 1 {
                return Err(malformed("the input is nested too deeply"));
            }
        }
    }

    fn start(start: &BytesStart<'a>) -> ReadResult<Self> {
        let name = start.name().local_name().into_inner().to_owned().into();
        let mut attributes = Vec::new();
        // Unchecked: looking for duplicates is quadratic.
        for attribute in start.attributes().with_checks(false) {
            let attribute = attribute.map_err(|e| malformed(&e.to_string()))?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|e| malformed(&e.to_string()))?;
            attributes.push((attribute.key.into_inner().to_owned().into(), value.into_owned()));
        }
        Ok(Self { name, attributes, ..Self::default() })
    }

    /// The children called `name`.
    pub(crate) fn named<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The attribute called `name`.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

fn adopt<'a>(open: &mut [Node<'a>], child: Node<'a>) -> ReadResult<()> {
    let parent = open.last_mut().ok_or_else(|| malformed("an element closes that was not open"))?;
    parent.children.push(child);
    Ok(())
}

fn add_text<'a>(open: &mut [Node<'a>], text: Cow<'a, str>) {
    if let Some(node) = open.last_mut() {
        if node.text.is_empty() { node.text = text } else { node.text.to_mut().push_str(&text) }
    }
}

fn resolve(entity: &quick_xml::events::BytesRef<'_>) -> ReadResult<char> {
    if let Some(c) = entity.resolve_char_ref().map_err(|e| malformed(&e.to_string()))? {
        return Ok(c);
    }
    match &**entity {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        other => Err(crate::text::invalid(other, "a known entity")),
    }
}

/// The one element at the top; nothing may be left open and no text may stand beside it.
fn root(mut open: Vec<Node<'_>>) -> ReadResult<Node<'_>> {
    let top = open.pop().filter(|_| open.is_empty()).filter(|top| top.text.trim().is_empty());
    let mut top = top.ok_or_else(|| malformed("an element is not closed"))?;
    match (top.children.pop(), top.children.is_empty()) {
        (Some(root), true) => Ok(root),
        _ => Err(malformed("the document does not have exactly one root")),
    }
}

fn malformed(reason: &str) -> Malformed {
    Malformed::new(reason)
}

#[cfg(test)]
mod tests {
    use super::Node;

    #[test]
    fn reads_names_attributes_and_text() {
        let text = "\u{feff}<?xml version=\"1.0\"?><!-- c --><n:a xmlns:n=\"u\" x:t=\"1 &amp; 2\">p&lt;q&#65;<![CDATA[<&>]]><b/>\r\n</n:a>\n";
        let node = Node::parse(text.as_bytes()).unwrap();
        assert_eq!((&*node.name, &*node.text), ("a", "p<qA<&>\n"));
        assert_eq!(node.attribute("x:t"), Some("1 & 2"));
        assert_eq!(node.named("b").count(), 1);
    }

    #[test]
    fn refuses_what_is_not_one_document() {
        let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        let mut bad =
            vec!["", " ", "x", "<a>", "</a>", "<a></b>", "<a/><b/>", "x<a/>", "<a>&nope;</a>", "<a b></a>", "<", "<a"];
        bad.extend([
            "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
            "<a>&#0;</a>",
            "<a>&#xD800;</a>",
            "<a>&amp</a>",
            &deep,
        ]);
        for text in bad {
            assert!(Node::parse(text.as_bytes()).is_err(), "{}", &text[..text.len().min(60)]);
        }
        assert!(Node::parse(b"<a>\xff</a>").is_err());
    }
}
