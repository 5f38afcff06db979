//! Reads typed values out of an XML tree.

use std::borrow::Cow;

use smithy::{Issue, Kind, Malformed, Member, PathPart, Presence, ReadResult, Reader, Shape, TimestampFormat};

use super::Node;
use crate::collected::Collected;
use crate::text;

/// What is being read now.
#[derive(Clone, Copy)]
enum Here<'n> {
    /// An element.
    Node(&'n Node<'n>),
    /// All children of an element with one name: a list or map without a wrapper.
    Siblings(&'n Node<'n>, &'static str),
    /// The value of an attribute.
    Attribute(&'n str),
}

/// An XML document being read. Its depth was bounded when the tree was made.
pub(crate) struct XmlReader<'n> {
    here: Here<'n>,
    issues: Collected,
}

impl<'n> XmlReader<'n> {
    /// At the root of a document.
    pub(crate) fn new(root: &'n Node<'n>) -> Self {
        Self { here: Here::Node(root), issues: Collected::default() }
    }

    /// The issues found.
    pub(crate) fn finish(self) -> Vec<Issue> {
        self.issues.finish()
    }

    /// Reads the members that `wanted` admits from the element.
    pub(crate) fn members(
        &mut self,
        shape: &mut dyn Shape,
        presence: &mut Presence,
        wanted: fn(&Member) -> bool,
    ) -> ReadResult<()> {
        let Here::Node(node) = self.here else { return Err(misplaced()) };
        for (index, member) in shape.schema().members.iter().enumerate().filter(|(_, m)| wanted(m)) {
            if let Some(place) = find(node, member)? {
                presence.mark(index);
                self.at(place, || PathPart::Member(member.name), |reader| shape.read_member(index, reader))?;
            }
        }
        Ok(())
    }

    /// Reads `member` of `shape` from the whole document, its payload.
    pub(crate) fn payload(&mut self, shape: &mut dyn Shape, index: usize) -> ReadResult<()> {
        let name = shape.schema().members[index].name;
        let from = self.issues.count();
        shape.read_member(index, self)?;
        self.issues.within(from, || PathPart::Member(name));
        Ok(())
    }

    fn at(
        &mut self,
        place: Here<'n>,
        part: impl Fn() -> PathPart,
        read: impl FnOnce(&mut Self) -> ReadResult<()>,
    ) -> ReadResult<()> {
        let from = self.issues.count();
        let back = std::mem::replace(&mut self.here, place);
        read(self)?;
        self.here = back;
        self.issues.within(from, part);
        Ok(())
    }

    /// The elements of a list or map here, of which each is called `wrapped` unless they have no wrapper.
    fn parts(&self, wrapped: &'static str) -> ReadResult<Vec<&'n Node<'n>>> {
        match self.here {
            Here::Node(node) => Ok(node.named(wrapped).collect()),
            Here::Siblings(parent, name) => Ok(parent.named(name).collect()),
            Here::Attribute(_) => Err(misplaced()),
        }
    }

    fn text(&self, _: &Member) -> ReadResult<Cow<'n, str>> {
        match self.here {
            Here::Node(node) if node.children.is_empty() => Ok(Cow::Borrowed(&node.text)),
            Here::Attribute(value) => Ok(Cow::Borrowed(value)),
            _ => Err(misplaced()),
        }
    }

    fn format(&self, member: &Member) -> TimestampFormat {
        member.timestamp_format.unwrap_or(TimestampFormat::Iso8601)
    }
}

/// Where a member is, if it is there.
fn find<'n>(node: &'n Node<'n>, member: &'static Member) -> ReadResult<Option<Here<'n>>> {
    if member.xml_attribute {
        return Ok(node.attribute(member.xml_name).map(Here::Attribute));
    }
    let mut found = node.named(member.xml_name);
    let Some(first) = found.next() else { return Ok(None) };
    if member.flattened && matches!(member.target.kind, Kind::List | Kind::Map) {
        return Ok(Some(Here::Siblings(node, member.xml_name)));
    }
    match found.next() {
        None => Ok(Some(Here::Node(first))),
        Some(_) => Err(Malformed(format!("'{}' occurs twice", member.xml_name))),
    }
}

fn misplaced() -> Malformed {
    Malformed::new("an element stands where text is expected, or the other way round")
}

impl<'n> Reader for XmlReader<'n> {
    text::read_scalars!();

    fn structure(&mut self, _: &'static Member, shape: &mut dyn Shape) -> ReadResult<()> {
        let mut presence = Presence::new(shape.schema());
        self.members(shape, &mut presence, |_| true)?;
        self.issues.absent(&presence);
        Ok(())
    }

    fn list(
        &mut self,
        member: &'static Member,
        element: &mut dyn FnMut(&mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        for (index, part) in self.parts(member.target.members[0].xml_name)?.into_iter().enumerate() {
            self.at(Here::Node(part), || PathPart::Index(index), |reader| element(reader))?;
        }
        Ok(())
    }

    fn map(
        &mut self,
        member: &'static Member,
        entry: &mut dyn FnMut(String, &mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        let [key_member, value_member] = member.target.members else { return Ok(()) };
        for part in self.parts("entry")? {
            let key = part.named(key_member.xml_name).next();
            let key = &*key.ok_or_else(|| Malformed::new("an entry of a map has no key"))?.text;
            match part.named(value_member.xml_name).next() {
                Some(value) => self.at(
                    Here::Node(value),
                    || PathPart::Key(key.to_owned()),
                    |reader| entry(key.to_owned(), reader),
                )?,
                None => self.issues.missing(PathPart::Key(key.to_owned())),
            }
        }
        Ok(())
    }

    fn issue(&mut self, issue: Issue) {
        self.issues.add(issue);
    }
}
