//! `aws-chunked` bodies: `size;chunk-signature=…`, data, and perhaps trailers, each signed with the signature before it.
//!
//! | file | noun |
//! |---|---|
//! | `chain.rs` | the chain of signatures, for verifying and for signing |
//! | `decoder.rs` | the decoder: bytes in, data out, flat memory |
//! | `line.rs` | one line of framing, however it is split |
//! | `error.rs` | what is wrong with a body, in S3's words |

mod chain;
mod decoder;
mod error;
mod line;

pub(crate) use chain::Chain;
pub(crate) use decoder::canonical_trailers;
pub use decoder::{ChunkDecoder, Trailers};
pub use error::ChunkError;
