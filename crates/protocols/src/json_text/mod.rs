//! JSON on bytes, straight into and out of typed values: no tree in between. Shared by awsJson, REST-JSON, event
//! payloads, neutral JSON, audit records and logs, which differ in names only.

mod java;
mod names;
mod plain;
mod reader;
mod scan;
mod writer;

pub(crate) use names::Names;
pub(crate) use reader::{JsonReader, document};
pub(crate) use writer::JsonWriter;
