//! Writes typed values as XML.

use smithy::{Member, Shape, TimestampFormat, WriteValue, Writer};

use super::attributes::AttributeWriter;
use super::escape::{push_attribute, push_text};
use crate::text;

/// An XML document being written.
pub(crate) struct XmlWriter {
    out: String,
    /// The name of the next element instead of its member's: that of the flattened list around it.
    rename: Option<&'static str>,
    /// The namespace to declare on the next element.
    declare: Option<&'static str>,
}

impl XmlWriter {
    /// An empty document.
    pub(crate) fn new() -> Self {
        Self { out: String::with_capacity(512), rename: None, declare: None }
    }

    /// Writes the declaration, with what AWS puts after it.
    pub(crate) fn declaration(&mut self, after: &str) {
        self.out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        self.out.push_str(after);
    }

    /// Writes the root element; no namespace is declared when it is empty.
    pub(crate) fn root(&mut self, name: &str, namespace: &str, content: impl FnOnce(&mut Self)) {
        self.out.push('<');
        self.out.push_str(name);
        if !namespace.is_empty() {
            self.namespace("", namespace);
        }
        self.out.push('>');
        content(self);
        self.close(name);
    }

    /// Writes the root element of a structure, with the structure's attributes; `members` writes the rest.
    pub(crate) fn root_of(&mut self, name: &str, namespace: &str, shape: &dyn Shape, members: impl FnOnce(&mut Self)) {
        self.out.push('<');
        self.out.push_str(name);
        if !namespace.is_empty() {
            self.namespace("", namespace);
        }
        self.attributes(shape);
        self.out.push('>');
        members(self);
        self.close(name);
    }

    /// Names the next element, the root, instead of its member, and gives it a namespace unless that is empty.
    pub(crate) fn next_root(&mut self, name: &'static str, namespace: &'static str) {
        self.rename = Some(name);
        self.declare = Some(namespace).filter(|namespace| !namespace.is_empty());
    }

    /// Writes text.
    pub(crate) fn characters(&mut self, text: &str) {
        push_text(&mut self.out, text);
    }

    /// Writes an element that no schema describes.
    pub(crate) fn element(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.root(name, "", content);
    }

    /// Writes an element with text that no schema describes.
    pub(crate) fn leaf(&mut self, name: &str, text: &str) {
        self.element(name, |xml| push_text(&mut xml.out, text));
    }

    /// Writes the members of a structure that are elements.
    pub(crate) fn members(&mut self, shape: &dyn Shape) {
        shape.write_members(self);
    }

    /// The document.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.out.into_bytes()
    }

    /// Opens the element of a member and gives its name for closing.
    fn open(&mut self, member: &'static Member, shape: Option<&dyn Shape>) -> &'static str {
        let name = self.rename.take().unwrap_or(member.xml_name);
        self.out.push('<');
        self.out.push_str(name);
        if let Some(address) = self.declare.take() {
            self.namespace("", address);
        }
        if let Some((prefix, address)) = member.xml_namespace {
            self.namespace(prefix, address);
        }
        if let Some(shape) = shape {
            self.attributes(shape);
        }
        self.out.push('>');
        name
    }

    /// Opens an element with a namespace.
    fn start(&mut self, name: &str, namespace: Option<(&'static str, &'static str)>) {
        self.out.push('<');
        self.out.push_str(name);
        if let Some((prefix, address)) = namespace {
            self.namespace(prefix, address);
        }
        self.out.push('>');
    }

    fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    fn namespace(&mut self, prefix: &str, address: &str) {
        self.out.push_str(" xmlns");
        if !prefix.is_empty() {
            self.out.push(':');
            self.out.push_str(prefix);
        }
        self.out.push_str("=\"");
        push_attribute(&mut self.out, address);
        self.out.push('"');
    }

    fn attributes(&mut self, shape: &dyn Shape) {
        if shape.schema().members.iter().any(|m| m.xml_attribute) {
            shape.write_members(&mut AttributeWriter(&mut self.out));
        }
    }

    fn text(&mut self, member: &'static Member, value: &str) {
        if !member.xml_attribute {
            let name = self.open(member, None);
            push_text(&mut self.out, value);
            self.close(name);
        }
    }

    fn format(&self, member: &Member) -> TimestampFormat {
        member.timestamp_format.unwrap_or(TimestampFormat::Iso8601)
    }
}

impl Writer for XmlWriter {
    text::write_scalars!();

    fn structure(&mut self, member: &'static Member, shape: &dyn Shape) {
        let name = self.open(member, Some(shape));
        self.members(shape);
        self.close(name);
    }

    fn list(&mut self, member: &'static Member, _: usize, elements: &mut dyn Iterator<Item = &dyn WriteValue>) {
        let element = &member.target.members[0];
        if member.flattened {
            let name = self.rename.take().unwrap_or(member.xml_name);
            for value in elements {
                self.rename = Some(name);
                value.write(element, self);
            }
            self.rename = None;
            return;
        }
        let name = self.open(member, None);
        elements.for_each(|value| value.write(element, self));
        self.close(name);
    }

    fn map(&mut self, member: &'static Member, _: usize, entries: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>) {
        let [key_member, value_member] = member.target.members else { return };
        let flat = member.flattened;
        let outer = if flat { self.rename.take().unwrap_or(member.xml_name) } else { self.open(member, None) };
        let name = if flat { outer } else { "entry" };
        for (key, value) in entries {
            self.start(name, member.xml_namespace.filter(|_| flat));
            self.text(key_member, key);
            value.write(value_member, self);
            self.close(name);
        }
        if !flat {
            self.close(outer);
        }
    }
}
