//! Reading a REST request: members from labels, query and headers here, the rest through a document reader.

use std::borrow::Cow;

use smithy::{
    ByteStream, Issue, Kind, Location, Malformed, Member, OperationSchema, Path, PathPart, Presence, ReadResult,
    Reader, Shape, TimestampFormat, Violation,
};

use super::headers::split;
use super::value::{Bound, BoundReader};
use crate::form::{Pair, pairs};
use crate::{RequestParts, text};

/// The part in which the two REST protocols differ.
pub(crate) trait Document {
    /// Reads the members in the body.
    fn members(&self, body: &[u8], shape: &mut dyn Shape, presence: &mut Presence) -> ReadResult<Vec<Issue>>;
    /// Reads the member that is the body.
    fn payload(&self, body: &[u8], shape: &mut dyn Shape, index: usize) -> ReadResult<Vec<Issue>>;
}

/// Reads a request.
pub(crate) fn decode(
    op: &'static OperationSchema,
    req: &RequestParts<'_>,
    input: &mut dyn Shape,
    document: &dyn Document,
) -> ReadResult<Vec<Issue>> {
    let schema = input.schema();
    let mut presence = Presence::new(schema);
    let query = pairs(req.uri.query().unwrap_or_default().as_bytes())?;
    for (index, member) in schema.members.iter().enumerate() {
        if bound(op, req, &query, input, index, member)? {
            presence.mark(index);
        }
    }
    let mut issues = body(req, input, &mut presence, document)?;
    let missing = presence.missing().map(|name| Path(vec![PathPart::Member(name)]));
    issues.extend(missing.map(|path| Issue { path, violation: Violation::Missing, value: None }));
    Ok(issues)
}

/// Reads one member that is not in the body; false when it is absent.
fn bound(
    op: &'static OperationSchema,
    req: &RequestParts<'_>,
    query: &[Pair<'_>],
    input: &mut dyn Shape,
    index: usize,
    member: &'static Member,
) -> ReadResult<bool> {
    let is_map = member.target.kind == Kind::Map;
    match member.location {
        Location::Label => {
            let label = req.labels.iter().find(|(name, _)| *name == member.location_name);
            let texts: Vec<_> = label.map(|(_, value)| Cow::Borrowed(value.as_str())).into_iter().collect();
            texts_into(input, index, &texts, TimestampFormat::Iso8601)
        }
        Location::Query if is_map => entries_into(input, index, &free_parameters(op, query), TimestampFormat::Iso8601),
        Location::Query => {
            let values = query.iter().filter(|(name, _)| name == member.location_name);
            let texts: Vec<_> = values.map(|(_, value)| Cow::Borrowed(&**value)).collect();
            texts_into(input, index, &texts, TimestampFormat::Iso8601)
        }
        Location::Header => texts_into(input, index, &header_texts(req, member)?, TimestampFormat::HttpDate),
        Location::Headers => entries_into(input, index, &prefixed(req, member)?, TimestampFormat::HttpDate),
        _ => Ok(false),
    }
}

fn texts_into(
    input: &mut dyn Shape,
    index: usize,
    texts: &[Cow<'_, str>],
    format: TimestampFormat,
) -> ReadResult<bool> {
    if texts.is_empty() {
        return Ok(false);
    }
    input.read_member(index, &mut BoundReader { bound: Bound::Texts(texts), format })?;
    Ok(true)
}

type Entries<'a> = Vec<(String, Vec<Cow<'a, str>>)>;

fn entries_into(
    input: &mut dyn Shape,
    index: usize,
    entries: &Entries<'_>,
    format: TimestampFormat,
) -> ReadResult<bool> {
    if entries.is_empty() {
        return Ok(false);
    }
    input.read_member(index, &mut BoundReader { bound: Bound::Entries(entries), format })?;
    Ok(true)
}

/// The query parameters that belong to no other member and not to the operation's path, values of one name together.
fn free_parameters<'a>(op: &'static OperationSchema, query: &'a [Pair<'_>]) -> Entries<'a> {
    let (_, literal) = op.http.uri.split_once('?').unwrap_or_default();
    let bound = |name: &str| {
        let mut others = op.input.members.iter().filter(|m| m.target.kind != Kind::Map);
        let of_path = literal.split('&').any(|part| part.split('=').next() == Some(name));
        of_path || others.any(|m| m.location == Location::Query && m.location_name == name)
    };
    let mut sorted: Vec<_> = query.iter().filter(|(name, _)| !bound(name)).collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    let groups = sorted.chunk_by(|a, b| a.0 == b.0);
    groups.map(|group| (group[0].0.to_string(), group.iter().map(|(_, v)| Cow::Borrowed(&**v)).collect())).collect()
}

/// The value of a header, or its elements when the member is a list. An empty header is none.
fn header_texts<'a>(req: &RequestParts<'a>, member: &Member) -> ReadResult<Vec<Cow<'a, str>>> {
    let mut texts = Vec::new();
    for value in req.headers.get_all(member.location_name) {
        let value = header_text(value)?;
        match member.target.kind {
            Kind::List => texts.extend(split(value, &member.target.members[0])),
            _ if value.is_empty() => {}
            _ => texts.push(Cow::Borrowed(value)),
        }
    }
    Ok(texts)
}

/// The headers whose names start with the member's; the rest of the name is the key.
fn prefixed<'a>(req: &RequestParts<'a>, member: &Member) -> ReadResult<Entries<'a>> {
    let prefix = member.location_name.to_ascii_lowercase();
    let mut entries: Entries<'a> = Vec::new();
    for name in req.headers.keys() {
        if let Some(key) = name.as_str().strip_prefix(&prefix) {
            let values = req.headers.get_all(name).iter().map(|value| header_text(value).map(Cow::Borrowed));
            entries.push((key.to_owned(), values.collect::<ReadResult<_>>()?));
        }
    }
    Ok(entries)
}

fn header_text(value: &http::HeaderValue) -> ReadResult<&str> {
    std::str::from_utf8(value.as_bytes()).map(str::trim).map_err(|_| Malformed::new("a header is not UTF-8"))
}

/// Reads the body: the payload member, or all members that are in no other place.
fn body(
    req: &RequestParts<'_>,
    input: &mut dyn Shape,
    presence: &mut Presence,
    document: &dyn Document,
) -> ReadResult<Vec<Issue>> {
    let members = input.schema().members;
    let Some(index) = members.iter().position(|m| m.location == Location::Payload) else {
        let any = members.iter().any(|m| m.location == Location::Body);
        return if any { document.members(req.body, input, presence) } else { Ok(Vec::new()) };
    };
    if req.body.is_empty() {
        // A stream comes later, and an empty one is one.
        if matches!(members[index].target.kind, Kind::ByteStream | Kind::EventStream) {
            presence.mark(index);
        }
        return Ok(Vec::new());
    }
    presence.mark(index);
    match members[index].target.kind {
        Kind::ByteStream => input.set_stream(ByteStream::from(req.body.clone())),
        Kind::EventStream => {}
        Kind::Blob | Kind::String | Kind::Enum => input.read_member(index, &mut RawReader(req.body))?,
        _ => return document.payload(req.body, input, index),
    }
    Ok(Vec::new())
}

/// Reads a payload that is bytes or text as it is.
struct RawReader<'a>(&'a bytes::Bytes);

impl RawReader<'_> {
    fn text(&self, _: &Member) -> ReadResult<Cow<'_, str>> {
        std::str::from_utf8(self.0).map(Cow::Borrowed).map_err(|_| Malformed::new("the body is not UTF-8"))
    }
}

fn not_raw<T>() -> ReadResult<T> {
    Err(Malformed::new("the body is not of this kind"))
}

impl Reader for RawReader<'_> {
    fn boolean(&mut self, member: &'static Member) -> ReadResult<bool> {
        text::boolean(&self.text(member)?)
    }
    fn integer(&mut self, member: &'static Member) -> ReadResult<i32> {
        text::integer(&self.text(member)?)
    }
    fn long(&mut self, member: &'static Member) -> ReadResult<i64> {
        text::integer(&self.text(member)?)
    }
    fn double(&mut self, member: &'static Member) -> ReadResult<f64> {
        text::double(&self.text(member)?)
    }
    fn string(&mut self, member: &'static Member) -> ReadResult<String> {
        self.text(member).map(Cow::into_owned)
    }
    fn blob(&mut self, _: &'static Member) -> ReadResult<bytes::Bytes> {
        Ok(self.0.clone())
    }
    fn timestamp(&mut self, _: &'static Member) -> ReadResult<smithy::Timestamp> {
        not_raw()
    }
    fn document(&mut self, _: &'static Member) -> ReadResult<smithy::Document> {
        not_raw()
    }
    fn structure(&mut self, _: &'static Member, _: &mut dyn Shape) -> ReadResult<()> {
        not_raw()
    }
    fn list(&mut self, _: &'static Member, _: &mut dyn FnMut(&mut dyn Reader) -> ReadResult<()>) -> ReadResult<()> {
        not_raw()
    }
    fn map(
        &mut self,
        _: &'static Member,
        _: &mut dyn FnMut(String, &mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        not_raw()
    }
    fn issue(&mut self, _: Issue) {}
}
