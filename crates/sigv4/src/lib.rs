//! Verify every form of AWS request signature, and make them: pure functions over a request's head, a body hash and two instants.
//!
//! | file | noun |
//! |---|---|
//! | `request.rs` | the head of a request, and [`Style`]: S3's rules or everyone else's |
//! | `secret.rs` | a secret access key that never prints itself |
//! | `credential.rs` | access key and scope, `AK/date/region/service/aws4_request` |
//! | `identify.rs`, `header_form.rs`, `query_form.rs` | who claims to have signed: no cryptography |
//! | `checks.rs` | what is refused before the secret is looked up: time, scope, signed headers |
//! | `time.rs` | clock skew and expiry |
//! | `canonical/` | the canonical request: path, query, headers |
//! | `payload.rs` | what `x-amz-content-sha256` says of the body |
//! | `keys.rs`, `ecdsa.rs` | signing keys derived from a secret, cached |
//! | `signature.rs` | strings to sign, constant-time comparison |
//! | `verify.rs` | all of it together |
//! | `chunked/` | `aws-chunked` bodies, decoded and verified as they arrive |
//! | `post.rs` | S3's browser form upload |
//! | `v2.rs` | S3's signature version 2 |
//! | `error.rs`, `message.rs` | refusals, and AWS's words for them |
//! | `sign/` | the other side: header, presigned URL, chunks |
//!
//! Invariants. Nothing here reads a clock, a disk, the environment. Every function that takes bytes of the network is total: it returns, never panics, and
//! holds a bounded amount of memory. A secret or a key derived from one never reaches an error, a log line or a `Debug`. Signatures are compared in
//! constant time.
//!
//! The road of a request: [`identify`] names the access key; the caller looks it up; [`verify`] answers. A caller that wants AWS's order of errors
//! exactly calls [`check_before_lookup`] and [`check_scope`] in between, since AWS complains of time and scope before it complains of an unknown key.

mod canonical;
mod checks;
mod chunked;
mod credential;
mod ecdsa;
mod error;
mod header_form;
mod hex;
mod identify;
mod keys;
mod message;
mod payload;
mod post;
mod query_form;
mod request;
mod secret;
pub mod sign;
mod signature;
mod time;
mod v2;
mod verify;

pub use checks::{check_before_lookup, check_scope};
pub use chunked::{ChunkDecoder, ChunkError, Trailers};
pub use credential::Credential;
pub use error::{Mismatch, ScopeFault, SignatureError, Source};
pub use identify::{Form, Presented, V4, identify};
pub use keys::SigningKeys;
pub use payload::{ChunkedForm, Payload};
pub use post::{PostForm, PostPolicy, identify_post, verify_post};
pub use request::{Algorithm, Request, Style};
pub use secret::Secret;
pub use time::{HOST_CLOCK, TimeCheck};
pub use v2::{V2, V2Form, verify_v2};
pub use verify::{BodyHash, BodyHasher, Verified, unverified_decoder, verify};
