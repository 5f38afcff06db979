//! What REST-JSON and REST-XML share: members in labels, query string, headers and status, and which of the rest is the
//! body. The two differ only in how documents look.

mod headers;
mod request;
mod response;
mod value;

pub(crate) use headers::HeaderWriter;
pub(crate) use request::{Document, decode};
pub(crate) use response::{Bindings, Payload, bindings, payload};
