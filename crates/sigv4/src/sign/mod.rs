//! The other side: signing requests, URLs and chunks, for clients in this process, for tests and for load generators.
//!
//! | file | noun |
//! |---|---|
//! | `request.rs` | the `Authorization` header and the presigned URL |
//! | `chunks.rs` | `aws-chunked` bodies |

mod chunks;
mod request;

pub use chunks::ChunkSigner;
pub use request::{SignBody, Signer};
