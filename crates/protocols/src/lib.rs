//! AWS's wire protocols: one reader and one writer each, over any shape.
//!
//! | folder or file | what it is |
//! |---|---|
//! | `json`, `query`, `ec2`, `rest_json`, `rest_xml`, `rpc_v2_cbor` | the protocols: `request.rs`, `response.rs`, `error.rs` each |
//! | `event_stream` | bodies that are a stream of frames |
//! | `json_text`, `xml`, `cbor_data`, `form`, `http_binding`, `text.rs` | the notations they are made of |
//! | `collected.rs`, `members.rs`, `reply.rs` | issues with paths, choosing members, the parts all answers share |
//! | `validate`, `coral.rs` | what models say of values, and AWS's text when they are not so |
//! | `json_value.rs`, `audit.rs`, `redact.rs`, `tokens.rs` | neutral JSON, CloudTrail's, the log's; tokens the server makes up |
//! | `protocol.rs` | the trait that the gateway calls |
//!
//! Invariants: a reader is total on any bytes, follows no more than [`smithy::MAX_DEPTH`] levels and allocates in
//! proportion to the bytes it was given; a writer never fails.

pub mod audit;
mod cbor_1_1;
mod cbor_data;
mod collected;
pub mod coral;
mod ec2;
mod event_stream;
mod form;
mod http_binding;
mod json;
mod json_text;
pub mod json_value;
mod members;
mod protocol;
mod query;
pub mod redact;
mod reply;
mod rest_json;
mod rest_xml;
mod rpc_v2_cbor;
mod text;
pub mod tokens;
mod validate;
mod xml;

pub use event_stream::{Frame, HeaderValue, read_event};
pub use protocol::{Body, Encoded, ErrorReply, Protocol, RequestParts, protocol};
pub use validate::validate;
