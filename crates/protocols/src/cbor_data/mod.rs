//! CBOR (RFC 8949) straight into and out of typed values: definite and indefinite lengths, all float widths, tag 1.

mod head;
mod reader;
mod writer;

pub(crate) use reader::CborReader;
pub(crate) use writer::CborWriter;
