//! Reads typed values out of JSON in one pass.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use smithy::{
    Document, Issue, Kind, Malformed, Member, Path, PathPart, Presence, ReadResult, Reader, Schema, Shape, Timestamp,
    TimestampFormat, Violation,
};

use super::scan::Scanner;
use super::{Names, java};
use crate::collected::Collected;
use crate::text;

/// A JSON document being read.
pub(crate) struct JsonReader<'a> {
    scan: Scanner<'a>,
    names: Names,
    issues: Collected,
    /// The namespace of the service, which texts of refusals show before the names of shapes.
    namespace: &'static str,
    /// Whether what is read next is an element of a list or a value of a map, not a member.
    is_element: bool,
}

impl<'a> JsonReader<'a> {
    /// At the start of `bytes`.
    pub(crate) fn new(bytes: &'a [u8], names: Names) -> ReadResult<Self> {
        let (scan, issues) = (Scanner::new(bytes)?, Collected::default());
        Ok(Self { scan, names, issues, namespace: "", is_element: false })
    }

    /// The same, of a service with this namespace.
    pub(crate) fn of(mut self, namespace: &'static str) -> Self {
        self.namespace = namespace;
        self
    }

    /// Reads a whole document into `shape`. An empty one is an empty structure.
    pub(crate) fn read(bytes: &'a [u8], names: Names, shape: &mut dyn Shape) -> ReadResult<Vec<Issue>> {
        Self::new(bytes, names)?.whole_document(shape)
    }

    /// The same for a reader that was told more.
    pub(crate) fn whole_document(self, shape: &mut dyn Shape) -> ReadResult<Vec<Issue>> {
        let mut reader = self;
        let mut presence = Presence::new(shape.schema());
        reader.document_members(shape, &mut presence, |_| true)?;
        reader.issues.absent(&presence);
        Ok(reader.finish())
    }

    /// Reads the members that `wanted` admits out of a whole document.
    pub(crate) fn document_members(
        &mut self,
        shape: &mut dyn Shape,
        presence: &mut Presence,
        wanted: fn(&Member) -> bool,
    ) -> ReadResult<()> {
        if self.scan.is_done() {
            return Ok(());
        }
        self.members(shape, presence, wanted)?;
        self.scan.end()
    }

    /// Reads `member` of `shape` from a whole document, its payload.
    pub(crate) fn payload(&mut self, shape: &mut dyn Shape, index: usize) -> ReadResult<()> {
        let name = shape.schema().members[index].name;
        shape.read_member(index, self)?;
        self.issues.within(0, || PathPart::Member(name));
        self.scan.end()
    }

    /// The issues found.
    pub(crate) fn finish(self) -> Vec<Issue> {
        self.issues.finish()
    }

    fn members(
        &mut self,
        shape: &mut dyn Shape,
        presence: &mut Presence,
        wanted: fn(&Member) -> bool,
    ) -> ReadResult<()> {
        let (mut first, mut hint) = (true, 0);
        self.scan.open(b'{')?;
        let (is_union, mut read) = (shape.schema().kind == Kind::Union, 0);
        while self.scan.more(&mut first, b'}')? {
            let found = self.key_position(shape.schema(), hint)?;
            match found.filter(|index| wanted(&shape.schema().members[*index])) {
                None => drop(self.scan.skip()?),
                Some(index) => {
                    hint = index + 1;
                    read += usize::from(self.member(shape, presence, index)?);
                }
            }
        }
        if is_union && read > 1 {
            let value = Some(shape.schema().name.to_owned());
            self.issues.add(Issue { path: Path(Vec::new()), violation: Violation::SeveralMembers, value });
        }
        Ok(())
    }

    /// Reads a key and finds its member. Most clients send members in the model's order, without blanks: then the next
    /// one or the one after it is tried first.
    fn key_position(&mut self, schema: &'static Schema, hint: usize) -> ReadResult<Option<usize>> {
        let next = schema.members.iter().enumerate().skip(hint).take(2);
        for (index, member) in next {
            if self.names.of(member).is_some_and(|name| self.scan.expected_key(name)) {
                return Ok(Some(index));
            }
        }
        let key = self.scan.key()?;
        Ok(self.names.position(schema, &key, hint))
    }

    /// One member; `null` is the same as none, and then false.
    fn member(&mut self, shape: &mut dyn Shape, presence: &mut Presence, index: usize) -> ReadResult<bool> {
        if self.scan.null()? {
            return Ok(false);
        }
        let name = shape.schema().members[index].name;
        if !presence.mark(index) {
            return Err(Malformed(format!("'{name}' occurs twice")));
        }
        let from = self.issues.count();
        self.is_element = false;
        shape.read_member(index, self)?;
        self.issues.within(from, || PathPart::Member(name));
        Ok(true)
    }

    /// Goes into what `member` is, or tells why it cannot be that.
    fn enter(&mut self, member: &'static Member, bracket: u8) -> ReadResult<()> {
        if self.scan.peek() == bracket { self.scan.open(bracket) } else { Err(self.misplaced(member)) }
    }

    /// Why the next token does not begin what `member` is, in Coral's words.
    #[cold]
    fn misplaced(&mut self, member: &'static Member) -> Malformed {
        let target = member.target;
        match self.scan.peek() {
            b'[' => Malformed(format!("Unrecognized collection type {}", java::with_kind(target, self.namespace))),
            b'"' | b't' | b'f' | b'n' | b'-' | b'0'..=b'9' if self.is_element => Malformed::new(match target.kind {
                Kind::List | Kind::Map => java::NOT_A_CLASS,
                _ => "Unexpected value type in payload",
            }),
            _ => self.scan.misplaced(),
        }
    }

    fn quoted(&mut self, java: &str) -> ReadResult<Cow<'a, str>> {
        if self.scan.peek() == b'"' { self.scan.string() } else { Err(self.scan.not_a(java)) }
    }

    fn is_number(&mut self) -> bool {
        matches!(self.scan.peek(), b'-' | b'0'..=b'9')
    }

    /// A whole number; a fraction is cut off, as Coral does.
    fn whole(&mut self, java: &str) -> ReadResult<i64> {
        if !self.is_number() {
            return Err(self.scan.not_a(java));
        }
        let text = self.scan.number()?;
        let parsed = text.parse().ok().or_else(|| truncated(text));
        parsed.ok_or_else(|| text::invalid(text, &format!("in the range of {java}")))
    }
}

/// The integer part of a number with fraction or exponent.
fn truncated(text: &str) -> Option<i64> {
    let value: f64 = text.parse().ok()?;
    // 2^63 itself is out of range; every smaller f64 fits. Plain digits that got here did not fit either.
    (text.contains(['.', 'e', 'E']) && value.abs() < 9_223_372_036_854_775_808.0).then_some(value as i64)
}

/// A whole text as a free-form document. serde_json bounds the depth at 128 too.
pub(crate) fn document(text: &[u8]) -> ReadResult<Document> {
    serde_json::from_slice(text).map_err(|_| super::scan::unexpected())
}

impl Reader for JsonReader<'_> {
    fn boolean(&mut self, _: &'static Member) -> ReadResult<bool> {
        match self.scan.peek() {
            b't' => self.scan.literal("true"),
            b'f' => self.scan.literal("false").map(|_| false),
            b'"' => text::boolean(&self.scan.string()?).map_err(|_| super::scan::unexpected()),
            _ => Err(self.scan.not_a("Boolean")),
        }
    }

    fn integer(&mut self, _: &'static Member) -> ReadResult<i32> {
        let value = self.whole("Integer")?;
        i32::try_from(value).map_err(|_| text::invalid(&value.to_string(), "in the range of Integer"))
    }

    fn long(&mut self, _: &'static Member) -> ReadResult<i64> {
        self.whole("Long")
    }

    fn double(&mut self, member: &'static Member) -> ReadResult<f64> {
        let java = if member.target.kind == Kind::Float { "Float" } else { "Double" };
        match self.scan.peek() {
            b'"' => match &*self.scan.string()? {
                special @ ("NaN" | "Infinity" | "-Infinity") => text::double(special),
                _ => Err(Malformed(format!("STRING_VALUE cannot be converted to {java}"))),
            },
            b'-' | b'0'..=b'9' => text::double(self.scan.number()?),
            _ => Err(self.scan.not_a(java)),
        }
    }

    fn string(&mut self, _: &'static Member) -> ReadResult<String> {
        self.quoted("String").map(Cow::into_owned)
    }

    fn blob(&mut self, _: &'static Member) -> ReadResult<Bytes> {
        let encoded = match self.scan.peek() {
            b'"' => self.scan.string()?,
            b'[' => return Err(Malformed::new("Unrecognized collection type class java.nio.ByteBuffer")),
            b'{' => return Err(self.scan.not_a("")),
            _ => return Err(Malformed::new("only base-64-encoded strings are convertible to bytes")),
        };
        if !encoded.len().is_multiple_of(4) {
            let found = encoded.len();
            let reason = format!("Base64 encoded length is expected a multiple of 4 bytes but found: {found}");
            return Err(Malformed(reason));
        }
        // AWS's own spelling.
        let refused = |_| Malformed::new("Invalid last non-pad Base64 character dectected");
        STANDARD.decode(&*encoded).map(Bytes::from).map_err(refused)
    }

    fn timestamp(&mut self, member: &'static Member) -> ReadResult<Timestamp> {
        match member.timestamp_format.unwrap_or(TimestampFormat::EpochSeconds) {
            TimestampFormat::EpochSeconds if self.is_number() => {
                text::timestamp(self.scan.number()?, TimestampFormat::EpochSeconds)
            }
            TimestampFormat::EpochSeconds if self.names == Names::Model => {
                text::timestamp(&self.quoted("Timestamp")?, TimestampFormat::Iso8601)
            }
            TimestampFormat::EpochSeconds => Err(self.scan.not_a("Timestamp")),
            format => text::timestamp(&self.quoted("Timestamp")?, format),
        }
    }

    fn document(&mut self, _: &'static Member) -> ReadResult<Document> {
        document(self.scan.skip()?.as_bytes())
    }

    fn structure(&mut self, member: &'static Member, shape: &mut dyn Shape) -> ReadResult<()> {
        if self.scan.peek() != b'{' {
            return Err(self.misplaced(member));
        }
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
        let (mut first, mut index) = (true, 0);
        self.enter(member, b'[')?;
        while self.scan.more(&mut first, b']')? {
            let from = self.issues.count();
            if self.scan.null()? {
                self.issues.missing(PathPart::Index(index));
            } else {
                self.is_element = true;
                element(self)?;
                self.issues.within(from, || PathPart::Index(index));
            }
            index += 1;
        }
        Ok(())
    }

    fn map(
        &mut self,
        member: &'static Member,
        entry: &mut dyn FnMut(String, &mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        let mut first = true;
        self.enter(member, b'{')?;
        while self.scan.more(&mut first, b'}')? {
            let key = self.scan.key()?;
            let from = self.issues.count();
            if self.scan.null()? {
                self.issues.missing(PathPart::Key(key.into_owned()));
            } else {
                self.is_element = true;
                entry(key.clone().into_owned(), self)?;
                self.issues.within(from, || PathPart::Key(key.clone().into_owned()));
            }
        }
        Ok(())
    }

    fn issue(&mut self, issue: Issue) {
        self.issues.add(issue);
    }
}
