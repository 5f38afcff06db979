//! The road from bytes to a handler and back: listen → identify → authenticate → decode and validate → dispatch →
//! encode. It knows protocols and signatures, and no service.
//!
//! | file | noun |
//! |---|---|
//! | `listen/` | sockets: HTTP/1.1, h2c and TLS on one port; draining |
//! | `road.rs` | the road, step by step |
//! | `trip.rs` | one request while it is on the road |
//! | `limits.rs` | what one client can cost |
//! | `body.rs` | bodies of requests that are read whole, bounded in size and time, and of answers |
//! | `arriving.rs` | the body of a request: whole, still coming, or broken |
//! | `coming.rs` | bodies that are read while they come |
//! | `form.rs` | files posted by browsers' forms |
//! | `framing.rs` | what a body's bytes are wrapped in and held against |
//! | `identify/` | which service and operation a request means |
//! | `authenticate.rs` | whether the request is signed by them |
//! | `respond.rs` | answers and errors in the request's protocol |
//! | `cors.rs` | what browsers may do |
//! | `own.rs` | the seam for the cloud's own endpoints |
//! | `access_log.rs` | one line a request |

mod access_log;
mod arriving;
mod authenticate;
mod body;
mod coming;
mod cors;
mod form;
mod framing;
pub mod identify;
mod limits;
mod listen;
mod own;
mod respond;
mod road;
mod trip;

pub use access_log::{AccessLine, AccessLog};
pub use body::{ResponseBody, full};
pub use cors::Origins;
pub use limits::Limits;
pub use listen::Listener;
pub use listen::tls::{CertificateAuthority, CertificateError};
pub use own::{NoEndpoints, OwnEndpoints};
pub use road::{Gateway, GatewayParts};
pub use trip::Peer;
