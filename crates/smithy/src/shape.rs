//! The traits between typed values and wires. All are object-safe on the reader's and writer's side, so that a codec is
//! compiled once and not once a shape.

use bytes::Bytes;
use names::Timestamp;

use crate::{ByteStream, Document, EventStream, Issue, Member, Schema};

/// Deepest nesting any reader follows; beyond it an input is malformed. DynamoDB's 32 levels of attribute values need 64.
pub const MAX_DEPTH: usize = 128;

/// The bytes could not be read as the shape: AWS's serialization error. Carries the reason for the log and the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(pub String);

/// What reading gives.
pub type ReadResult<T> = Result<T, Malformed>;

/// A structure or union that can be read and written one member at a time. Implemented by generated types.
pub trait Shape: Send + Sync {
    /// Its description.
    fn schema(&self) -> &'static Schema;
    /// Reads the value of `schema().members[index]` from `reader` into the field behind it.
    fn read_member(&mut self, index: usize, reader: &mut dyn Reader) -> ReadResult<()>;
    /// Writes each present member, in the model's order; calls [`Writer::absent`] for the others.
    fn write_members(&self, writer: &mut dyn Writer);
    /// Takes the streaming body out of an output that has one.
    fn take_stream(&mut self) -> Option<ByteStream> {
        None
    }
    /// Takes the events out of an output that has them, each as the union with one member that it is.
    fn take_events(&mut self) -> Option<EventStream<Box<dyn Shape>>> {
        None
    }
    /// Puts the streaming body into an input that has one.
    fn set_stream(&mut self, _stream: ByteStream) {}
}

/// A wire being read. `member` tells how the value is named, formatted and constrained there.
///
/// Lists, maps and structures call back for each part; a reader keeps its own path (for [`Issue`]s) and depth.
pub trait Reader {
    /// A boolean.
    fn boolean(&mut self, member: &'static Member) -> ReadResult<bool>;
    /// A 32-bit integer; out of range is malformed.
    fn integer(&mut self, member: &'static Member) -> ReadResult<i32>;
    /// A 64-bit integer.
    fn long(&mut self, member: &'static Member) -> ReadResult<i64>;
    /// A number with a fraction; `NaN`, `Infinity`, `-Infinity` where the protocol has them.
    fn double(&mut self, member: &'static Member) -> ReadResult<f64>;
    /// Text.
    fn string(&mut self, member: &'static Member) -> ReadResult<String>;
    /// Bytes.
    fn blob(&mut self, member: &'static Member) -> ReadResult<Bytes>;
    /// An instant.
    fn timestamp(&mut self, member: &'static Member) -> ReadResult<Timestamp>;
    /// Free-form JSON.
    fn document(&mut self, member: &'static Member) -> ReadResult<Document>;
    /// A structure or union: calls `shape.read_member` for each member present.
    fn structure(&mut self, member: &'static Member, shape: &mut dyn Shape) -> ReadResult<()>;
    /// A list: calls `element` once for each; it must read one value described by `member.target.members[0]`.
    fn list(
        &mut self,
        member: &'static Member,
        element: &mut dyn FnMut(&mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()>;
    /// A map: calls `entry` once for each with its key; it must read one value described by `member.target.members[1]`.
    fn map(
        &mut self,
        member: &'static Member,
        entry: &mut dyn FnMut(String, &mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()>;
    /// Notes something wrong that does not stop the reading.
    fn issue(&mut self, issue: Issue);
}

/// A wire being written, or anything else that walks a value: the validator, an audit record, a redacting log line.
pub trait Writer {
    /// A boolean.
    fn boolean(&mut self, member: &'static Member, value: bool);
    /// A 32-bit integer.
    fn integer(&mut self, member: &'static Member, value: i32);
    /// A 64-bit integer.
    fn long(&mut self, member: &'static Member, value: i64);
    /// A number with a fraction. `member.target.kind` tells float from double.
    fn double(&mut self, member: &'static Member, value: f64);
    /// Text.
    fn string(&mut self, member: &'static Member, value: &str);
    /// Bytes.
    fn blob(&mut self, member: &'static Member, value: &Bytes);
    /// An instant.
    fn timestamp(&mut self, member: &'static Member, value: Timestamp);
    /// Free-form JSON.
    fn document(&mut self, member: &'static Member, value: &Document);
    /// A structure or union.
    fn structure(&mut self, member: &'static Member, shape: &dyn Shape);
    /// A list of `length` elements, each described by `member.target.members[0]`.
    fn list(&mut self, member: &'static Member, length: usize, elements: &mut dyn Iterator<Item = &dyn WriteValue>);
    /// A map of `length` entries, each value described by `member.target.members[1]`.
    fn map(
        &mut self,
        member: &'static Member,
        length: usize,
        entries: &mut dyn Iterator<Item = (&str, &dyn WriteValue)>,
    );
    /// A member that has no value.
    fn absent(&mut self, _member: &'static Member) {}
}

/// A value that can be written: the object-safe half of [`Value`].
pub trait WriteValue {
    /// Writes the value as `member` describes it.
    fn write(&self, member: &'static Member, writer: &mut dyn Writer);
}

/// A value that can be read and written.
pub trait Value: WriteValue + Sized {
    /// Reads the value as `member` describes it.
    fn read(member: &'static Member, reader: &mut dyn Reader) -> ReadResult<Self>;
}

impl Malformed {
    /// With a reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}
