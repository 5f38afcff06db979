//! Reading a tree of XML. A value's text is all its text: a comment inside cannot cut it, an element inside voids it.

use uppsala::{Document, NodeId, NodeKind, Parser};

use super::Refusal;

/// Namespace of assertions.
pub(super) const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// Namespace of responses.
pub(super) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// Namespace of metadata.
pub(super) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// Namespace of signatures.
pub(super) const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Elements in elements: far more than any response has.
const DEPTH: u32 = 64;

/// Parses a document. Document types are refused: they bring entities, and attributes nobody wrote.
pub(super) fn parse(text: &str) -> Result<Document<'_>, Refusal> {
    let parser = Parser::new().with_forbid_dtd(true).with_max_depth(DEPTH);
    parser.parse(text).map_err(|_| Refusal::Malformed("not well-formed XML"))
}

/// The root, when it has this name.
pub(super) fn root(doc: &Document<'_>, namespace: &str, name: &'static str) -> Result<NodeId, Refusal> {
    let root = doc.document_element().filter(|root| is(doc, *root, namespace, name));
    root.ok_or(Refusal::Malformed(name))
}

/// Whether an element has this name.
pub(super) fn is(doc: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> bool {
    doc.element(node).is_some_and(|element| element.matches_name_ns(namespace, name))
}

/// The children of this name.
pub(super) fn children(doc: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> Vec<NodeId> {
    doc.children_iter(node).filter(|child| is(doc, *child, namespace, name)).collect()
}

/// The only child of this name; none when there is none.
pub(super) fn child(
    doc: &Document<'_>,
    node: NodeId,
    namespace: &str,
    name: &'static str,
) -> Result<Option<NodeId>, Refusal> {
    let mut found = doc.children_iter(node).filter(|child| is(doc, *child, namespace, name));
    match (found.next(), found.next()) {
        (child, None) => Ok(child),
        _ => Err(Refusal::Malformed(name)),
    }
}

/// All elements below a node that have this name.
pub(super) fn below(doc: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> Vec<NodeId> {
    doc.descendants(node).into_iter().filter(|below| is(doc, *below, namespace, name)).collect()
}

/// An attribute that has no namespace. (Looking it up by its local name alone would find `x:ID` too.)
pub(super) fn attribute<'d>(doc: &'d Document<'_>, node: NodeId, name: &str) -> Option<&'d str> {
    let attributes = &doc.element(node)?.attributes;
    let own = |name: &str| attributes.iter().find(|a| a.name.namespace_uri.is_none() && a.name.local_name == name);
    own(name).map(|attribute| attribute.value.as_ref())
}

/// The text of an element that holds nothing but text, trimmed.
pub(super) fn text(doc: &Document<'_>, node: NodeId) -> Result<String, Refusal> {
    let mut text = String::new();
    for child in doc.children_iter(node) {
        match doc.node_kind(child) {
            Some(NodeKind::Text(part) | NodeKind::CData(part)) => text.push_str(part),
            Some(NodeKind::Comment(_)) => {}
            _ => return Err(Refusal::Malformed("text expected")),
        }
    }
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_do_not_cut_texts() {
        let doc = parse("<a>admin@example.com<!-- -->.evil.test<![CDATA[x]]></a>").unwrap();
        assert_eq!(text(&doc, doc.document_element().unwrap()).unwrap(), "admin@example.com.evil.testx");
        let doc = parse("<a>x<b/>y</a>").unwrap();
        assert!(text(&doc, doc.document_element().unwrap()).is_err());
    }

    #[test]
    fn document_types_and_depths_are_refused() {
        assert!(parse("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>").is_err());
        let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        assert!(parse(&deep).is_err());
    }

    #[test]
    fn attributes_of_other_namespaces_are_others() {
        let doc = parse("<a xmlns:x=\"urn:x\" x:ID=\"1\"/>").unwrap();
        assert_eq!(attribute(&doc, doc.document_element().unwrap(), "ID"), None);
    }
}
