//! Reads typed values out of a form with dotted names (`Tag.2.Key=a`). The sorted pairs are the tree: what lies under a
//! name is one run of them, found by binary search, so neither a large index nor a long name costs memory.
//!
//! Lists and maps are read in all the spellings that clients send: with the model's name or the one the query protocol
//! gave the member, with the wrapper (`member`, `entry`) or without.

use std::borrow::Cow;
use std::cmp::Ordering;

use smithy::{Issue, Malformed, Member, PathPart, Presence, ReadResult, Reader, Schema, Shape, TimestampFormat};

use super::Pair;
use crate::collected::{Collected, Depth};
use crate::text;

/// Reads `shape` from the pairs of a request.
pub(crate) fn read(mut pairs: Vec<Pair<'_>>, shape: &mut dyn Shape) -> ReadResult<Vec<Issue>> {
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    if let Some(twice) = pairs.windows(2).find(|two| two[0].0 == two[1].0) {
        return Err(Malformed(format!("'{}' occurs twice", twice[0].0.chars().take(60).collect::<String>())));
    }
    let here = Node { value: None, under: &pairs, skip: 0 };
    let mut reader = FormReader { here, depth: Depth::default(), issues: Collected::default() };
    reader.members(shape)?;
    Ok(reader.issues.finish())
}

/// A place in the tree.
#[derive(Clone, Copy)]
struct Node<'a> {
    /// The value of exactly this name.
    value: Option<&'a str>,
    /// The pairs whose names go on after this one and a dot.
    under: &'a [Pair<'a>],
    /// The length of this name and the dot.
    skip: usize,
}

impl<'a> Node<'a> {
    /// The place one part further.
    fn child(&self, name: &str) -> Option<Self> {
        let order = |pair: &Pair<'_>| dotted_order(&pair.0.as_bytes()[self.skip..], name);
        let from = self.under.partition_point(|pair| pair.0[self.skip..] < *name);
        let first = self.under.get(from).filter(|pair| pair.0[self.skip..].starts_with(name))?;
        let value = (first.0.len() == self.skip + name.len()).then_some(&*first.1);
        // Between `Name` and `Name.1` there may be names like `Name-x`.
        let start = from + self.under[from..].partition_point(|pair| order(pair).is_lt());
        let length = self.under[start..].partition_point(|pair| order(pair).is_eq());
        let under = &self.under[start..start + length];
        (value.is_some() || length > 0).then_some(Self { value, under, skip: self.skip + name.len() + 1 })
    }

    fn child_of(&self, member: &Member) -> Option<Self> {
        let own = self.child(member.query_name);
        own.or_else(|| if member.query_name == member.name { None } else { self.child(member.name) })
    }

    /// The numbers among the next parts, ascending.
    fn indices(&self) -> ReadResult<Vec<u32>> {
        let parts = self.under.iter().map(|pair| pair.0[self.skip..].split('.').next().unwrap_or_default());
        let numbers = parts.filter(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        let mut found = numbers.map(canonical).collect::<ReadResult<Vec<u32>>>()?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The place that holds the numbered parts: this, or its child called `wrapper`.
    fn numbered(&self, wrappers: [&str; 2]) -> ReadResult<(Self, Vec<u32>)> {
        let direct = self.indices()?;
        if !direct.is_empty() {
            return Ok((*self, direct));
        }
        match wrappers.iter().find_map(|name| self.child(name)) {
            Some(inner) => inner.indices().map(|indices| (inner, indices)),
            None if self.under.is_empty() && self.value.is_some_and(str::is_empty) => Ok((*self, direct)),
            None => Err(Malformed::new("a list or map has no numbered parts")),
        }
    }
}

/// Where `text` lies relative to all texts that start with `name` and a dot.
fn dotted_order(text: &[u8], name: &str) -> Ordering {
    let (head, tail) = text.split_at(text.len().min(name.len()));
    head.cmp(name.as_bytes()).then_with(|| tail.first().cmp(&Some(&b'.')))
}

fn canonical(digits: &str) -> ReadResult<u32> {
    let value = digits.parse().ok().filter(|_| digits == "0" || !digits.starts_with('0'));
    value.ok_or_else(|| text::invalid(digits, "an index"))
}

struct FormReader<'a> {
    here: Node<'a>,
    depth: Depth,
    issues: Collected,
}

impl<'a> FormReader<'a> {
    fn members(&mut self, shape: &mut dyn Shape) -> ReadResult<()> {
        let schema: &'static Schema = shape.schema();
        let mut presence = Presence::new(schema);
        let here = self.here;
        for (index, member) in schema.members.iter().enumerate() {
            if let Some(child) = here.child_of(member) {
                presence.mark(index);
                self.at(child, || PathPart::Member(member.name), |reader| shape.read_member(index, reader))?;
            }
        }
        self.issues.absent(&presence);
        Ok(())
    }

    /// Reads at another place, one level down.
    fn at(
        &mut self,
        node: Node<'a>,
        part: impl Fn() -> PathPart,
        read: impl FnOnce(&mut Self) -> ReadResult<()>,
    ) -> ReadResult<()> {
        let from = self.issues.count();
        let back = std::mem::replace(&mut self.here, node);
        self.depth.enter()?;
        read(self)?;
        self.depth.leave();
        self.here = back;
        self.issues.within(from, part);
        Ok(())
    }

    fn text(&self, _: &Member) -> ReadResult<Cow<'a, str>> {
        self.here.value.map(Cow::Borrowed).ok_or_else(|| Malformed::new("Unexpected complex element termination"))
    }

    fn format(&self, member: &Member) -> TimestampFormat {
        member.timestamp_format.unwrap_or(TimestampFormat::Iso8601)
    }
}

impl Reader for FormReader<'_> {
    text::read_scalars!();

    fn structure(&mut self, _: &'static Member, shape: &mut dyn Shape) -> ReadResult<()> {
        self.members(shape)
    }

    fn list(
        &mut self,
        member: &'static Member,
        element: &mut dyn FnMut(&mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        let (place, indices) = self.here.numbered([member.target.members[0].query_name, "member"])?;
        for (position, index) in indices.iter().enumerate() {
            let child = place.child(&index.to_string()).expect("the index was found among the parts");
            self.at(child, || PathPart::Index(position), |reader| element(reader))?;
        }
        Ok(())
    }

    fn map(
        &mut self,
        member: &'static Member,
        entry: &mut dyn FnMut(String, &mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        let (place, indices) = self.here.numbered(["entry", "member"])?;
        let [key_member, value_member] = member.target.members else { return Ok(()) };
        for index in indices {
            let pair = place.child(&index.to_string()).expect("the index was found among the parts");
            let key = pair.child_of(key_member).and_then(|node| node.value);
            let key = key.ok_or_else(|| Malformed::new("an entry of a map has no key"))?;
            match pair.child_of(value_member) {
                Some(value) => {
                    self.at(value, || PathPart::Key(key.to_owned()), |reader| entry(key.to_owned(), reader))?
                }
                None => self.issues.missing(PathPart::Key(key.to_owned())),
            }
        }
        Ok(())
    }

    fn issue(&mut self, issue: Issue) {
        self.issues.add(issue);
    }
}
