//! CBOR (RFC 8949) straight into and out of typed values: definite and indefinite lengths, all float widths, tag 1.

mod head;
mod reader;
mod writer;

/// How instants are written after tag 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Instants {
    /// As seconds, as RFC 8949 has it.
    Seconds,
    /// As whole milliseconds, as SDKs for Java have it.
    Millis,
}

pub(crate) use reader::CborReader;
pub(crate) use writer::CborWriter;
