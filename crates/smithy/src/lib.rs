//! Shapes of operations. Generated types describe themselves with a static [`Schema`] and are read and written one
//! member at a time through [`Reader`] and [`Writer`]; a protocol, the validator, an audit record and log redaction are
//! each one such reader or writer, so nothing is generated per protocol.
//!
//! | file | noun |
//! |---|---|
//! | `schema.rs` | static description of a shape and its members |
//! | `shape.rs` | the traits: `Shape`, `Reader`, `Writer`, `Value` |
//! | `values.rs` | `Value` for scalars, lists, maps, boxes |
//! | `operation.rs` | static description of an operation and its service |
//! | `access.rs` | static description of the actions that policies decide on |
//! | `error.rs` | one error type for every modelled exception |
//! | `issues.rs` | where in an input something is missing or wrong |
//! | `generated.rs` | what generated code is made of |
//! | `plain.rs` | schemas of shapes that are nothing but their kind |
//! | `debug.rs` | `Debug` that hides what is sensitive |
//! | `stream.rs` | bodies that are never held whole |

mod access;
mod debug;
mod error;
mod generated;
mod issues;
mod operation;
pub mod plain;
mod schema;
mod shape;
mod stream;
mod values;

pub use access::{AccessLevel, ActionFacts, ActionResource, ResourceFacts};
pub use bytes::Bytes;
pub use debug::debug;
pub use error::{ApiError, ErrorSchema, Party};
pub use generated::{ReadValue, write_all};
pub use issues::{Inside, Issue, Path, PathPart, Presence, Violation};
pub use names::Timestamp;
pub use operation::{HttpBinding, Operation, OperationSchema, ProtocolKind, ServiceSchema};
pub use schema::{Constraints, Kind, Location, Member, Schema, TimestampFormat};
pub use serde_json::Value as Document;
pub use shape::{MAX_DEPTH, Malformed, ReadResult, Reader, Shape, Value, WriteValue, Writer};
pub use stream::{ByteStream, EventStream, Trailers};
pub use values::write_optional;
