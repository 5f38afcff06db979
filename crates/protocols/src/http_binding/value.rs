//! Reads one member from the texts that a label, header or query parameter holds.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use smithy::{Issue, Malformed, Member, ReadResult, Reader, Shape, TimestampFormat};

use crate::text;

/// What a member is read from.
pub(super) enum Bound<'a> {
    /// One text, or more for a list.
    Texts(&'a [Cow<'a, str>]),
    /// Names with their texts, for a map.
    Entries(&'a [(String, Vec<Cow<'a, str>>)]),
}

/// A member being read.
pub(super) struct BoundReader<'a> {
    pub(super) bound: Bound<'a>,
    /// The format of instants in this place.
    pub(super) format: TimestampFormat,
}

impl<'a> BoundReader<'a> {
    fn text(&self, member: &Member) -> ReadResult<Cow<'a, str>> {
        let Bound::Texts([first, ..]) = self.bound else { return Err(misplaced()) };
        if !member.json_value {
            return Ok(first.clone());
        }
        let decoded = STANDARD.decode(first.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        decoded.map(Cow::Owned).ok_or_else(|| Malformed(format!("'{}' is not base64 of JSON", member.location_name)))
    }

    fn format(&self, member: &Member) -> TimestampFormat {
        member.timestamp_format.unwrap_or(self.format)
    }
}

fn misplaced() -> Malformed {
    Malformed::new("a parameter cannot hold a structure")
}

impl Reader for BoundReader<'_> {
    text::read_scalars!();

    fn structure(&mut self, _: &'static Member, _: &mut dyn Shape) -> ReadResult<()> {
        Err(misplaced())
    }

    fn list(
        &mut self,
        _: &'static Member,
        element: &mut dyn FnMut(&mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        let Bound::Texts(texts) = self.bound else { return Err(misplaced()) };
        texts.chunks(1).try_for_each(|one| element(&mut BoundReader { bound: Bound::Texts(one), format: self.format }))
    }

    fn map(
        &mut self,
        _: &'static Member,
        entry: &mut dyn FnMut(String, &mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        let Bound::Entries(entries) = self.bound else { return Err(misplaced()) };
        entries.iter().try_for_each(|(name, texts)| {
            entry(name.clone(), &mut BoundReader { bound: Bound::Texts(texts), format: self.format })
        })
    }

    /// Only scalars are read here, and those have no issues.
    fn issue(&mut self, _: Issue) {}
}
